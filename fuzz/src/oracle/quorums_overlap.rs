//! Any quorum of one membership in a log overlaps any quorum of the next one.
//!
//! Sound: this overlap is what changes rest on. Majorities still overlap if one voter is added or
//! removed (dissertation, 4.1); joint consensus needs both majorities (section 6).
//!
//! Legal as well: any other step whose quorums overlap, for example from joint consensus back to
//! the older voters, or other learners during joint consensus.

use raft::NodeId;

use crate::base::quorum::quorums_overlap;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct QuorumsOverlap;

impl Oracle for QuorumsOverlap {
    const INFO: OracleInfo = OracleInfo {
        name: "quorums-overlap",
        id: "R2",
        property: "Any quorum of one membership in a log overlaps any quorum of the next one.",
        source: "Raft paper, section 6; dissertation, 4.1 and 4.3",
    };
}

impl Monitor for QuorumsOverlap {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        if !write.changes_membership() {
            return NOTHING;
        }
        let log = &history.node(node).log;
        let [Some((index, new)), _] = log.changes() else { return NOTHING };
        let old = history.replaced_in(log);
        let is_legal = quorums_overlap(&old, &new) && !new.voters.is_empty();
        check(is_legal, || Violation::QuorumsOverlap { node, index, old, new })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn removing_one_voter_joint_consensus_and_its_end_are_legal() {
        let mut run = cluster::<QuorumsOverlap>(4);
        assert_eq!(run.writes(0, &change(1, 1, &[0, 1, 2])), HELD);
        assert_eq!(run.writes(0, &joint(2, 1, &[0], &[0, 1, 2])), HELD);
        assert_eq!(run.writes(0, &change(3, 1, &[0])), HELD);
    }

    #[test]
    fn leaving_joint_consensus_backwards_and_other_learners_during_it_are_legal() {
        let mut run = cluster::<QuorumsOverlap>(4);
        run.writes(0, &joint(1, 1, &[0], &[0, 1, 2, 3])).unwrap();
        let now = *run.history.membership_of(run.history.node(NodeId(0)));
        let learner = raft::Membership { learners: set(&[4]), ..now };
        assert_eq!(run.writes(0, &membership(2, 1, learner)), HELD);
        assert_eq!(run.writes(0, &change(3, 1, &[0, 1, 2, 3])), HELD);
    }

    #[test]
    fn removing_two_voters_in_one_step_is_illegal() {
        assert!(cluster::<QuorumsOverlap>(5).writes(0, &change(1, 1, &[0, 1, 2])).is_err());
    }

    #[test]
    fn joint_consensus_with_another_set_than_the_old_one_is_illegal() {
        let write = joint(1, 1, &[0], &[1]);
        assert!(cluster::<QuorumsOverlap>(5).writes(0, &write).is_err());
    }
}
