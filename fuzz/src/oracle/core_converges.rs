//! Once a quorum works again, all its nodes come to rest, with equal logs, commit indexes and
//! state machines.
//!
//! Sound: a leader sends what a follower lacks until it has it, entries or a snapshot, nothing is
//! lost, and the bound grows with what is lacking. Compared are members of the cluster that run,
//! and the leader with itself: all of its log must be committed and applied. At rest nothing is in
//! flight, pending or unapplied: between two ticks everything arrives, and what that causes as
//! well, thousands of times over. Asked only if the fresh command was applied, and again after a
//! follower was cut off and came back; not asked where heartbeats are no more frequent than
//! election timeouts, since then a leader may be gone before it tells what is committed.

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
        promise: "Once a quorum works again, all its nodes come to rest, with equal logs, commit indexes and state machines.",
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
    if !history.setup.beats_in_time() {
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
    fn a_node_that_differs_for_good_is_illegal() {
        assert!(recovered(Some((NodeId(0), NodeId(1))), true).is_err());
    }

    #[test]
    fn nodes_that_never_come_to_rest_are_illegal() {
        assert!(recovered(None, false).is_err());
    }
}
