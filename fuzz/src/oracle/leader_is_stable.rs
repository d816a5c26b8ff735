//! Without faults and with clocks at equal rates, a leader stays leader.
//!
//! Checked in the quiet period after a recovery. Sound: heartbeats arrive within the tick in which
//! they are sent, and so do the replies, so no follower waits longer than a heartbeat interval. Not
//! checked where that is no shorter than an election timeout.
//!
//! Not legal, though safe: leaders that hand over or step down by themselves.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::QuietPeriod;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderIsStable;

impl Oracle for LeaderIsStable {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-is-stable",
        id: "L6",
        property: "Without faults and with clocks at equal rates, a leader stays leader.",
        source: "Raft paper, 5.2 and 9.3; LifeRaft, bug 5",
    };
}

impl Monitor for LeaderIsStable {
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        if quiet.cut_off.is_some() || !history.setup.heartbeats_in_time() {
            return NOTHING;
        }
        let QuietPeriod { before, after, ticks, .. } = *quiet;
        check(before == after, || Violation::LeaderIsStable { before, after, ticks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{NodeId, Term};

    fn quiet(terms: [u64; 2]) -> Verdict {
        let [before, after] = terms.map(|term| Some((NodeId(0), Term(term))));
        let mut run = cluster::<LeaderIsStable>(3);
        run.quiet_period_ended(&QuietPeriod {
            before,
            after,
            ticks: 60,
            messages: 0,
            cut_off: None,
            differing: None,
        })
    }

    #[test]
    fn a_leader_that_stays_leader_is_legal() {
        assert_eq!(quiet([1, 1]), HELD);
    }

    #[test]
    fn a_new_election_without_a_reason_is_illegal() {
        assert!(quiet([1, 2]).is_err());
    }
}
