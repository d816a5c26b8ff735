//! A node whose disk lost durable data never restarts under its old id.
//!
//! It could vote twice in a term, and its acknowledgements would no longer be true; no other node
//! can restore this data. It stays down, or joins under a new id. Sound: this is the contract of
//! the host, which detects damaged records by their checksums and lost disks because they are
//! empty.

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
        property: "A node whose disk lost durable data never restarts under its old id.",
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
