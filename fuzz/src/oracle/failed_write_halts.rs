//! A node halts after a failed write: it sends and applies nothing more.
//!
//! It is unknown which part of a failed write is on the disk, so no later promise could rest on
//! it. Sound: this is the contract of raft::Input::PersistFailed. The cluster calls the crash
//! handler once, immediately or after some more inputs, which stops the node.
//!
//! Not legal, by the contract: to write once more, or to go on with what was durable before.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{Entry, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct FailedWriteHalts {
    failed: PerNode<bool>,
}

impl Oracle for FailedWriteHalts {
    const INFO: OracleInfo = OracleInfo {
        name: "failed-write-halts",
        id: "D4",
        property: "A node halts after a failed write: it sends and applies nothing more.",
        source: "Buoyant's crash handler; the fsync failures of 2018",
    };
}

impl Monitor for FailedWriteHalts {
    fn write_failed(&mut self, _: &History, node: NodeId, halted: bool) -> Verdict {
        self.failed[node] = true;
        check(halted, || Violation::FailedWriteHalts { node })
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        self.is_silent(message.from)
    }

    fn applied(&mut self, _: &History, node: NodeId, _: &Entry) -> Verdict {
        self.is_silent(node)
    }

    fn stepped_halted(&mut self, _: &History, node: NodeId, done: usize) -> Verdict {
        check(done == 0, || Violation::FailedWriteHalts { node })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.failed[node] = false;
        NOTHING
    }
}

impl FailedWriteHalts {
    fn is_silent(&self, node: NodeId) -> Verdict {
        match self.failed[node] {
            true => check(false, || Violation::FailedWriteHalts { node }),
            false => NOTHING,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn halting_is_legal() {
        assert_eq!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), true), HELD);
    }

    #[test]
    fn sending_or_applying_after_the_failure_is_illegal_until_the_node_stops() {
        let mut run = cluster::<FailedWriteHalts>(3);
        run.write_failed(NodeId(0), true).unwrap();
        assert!(run.sends(says(0, 1, 0, REFUSED)).is_err());
        assert!(run.applies(0, 1, 1).is_err());
        run.reboots(0).unwrap();
        assert!(run.sends(says(0, 1, 0, REFUSED)).is_ok());
    }

    #[test]
    fn not_halting_is_illegal() {
        assert!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), false).is_err());
    }
}
