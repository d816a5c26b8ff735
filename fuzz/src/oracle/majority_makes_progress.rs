//! While a minority is degraded, the commands of clients go on being committed.
//!
//! Checked in a period after the last event in which one thing is wrong with a minority (see
//! `cluster/degraded.rs`), and all else is fair: the healthy nodes are a quorum of every membership
//! that may be in force, each clock ticks in turn, all messages among healthy nodes arrive between
//! two ticks, and clients propose again and again. The bound between two commits is forty of the
//! longest election timeouts, as after a recovery. Sound: with Pre-Vote and CheckQuorum on all
//! nodes, which the period requires, a leader without a quorum steps down, one of the healthy nodes
//! can win, and no degraded node deposes it without a quorum's consent. A degraded leader may
//! commit slowly, or be replaced; both take less than the bound. Not checked where no healthy node
//! could win, which membership changes can cause in correct Raft.

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MajorityMakesProgress;

impl Oracle for MajorityMakesProgress {
    const INFO: OracleInfo = OracleInfo {
        name: "majority-makes-progress",
        id: "L9",
        property: "While a minority is degraded, the commands of clients go on being committed.",
        source: "Raft paper, 5.6 and 9.3; hashicorp/raft #503, tikv/pd #10671, redpanda PR 30817",
    };
}

impl Monitor for MajorityMakesProgress {
    fn degraded_period_ended(&mut self, _: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { kind, minority, commits, waited, bound, .. } = *period;
        check(waited <= bound, || Violation::MajorityMakesProgress {
            kind,
            minority,
            commits,
            waited,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::schedule::Degraded;

    fn ended(waited: u32) -> Verdict {
        let period = DegradedPeriod {
            kind: Degraded::Mute,
            minority: set(&[2]),
            waited,
            bound: 800,
            ..DegradedPeriod::default()
        };
        cluster::<MajorityMakesProgress>(3).degraded_period_ended(&period)
    }

    #[test]
    fn a_commit_within_the_bound_is_legal() {
        assert_eq!(ended(800), HELD);
    }

    #[test]
    fn no_commit_within_the_bound_is_illegal() {
        assert!(ended(801).is_err());
    }
}
