//! With Pre-Vote, a node that was partitioned and reconnects does not disrupt the leader.
//!
//! Checked in a quiet period after a recovery, in which one follower is partitioned for longer than
//! its election timeout, if all nodes use Pre-Vote. Sound: the other nodes receive heartbeats from
//! their leader all the time, so none of them would grant it a Pre-Vote. Not checked where
//! heartbeats are no more frequent than election timeouts.

use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::QuietPeriod;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct PreVoteSparesTheTerm;

impl Oracle for PreVoteSparesTheTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "pre-vote-spares-the-term",
        id: "L7",
        property:
            "With Pre-Vote, a node that was partitioned and reconnects does not disrupt the leader.",
        source: "Raft dissertation, 9.6; Cloudflare, November 2020",
    };
}

impl Monitor for PreVoteSparesTheTerm {
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        if !history.setup.heartbeats_in_time() {
            return NOTHING;
        }
        let QuietPeriod { before, after, cut_off: Some(node), .. } = *quiet else { return NOTHING };
        check(before == after, || Violation::PreVoteSparesTheTerm { node, before, after })
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
        let mut run = cluster::<PreVoteSparesTheTerm>(3);
        run.quiet_period_ended(&QuietPeriod {
            before,
            after,
            ticks: 60,
            messages: 0,
            cut_off: Some(NodeId(1)),
            differing: None,
        })
    }

    #[test]
    fn the_same_leader_in_the_same_term_is_legal() {
        assert_eq!(quiet([1, 1]), HELD);
    }

    #[test]
    fn a_later_term_is_illegal() {
        assert!(quiet([1, 2]).is_err());
    }
}
