//! With Pre-Vote and CheckQuorum, a leader that a healthy quorum hears stays leader.
//!
//! Checked in the period of `cluster/degraded.rs`: a healthy leader whose term is the highest of
//! all, and which is a voter of a membership that is committed and final, must lead until the
//! period ends. It must have led for longer than a message can take, over a slow link or to a node
//! that is paused, and the period have lasted for two of the longest election timeouts, so that no
//! vote, Pre-Vote or TimeoutNow from before its election is on its way, and no transfer is open.
//! Sound: all healthy nodes receive its heartbeats and reply, so none of them grants a Pre-Vote or
//! heeds a candidate, and without them no node is elected or raises its term.

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct HeardLeaderStays;

impl Oracle for HeardLeaderStays {
    const INFO: OracleInfo = OracleInfo {
        name: "heard-leader-stays",
        id: "L11",
        property:
            "With Pre-Vote and CheckQuorum, a leader that a healthy quorum hears stays leader.",
        source: "Raft dissertation, 4.2.3, 6.2 and 9.6",
    };
}

impl Monitor for HeardLeaderStays {
    fn degraded_period_ended(&mut self, history: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { kind, minority, deposed, was_established, .. } = *period;
        if !was_established {
            return NOTHING;
        }
        let after = history.newest_leader();
        check(deposed.is_none(), || Violation::HeardLeaderStays {
            before: deposed,
            after,
            kind,
            minority,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::schedule::Degraded;
    use raft::{NodeId, Term};

    fn ended(was_established: bool, deposed: Option<(NodeId, Term)>) -> Verdict {
        let (kind, minority) = (Degraded::Deaf, set(&[2]));
        let period = DegradedPeriod {
            kind,
            minority,
            was_established,
            deposed,
            ..DegradedPeriod::default()
        };
        cluster::<HeardLeaderStays>(3).degraded_period_ended(&period)
    }

    #[test]
    fn a_leader_that_is_not_replaced_is_legal() {
        assert_eq!(ended(true, None), HELD);
        assert_eq!(ended(false, None), NOTHING);
    }

    #[test]
    fn a_leader_that_a_degraded_node_deposes_is_illegal() {
        assert!(ended(true, Some((NodeId(0), Term(1)))).is_err());
    }
}
