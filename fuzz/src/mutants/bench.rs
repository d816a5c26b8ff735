//! The bench of real bugs: the seeds by which searches are compared, by the cost of finding them.
//!
//! Promises: each seed is a bug with its source in a tracker or a paper ([`Mutant::source`]), the
//! oracle that must catch it ([`Mutant::caught_by`]), its canary ([`canary`](crate::base::canary))
//! and a killing schedule, `artifacts/mutant/<name>`, which has no violation on correct Raft. The
//! plain seeds are bugs without gates, in tiers by the executions that a swarm needed in a model:
//! 1, at most ten; 2, two hundred; 3, 2,500; 4, 200,000; 5, liveness bugs. Tiers 1 and 2 guard
//! against regressions and say nothing about which search is better. The deep seeds are such bugs
//! in larger clusters, most of them behind gates ([`gate`](crate::replica::gate)); their tiers are
//! by the executions that our swarm needed, 600 events each (fuzz/docs/bugs.md).
//!
//! The half belongs to the bug, and so to each seed made of it: weights, lengths and guidance may
//! be tuned on the seeds of [`Half::Train`]. **Nothing may ever be tuned on a seed of
//! [`Half::Test`]**, nor may a seed change its half: these seeds only show whether the tuning holds
//! for bugs that it did not use.

use crate::base::renamed;
use crate::mutants::catalogue;
use crate::mutants::mutant::Mutant;
use crate::replica::gate::Gate;
use crate::replica::ours::Ours;
use crate::replica::system_under_test::SystemUnderTest;

/// The two sets of seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Set {
    /// The bug without gates, in clusters of any size.
    Plain,
    /// In a larger cluster, and armed at a node only while its gates are open there.
    Deep,
}

/// The use of a seed: training or test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// A search may be tuned on it.
    Train,
    /// A search may only be evaluated on it.
    Test,
}

/// One bug of the bench.
pub struct Seed {
    /// Its name.
    pub name: &'static str,
    /// Its id in the catalogue.
    pub id: &'static str,
    /// Its set.
    pub set: Set,
    /// How hard it is to find, from 1 to 5.
    pub tier: u8,
    /// Its use: training or test.
    pub half: Half,
    /// It is armed at a node while all of these are open there.
    pub gates: &'static [Gate],
    mutant: &'static str,
    nodes: Option<u8>,
}

impl Seed {
    /// Our Raft with this bug.
    pub fn system_under_test(&'static self) -> SystemUnderTest<Ours> {
        self.mutant().gated(self.gates)
    }

    /// This seed behind gates, under a new name: the bug's name with a suffix for the gates.
    const fn gated(self, name: &'static str, gates: &'static [Gate]) -> Seed {
        Seed { name, gates, ..self }
    }

    /// The size of every cluster; if none, the schedule decides.
    pub fn nodes(&self) -> Option<u8> {
        self.nodes
    }

    /// The seed called `name`.
    pub fn named(name: &str) -> Option<&'static Seed> {
        let name = renamed::current(name);
        seeds().find(|seed| seed.name == name)
    }

    /// The bug.
    pub fn mutant(&self) -> &'static Mutant {
        catalogue::named(self.mutant).expect("a test holds that there is such a mutant")
    }
}

/// Every seed.
pub fn seeds() -> impl Iterator<Item = &'static Seed> {
    PLAIN.iter().chain(&DEEP)
}

const fn plain(tier: u8, id: &'static str, name: &'static str, half: Half) -> Seed {
    Seed { name, id, set: Set::Plain, tier, half, gates: &[], mutant: name, nodes: None }
}

/// A bug in a larger cluster, without its name and gates, which [`Seed::gated`] sets.
const fn deep(tier: u8, id: &'static str, mutant: &'static str, half: Half, nodes: u8) -> Seed {
    Seed { name: "", id, set: Set::Deep, tier, half, gates: &[], mutant, nodes: Some(nodes) }
}

use Gate::{Changed, Changing, Joint, Mixed, Restarted, Snapshot, Tail};
use Half::{Test, Train};

static PLAIN: [Seed; 30] = [
    plain(1, "R01", "commit-by-mode", Test),
    plain(1, "R04", "commit-index-falls", Test),
    plain(1, "R05", "match-index-falls", Test),
    plain(1, "R07", "truncates-without-conflict", Test),
    plain(1, "R23", "acknowledges-before-durable", Test),
    plain(2, "E05", "vote-before-durable", Test),
    plain(2, "E07", "failed-write-ignored", Test),
    plain(2, "E10", "votes-by-an-older-log", Test),
    plain(2, "E11", "third-is-a-vote-quorum", Test),
    plain(2, "R02", "commits-older-terms-by-counting", Test),
    plain(2, "R17", "leader-ignores-newer-term-in-replies", Test),
    plain(2, "S01", "compacted-entries-appended-again", Test),
    plain(2, "S03", "term-from-snapshot", Test),
    plain(2, "L01", "reads-in-fresh-term", Test),
    plain(3, "E01", "repeated-votes-counted", Test),
    plain(3, "E02", "stale-vote-counted", Test),
    plain(3, "E03", "vote-cleared-on-step-down", Train),
    plain(3, "R11", "commits-to-last-entry", Train),
    plain(3, "S04", "snapshot-removes-suffix", Train),
    plain(3, "M02", "two-changes-at-once", Train),
    plain(3, "M03", "membership-in-force-when-committed", Train),
    plain(3, "L03", "reads-without-quorum", Train),
    plain(4, "R10", "acknowledges-whole-log", Test),
    plain(4, "L02", "stale-acks-confirm-reads", Test),
    plain(4, "M01", "change-in-fresh-term", Test),
    plain(4, "R14", "progress-half-sorted", Test),
    plain(4, "S05", "snapshot-before-truncation", Test),
    plain(5, "E17", "pre-vote-refusal-term-ignored", Test),
    plain(5, "E20", "leads-without-quorum", Test),
    plain(5, "S07", "no-snapshot-for-new-members", Test),
];

static DEEP: [Seed; 25] = [
    deep(3, "E03", "vote-cleared-on-step-down", Train, 5)
        .gated("vote-cleared-on-step-down-in-change", &[Changing]),
    deep(3, "E03", "vote-cleared-on-step-down", Train, 5)
        .gated("vote-cleared-on-step-down-with-tail", &[Snapshot, Tail]),
    deep(4, "R11", "commits-to-last-entry", Train, 5)
        .gated("commits-to-last-entry-in-change", &[Changing]),
    deep(4, "L03", "reads-without-quorum", Train, 5)
        .gated("reads-without-quorum-in-change", &[Changing]),
    deep(3, "S04", "snapshot-removes-suffix", Train, 5)
        .gated("snapshot-removes-suffix-in-change", &[Changing]),
    deep(3, "S04", "snapshot-removes-suffix", Train, 5)
        .gated("snapshot-removes-suffix-with-tail", &[Snapshot, Tail]),
    deep(3, "M02", "two-changes-at-once", Train, 7)
        .gated("two-changes-at-once-in-joint", &[Snapshot, Restarted, Joint, Tail]),
    deep(2, "M03", "membership-in-force-when-committed", Train, 7)
        .gated("membership-in-force-when-committed-in-joint", &[Snapshot, Restarted, Joint, Mixed]),
    deep(2, "E01", "repeated-votes-counted", Test, 7)
        .gated("repeated-votes-counted-in-joint", &[Snapshot, Restarted, Joint, Mixed]),
    deep(3, "E02", "stale-vote-counted", Test, 7)
        .gated("stale-vote-counted-in-joint", &[Snapshot, Restarted, Joint, Tail, Mixed]),
    deep(3, "R02", "commits-older-terms-by-counting", Test, 7)
        .gated("commits-older-terms-by-counting-in-joint", &[Snapshot, Restarted, Joint, Mixed]),
    deep(3, "M01", "change-in-fresh-term", Test, 5)
        .gated("change-in-fresh-term-with-tail", &[Snapshot, Restarted, Changed, Tail]),
    deep(4, "L02", "stale-acks-confirm-reads", Test, 5)
        .gated("stale-acks-confirm-reads-in-change", &[Changing]),
    deep(4, "S01", "compacted-entries-appended-again", Test, 5)
        .gated("compacted-entries-appended-again-in-change", &[Changing]),
    deep(3, "E10", "votes-by-an-older-log", Test, 5)
        .gated("votes-by-an-older-log-with-tail", &[Snapshot, Changing, Tail]),
    deep(3, "S03", "term-from-snapshot", Test, 5)
        .gated("term-from-snapshot-with-tail", &[Snapshot, Changing, Tail]),
    deep(4, "R10", "acknowledges-whole-log", Test, 5)
        .gated("acknowledges-whole-log-among-five", &[]),
    deep(4, "E03", "vote-cleared-on-step-down", Train, 7).gated(
        "vote-cleared-on-step-down-in-joint",
        &[Snapshot, Restarted, Changed, Joint, Tail, Mixed],
    ),
    deep(4, "R11", "commits-to-last-entry", Train, 5)
        .gated("commits-to-last-entry-in-joint", &[Snapshot, Restarted, Joint, Tail, Mixed]),
    deep(4, "L03", "reads-without-quorum", Train, 5)
        .gated("reads-without-quorum-with-tail", &[Changing, Tail]),
    deep(4, "S04", "snapshot-removes-suffix", Train, 7).gated(
        "snapshot-removes-suffix-in-joint",
        &[Snapshot, Restarted, Changed, Joint, Tail, Mixed],
    ),
    deep(4, "L02", "stale-acks-confirm-reads", Test, 5)
        .gated("stale-acks-confirm-reads-in-joint", &[Joint, Tail]),
    deep(4, "S01", "compacted-entries-appended-again", Test, 5).gated(
        "compacted-entries-appended-again-while-mixed",
        &[Snapshot, Restarted, Changing, Mixed],
    ),
    deep(4, "E10", "votes-by-an-older-log", Test, 5)
        .gated("votes-by-an-older-log-in-joint", &[Snapshot, Restarted, Joint, Tail, Mixed]),
    deep(4, "S03", "term-from-snapshot", Test, 7)
        .gated("term-from-snapshot-in-joint", &[Snapshot, Restarted, Changed, Joint, Tail, Mixed]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_seed_has_a_unique_name_and_a_bug_with_its_id() {
        for (place, seed) in seeds().enumerate() {
            assert!(seeds().take(place).all(|other| other.name != seed.name), "{}", seed.name);
            let mut ids = seed.mutant().ids.split(", ");
            assert!(ids.any(|id| id == seed.id), "{}: {}", seed.name, seed.id);
            assert!((1..=5).contains(&seed.tier), "{}", seed.name);
            let is_deep = seed.set == Set::Deep;
            assert_eq!(is_deep, catalogue::named(seed.name).is_none(), "{}", seed.name);
            assert_eq!(is_deep, seed.nodes().is_some(), "{}", seed.name);
            assert!(is_deep || seed.gates.is_empty(), "{}", seed.name);
            assert!(seed.name.starts_with(seed.mutant().name), "{}", seed.name);
        }
    }

    #[test]
    fn all_seeds_of_a_bug_are_in_one_half() {
        for seed in seeds() {
            let mut others = seeds().filter(|other| other.mutant().name == seed.mutant().name);
            assert!(others.all(|other| other.half == seed.half), "{}", seed.name);
        }
    }
}
