//! Once a quorum works again, a leader is elected, and a fresh command is committed and applied.
//!
//! Asked only of runs whose set-up says so, after `recovery.rs` has healed the cluster. Sound: if
//! some voter's log is as new as those of a quorum, nothing is lost any more, clocks tick in turn
//! and messages arrive between two ticks, then when its time comes it is alone and wins. That
//! happens within one longest wait of the end of old leaders and leases; forty are allowed. Nothing
//! is asked where faults have left no quorum or nobody whom a quorum could elect, which changes of
//! membership can bring about in Raft itself; and who has been removed is switched off, since it
//! may disturb for ever (dissertation, 4.2.3).

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
        promise: "Once a quorum works again, a leader is elected, and a fresh command is committed and applied.",
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
    use raft::Role;

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

    fn asked(fresh: u64) -> RecoveryOutcome {
        RecoveryOutcome { fresh, ..RecoveryOutcome::default() }
    }

    #[test]
    fn a_leader_that_has_applied_a_fresh_command_is_legal() {
        assert_eq!(healed(FRESH).recovered(&asked(FRESH)), HELD);
    }

    #[test]
    fn only_old_commands_are_illegal() {
        assert!(healed(FRESH - 1).recovered(&asked(FRESH)).is_err());
    }

    #[test]
    fn nobody_can_win_where_the_newest_log_is_that_of_one_without_a_vote_which_is_needed() {
        let mut run = cluster::<RecoversAfterHealing>(4);
        assert!(run.history.can_elect());
        for node in [0, 3] {
            run.stores(node, &change(1, 1, &[0, 1, 2])).unwrap();
        }
        run.stores(0, &joint(2, 1, &[3], &[0, 1, 2])).unwrap();
        assert!(run.history.can_elect(), "n3 votes for n0");
        run.stores(3, &write(2, &[(2, 0)])).unwrap();
        assert!(!run.history.can_elect(), "n3 has the newer log, and no vote as far as it knows");
    }

    #[test]
    fn no_leader_is_illegal() {
        let mut run = healed(FRESH);
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.recovered(&asked(FRESH)).is_err());
    }
}
