//! Every file of `corpus/` and `artifacts/`, replayed on stable Rust; a failure names the file.

use std::path::{Path, PathBuf};

use whitewater::base::canary::{self, Level};
use whitewater::base::counts::Counts;
use whitewater::goal::GOALS;
use whitewater::mutants::bench::seeds;
use whitewater::mutants::{self, raft};
use whitewater::raft::mark::{Mark, Marks};
use whitewater::replica::ours::Ours;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::report::story::narrate;
use whitewater::run::Runner;
use whitewater::schedule::files::{read_schedule, schedules_in};
use whitewater::schedule::Schedule;

/// The files of each target's folder in `corpus` or `artifacts`.
fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let targets = std::fs::read_dir(&folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = targets
        .map(|target| target.expect("the folder can be read").path())
        .filter(|target| target.is_dir())
        .flat_map(|target| schedules_in(&target).expect("the folder can be read"))
        .collect();
    files.sort();
    files
}

fn name(file: &Path) -> &str {
    file.file_name().and_then(|name| name.to_str()).expect("names are UTF-8")
}

/// A file that a fuzzer wrote and that is not promoted: it need not pass.
fn is_fresh(file: &Path) -> bool {
    let kinds = ["crash-", "oom-", "timeout-", "slow-unit-", "leak-", "minimized-from-", "found-"];
    kinds.iter().any(|kind| name(file).starts_with(kind))
}

#[test]
fn correct_raft_has_no_violation_in_any_corpus_file_or_artifact_and_hits_no_canary() {
    let all = [files("corpus"), files("artifacts")].concat();
    canary::clear();
    assert!(all.len() > 50, "only {} files found", all.len());
    for file in all.iter().filter(|file| !is_fresh(file)) {
        let schedule = read_schedule(file).unwrap_or_else(|error| panic!("{error}"));
        if let Some(violation) = Runner::new(raft()).run(&schedule).violation {
            panic!("{}: {}: {violation}", file.display(), violation.fingerprint());
        }
    }
    assert_eq!(canary::level(), Level::Unreached);
}

/// The file of the killing schedule of this name.
fn killer(called: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../artifacts/mutant").join(called)
}

/// The killing schedule of this name.
fn killing_schedule(called: &str) -> Schedule {
    read_schedule(&killer(called))
        .unwrap_or_else(|error| panic!("{called} has no killing schedule: {error}"))
}

/// In its killing schedule, a bug makes a difference, and the oracle that it names finds it; the
/// text beside it has the story. `UPDATE=1 cargo test --test regressions` rewrites the story in the
/// text: commit only a difference that you understand.
fn is_killed(name: &str, sut: SystemUnderTest<Ours>, caught_by: &str) {
    canary::clear();
    let outcome = Runner::new(sut.clone()).run(&killing_schedule(name));
    assert_eq!(outcome.fingerprint().as_deref(), Some(caught_by), "{name}");
    assert_eq!(canary::level(), Level::Triggered, "{name}");
    let page = killer(name).with_extension("md");
    let text = std::fs::read_to_string(&page).expect("it has a text");
    let story = narrate(&sut, &outcome.resolved);
    if std::env::var_os("UPDATE").is_some() {
        return std::fs::write(&page, with_story(&text, &story)).expect("it can be written");
    }
    assert!(
        text.contains(&story),
        "{name} (UPDATE=1 rewrites it): its text lacks this story:\n{story}"
    );
}

/// The text of an artifact with another story; the text after the story stays.
fn with_story(text: &str, story: &str) -> String {
    let (before, rest) = text.split_once("```text\n").expect("a story is quoted");
    let after = rest.find("\nshrunk").or_else(|| rest.find("```")).expect("the quote ends");
    format!("{before}```text\n{story}{}", &rest[after..])
}

#[test]
fn every_mutant_is_triggered_in_its_killing_schedule_and_found_by_the_oracle_it_names() {
    for mutant in mutants::all() {
        is_killed(mutant.name, mutant.system_under_test(), mutant.caught_by);
    }
}

#[test]
fn every_seed_of_the_bench_is_triggered_in_its_killing_schedule_and_found_by_its_oracle() {
    for seed in seeds() {
        is_killed(seed.name, seed.system_under_test(), seed.mutant().caught_by);
    }
}

#[test]
fn a_bug_behind_closed_gates_behaves_as_correct_raft() {
    let gated: Vec<_> = seeds().filter(|seed| seed.gates.len() > 3).collect();
    assert!(gated.len() > 3);
    for seed in gated {
        let schedule = killing_schedule(seed.mutant().name);
        canary::clear();
        let behind = Runner::new(seed.system_under_test()).run(&schedule);
        assert_eq!((behind.violation, canary::level()), (None, Level::Unreached), "{}", seed.name);
        assert_eq!(behind.digest, Runner::new(raft()).run(&schedule).digest, "{}", seed.name);
    }
}

#[test]
fn every_artifact_has_a_text_and_every_mutant_artifact_a_mutant() {
    for file in files("artifacts").iter().filter(|file| !is_fresh(file)) {
        let text = format!("{}.md", file.display());
        assert!(Path::new(&text).is_file(), "{text} is missing");
        if file.parent().is_some_and(|folder| folder.ends_with("mutant")) {
            assert!(mutants::system_under_test(Some(name(file))).is_ok(), "{}", file.display());
        }
    }
}

#[test]
fn the_shipped_corpus_reaches_every_goal_and_mark_and_is_full_length() {
    let corpus = files("corpus");
    let (mut goals, mut marks) = (Counts::default(), Marks::default());
    let mut lengths = Vec::new();
    for file in &corpus {
        let schedule = read_schedule(file).unwrap_or_else(|error| panic!("{error}"));
        lengths.push(schedule.events.len());
        let outcome = Runner::new(raft()).run(&schedule);
        goals.add(&outcome.goals);
        marks = marks.union(outcome.marks);
    }
    for ((goal, _), count) in GOALS.iter().zip(goals.0) {
        assert!(count > 0, "no corpus file reaches {goal}");
    }
    for (mark, name, _) in Mark::ALL {
        assert!(marks.contains(mark), "no corpus file hits the mark {name}");
    }
    lengths.sort_unstable();
    assert!(lengths[lengths.len() / 2] >= 200, "median length {}", lengths[lengths.len() / 2]);
}
