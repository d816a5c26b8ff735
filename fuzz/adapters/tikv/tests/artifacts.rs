//! Regression tests of the real bugs: each artifact has a violation on the versions with its bug,
//! and on no other.

use std::path::{Path, PathBuf};

use tikv::Tikv;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::files::{read_schedule, schedules_in};

/// The published versions that this adapter supports, and the newest with an unreleased fix.
const ALL: &[&str] = &["0.3.0", "0.3.1", "0.4.0", "0.4.3", "0.6.0", "0.7.0", "0.7.0-fixed"];

/// The published ones.
const NOT_FIXED: &[&str] = {
    let [published @ .., _] = ALL else { panic!("there are some") };
    published
};

/// Name, fingerprint, and the affected versions. All run on a host that always syncs, but the
/// first, which that host would hide.
const BUGS: [(&str, &str, &[&str]); 6] = [
    ("must-sync-ignores-entries", "ack-is-durable", &["0.3.0", "0.3.1", "0.4.0", "0.4.3"]),
    ("next-index-at-match", "next-is-above-match", NOT_FIXED),
    ("stale-pre-votes-count", "recovers-after-healing", &["0.3.0"]),
    ("old-leader-kept-in-pre-vote", "recovers-after-healing", &["0.3.0"]),
    ("check-quorum-at-some-servers-only", "core-converges", ALL),
    // Once a false alarm of ours: no version has a violation.
    ("leader-waits-for-its-disk", "silent-leader-steps-down", &[]),
];

fn folder(name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().find(|folder| folder.join("artifacts/tikv").is_dir());
    root.expect("the project is above").join(name)
}

fn run(file: &Path, always_sync: bool) -> Outcome {
    let mut sut = SystemUnderTest::<Tikv>::without_mutants(None).expect("there is one Raft");
    sut.driver.always_sync = always_sync;
    let schedule = read_schedule(file).unwrap_or_else(|error| panic!("{error}"));
    Runner::new(sut).run(&schedule)
}

#[test]
fn each_real_bug_is_found_in_the_affected_versions_and_in_no_other() {
    for (name, fingerprint, versions) in BUGS {
        let file = folder("artifacts/tikv").join(name);
        let found = run(&file, fingerprint != "ack-is-durable").fingerprint();
        let has_it = versions.contains(&env!("CARGO_PKG_VERSION"));
        assert_eq!(found.as_deref(), has_it.then_some(fingerprint), "{name}");
    }
}

#[test]
fn a_host_that_always_syncs_hides_the_missing_sync_of_entries() {
    let (name, _, _) = BUGS[0];
    assert_eq!(run(&folder("artifacts/tikv").join(name), true).violation, None);
}

#[test]
fn the_shipped_corpus_has_no_violation() {
    let files = schedules_in(&folder("corpus/cluster")).expect("the corpus is there");
    assert!(files.len() > 50);
    for file in files {
        let violation = run(&file, true).violation.filter(|violation| !violation.is_lint());
        assert_eq!(violation, None, "{}", file.display());
    }
}

#[test]
fn a_schedule_gives_the_same_digest_twice() {
    for file in
        schedules_in(&folder("corpus/cluster")).expect("the corpus is there").iter().step_by(9)
    {
        assert_eq!(run(file, true).digest, run(file, true).digest, "{}", file.display());
    }
}
