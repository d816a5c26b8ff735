//! After recovery, no membership change of the leader is pending.
//!
//! Sound: a leader in joint consensus leaves it by itself once it is committed, and commits all of
//! its log; a change that was never committed may be lost. Checked only if the new command was
//! applied.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::RecoveryOutcome;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ChangeFinishes;

impl Oracle for ChangeFinishes {
    const INFO: OracleInfo = OracleInfo {
        name: "change-finishes",
        id: "L5",
        property: "After recovery, no membership change of the leader is pending.",
        source: "Raft paper, section 6; etcd bd3c759, #12136",
    };
}

impl Monitor for ChangeFinishes {
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        let leader = history.newest_leader().map(|(id, _)| history.node(id));
        let Some(leader) = leader.filter(|_| history.has_recovered(outcome.fresh)) else {
            return NOTHING;
        };
        let members = *history.membership_of(leader);
        let newest = leader.log.last_change();
        let is_finished = !members.is_joint() && newest <= leader.view.commit;
        let (leader, index) = (leader.id, newest);
        check(is_finished, || Violation::ChangeFinishes { leader, index, members })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::replica::Write;
    use raft::Role;

    fn recovered(change: &Write) -> Verdict {
        let mut run = cluster::<ChangeFinishes>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, change).unwrap();
        run.stores(0, &write(2, &[(1, 7)])).unwrap();
        run.commits(0, 2).unwrap();
        run.applies(0, 2, 7).unwrap();
        run.recovered(&RecoveryOutcome { fresh: 7, ..RecoveryOutcome::default() })
    }

    #[test]
    fn a_change_that_is_committed_is_legal() {
        assert_eq!(recovered(&change(1, 1, &[0])), HELD);
    }

    #[test]
    fn joint_consensus_that_does_not_end_is_illegal() {
        assert!(recovered(&joint(1, 1, &[0], &[0, 1])).is_err());
    }
}
