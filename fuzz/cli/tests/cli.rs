//! The command line as a program: its output and its exit codes.

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

/// Ends with code 2, nothing on standard output, and one line that names `words`.
#[track_caller]
fn refused(args: &[&str], words: &[&str]) {
    let output = whitewater(args);
    let complaint = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{complaint}");
    assert!(output.stdout.is_empty());
    assert_eq!(complaint.lines().count(), 1, "{complaint}");
    words.iter().for_each(|word| assert!(complaint.contains(word), "{complaint}"));
}

fn artifact(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../artifacts/mutant")
        .join(name)
        .display()
        .to_string()
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(TempDir::new().expect("a temporary folder can be made"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        fs::write(self.0.path().join(name), bytes).expect("a file can be written");
        self.path(name)
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason() {
    let folder = Folder::new();
    let empty = folder.write("empty", b"");
    let large = folder.write("large", &[1; 70_000]);
    let directory = folder.path("");
    for command in ["replay", "shrink", "show", "encode"] {
        refused(&[command, &folder.path("gone")], &["gone", "does not exist"]);
        refused(&[command, &empty], &["empty", "is empty"]);
        refused(&[command, &directory], &["is a directory"]);
    }
    for command in ["replay", "shrink", "show"] {
        refused(&[command, &large], &["large", "is larger than 65568 bytes"]);
    }
}

#[test]
fn random_bytes_are_a_schedule() {
    let folder = Folder::new();
    let bytes: Vec<u8> = (0..999u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let file = folder.write("noise", &bytes);
    assert_eq!(whitewater(&["replay", &file]).status.code(), Some(0));
    assert_eq!(whitewater(&["show", &file]).status.code(), Some(0));
    refused(&["shrink", &file], &["noise", "it breaks no promise"]);
}

#[test]
fn a_violation_is_printed_as_a_story_and_ends_with_1() {
    let output = whitewater(&["replay", "--mutant", "votes-twice", &artifact("votes-twice")]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    for word in ["one-vote-per-term", "property  A node votes", "violated ", "node role"] {
        assert!(printed.contains(word), "{printed}");
    }
    assert!(printed.lines().skip(1).all(|line| line.len() <= 80), "{printed}");
    assert_eq!(whitewater(&["replay", &artifact("votes-twice")]).status.code(), Some(0));
}

#[test]
fn one_unreadable_file_among_others_is_refused_before_anything_runs() {
    refused(&["replay", &artifact("votes-twice"), "/no/such/file"], &["/no/such/file"]);
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in [
        &["replay"][..],
        &["fly"],
        &["random", "--schedules", "many"],
        &["random", "--events", "0"],
        &["random", "--nodes", "8"],
        &["random", "--strategy", "clever"],
        &["random", "--new-goals"],
    ] {
        assert_eq!(whitewater(args).status.code(), Some(2), "{args:?}");
    }
    refused(&["random", "--mutant", "unknown"], &["no mutant is called 'unknown'"]);
    refused(&["replay", "--mutant", "", &artifact("votes-twice")], &["no mutant is called ''"]);
}

#[test]
fn a_shown_schedule_encodes_to_the_same_bytes() {
    let folder = Folder::new();
    let shown = whitewater(&["show", &artifact("votes-twice")]);
    let script = folder.write("again.txt", &shown.stdout);
    assert_eq!(whitewater(&["encode", &script]).status.code(), Some(0));
    let bytes = |path: &str| fs::read(path).expect("it is there");
    let again = folder.path("again");
    let (first, second) = (artifact("votes-twice"), again.clone());
    assert_eq!(
        text(&whitewater(&["show", &second]).stdout),
        text(&whitewater(&["show", &first]).stdout)
    );
    assert_eq!(bytes(&again).len(), bytes(&first).len());
    // Encoding once more changes nothing; encoding something else over it is refused.
    assert_eq!(whitewater(&["encode", &script]).status.code(), Some(0));
    let other = folder.write("other.txt", b"tick-all\n");
    refused(&["encode", &other, "--out", &again], &["exists already"]);
    refused(&["encode", &folder.write("wrong.txt", b"tick-all\nfly n0\n")], &["line 2", "'fly'"]);
    refused(&["encode", &folder.write("script", b"tick-all\n")], &["--out"]);
    refused(&["encode", &folder.write("binary.txt", &[255, 254])], &["is not UTF-8"]);
}

#[test]
fn shrinking_writes_a_schedule_with_the_same_violation() {
    let folder = Folder::new();
    let finds = folder.path("");
    let found = whitewater(&[
        "random",
        "--mutant",
        "votes-twice",
        "--nodes",
        "3",
        "--stop-at-first",
        "--save-finds",
        &finds,
    ]);
    assert_eq!(found.status.code(), Some(1));
    let find = fs::read_dir(&finds).unwrap().flatten().next().expect("a find is saved").path();
    let (find, small) = (find.display().to_string(), folder.path("small"));
    let output = whitewater(&["shrink", "--mutant", "votes-twice", &find, "--out", &small]);
    assert_eq!(output.status.code(), Some(1));
    let again = whitewater(&["replay", "--mutant", "votes-twice", &small]);
    assert!(text(&again.stdout).contains("one-vote-per-term"));
}

#[test]
fn every_listing_and_summary_is_one_json_document() {
    for args in [
        &["mutants", "--json"][..],
        &["oracles", "--json"],
        &["goals", "--json"],
        &["marks", "--json"],
        &["--json", "random", "--schedules", "20"],
        &["show", "--json", &artifact("votes-twice")],
        &["replay", "--json", &artifact("votes-twice")],
        &["shrink", "--json", "--mutant", "votes-twice", &artifact("votes-twice")],
    ] {
        let output = whitewater(args);
        let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        assert!(document.is_array() || document.is_object(), "{args:?}");
    }
    let listed = text(&whitewater(&["mutants"]).stdout);
    assert!(listed.lines().any(|line| line.starts_with("votes-twice ") && line.contains("E13")));
}

#[test]
fn a_seed_gives_the_same_campaign_again() {
    let digest = |seed: &str, strategy: &str| {
        let args =
            ["--json", "random", "--schedules", "300", "--seed", seed, "--strategy", strategy];
        let document: Value = serde_json::from_slice(&whitewater(&args).stdout).unwrap();
        document["digest"].as_str().expect("a digest is text").to_string()
    };
    for strategy in ["uniform", "swarm"] {
        assert_eq!(digest("5", strategy), digest("5", strategy));
        assert_ne!(digest("5", strategy), digest("6", strategy));
    }
}

#[test]
fn a_campaign_can_save_its_schedules() {
    let folder = Folder::new();
    let corpus = folder.path("");
    let args = ["random", "--schedules", "10", "--save-corpus", &corpus];
    assert_eq!(whitewater(&args).status.code(), Some(0));
    let saved: Vec<_> = fs::read_dir(&corpus).unwrap().flatten().collect();
    assert_eq!(saved.len(), 10);
    for file in saved {
        let path = file.path().display().to_string();
        assert_eq!(whitewater(&["replay", &path]).status.code(), Some(0));
    }
    refused(
        &["random", "--schedules", "10", "--save-corpus", "/no/such/folder"],
        &["/no/such/folder"],
    );
}

#[test]
fn a_campaign_lists_the_faults_and_goals_that_it_never_reached() {
    let short = whitewater(&["random", "--schedules", "1", "--events", "1"]);
    let printed = text(&short.stdout);
    let line =
        |what: &str| printed.lines().find(|line| line.starts_with(what)).expect("it is printed");
    assert!(line("faults never reached: ").contains("damage"), "{printed}");
    assert!(line("goals never reached: ").contains("joint-committed"), "{printed}");
    let long = whitewater(&["random", "--schedules", "2000", "--json"]);
    let document: Value = serde_json::from_slice(&long.stdout).expect("it is JSON");
    assert_eq!(document["never_reached"]["faults"], Value::Array(Vec::new()));
}

#[test]
fn only_schedules_that_reach_new_goals_are_saved() {
    let folder = Folder::new();
    let directory = folder.0.path().display().to_string();
    let saved = ["random", "--schedules", "400", "--save-corpus", &directory, "--new-goals"];
    assert_eq!(whitewater(&saved).status.code(), Some(0));
    let count = fs::read_dir(folder.0.path()).expect("it is there").count();
    assert!((2..100).contains(&count), "{count} of 400 schedules");
}

/// The path of a killing schedule of a bug of the store.
fn of_the_store(name: &str) -> String {
    format!("{}/../../artifacts/store/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_raft_runs_on_the_store_if_it_is_told_to_or_the_bug_is_one_of_the_store() {
    let file = of_the_store("failed-sync-retried");
    let found = whitewater(&["replay", "--mutant", "failed-sync-retried", &file]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stdout).contains("restart-from-disk"));
    assert!(text(&found.stdout).contains("its power fails"));
    assert_eq!(whitewater(&["replay", "--store", &file]).status.code(), Some(0));
    assert_eq!(whitewater(&["replay", &file]).status.code(), Some(0));
    refused(&["replay", "--store", "--mutant", "no-such-bug", &file], &["no-such-bug"]);
    let votes = ["random", "--store", "--mutant", "votes-twice", "--schedules", "50"];
    assert!(text(&whitewater(&votes).stdout).contains("found one-vote-per-term"));
}

#[test]
fn a_campaign_on_the_store_counts_its_goals_and_is_silent_and_repeatable() {
    let run = |command: &str, more: &[&str]| {
        let args = [&[command, "--store", "--json"], more].concat();
        let output = whitewater(&args);
        assert_eq!(output.status.code(), Some(0));
        serde_json::from_slice::<Value>(&output.stdout).expect("it is JSON")
    };
    let random = || run("random", &["--schedules", "100"]);
    let explore = || run("explore", &["--executions", "100", "--jobs", "1"]);
    for campaign in [&random as &dyn Fn() -> Value, &explore] {
        let (one, two) = (campaign(), campaign());
        assert_eq!(one["digest"], two["digest"]);
        assert!(one["store"]["power-failed"].as_u64() > Some(0), "{}", one["store"]);
    }
    let plain = whitewater(&["random", "--schedules", "5", "--json"]);
    let document: Value = serde_json::from_slice(&plain.stdout).expect("it is JSON");
    assert!(document.get("store").is_none());
    for (listing, name) in [("mutants", "tail-cut-too-far "), ("goals", "torn-tail-dropped ")] {
        let listed = text(&whitewater(&[listing]).stdout).to_string();
        assert!(listed.lines().any(|line| line.starts_with(name)), "{listing} lacks {name}");
    }
}
