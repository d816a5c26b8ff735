//! The rules of the repository that a test can check: sizes, banned words, lists in documents.

use std::fs;
use std::path::{Path, PathBuf};

use whitewater::goal::GOALS;
use whitewater::mutants::bench::{seeds, Seed};
use whitewater::mutants::storage;
use whitewater::oracle::ORACLES;
use whitewater::schedule::event::KINDS;
use whitewater::schedule::Setup;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the root is there")
}

/// Every file below `folder` with this ending, without build output.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            if path.is_symlink() || path.file_name().is_some_and(|name| name == "target") {
                continue;
            } else if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).expect("sources are UTF-8");
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {ending} below {folder}");
    found
}

fn sources() -> Vec<(PathBuf, String)> {
    [files("raft", ".rs"), files("fuzz", ".rs")].concat()
}

/// The part of a source before its unit tests.
fn product(text: &str) -> &str {
    text.split("#[cfg(test)]\n").next().unwrap_or(text)
}

#[test]
fn lines_functions_and_files_fit_their_sizes() {
    for (path, text) in sources() {
        let path = path.display();
        for (number, line) in text.lines().enumerate() {
            // A text for people inside a string may be longer; code may not.
            let limit = if line.contains('"') { 130 } else { 100 };
            assert!(line.chars().count() <= limit, "{path}:{}: a long line", number + 1);
        }
        // Far above the size of any file: a file is split by topics, not at a limit.
        assert!(text.lines().count() <= 1_000, "{path}: a file of more than one idea");
        let mut start = None;
        for (number, line) in product(&text).lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let code = line.trim_start();
            if code.starts_with("fn ")
                || code.starts_with("pub fn ")
                || code.starts_with("pub(crate) fn ")
            {
                start = Some((number, indent));
            } else if let Some((from, at)) = start {
                if indent == at && code.starts_with('}') {
                    assert!(number - from < 120, "{path}:{}: a long function", from + 1);
                    start = None;
                }
            }
        }
    }
}

#[test]
fn sources_use_no_clock_thread_randomness_or_hash_order() {
    let banned = [
        ("HashMap", "BTreeMap"),
        ("HashSet", "BTreeSet"),
        ("Instant::", "events"),
        ("SystemTime", "events"),
        ("thread_rng", "ChaCha8Rng"),
        ("thread::spawn", "nothing"),
        ("f32", "integers"),
        ("todo!", "the thing itself"),
        ("unimplemented!", "the thing itself"),
        ("unsafe {", "safe code"),
    ];
    let folders = ["raft/src", "raft/store/src", "fuzz/src"];
    let sources = folders.map(|folder| files(folder, ".rs")).concat();
    for (path, text) in sources {
        for (word, instead) in banned {
            assert!(!text.contains(word), "{}: {word}; use {instead}", path.display());
        }
    }
}

#[test]
fn the_core_does_not_mention_fuzzing_and_has_no_dependency() {
    for (path, text) in files("raft/src", ".rs") {
        for word in
            ["fuzz", "mutant", "std::time", "std::thread", "std::fs", "std::net", "println!"]
        {
            let found = product(&text).to_lowercase().contains(word);
            assert!(!found, "{}: '{word}' has no place in the core", path.display());
        }
    }
    let manifest = fs::read_to_string(root().join("raft/Cargo.toml")).expect("it is there");
    assert!(!manifest.contains("dependencies]"), "the core has no dependency");
}

#[test]
fn oracles_use_only_the_history_and_test_a_legal_and_an_illegal_one() {
    for info in ORACLES {
        let path = root().join(format!("fuzz/src/oracle/{}.rs", info.name.replace('-', "_")));
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
        for word in ["replica::ours", "raft::Node,", "raft::Node;"] {
            assert!(!text.contains(word), "{}: an oracle names {word}", path.display());
        }
        let tests = text.split("mod tests {").nth(1).expect("an oracle has tests");
        assert!(tests.contains("is_err()"), "{}: no illegal history", path.display());
        let legal = ["HELD", "is_ok()", "Ok(1)", "Ok(())"].iter().any(|word| tests.contains(word));
        assert!(legal, "{}: no legal history", path.display());
    }
}

/// The row of a seed of the bench in fuzz/docs/bugs.md, without the cost of a find.
fn row(seed: &Seed) -> String {
    let (set, half) = (format!("{:?}", seed.set), format!("{:?}", seed.half));
    let gates: Vec<&str> = seed.gates.iter().map(|gate| gate.name()).collect();
    let nodes = seed.nodes().map_or(String::new(), |nodes| nodes.to_string());
    format!(
        "| {} | {} | {} | {} | {} | {} | {nodes} | {} |",
        seed.name,
        seed.id,
        seed.tier,
        set.to_lowercase(),
        half.to_lowercase(),
        gates.join(" and "),
        seed.mutant().source
    )
}

#[test]
fn bugs_md_lists_the_seeds_of_the_bench() {
    let bugs = fs::read_to_string(root().join("fuzz/docs/bugs.md")).expect("it is there");
    let written = bugs.split("## The bench").nth(1).expect("a section is about the bench");
    for seed in seeds() {
        assert!(written.contains(&row(seed)), "fuzz/docs/bugs.md lacks\n{}", row(seed));
    }
    let rows = written.lines().filter(|line| line.starts_with("| ") && !line.contains("| id |"));
    assert_eq!(rows.count(), seeds().count(), "fuzz/docs/bugs.md has rows of unknown seeds");
    let readme = fs::read_to_string(root().join("README.md")).expect("it is there");
    let count = format!("made of them: {} seeds", seeds().count());
    assert!(readme.contains(&count), "README counts the seeds wrongly: {count}");
}

#[test]
fn documents_name_every_script_folder_oracle_bug_fault_and_setting() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("the document is there");
    let readme = read("README.md");
    for (path, _) in files("scripts", ".sh") {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        assert!(name == "common.sh" || readme.contains(&name), "README does not name {name}");
    }
    let map = read("ARCHITECTURE.md");
    for folder in ["raft/src", "raft/store/src", "fuzz/src"] {
        for entry in fs::read_dir(root().join(folder)).expect("the folder can be read").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let name = if entry.path().is_dir() { format!("{name}/") } else { name };
            assert!(map.contains(&format!("`{name}`")), "ARCHITECTURE.md does not name {name}");
        }
    }
    assert!(
        readme.contains(&format!("{} oracles", ORACLES.len())),
        "README counts the oracles wrongly"
    );
    let mutants = whitewater::mutants::all().count() + storage::all().count();
    assert!(readme.contains(&format!("{mutants} seeded bugs")), "README counts the bugs wrongly");
    let goals = format!("{} goals", GOALS.len());
    assert!(readme.contains(&goals), "README counts the goals wrongly: there are {goals}");
    let bugs = read("fuzz/docs/bugs.md");
    let names = whitewater::mutants::all().map(|mutant| mutant.name);
    for name in names.chain(storage::all().map(|bug| bug.name)) {
        assert!(bugs.contains(&format!("| {name} |")), "fuzz/docs/bugs.md lacks {name}");
    }
    let faults = read("fuzz/docs/faults.md");
    let kinds = KINDS.iter().filter(|info| info.family.is_some()).map(|info| info.name);
    let settings = Setup::default();
    for name in kinds.chain(settings.settings().map(|(name, _)| name)) {
        assert!(faults.contains(name), "fuzz/docs/faults.md does not name {name}");
    }
    for name in
        readme.split('`').filter(|word| word.starts_with("scripts/") && word.ends_with(".sh"))
    {
        assert!(root().join(name).is_file(), "README names {name}, which does not exist");
    }
}

/// A link of ARCHITECTURE.md to a line: what it names, the file, the line, and where the number is.
fn line_links(map: &str) -> Vec<(String, String, usize, std::ops::Range<usize>)> {
    let mut links = Vec::new();
    for (at, _) in map.match_indices("#L") {
        let number = at + 2..at + 2 + map[at + 2..].find(')').expect("a link ends");
        let start = map[..at].rfind('(').expect("a link has a target");
        let text = &map[map[..start].rfind('[').expect("a link has a text")..start];
        let name = text.trim_matches(['[', ']', '`']).to_string();
        let line = map[number.clone()].parse().expect("a line has a number");
        links.push((name, map[start + 1..at].to_string(), line, number));
    }
    links
}

/// The line where a name is defined: `UPDATE=1 cargo test --test tidy` writes it into the link.
fn defined_at(text: &str, name: &str) -> Option<usize> {
    let forms = ["fn", "struct", "enum", "trait", "const"].map(|kind| format!("{kind} {name}"));
    let defines = |line: &str| {
        let code = line.trim_start();
        let ends = |form: &String| {
            let rest = code.split_once(form.as_str()).map(|(_, rest)| rest);
            rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
        };
        !code.starts_with("//") && forms.iter().any(ends)
    };
    let quoted = format!("\"{}\"", "commits-older-terms-by-counting");
    let found = text.lines().position(defines);
    let found = found.or_else(|| text.lines().position(|line| line.contains(&quoted)));
    found.map(|line| line + 1)
}

#[test]
fn the_walk_through_the_code_links_to_the_lines_that_it_names() {
    let path = root().join("ARCHITECTURE.md");
    let mut map = fs::read_to_string(&path).expect("the document is there");
    let links = line_links(&map);
    assert!(links.len() > 20, "the walk has {} links", links.len());
    for (name, file, line, place) in links.into_iter().rev() {
        let text = fs::read_to_string(root().join(&file)).expect("a link leads to a file");
        let found = defined_at(&text, &name).unwrap_or_else(|| panic!("{file} defines no {name}"));
        if std::env::var_os("UPDATE").is_some() {
            map.replace_range(place, &found.to_string());
        } else {
            assert_eq!(line, found, "{name} in {file} (UPDATE=1 mends ARCHITECTURE.md)");
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, map).expect("it can be written");
    }
}

#[test]
fn the_documents_at_the_top_are_three_and_short() {
    let lines = |name: &str| {
        let text = fs::read_to_string(root().join(name)).expect("the document is there");
        for cell in text.lines().filter(|line| line.starts_with('|')).flat_map(|l| l.split('|')) {
            assert!(cell.trim().chars().count() <= 110, "{name}: a wide cell: {cell}");
        }
        text.lines().count()
    };
    assert!(lines("README.md") <= 160, "README.md has {} lines", lines("README.md"));
    assert!(lines("ARCHITECTURE.md") <= 150, "ARCHITECTURE.md has {}", lines("ARCHITECTURE.md"));
    for entry in fs::read_dir(root()).expect("the root can be read").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_known = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].contains(&name.as_str());
        assert!(is_known || !name.ends_with(".md"), "{name} belongs into fuzz/docs");
    }
}

#[test]
fn the_findings_are_listed_and_have_their_form() {
    let page = fs::read_to_string(root().join("findings/README.md")).expect("it is there");
    let scripts = files("findings", ".sh");
    assert!(scripts.len() >= 3);
    for (path, text) in scripts {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        assert!(page.contains(&format!("[{name}]({name})")), "findings/README.md lacks {name}");
        for word in ["Expected:", "Happens:", "Matters:", "Version:", "Source:", "mktemp -d"] {
            assert!(text.contains(word), "{name} lacks {word}");
        }
    }
}
