//! A node whose write failed halts: it promises and applies nothing any more.
//!
//! What a failed write left on the disk is unknown, so every later promise would be a guess.
//! Sound: the contract of raft::Input::PersistFailed. The cluster calls the crash handler, once,
//! at once or after some more inputs, and the node is gone.

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
        promise: "A node whose write failed halts: it promises and applies nothing any more.",
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
    use crate::replica::MessageBody;

    #[test]
    fn halting_is_legal() {
        assert_eq!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), true), HELD);
    }

    #[test]
    fn speaking_or_applying_after_the_failure_is_illegal_until_the_node_is_gone() {
        let mut run = cluster::<FailedWriteHalts>(3);
        run.write_failed(NodeId(0), true).unwrap();
        assert!(run.sends(says(0, 1, 0, MessageBody::VoteRefused)).is_err());
        assert!(run.applies(0, 1, 1).is_err());
        run.reboots(0).unwrap();
        assert!(run.sends(says(0, 1, 0, MessageBody::VoteRefused)).is_ok());
    }

    #[test]
    fn going_on_is_illegal() {
        assert!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), false).is_err());
    }
}
