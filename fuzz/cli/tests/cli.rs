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
    for word in ["one-vote-per-term", "property  A node gives its vote", "violated ", "node role"] {
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
        &["random", "--cpu", "0"],
        &["random", "--cpu", "soon"],
        &["random", "--shortest-of", "2"],
    ] {
        assert_eq!(whitewater(args).status.code(), Some(2), "{args:?}");
    }
    refused(&["random", "--mutant", "unknown"], &["no mutant is called 'unknown'"]);
    refused(&["random", "--ignore", "unknown"], &["--ignore", "no violation is called 'unknown'"]);
    refused(
        &["random", "--only", "one-vote-per-term", "--ignore", "one-vote-per-term"],
        &["--only and --ignore both name 'one-vote-per-term'"],
    );
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
        &["variants", "--json"],
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

/// The document of a campaign.
fn campaign(args: &[&str]) -> Value {
    let output = whitewater(&[&["--json", "random"], args].concat());
    serde_json::from_slice(&output.stdout).expect("it is JSON")
}

#[test]
fn a_campaign_ends_when_its_cpu_time_is_used_up_or_its_schedules_are_drawn() {
    let timed = campaign(&["--cpu", "0.2"]);
    assert!(timed["cpu_seconds"].as_f64() >= Some(0.2), "{}", timed["cpu_seconds"]);
    assert!(timed["cpu_seconds"].as_f64() < Some(20.0), "{}", timed["cpu_seconds"]);
    assert_eq!(campaign(&["--cpu", "1000", "--schedules", "7"])["schedules"], 7);
}

#[test]
fn known_finds_are_ignored_and_figures_tell_the_search_from_shrinking() {
    let args = ["--mutant", "votes-twice", "--nodes", "3", "--schedules", "30"];
    let found = campaign(&args);
    let find = &found["finds"][0];
    assert_eq!((&find["fingerprint"], &find["shrunk"]), (&"one-vote-per-term".into(), &1.into()));
    assert_eq!(found["shrinking"]["executions"], find["replays"]);
    assert!(found["shrinking"]["events"].as_u64() > Some(0));
    assert_eq!(found["search"]["executions"], 30);
    assert_eq!(found["search"]["events"], found["events"]);
    let seconds = |what: &str| found[what]["cpu_seconds"].as_f64().expect("it is a number");
    let parts = seconds("search") + seconds("shrinking");
    assert!((found["cpu_seconds"].as_f64().expect("it is a number") - parts).abs() < 1e-6);

    let known = campaign(&[&args[..], &["--ignore", "one-vote-per-term"]].concat());
    assert_eq!(known["finds"], Value::Array(Vec::new()));
    assert_eq!(known["shrinking"]["executions"], 0);
    assert_eq!(known["digest"], found["digest"]);
}

#[test]
fn a_clean_campaign_says_how_many_more_executions_make_the_absence_of_a_bug_believable() {
    let clean = campaign(&["--schedules", "100", "--bug-rate", "0.01"]);
    assert_eq!(clean["further_executions"], 199.0, "of 299 in all");
    assert_eq!(campaign(&["--schedules", "100", "--bug-rate", "0.1"])["further_executions"], 0.0);
    let broken = ["--mutant", "votes-twice", "--schedules", "30", "--bug-rate", "0.01"];
    assert!(campaign(&broken).get("further_executions").is_none());
    let wrong = whitewater(&["random", "--bug-rate", "0"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("it is a share of the executions, from 1e-12 to 1"));
}

#[test]
fn campaigns_estimate_how_many_paths_are_unseen() {
    let number = |found: &Value, name: &str| found[name].as_f64().expect("a number");
    for args in [
        &["explore", "--jobs", "2", "--executions"][..],
        &["random", "--events", "100", "--schedules"],
    ] {
        let [young, old] = ["300", "1500"].map(|length| {
            let output = whitewater(&[&["--json"], args, &[length]].concat());
            let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
            document["discovery"].clone()
        });
        assert!(number(&old, "known") > number(&young, "known"));
        assert!(number(&old, "probability") < number(&young, "probability"));
        assert!(number(&old, "expected") < number(&young, "expected"));
        assert!(number(&young, "unseen") > 0.0);
        assert!(number(&old, "last_new") <= number(&old, "taken"));
    }
}

#[test]
fn a_campaign_that_stops_at_its_first_find_keeps_the_shortest_of_several() {
    let folder = Folder::new();
    let finds = folder.path("");
    let bug = ["--mutant", "commits-older-terms-by-counting", "--stop-at-first"];
    let length = |document: &Value| document["finds"][0]["events_after"].as_u64();
    let several = campaign(&[&bug[..], &["--save-finds", &finds]].concat());
    let first = campaign(&[&bug[..], &["--shortest-of", "1"]].concat());
    assert_eq!(
        (&several["finds"][0]["shrunk"], &first["finds"][0]["shrunk"]),
        (&5.into(), &1.into())
    );
    assert!(length(&several) <= length(&first));
    assert_eq!(first["finds"][0]["schedule"], several["finds"][0]["schedule"]);
    assert_eq!(several["schedules"], campaign(&bug)["schedules"]);
    let saved: Vec<_> = fs::read_dir(&finds).expect("it is there").flatten().collect();
    assert_eq!(saved.len(), 1);
}

#[test]
fn a_find_of_hundreds_of_events_is_told_in_a_story_that_can_be_read() {
    let folder = Folder::new();
    let mut tried = 0..;
    let (file, printed) = loop {
        // Clean on our Raft, and a find on one that votes for shorter logs.
        let seed = tried.next().expect("it never ends").to_string();
        let corpus = folder.path(&seed);
        fs::create_dir(&corpus).expect("a folder can be made");
        whitewater(&["random", "--schedules", "20", "--seed", &seed, "--save-corpus", &corpus]);
        let files = fs::read_dir(&corpus).expect("it is there").flatten();
        let replays = files.map(|file| {
            let file = file.path().display().to_string();
            let replayed = whitewater(&["replay", "--mutant", "votes-without-log-check", &file]);
            (file, text(&replayed.stdout))
        });
        let is_long = |printed: &str| {
            printed.lines().any(|line| line.contains("1-") && line.contains("(not told: "))
        };
        if let Some(found) = replays.into_iter().find(|(_, printed)| is_long(printed)) {
            break found;
        }
    };
    assert!(printed.lines().count() < 120, "{printed}");
    assert!(printed.contains("violated ") && printed.contains("node role"), "{printed}");
    let full = whitewater(&["show", "--story", "--mutant", "votes-without-log-check", &file]);
    assert!(!text(&full.stdout).contains("(not told: "));
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

#[test]
fn a_feature_that_the_raft_does_not_support_is_refused() {
    let args = ["random", "--store", "--feature", "tail", "--schedules", "1"];
    refused(&args, &["does not support 'tail'"]);
}
