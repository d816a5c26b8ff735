//! After recovery, a leader is elected, and a new command is committed and applied.
//!
//! Checked only in runs whose setup says so, after `recovery.rs` has healed the cluster. Sound:
//! assume that some voter's log is at least as up-to-date as those of a quorum, that nothing is
//! lost any more, that clocks tick in turn and that messages arrive between two ticks. Then this
//! voter is the only candidate when its election timeout elapses, and wins. This happens within one
//! longest election timeout after the end of old leaders and leases; forty are allowed. Not checked
//! where faults have left no quorum, or no node that a quorum could elect, which membership changes
//! can cause in correct Raft. A removed node is switched off, since it may disrupt the others
//! permanently (dissertation, 4.2.3).

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::RecoveryOutcome;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct RecoversAfterHealing;

impl Oracle for RecoversAfterHealing {
    const INFO: OracleInfo = OracleInfo {
        name: "recovers-after-healing",
        id: "L1",
        property:
            "After recovery, a leader is elected, and a new command is committed and applied.",
        source: "Raft paper, 5.4.3 and 9.3: availability of a majority; tikv/raft-rs#84",
    };
}

impl Monitor for RecoversAfterHealing {
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        check(history.has_recovered(outcome.fresh), || Violation::RecoversAfterHealing {
            ticks: outcome.ticks,
            repeats: outcome.repeats,
            waiting: history.nodes.iter().filter(|node| node.up).map(|n| (n.id, n.view)).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use raft::{NodeSet, Role};

    const FRESH: u64 = 7;

    /// Two nodes, a leader, and one command that it has committed and applied.
    fn healed(command: u64) -> Recorder<RecoversAfterHealing> {
        let mut run = cluster::<RecoversAfterHealing>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        for node in 0..2 {
            run.stores(node, &write(1, &[(1, 0), (1, command)])).unwrap();
        }
        run.commits(0, 2).unwrap();
        run.applies(0, 2, command).unwrap();
        run
    }

    fn outcome(fresh: u64) -> RecoveryOutcome {
        RecoveryOutcome { fresh, ..RecoveryOutcome::default() }
    }

    #[test]
    fn a_leader_that_has_applied_a_fresh_command_is_legal() {
        assert_eq!(healed(FRESH).recovered(&outcome(FRESH)), HELD);
    }

    #[test]
    fn only_old_commands_are_illegal() {
        assert!(healed(FRESH - 1).recovered(&outcome(FRESH)).is_err());
    }

    #[test]
    fn no_node_can_win_if_the_newest_log_is_that_of_a_needed_node_without_a_vote() {
        let mut run = cluster::<RecoversAfterHealing>(4);
        assert!(run.history.can_elect(NodeSet::first(4)));
        for node in [0, 3] {
            run.stores(node, &change(1, 1, &[0, 1, 2])).unwrap();
        }
        run.stores(0, &joint(2, 1, &[3], &[0, 1, 2])).unwrap();
        assert!(run.history.can_elect(NodeSet::first(4)), "n3 votes for n0");
        run.stores(3, &write(2, &[(2, 0)])).unwrap();
        assert!(
            !run.history.can_elect(NodeSet::first(4)),
            "n3 has the newer log, and is no voter by its own log"
        );
    }

    #[test]
    fn no_leader_is_illegal() {
        let mut run = healed(FRESH);
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.recovered(&outcome(FRESH)).is_err());
    }
}
