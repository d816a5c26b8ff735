//! A node uses the newest membership in its log, committed or not.
//!
//! Sound: dissertation, 4.1. A truncation undoes the changes that it removes, and changes in a
//! snapshot count as in the log. Checked only for a Raft that shows its membership.
//!
//! A Raft that uses a change only when it is applied shows no membership, and does not declare
//! `changes`.

use raft::{Membership, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MembershipIsNewest;

impl Oracle for MembershipIsNewest {
    const INFO: OracleInfo = OracleInfo {
        name: "membership-is-newest",
        id: "R4",
        property: "A node uses the newest membership in its log, committed or not.",
        source: "dissertation, 4.1; CCF's LogConfigurationConsistentInv",
    };
}

impl Monitor for MembershipIsNewest {
    fn configured(&mut self, history: &History, node: NodeId, shown: &Membership) -> Verdict {
        let newest = *history.membership_of(history.node(node));
        let shown = *shown;
        check(shown == newest, || Violation::MembershipIsNewest { node, shown, newest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn uses(
        run: &mut crate::history::recorder::Recorder<MembershipIsNewest>,
        voters: &[u8],
    ) -> Verdict {
        run.monitor.configured(&run.history, NodeId(0), &Membership::new(set(voters)))
    }

    #[test]
    fn a_membership_rolls_back_with_the_log() {
        let mut run = cluster::<MembershipIsNewest>(4);
        assert_eq!(uses(&mut run, &[0, 1, 2, 3]), HELD);
        run.writes(0, &change(1, 1, &[0, 1, 2])).unwrap();
        assert_eq!(uses(&mut run, &[0, 1, 2]), HELD);
        run.writes(0, &overwrite(1, &[(2, 0)])).unwrap();
        assert_eq!(uses(&mut run, &[0, 1, 2, 3]), HELD);
    }

    #[test]
    fn a_membership_that_is_no_longer_in_the_log_is_illegal() {
        let mut run = cluster::<MembershipIsNewest>(4);
        run.writes(0, &change(1, 1, &[0, 1, 2])).unwrap();
        run.writes(0, &overwrite(1, &[(2, 0)])).unwrap();
        assert!(uses(&mut run, &[0, 1, 2]).is_err());
    }
}
