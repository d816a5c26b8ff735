//! A leader begins a membership change only after the previous one is committed.
//!
//! Sound: section 6 and the dissertation's 4.1 require it, and the end of joint consensus is
//! appended after joint consensus is committed. Of two uncommitted changes, the majorities of the
//! second need not overlap those of the membership that both replaced.
//!
//! Only changes of voters count. Legal as well, while an earlier change is not committed: a change
//! of learners alone; entering joint consensus, which still needs the majority of the voters that
//! the earlier change has made; a change of one voter after the end of a joint consensus that is
//! committed, of which every quorum holds a majority of the voters that remained.

use raft::{LogIndex, NodeId};

use crate::base::quorum::{enters_joint, leaves_joint, same_quorums};
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OneChangeAtATime;

impl Oracle for OneChangeAtATime {
    const INFO: OracleInfo = OracleInfo {
        name: "one-change-at-a-time",
        id: "R1",
        property: "A leader begins a membership change only after the previous one is committed.",
        source: "Raft paper, section 6; dissertation, 4.1",
    };
}

impl Monitor for OneChangeAtATime {
    fn wrote(&mut self, history: &History, leader: NodeId, write: &Write) -> Verdict {
        let facts = history.node(leader);
        if !write.changes_membership() || !facts.view.is_leader() {
            return NOTHING;
        }
        let initial = (LogIndex(0), history.membership);
        let mut changes = facts.log.all_changes().chain([initial]);
        let Some((index, new)) = changes.next() else { return NOTHING };
        let Some((mut since, old)) = changes.next() else { return NOTHING };
        // Where the voters of the replaced membership were chosen.
        let mut earlier = changes.next();
        while let Some((at, _)) = earlier.filter(|(_, members)| same_quorums(members, &old)) {
            (since, earlier) = (at, changes.next());
        }
        let ended_joint = earlier.is_some_and(|(_, members)| leaves_joint(&members, &old));
        let needs_none = same_quorums(&old, &new)
            || enters_joint(&old, &new)
            || (ended_joint && !new.is_joint());
        let commit = facts.view.commit;
        check(needs_none || since <= commit, || Violation::OneChangeAtATime {
            leader,
            index,
            since,
            commit,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{Membership, Role};

    fn one_pending() -> crate::history::recorder::Recorder<OneChangeAtATime> {
        let mut run = cluster::<OneChangeAtATime>(4);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &change(1, 1, &[0, 1, 2])).unwrap();
        run
    }

    #[test]
    fn a_change_after_a_committed_one_is_legal() {
        let mut run = one_pending();
        run.commits(0, 1).unwrap();
        assert_eq!(run.writes(0, &change(2, 1, &[0, 1])), HELD);
    }

    fn learner_of_three(index: u64) -> Write {
        let members = Membership { learners: set(&[3]), ..Membership::new(set(&[0, 1, 2])) };
        membership(index, 1, members)
    }

    #[test]
    fn learners_alone_and_joint_consensus_may_follow_an_uncommitted_change() {
        let mut run = one_pending();
        assert_eq!(run.writes(0, &learner_of_three(2)), HELD);
        assert_eq!(run.writes(0, &joint(3, 1, &[3], &[0, 1, 2])), HELD);
        assert!(run.writes(0, &change(4, 1, &[3])).is_err(), "joint consensus is not committed");
    }

    #[test]
    fn a_change_of_one_voter_may_follow_the_uncommitted_end_of_joint_consensus() {
        let mut run = one_pending();
        run.writes(0, &joint(2, 1, &[3], &[0, 1, 2])).unwrap();
        run.commits(0, 2).unwrap();
        assert_eq!(run.writes(0, &change(3, 1, &[3])), HELD);
        assert_eq!(run.writes(0, &change(4, 1, &[2, 3])), HELD);
        assert!(run.writes(0, &change(5, 1, &[1, 2, 3])).is_err());
    }

    #[test]
    fn a_change_after_an_uncommitted_one_is_illegal_with_learners_in_between_too() {
        assert!(one_pending().writes(0, &change(2, 1, &[0, 1])).is_err());
        let mut run = one_pending();
        run.writes(0, &learner_of_three(2)).unwrap();
        assert!(run.writes(0, &change(3, 1, &[0, 1])).is_err());
    }
}
