//! A slow follower keeps up with a healthy leader, at a rate, while entries and snapshots go on.
//!
//! Checked in the period of `cluster/degraded.rs`, while one healthy leader leads, for a member
//! whose messages or writes are late or partly lost, that is paused, or that restarts again and
//! again. What was committed at some tick must be on its disk after as many exchanges as it lacked
//! entries and 16 more, each with the time that its kind needs: for links that lose half of the
//! messages 48 heartbeats, for slow disks and links four times their delay and a heartbeat, else a
//! heartbeat, and six of the longest election timeouts for pauses and restarts. Sound: a leader
//! sends what is missing, or a snapshot of at most four chunks, and repeats what is lost with its
//! heartbeats; new entries come every eight ticks. Distances of more than 64 entries are not
//! judged.

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LaggingFollowerCatchesUp;

impl Oracle for LaggingFollowerCatchesUp {
    const INFO: OracleInfo = OracleInfo {
        name: "lagging-follower-catches-up",
        id: "L10",
        property:
            "A slow follower keeps up with a healthy leader, at a rate, while entries and snapshots go on.",
        source: "Raft paper, 5.3 and 7; ClickHouse PR 112405",
    };
}

impl Monitor for LaggingFollowerCatchesUp {
    fn degraded_period_ended(&mut self, _: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { kind, lagging, caught_up, .. } = *period;
        match lagging {
            Some(lagging) => check(false, || Violation::LaggingFollowerCatchesUp { kind, lagging }),
            None if caught_up > 0 => HELD,
            None => NOTHING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::degraded_period::Lagging;
    use crate::history::fixtures::*;
    use crate::schedule::Degraded;
    use raft::{LogIndex, NodeId};

    fn ended(caught_up: u32, lagging: Option<Lagging>) -> Verdict {
        let (kind, minority) = (Degraded::SlowLink, set(&[2]));
        let period =
            DegradedPeriod { kind, minority, caught_up, lagging, ..DegradedPeriod::default() };
        cluster::<LaggingFollowerCatchesUp>(3).degraded_period_ended(&period)
    }

    #[test]
    fn a_follower_that_has_what_was_committed_is_legal() {
        assert_eq!(ended(1, None), HELD);
        assert_eq!(ended(0, None), NOTHING);
    }

    #[test]
    fn a_follower_without_what_was_committed_is_illegal() {
        let (node, ticks) = (NodeId(2), 320);
        let [committed, had, has] = [9, 4, 5].map(LogIndex);
        assert!(ended(0, Some(Lagging { node, committed, had, has, ticks })).is_err());
    }
}
