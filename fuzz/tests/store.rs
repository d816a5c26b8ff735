//! Our Raft on our store, over files that crash and lie: it is silent and deterministic, and every
//! seeded bug of the store is found.

use std::path::{Path, PathBuf};

use whitewater::cluster::Cluster;
use whitewater::mutants::storage::{self, raft_on_store, OursOnWal};
use whitewater::replica::node_storage::{StorageCounts, STORAGE_GOALS};
use whitewater::report::story::narrate;
use whitewater::run::{Judged, Outcome, Runner};
use whitewater::schedule::event::Event;
use whitewater::schedule::files::{read_schedule, schedules_in};
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, Strategy};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

fn schedules(count: u64) -> impl Iterator<Item = Schedule> {
    (0..count).map(|seed| {
        let strategy = Strategy::ALL[seed as usize % Strategy::ALL.len()].0;
        Generator::new(strategy, seed).schedule(None, 300)
    })
}

fn perform(cluster: &mut Judged<OursOnWal>, events: &[Event]) {
    for &event in events {
        cluster.perform(event).expect("it is silent");
    }
}

#[track_caller]
fn is_silent(outcome: &Outcome, what: &str) {
    if let Some(violation) = &outcome.violation {
        panic!("{what}: {}: {violation}", violation.fingerprint());
    }
}

#[test]
fn the_store_is_silent_while_every_fault_acts() {
    let mut runner = Runner::new(raft_on_store());
    let mut generator = Generator::new(Strategy::Swarm, 1);
    let mut counts = StorageCounts::default();
    // As many as it takes, since one of the goals is rare.
    for number in 0..12_000 {
        if number > 2_000 && !counts.0.contains(&0) {
            break;
        }
        let outcome = runner.run(&generator.schedule(None, 600));
        is_silent(&outcome, &format!("schedule {number}"));
        counts.add(&outcome.storage);
    }
    for ((name, _), count) in STORAGE_GOALS.iter().zip(counts.0) {
        assert!(count > 0, "no schedule reaches {name}");
    }
}

#[test]
fn a_schedule_runs_the_same_way_twice_and_so_do_its_exact_events() {
    let mut used = Runner::new(raft_on_store());
    for schedule in schedules(150) {
        let (first, second) = (used.run(&schedule), Runner::new(raft_on_store()).run(&schedule));
        assert_eq!((first.digest, first.storage), (second.digest, second.storage), "{schedule}");
        let exact = used.run_exactly(&first.resolved);
        assert_eq!((first.digest, first.storage), (exact.digest, exact.storage), "{schedule}");
    }
}

#[test]
fn a_copy_of_a_cluster_goes_on_as_the_original_and_shares_no_file_with_it() {
    for schedule in schedules(60) {
        let mut cluster: Judged<OursOnWal> = Cluster::new(raft_on_store());
        cluster.begin(schedule.setup, usize::MAX).unwrap();
        let (before, after) = schedule.events.split_at(schedule.events.len() / 2);
        perform(&mut cluster, before);
        let mut copy = cluster.clone();
        perform(&mut cluster, after);
        perform(&mut copy, after);
        assert_eq!(copy.digest(), cluster.digest(), "{schedule}");
        assert_eq!(copy.storage_goals(), cluster.storage_goals(), "{schedule}");
    }
}

#[test]
fn the_store_has_no_violation_in_any_corpus_file_or_artifact() {
    let folders = [
        "corpus/cluster",
        "corpus/store",
        "artifacts/cluster",
        "artifacts/mutant",
        "artifacts/store",
    ];
    let mut runner = Runner::new(raft_on_store());
    for file in folders.iter().flat_map(|name| schedules_in(&folder(name)).expect("it is read")) {
        let schedule = read_schedule(&file).unwrap_or_else(|error| panic!("{error}"));
        is_silent(&runner.run(&schedule), &file.display().to_string());
    }
}

#[test]
fn the_shipped_corpus_reaches_every_goal_of_the_store() {
    let mut runner = Runner::new(raft_on_store());
    let mut counts = StorageCounts::default();
    for file in schedules_in(&folder("corpus/store")).expect("it is read") {
        let schedule = read_schedule(&file).unwrap_or_else(|error| panic!("{error}"));
        counts.add(&runner.run(&schedule).storage);
    }
    for ((name, _), count) in STORAGE_GOALS.iter().zip(counts.0) {
        assert!(count > 0, "no corpus file reaches {name}");
    }
}

/// `UPDATE=1 cargo test --test store` rewrites the story: commit only a difference that you
/// understand.
#[test]
fn every_bug_of_the_store_is_found_in_its_killing_schedule_by_the_oracle_it_names() {
    for bug in storage::all() {
        let (name, sut) = (bug.name, bug.system_under_test());
        let file = folder("artifacts/store").join(name);
        let schedule = read_schedule(&file).unwrap_or_else(|error| panic!("{error}"));
        let outcome = Runner::new(sut.clone()).run(&schedule);
        assert_eq!(outcome.fingerprint().as_deref(), Some(bug.caught_by), "{name}");
        let page = file.with_extension("md");
        let text = std::fs::read_to_string(&page).expect("it has a text");
        let story = narrate(&sut, &outcome.resolved);
        if std::env::var_os("UPDATE").is_some() {
            let (before, rest) = text.split_once("```text\n").expect("a story is quoted");
            let after = &rest[rest.find("\nshrunk").expect("the story ends")..];
            std::fs::write(&page, format!("{before}```text\n{story}{after}")).expect("written");
            continue;
        }
        assert!(text.contains(&story), "{name} (UPDATE=1 rewrites it) lacks this story:\n{story}");
    }
}
