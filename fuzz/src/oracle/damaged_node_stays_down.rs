//! A node whose disk lost what it had promised to keep does not start as itself again.
//!
//! Its vote may be given twice, and its acknowledgements stand for nothing; nobody can tell it
//! what they were. It stays silent, or joins as somebody else. Sound: the contract of the host,
//! which finds damaged records by their checksums and lost disks by their emptiness.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct DamagedNodeStaysDown;

impl Oracle for DamagedNodeStaysDown {
    const INFO: OracleInfo = OracleInfo {
        name: "damaged-node-stays-down",
        id: "D3",
        promise: "A node whose disk lost what it had promised to keep does not start as itself again.",
        source: "protocol-aware recovery, FAST 2018; Redundancy does not imply fault tolerance, FAST 2017",
    };
}

impl Monitor for DamagedNodeStaysDown {
    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        check(!history.node(node).lost, || Violation::DamagedNodeStaysDown { node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn a_start_from_a_disk_that_can_be_read_is_legal() {
        let mut run = cluster::<DamagedNodeStaysDown>(3);
        assert_eq!(run.reboots(0), HELD);
    }

    #[test]
    fn a_start_from_a_disk_that_cannot_be_read_is_illegal() {
        let mut run = cluster::<DamagedNodeStaysDown>(3);
        run.lost(NodeId(0)).unwrap();
        assert_eq!(run.reboots(1), HELD);
        assert!(run.reboots(0).is_err());
    }
}
