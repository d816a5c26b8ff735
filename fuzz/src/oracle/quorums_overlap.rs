//! Any quorum of one membership in a log overlaps any quorum of the next one.
//!
//! Sound: majorities still overlap if one voter is added or removed (dissertation, 4.1); joint
//! consensus needs both majorities, and ends with the newer set of voters (section 6). No other
//! step is legal.

use raft::{Membership, NodeId};

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

/// Whether section 6 or the dissertation, 4.1, allows the step from `old` to `new`.
fn is_legal_step(old: &Membership, new: &Membership) -> bool {
    let differing = old.voters.without(new.voters) | new.voters.without(old.voters);
    match (old.is_joint(), new.is_joint()) {
        (false, false) => differing.len() <= 1,
        (false, true) => new.outgoing == old.voters,
        (true, false) => differing.is_empty(),
        (true, true) => false,
    }
}

impl Monitor for QuorumsOverlap {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        if !write.changes_membership() {
            return NOTHING;
        }
        let log = &history.node(node).log;
        let [Some((index, new)), _] = log.changes() else { return NOTHING };
        let old = history.replaced_in(log);
        let is_legal = is_legal_step(&old, &new) && !new.voters.is_empty();
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
    fn removing_two_voters_in_one_step_is_illegal() {
        assert!(cluster::<QuorumsOverlap>(4).writes(0, &change(1, 1, &[0, 1])).is_err());
    }

    #[test]
    fn joint_consensus_with_another_set_than_the_old_one_is_illegal() {
        let write = joint(1, 1, &[0], &[1, 2]);
        assert!(cluster::<QuorumsOverlap>(4).writes(0, &write).is_err());
    }
}
