//! The house rules that a machine can hold: sizes, banned words, arrows, lists that do not rot.

use std::fs;
use std::path::{Path, PathBuf};

use whitewater::goal::GOALS;
use whitewater::mutants::bench::{seeds, Seed};
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
        // Far above what any file needs: a file is split where an idea ends, not where a limit is.
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
fn nothing_hidden_decides() {
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
    let decides = [files("raft/src", ".rs"), files("fuzz/src", ".rs")].concat();
    for (path, text) in decides {
        for (word, instead) in banned {
            assert!(!text.contains(word), "{}: {word}; use {instead}", path.display());
        }
    }
}

#[test]
fn the_core_knows_nothing_of_fuzzing_and_needs_nothing() {
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
fn oracles_see_only_history_and_have_both_kinds_of_tests() {
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

/// What fuzz/docs/bugs.md says of a seed of the bench before it says what finding it took.
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
fn the_bench_is_written_down_as_it_is() {
    let bugs = fs::read_to_string(root().join("fuzz/docs/bugs.md")).expect("it is there");
    let written = bugs.split("## The bench").nth(1).expect("a section is about the bench");
    for seed in seeds() {
        assert!(written.contains(&row(seed)), "fuzz/docs/bugs.md lacks\n{}", row(seed));
    }
    let rows = written.lines().filter(|line| line.starts_with("| ") && !line.contains("| id |"));
    assert_eq!(rows.count(), seeds().count(), "fuzz/docs/bugs.md has rows that are no seed's");
    let readme = fs::read_to_string(root().join("README.md")).expect("it is there");
    let count = format!("made of them: {} seeds", seeds().count());
    assert!(readme.contains(&count), "README counts the seeds wrongly: {count}");
}

#[test]
fn the_documents_name_what_there_is() {
    let read = |name: &str| fs::read_to_string(root().join(name)).expect("the document is there");
    let readme = read("README.md");
    for (path, _) in files("scripts", ".sh") {
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        assert!(name == "common.sh" || readme.contains(&name), "README does not name {name}");
    }
    let map = read("ARCHITECTURE.md");
    for folder in ["raft/src", "fuzz/src"] {
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
    let mutants = whitewater::mutants::all().count();
    assert!(readme.contains(&format!("{mutants} seeded bugs")), "README counts the bugs wrongly");
    let goals = format!("{} goals", GOALS.len());
    assert!(readme.contains(&goals), "README counts the goals wrongly: there are {goals}");
    let bugs = read("fuzz/docs/bugs.md");
    for mutant in whitewater::mutants::all() {
        assert!(
            bugs.contains(&format!("| {} |", mutant.name)),
            "fuzz/docs/bugs.md lacks {}",
            mutant.name
        );
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
