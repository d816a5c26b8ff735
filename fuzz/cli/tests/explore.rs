//! `whitewater explore` as a program, and the coverage marks that it and `random` print.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

fn whitewater(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_whitewater")).args(args).output().expect("it starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("output is UTF-8")
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder can be made")
}

fn files(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).expect("the folder is there");
    files.map(|file| file.expect("it can be read").path().display().to_string()).collect()
}

/// The output of `explore --json`, without times; it ends with `code`.
#[track_caller]
fn explored(args: &[&str], code: i32) -> Value {
    let output = whitewater(&[&["explore", "--json"], args].concat());
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    let mut document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    document["cpu_seconds"] = Value::Null;
    document["events_per_cpu_second"] = Value::Null;
    document["search"]["cpu_seconds"] = Value::Null;
    document["shrinking"]["cpu_seconds"] = Value::Null;
    document
}

#[test]
fn a_shallow_bug_is_found_and_saved_as_files_that_replay() {
    let folder = folder();
    let finds = folder.path().display().to_string();
    let args = ["--mutant", "votes-twice", "--executions", "20", "--jobs", "2", "--save-finds"];
    let document = explored(&[&args[..], &[&finds]].concat(), 1);
    assert_eq!(document["finds"][0]["fingerprint"], "one-vote-per-term");
    assert_eq!(document["schedules"], 40);
    let saved = files(folder.path());
    assert!((1..=2).contains(&saved.len()), "{saved:?}");
    for file in saved {
        let again = whitewater(&["replay", "--mutant", "votes-twice", &file]);
        assert_eq!(again.status.code(), Some(1));
        assert!(text(&again.stdout).contains("one-vote-per-term"), "{file}");
    }
}

#[test]
fn the_same_executions_by_the_same_number_of_workers_give_the_same_result() {
    let args = |jobs, seed| ["--executions", "30", "--jobs", jobs, "--seed", seed];
    let twice = explored(&args("2", "1"), 0);
    assert_eq!(explored(&args("2", "1"), 0), twice);
    assert_ne!(explored(&args("2", "2"), 0)["digest"], twice["digest"]);
    assert_ne!(explored(&args("1", "1"), 0)["digest"], twice["digest"]);
    let finds = ["--mutant", "votes-twice", "--executions", "30", "--jobs", "2"];
    assert_eq!(explored(&finds, 1), explored(&finds, 1));
}

#[test]
fn a_campaign_says_whether_it_was_stable_and_ends_cleanly() {
    for (args, stable) in [
        (["--until-stable=100", "--executions", "1000"], true),
        (["--until-stable", "--executions", "100"], false),
    ] {
        let document = explored(&[&args[..], &["--jobs", "1"]].concat(), 0);
        assert_eq!(document["stable"], stable);
        assert!(document["schedules"].as_u64() < Some(1000), "{}", document["schedules"]);
    }
    assert!(explored(&["--executions", "10"], 0).get("stable").is_none());
}

#[test]
fn workers_that_exchange_discoveries_give_the_same_result_again() {
    for jobs in ["2", "3"] {
        let args = ["--executions", "300", "--jobs", jobs];
        assert_eq!(explored(&args, 0), explored(&args, 0));
    }
}

#[test]
fn schedules_with_new_coverage_are_saved_and_serve_as_a_corpus() {
    let folder = folder();
    let corpus = folder.path().display().to_string();
    let save = ["--executions", "1000", "--jobs", "1", "--save-corpus", &corpus];
    let first = explored(&save, 0);
    let saved = files(folder.path());
    assert!(saved.len() > 10, "{} files", saved.len());
    assert_eq!(first["saved"], saved.len());
    let all: Vec<&str> = saved.iter().map(String::as_str).collect();
    assert_eq!(whitewater(&[&["replay"], &all[..]].concat()).status.code(), Some(0));

    let next = ["--executions", "1", "--jobs", "1", "--seed", "2", "--nodes", "4"];
    let next = explored(&[&next[..], &["--corpus", &corpus]].concat(), 0);
    assert_eq!(next["schedules"], 1 + saved.len());
    assert!(next["discovery"]["known"].as_u64() > Some(100), "{}", next["discovery"]);
    // The same search again has less new coverage.
    let again = explored(&[&save[..], &["--corpus", &corpus]].concat(), 0);
    assert!(files(folder.path()).is_superset(&saved));
    assert!(again["saved"].as_u64() < first["saved"].as_u64(), "{}", again["saved"]);
}

#[test]
fn the_first_find_ends_all_workers_if_requested() {
    let args = ["--mutant", "votes-twice", "--cpu", "300", "--jobs", "3", "--stop-at-first"];
    let document = explored(&args, 1);
    assert!(document["schedules"].as_u64() < Some(10_000), "{}", document["schedules"]);
}

#[test]
fn finds_of_other_fingerprints_are_ignored_with_only() {
    let args = ["--mutant", "votes-twice", "--executions", "20", "--only", "commits-own-term"];
    assert_eq!(explored(&args, 0)["finds"], Value::Array(Vec::new()));
}

#[test]
fn known_finds_are_ignored() {
    let args = ["--mutant", "votes-twice", "--executions", "20", "--jobs", "1"];
    let known =
        explored(&[&args[..], &["--ignore", "one-vote-per-term,commits-own-term"]].concat(), 0);
    assert_eq!(known["finds"], Value::Array(Vec::new()));
    assert_eq!(known["shrinking"]["executions"], 0);
}

#[test]
fn a_search_that_stops_saves_one_find_the_shortest_of_several() {
    let folder = folder();
    let finds = folder.path().display().to_string();
    let args = ["--mutant", "votes-twice", "--executions", "400", "--jobs", "2", "--stop-at-first"];
    let document = explored(&[&args[..], &["--save-finds", &finds]].concat(), 1);
    assert_eq!(document["finds"][0]["shrunk"], 10, "5 by each worker: {}", document["finds"]);
    assert_eq!(files(folder.path()).len(), 1);
    assert_eq!(document["search"]["executions"], document["schedules"]);
    assert!(document["schedules"].as_u64() < Some(400), "{}", document["schedules"]);
}

#[test]
fn unusable_options_are_refused_in_one_line() {
    let empty = folder();
    fs::write(empty.path().join("nothing"), b"").expect("a file can be written");
    let empty = empty.path().display().to_string();
    for (args, word) in [
        (["--corpus", "/no/such/folder"], "/no/such/folder"),
        (["--corpus", &empty], "nothing: is empty"),
        (["--save-corpus", "/no/such/folder"], "/no/such/folder"),
        (["--save-finds", "/no/such/folder"], "/no/such/folder"),
        (["--mutant", "unknown"], "no mutant is called 'unknown'"),
        (["--only", "unknown"], "no violation is called 'unknown'"),
        (["--ignore", "one-vote-per-term,unknown"], "no violation is called 'unknown'"),
    ] {
        let output = whitewater(&[&["explore"], &args[..]].concat());
        let complaint = text(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
        assert!(complaint.contains(word), "{complaint}");
    }
    for args in [
        &["--cpu", "0"][..],
        &["--jobs", "0"],
        &["--cpu", "1", "--executions", "1"],
        &["--until-stable=0"],
        &["--until-stable", "0.1"],
        &["--shortest-of", "3"],
        &["--stop-at-first", "--shortest-of", "0"],
    ] {
        assert_eq!(whitewater(&[&["explore"], args].concat()).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn campaigns_list_the_coverage_marks_that_were_hit_and_those_that_never_were() {
    let marks = text(&whitewater(&["marks"]).stdout);
    let names: Vec<&str> = marks.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"not-of-own-term") && names.len() > 50, "{marks}");
    for campaign in
        [&["random", "--schedules", "20"][..], &["explore", "--executions", "10", "--jobs", "2"]]
    {
        let printed = text(&whitewater(campaign).stdout);
        let never =
            printed.lines().find_map(|line| line.strip_prefix("coverage marks never hit: "));
        let never: BTreeSet<&str> = never.expect("it is printed").split(", ").collect();
        let counts = printed.split("coverage marks of the Raft").nth(1).expect("they are printed");
        for name in &names {
            let count = counts.lines().find(|line| line.ends_with(&format!("  {name}")));
            let count = count.and_then(|line| line.split_whitespace().next());
            assert_eq!(count == Some("0"), never.contains(name), "{name}\n{printed}");
        }
        let document = whitewater(&[campaign, &["--json"]].concat()).stdout;
        let document: Value = serde_json::from_slice(&document).expect("it is JSON");
        assert_eq!(document["marks"].as_object().map(|marks| marks.len()), Some(names.len()));
        assert_eq!(document["never_reached"]["marks"].as_array().map(Vec::len), Some(never.len()));
        let elected = document["marks"]["elected"].as_u64();
        assert!(elected > Some(0) && elected <= document["schedules"].as_u64(), "{elected:?}");
    }
}
