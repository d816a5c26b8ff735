//! Legal variants of our core: other choices where the papers leave one, under which every oracle
//! stays silent.
//!
//! Promises: each variant differs from our core in the rules of its row and in nothing else, and is
//! safe. A variant that may fail to make progress says so; its runs end without a recovery. What
//! an oracle must allow beyond these, its module says.

use raft::{LogId, LogIndex, Membership, NodeId, NodeSet, Refused, Rules, Term};

use crate::base::renamed;
use crate::replica::driver::Driver;
use crate::replica::gate::GatedRules;
use crate::replica::ours::Ours;
use crate::replica::system_under_test::SystemUnderTest;

/// One legal variant.
pub struct Variant {
    /// Its name.
    pub name: &'static str,
    /// What differs.
    pub differs: &'static str,
    /// Who does so, or where the choice is left.
    pub source: &'static str,
    /// It makes progress wherever our core does.
    pub is_live: bool,
    rules: Rules,
}

impl Variant {
    /// Our Raft in this variant.
    pub fn system_under_test(&'static self) -> SystemUnderTest<Ours> {
        let options = GatedRules { rules: &self.rules, gates: &[] };
        let driver = Driver { promises_no_progress: !self.is_live, ..Driver::CORRECT };
        SystemUnderTest { options, driver, storage: () }
    }
}

/// Every variant.
pub fn all() -> impl Iterator<Item = &'static Variant> {
    VARIANTS.iter()
}

/// The variant called `name`.
pub fn named(name: &str) -> Option<&'static Variant> {
    let name = renamed::current(name);
    all().find(|variant| variant.name == name)
}

/// A variant that makes progress.
const fn live(
    name: &'static str,
    differs: &'static str,
    source: &'static str,
    rules: Rules,
) -> Variant {
    Variant { name, differs, source, is_live: true, rules }
}

/// A variant that may fail to make progress.
const fn safe(
    name: &'static str,
    differs: &'static str,
    source: &'static str,
    rules: Rules,
) -> Variant {
    Variant { name, differs, source, is_live: false, rules }
}

/// The index before an odd one: half of the time a server says less than it could.
fn even(index: LogIndex) -> LogIndex {
    LogIndex(index.0 & !1)
}

/// A change of voters by joint consensus, however few of them change.
fn always_joint(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership {
    let outgoing = if voters == current.voters { NodeSet::EMPTY } else { current.voters };
    Membership { voters, outgoing, learners: learners.without(voters) }
}

fn in_any_term(pending: Option<LogIndex>, _: Option<Term>, _: Term) -> Result<(), Refused> {
    pending.map_or(Ok(()), |since| Err(Refused::ChangeInProgress { since }))
}

/// The older voters, and those of the learners that are none of them.
fn undone(joint: &Membership) -> Membership {
    let learners = joint.learners.without(joint.outgoing);
    Membership { learners, ..Membership::new(joint.outgoing) }
}

static VARIANTS: [Variant; 17] = [
    // ---- Elections ----
    safe(
        "vote-recorded-not-given",
        "a voter records the first vote that it is asked for, although it refuses it",
        "openraft",
        Rules { recorded_vote: |given, candidate, _| given.or(Some(candidate)), ..Rules::RAFT },
    ),
    live(
        "leader-recorded-as-vote",
        "a follower records the leader of the term as its vote",
        "openraft, noraft",
        Rules { vote_of_follower: |_, leader| Some(leader), ..Rules::RAFT },
    ),
    live(
        "late-vote-for-leader",
        "the same, and it answers a late request of that leader with a vote, whatever the logs",
        "noraft",
        Rules { vote_of_follower: |_, leader| Some(leader), votes_again: is_same, ..Rules::RAFT },
    ),
    safe(
        "some-votes-refused",
        "a voter refuses one vote of three that it could give",
        "no vote is owed",
        Rules {
            is_up_to_date: |candidate, own| candidate >= own && candidate.index.0 % 3 != 2,
            ..Rules::RAFT
        },
    ),
    safe(
        "learner-refuses-vote",
        "a server that is no voter by its own log refuses its vote",
        "many; our core votes, as dissertation, 4.2.2 has it",
        Rules { votes_as: |is_voter| is_voter, ..Rules::RAFT },
    ),
    safe(
        "smaller-claim",
        "a candidate claims one entry less than it has, if their number is odd",
        "a claim of the durable part of the log",
        Rules { claimed_log: |last| LogId { index: even(last.index), ..last }, ..Rules::RAFT },
    ),
    live(
        "term-raised-by-two",
        "a candidate raises the term by two",
        "terms that are unique by other means, as multiples of the number of servers",
        Rules { candidate_term: |current, _, _| current.next().next(), ..Rules::RAFT },
    ),
    live(
        "term-raised-by-pre-vote",
        "a Pre-Vote request of a newer term raises the term, as all other messages do",
        "Figure 2, all servers",
        Rules { adopts_newer_term: |_| true, ..Rules::RAFT },
    ),
    safe(
        "early-step-down",
        "a leader steps down in its term at every fourth commit index",
        "leaders that hand over, or fear for their lease",
        Rules { leads_on: |commit| commit.0 % 4 != 3, ..Rules::RAFT },
    ),
    // Old entries that fill the limit of uncommitted ones then keep new ones out.
    safe(
        "no-noop",
        "a leader creates no entry at the start of its term",
        "Raft paper without section 8",
        Rules { begins_with_noop: || false, ..Rules::RAFT },
    ),
    // ---- Replication ----
    safe(
        "smaller-acknowledgement",
        "a follower acknowledges one entry less than it has, if their number is odd",
        "acknowledgements by whole batches",
        Rules { acknowledged: |last_new, _| even(last_new), ..Rules::RAFT },
    ),
    live(
        "next-index-backs-up-by-one",
        "a leader ignores the hint of a rejection",
        "Raft paper, 5.3: decrement nextIndex and retry",
        Rules { next_after_rejection: |prev, _| prev, ..Rules::RAFT },
    ),
    live(
        "truncation-at-rejection",
        "a follower removes entries that conflict before it knows what replaces them",
        "noraft",
        Rules { truncates_at_rejection: || true, ..Rules::RAFT },
    ),
    safe(
        "late-commit",
        "a leader counts itself for one entry less than it has; a follower commits one less",
        "Figure 2 sets an upper bound",
        Rules {
            own_match: |durable, _| durable.previous(),
            follower_commit: |commit, leader, last_new, _| {
                commit.max(leader.min(last_new).previous())
            },
            ..Rules::RAFT
        },
    ),
    // ---- Snapshots ----
    live(
        "needless-snapshot-restored",
        "a snapshot of exactly what is committed is installed once more",
        "tikv/raft-rs, for a snapshot that was requested",
        Rules { snapshot_is_committed: |snapshot, commit| snapshot < commit, ..Rules::RAFT },
    ),
    // ---- Membership ----
    live(
        "always-joint-consensus",
        "every change of voters goes by joint consensus, also in a fresh term",
        "Raft paper, section 6; noraft",
        Rules { next_membership: always_joint, may_change: in_any_term, ..Rules::RAFT },
    ),
    safe(
        "joint-consensus-undone",
        "joint consensus ends with the older voters: no change of several comes to pass",
        "dissertation, 4.3, in the other direction",
        Rules { after_joint: undone, ..Rules::RAFT },
    ),
];

fn is_same(given: Option<NodeId>, candidate: NodeId) -> bool {
    given == Some(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants;

    #[test]
    fn every_variant_has_a_name_that_no_other_and_no_bug_has() {
        for (place, variant) in all().enumerate() {
            assert!(all().take(place).all(|other| other.name != variant.name));
            assert!(mutants::named(variant.name).is_none(), "{}", variant.name);
            assert!(mutants::storage::named(variant.name).is_none(), "{}", variant.name);
        }
    }
}
