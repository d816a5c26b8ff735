//! The seeded bugs of our store: one rule of [`store::Rules`] each, set to false.
//!
//! Promises: each bug differs from the real store in its rule and in nothing else; each names the
//! oracle that must catch its killing schedule, `artifacts/store/<name>`, which has no violation on
//! the real store. Our Raft, without a bug, runs on them.

use store::faulty::FaultyFiles;
use store::{Options, Rules, WalStore};

use crate::base::renamed;
use crate::mutants;
use crate::replica::ours::Ours;
use crate::replica::system_under_test::{SystemUnderTest, UnknownMutant};
use crate::storage::{on, OnStore, OpenedStore, Opener};

/// Our store, over files that crash and lie.
pub type Wal = WalStore<FaultyFiles>;
/// Our Raft on our store.
pub type OursOnWal = OnStore<Ours, Wal>;

/// A segment has a few batches, so that short schedules begin new ones.
const SEGMENT_BYTES: u64 = 2_048;

/// One seeded bug of the store.
pub struct StoreBug {
    /// Its name.
    pub name: &'static str,
    /// Where such a bug was found.
    pub source: &'static str,
    /// The oracle that must catch its killing schedule.
    pub caught_by: &'static str,
    open: fn(FaultyFiles) -> OpenedStore<Wal>,
}

impl StoreBug {
    /// Our Raft on a store with this bug.
    pub fn system_under_test(&self) -> SystemUnderTest<OursOnWal> {
        on(self.open)
    }
}

fn open(files: FaultyFiles, rules: Rules) -> OpenedStore<Wal> {
    WalStore::open_with(files, Options { segment_bytes: SEGMENT_BYTES, rules })
}

/// Our Raft on our store, without a seeded bug.
pub fn raft_on_store() -> SystemUnderTest<OursOnWal> {
    on(|files| open(files, Rules::DURABLE))
}

/// Every bug.
pub fn all() -> impl Iterator<Item = &'static StoreBug> {
    BUGS.iter()
}

/// The bug called `name`.
pub fn named(name: &str) -> Option<&'static StoreBug> {
    let name = renamed::current(name);
    all().find(|bug| bug.name == name)
}

/// Our Raft on our store; with the bug called `name`, which is one of the store, or of Raft or its
/// host.
pub fn system_under_test(name: Option<&str>) -> Result<SystemUnderTest<OursOnWal>, UnknownMutant> {
    if let Some(bug) = name.and_then(named) {
        return Ok(bug.system_under_test());
    }
    let SystemUnderTest { options, driver, .. } = mutants::system_under_test(name)?;
    let Opener(open) = raft_on_store().storage;
    Ok(SystemUnderTest { options, driver, storage: Opener(open) })
}

/// A store in which one rule is false.
macro_rules! without {
    ($rule:ident) => {
        |files| open(files, Rules { $rule: false, ..Rules::DURABLE })
    };
}

const fn bug(
    name: &'static str,
    source: &'static str,
    caught_by: &'static str,
    open: fn(FaultyFiles) -> OpenedStore<Wal>,
) -> StoreBug {
    StoreBug { name, source, caught_by, open }
}

static BUGS: [StoreBug; 11] = [
    bug(
        "log-not-synced",
        "ahnlich #387, hiqlite #361 (2026): the log in the page cache alone",
        "restart-from-disk",
        without!(syncs_entries),
    ),
    bug(
        "vote-not-synced",
        "ROCm/spur #635 (2026): the vote by a plain write",
        "term-is-monotone",
        without!(syncs_hard_state),
    ),
    bug(
        "term-and-vote-in-two-writes",
        "hashicorp/raft #661 (2025)",
        "restart-from-disk",
        without!(writes_term_with_vote),
    ),
    bug(
        "truncation-not-synced-before-append",
        "ALICE, OSDI 2014: appends that reach the disk before what must precede them",
        "restart-from-disk",
        without!(truncates_with_entries),
    ),
    bug(
        "directory-not-synced",
        "ALICE, OSDI 2014: a file that is renamed or created, and no sync of its directory",
        "restart-from-disk",
        without!(syncs_directory),
    ),
    bug(
        "failed-sync-retried",
        "PostgreSQL's fsync failures of 2018; Can Applications Recover from fsync Failures?, ATC 2020",
        "restart-from-disk",
        without!(stops_at_failed_sync),
    ),
    bug(
        "checksum-not-checked",
        "Redundancy does not imply fault tolerance, FAST 2017",
        "damaged-node-stays-down",
        without!(checks_checksums),
    ),
    bug(
        "tail-cut-too-far",
        "a recovery that drops the last whole batch with the torn one",
        "restart-from-disk",
        without!(keeps_all_whole_batches),
    ),
    bug(
        "snapshot-renamed-before-sync",
        "files of length zero after a rename on ext4 (2009)",
        "restart-from-disk",
        without!(syncs_snapshot_before_rename),
    ),
    bug(
        "compaction-before-snapshot",
        "a log that is cut before the snapshot that replaces it is durable",
        "restart-from-disk",
        without!(compacts_after_snapshot),
    ),
    bug(
        "page-cache-trusted-at-start",
        "Can Applications Recover from fsync Failures?, ATC 2020: a restart reads what no sync wrote",
        "restart-from-disk",
        without!(rewrites_last_batch),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::ORACLES;

    #[test]
    fn every_bug_has_a_name_of_its_own_and_an_existing_oracle() {
        for (place, bug) in all().enumerate() {
            assert!(all().take(place).all(|other| other.name != bug.name), "{}", bug.name);
            assert!(mutants::system_under_test(Some(bug.name)).is_err(), "{}", bug.name);
            assert!(ORACLES.iter().any(|info| info.name == bug.caught_by), "{}", bug.name);
            assert!(!bug.source.is_empty());
        }
    }

    #[test]
    fn a_bug_of_raft_can_run_on_the_store_too() {
        assert!(system_under_test(Some("votes-twice")).is_ok());
        assert!(system_under_test(Some("vote-not-synced")).is_ok());
        assert_eq!(system_under_test(Some("nothing")).err(), Some(UnknownMutant("nothing".into())));
    }
}
