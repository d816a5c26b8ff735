//! After recovery, all running members become idle, with equal logs, commit indexes and state
//! machines.
//!
//! Sound: a leader sends a follower its missing entries, or a snapshot, until it has them; no
//! message is lost, and the bound grows with the number of missing entries. The running members are
//! compared with the leader, and all of the leader's log must be committed and applied. The cluster
//! is idle if nothing is in flight, pending or unapplied: between two ticks all messages are
//! delivered, and also those that they cause, for thousands of rounds. Checked only if the new
//! command was applied, and again after a follower was partitioned and reconnected. Not checked
//! where heartbeats are no more frequent than election timeouts, since then a leader may be deposed
//! before it sends its commit index.
//!
//! Legal as well: followers that learn the commit index from the next heartbeat.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome};
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CoreConverges;

impl Oracle for CoreConverges {
    const INFO: OracleInfo = OracleInfo {
        name: "core-converges",
        id: "L3, L4",
        property: "After recovery, all running members become idle, with equal logs, commit indexes and state machines.",
        source: "Raft paper, 5.3: leaders retry indefinitely until all followers store all log entries; openraft #1828",
    };
}

impl Monitor for CoreConverges {
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        if !history.has_recovered(outcome.fresh) {
            return NOTHING;
        }
        let RecoveryOutcome { ticks, repeats, is_quiet, differing, .. } = *outcome;
        compare(history, differing, is_quiet, ticks, repeats)
    }

    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        match quiet.before == quiet.after {
            true => compare(history, quiet.differing, true, quiet.ticks, 0),
            false => NOTHING,
        }
    }
}

fn compare(
    history: &History,
    differing: Option<(NodeId, NodeId)>,
    at_rest: bool,
    ticks: u32,
    repeats: u32,
) -> Verdict {
    if !history.setup.heartbeats_in_time() {
        return NOTHING;
    }
    check(differing.is_none() && at_rest, || {
        let (leader, node) = differing.unwrap_or_default();
        let [ahead, behind] = [leader, node].map(|id| history.node(id).view);
        Violation::CoreConverges { leader, node, ahead, behind, ticks, repeats, at_rest }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn recovered(differing: Option<(NodeId, NodeId)>, is_quiet: bool) -> Verdict {
        let mut run = cluster::<CoreConverges>(2);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &[(1, 7)])).unwrap();
        run.commits(0, 1).unwrap();
        run.applies(0, 1, 7).unwrap();
        run.recovered(&RecoveryOutcome {
            fresh: 7,
            differing,
            is_quiet,
            ..RecoveryOutcome::default()
        })
    }

    #[test]
    fn nodes_that_do_not_differ_are_legal() {
        assert_eq!(recovered(None, true), HELD);
    }

    #[test]
    fn a_node_that_differs_permanently_is_illegal() {
        assert!(recovered(Some((NodeId(0), NodeId(1))), true).is_err());
    }

    #[test]
    fn nodes_that_never_become_idle_are_illegal() {
        assert!(recovered(None, false).is_err());
    }
}
