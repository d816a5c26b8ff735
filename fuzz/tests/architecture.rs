//! The dependencies between folders and modules, read from the sources: which folder may use which,
//! and that there is no import cycle.
//!
//! A module uses another if one of its paths that begin with `crate::` or `super::` leads there.
//! Unit tests do not count: they may use modules above.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The folders that each folder of `fuzz/src` may use, in reading order. Two rules are in this
/// table: the cluster does not use the oracles, and the seeded bugs do not use the cluster.
const FUZZ: [(&str, &[&str]); 13] = [
    ("base", &[]),
    ("schedule", &["base"]),
    ("replica", &["base", "schedule"]),
    ("history", &["base", "schedule", "replica"]),
    ("oracle", &["base", "schedule", "replica", "history"]),
    ("goal", &["base", "schedule", "replica", "history"]),
    ("cluster", &["base", "schedule", "replica", "history"]),
    ("run", &["base", "schedule", "replica", "history", "oracle", "goal", "cluster"]),
    ("search", &["base", "schedule", "replica", "history", "cluster", "run"]),
    ("storage", &["base", "schedule", "replica"]),
    ("mutants", &["base", "replica", "storage"]),
    ("report", &["base", "schedule", "replica", "history", "oracle", "cluster", "run"]),
    (
        "target",
        &["base", "schedule", "replica", "history", "oracle", "goal", "run", "search", "report"],
    ),
];

/// The modules that each module of `raft/src` may use, in reading order: the arithmetic does not
/// use the server.
const RAFT: [(&str, &[&str]); 15] = [
    ("ids", &[]),
    ("stamp", &[]),
    ("mark", &[]),
    ("quorum", &["ids"]),
    ("membership", &["ids", "quorum"]),
    ("entry", &["ids", "membership"]),
    ("state", &["ids"]),
    ("progress", &["ids", "stamp"]),
    ("log", &["ids", "entry"]),
    ("session", &[]),
    ("message", &["ids", "stamp", "membership", "entry"]),
    ("config", &["ids", "membership"]),
    ("io", &["ids", "mark", "quorum", "entry", "state", "message"]),
    ("rules", &["ids", "stamp", "quorum", "membership", "state", "progress", "message", "io"]),
    (
        "node",
        &[
            "ids",
            "stamp",
            "mark",
            "quorum",
            "membership",
            "entry",
            "state",
            "progress",
            "log",
            "message",
            "config",
            "io",
            "rules",
        ],
    ),
];

/// The modules that each module of `raft/store/src` may use, in reading order: formats know no
/// files, and nothing knows who tests it.
const STORE: [(&str, &[&str]); 11] = [
    ("rules", &[]),
    ("files", &[]),
    ("error", &[]),
    ("record", &[]),
    ("sector", &["files"]),
    ("snapshot", &["rules", "files", "record"]),
    ("replay", &["record"]),
    ("open", &["rules", "files", "error", "record", "sector", "snapshot", "replay"]),
    ("wal", &["rules", "files", "error", "record", "sector", "snapshot", "open"]),
    ("disk", &["files"]),
    ("faulty", &["files"]),
];

/// Modules by path, as `history::log_chain`, with the modules that each uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn a_folder_uses_only_what_its_row_of_the_table_allows() {
    check_dependencies("fuzz/src", &FUZZ);
    check_dependencies("raft/src", &RAFT);
    check_dependencies("raft/store/src", &STORE);
}

#[test]
fn there_is_no_import_cycle() {
    for sources in ["raft/src", "raft/store/src", "raft/kv/src", "fuzz/src", "fuzz/cli/src"] {
        let graph = graph(sources);
        for module in graph.keys() {
            if let Some(cycle) = path_between(&graph, module, module) {
                panic!("{sources}: an import cycle: {}", cycle.join(" -> "));
            }
        }
    }
}

#[test]
fn dependencies_are_read_from_any_form_of_path() {
    let text = "use crate::a::{b, c::{self, D}};\nfn f() { crate::e::g() }\n\
                use super::d::D;\nuse super::super::f::F;\npub use own::*;\nuse self::kin::K;\n\
                // crate::x\n#[cfg(test)]\nmod tests { use crate::y; }";
    let known = ["a::b", "a::c", "a::d", "a::z::own", "a::z::kin", "e", "f", "x", "y"];
    let known = known.map(String::from).into();
    let expected = ["a::b", "a::c", "a::d", "a::z::own", "a::z::kin", "e", "f"];
    let expected = expected.map(String::from).into();
    assert_eq!(used("a::z", text, &known), expected);
}

fn check_dependencies(sources: &str, table: &[(&str, &[&str])]) {
    let graph = graph(sources);
    let top = |module: &str| module.split("::").next().unwrap_or_default().to_string();
    let folders: BTreeSet<String> = graph.keys().map(|module| top(module)).collect();
    let listed = table.iter().map(|(folder, _)| folder.to_string()).collect();
    assert_eq!(folders, listed, "{sources}: each folder has a row in fuzz/tests/architecture.rs");
    for (module, uses) in &graph {
        let folder = top(module);
        let (_, allowed) = table.iter().find(|(name, _)| *name == folder).expect("it is listed");
        for used in uses {
            let other = top(used);
            assert!(
                other == folder || allowed.contains(&other.as_str()),
                "{sources}: {module} -> {used}, but `{folder}` may use only {allowed:?}, says the \
                 table in fuzz/tests/architecture.rs"
            );
        }
    }
}

/// The modules below `sources`, without the crate's root and `main`, and the modules each uses.
fn graph(sources: &str) -> Graph {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(sources);
    let mut files = BTreeMap::new();
    collect(&root, &root, &mut files);
    let known: BTreeSet<String> = files.keys().cloned().collect();
    assert!(!known.is_empty(), "no sources below {sources}");
    let uses = |(module, path): (String, PathBuf)| {
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let mut uses = used(&module, &text, &known);
        uses.remove(&module);
        (module, uses)
    };
    files.into_iter().map(uses).collect()
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let place = path.strip_prefix(root).expect("it is below").with_extension("");
            let module = place.to_string_lossy().replace('/', "::");
            let module = module.trim_end_matches("::mod").to_string();
            if module != "lib" && module != "main" {
                files.insert(module, path);
            }
        }
    }
}

/// The known modules that the paths of `module`'s source lead to, without its unit tests and
/// comments.
fn used(module: &str, text: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let tests = ["mod tests {", "pub mod tests {"].map(|form| format!("#[cfg(test)]\n{form}"));
    let end = tests.iter().filter_map(|form| text.find(form)).min().unwrap_or(text.len());
    let product = &text[..end];
    let code: Vec<&str> =
        product.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut found = BTreeSet::new();
    for (place, _) in code.match_indices("crate::") {
        paths(&code[place + 7..], "", &mut |path| found.extend(leads_to(path, known)));
    }
    let ups =
        code.match_indices("super::").filter(|(place, _)| !code[..*place].ends_with("super::"));
    for (place, _) in ups {
        let (mut rest, mut above) = (&code[place..], Some(module));
        while let Some(more) = rest.strip_prefix("super::") {
            (rest, above) = (more, above.and_then(|at| Some(at.rsplit_once("::")?.0)));
        }
        let prefix = above.map_or(String::new(), |above| format!("{above}::"));
        paths(rest, &prefix, &mut |path| found.extend(leads_to(path, known)));
    }
    let children = known.iter().filter_map(|other| {
        let name = other.strip_prefix(module)?.strip_prefix("::")?;
        (!name.contains("::")).then_some((name, other))
    });
    for (name, child) in children {
        let path = format!("{name}::");
        let begins =
            |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c));
        let is_own = |before: &str| begins(before) || before.ends_with("self::");
        if code.match_indices(&path).any(|(place, _)| is_own(&code[..place])) {
            found.insert(child.clone());
        }
    }
    found
}

/// Calls `found` with each path that begins in `prefix` and continues in `rest`; returns the rest.
fn paths<'a>(rest: &'a str, prefix: &str, found: &mut dyn FnMut(&str)) -> &'a str {
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let (name, mut rest) = rest.split_at(end.unwrap_or(rest.len()));
    let path = format!("{prefix}{name}");
    if !name.ends_with("::") || !rest.starts_with('{') {
        found(&path);
        return rest;
    }
    rest = &rest[1..];
    loop {
        rest = paths(rest.trim_start(), &path, found).trim_start();
        match rest.strip_prefix(',') {
            Some(more) => rest = more,
            None => return rest.strip_prefix('}').unwrap_or(rest),
        }
    }
}

/// The innermost module on a path.
fn leads_to(path: &str, known: &BTreeSet<String>) -> Option<String> {
    let mut path = path.trim_end_matches("::");
    loop {
        if known.contains(path) {
            return Some(path.into());
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// A path from a module to another, both included, along the modules used; at least one step.
fn path_between(graph: &Graph, from: &str, to: &str) -> Option<Vec<String>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut todo = vec![from];
    while let Some(module) = todo.pop() {
        for next in &graph[module] {
            if !came_from.contains_key(next.as_str()) {
                came_from.insert(next, module);
                todo.push(next);
            }
        }
    }
    let mut path = vec![to.to_string()];
    let mut at = *came_from.get(to)?;
    while at != from {
        path.insert(0, at.to_string());
        at = came_from[at];
    }
    path.insert(0, from.to_string());
    Some(path)
}
