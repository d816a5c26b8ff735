//! A leader whose writes do not complete does not lead for ever.
//!
//! Checked in the period of `cluster/degraded.rs` in which the disks of a minority hang, for a Raft
//! that declares it ([`Capabilities::leaders_need_disk`]): the papers leave it open, and heartbeats
//! need no disk. Four of the longest election timeouts after the beginning, no node leads that
//! waits for a write. Sound for such a Raft: its leader steps down when none of its pending writes
//! has completed for an election timeout, one is pending soon after the first command, and none
//! whose disk hangs becomes leader, since its own vote is never durable.
//!
//! [`Capabilities::leaders_need_disk`]: crate::replica::Capabilities::leaders_need_disk

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderNeedsItsDisk;

impl Oracle for LeaderNeedsItsDisk {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-needs-its-disk",
        id: "L12",
        property: "A leader whose writes do not complete does not lead for ever.",
        source: "hashicorp/raft #503, PR 683; lavinmq #2151",
    };
}

impl Monitor for LeaderNeedsItsDisk {
    fn degraded_period_ended(&mut self, history: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { without_disk, disk_hung, ticks, .. } = *period;
        if !disk_hung || !history.leaders_need_disk {
            return NOTHING;
        }
        check(without_disk.is_none(), || Violation::LeaderNeedsItsDisk {
            leader: without_disk.unwrap_or_default(),
            ticks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use crate::schedule::Degraded;
    use raft::NodeId;

    fn ended(declared: bool, without_disk: Option<NodeId>) -> Verdict {
        let (kind, minority) = (Degraded::HungDisk, set(&[0]));
        let period = DegradedPeriod {
            kind,
            minority,
            without_disk,
            disk_hung: true,
            ..DegradedPeriod::default()
        };
        let mut run = cluster::<LeaderNeedsItsDisk>(3);
        run.history.leaders_need_disk = declared;
        run.degraded_period_ended(&period)
    }

    #[test]
    fn a_leader_that_has_stepped_down_is_legal() {
        assert_eq!(ended(true, None), HELD);
    }

    #[test]
    fn a_leader_that_goes_on_without_its_disk_is_illegal() {
        assert!(ended(true, Some(NodeId(0))).is_err());
    }

    #[test]
    fn a_raft_that_does_not_declare_it_is_not_judged() {
        assert_eq!(ended(false, Some(NodeId(0))), NOTHING);
    }
}
