//! A node whose write failed halts: it promises and applies nothing any more.
//!
//! What a failed write left on the disk is unknown, so every later promise would be a guess. Sound:
//! the contract of raft::Input::PersistFailed. The cluster calls the crash handler, once, and the
//! node is gone.

use raft::NodeId;

use crate::history::History;
use crate::oracle::{Card, Oracle};
use crate::violation::{check, Verdict, Violation};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct FailedWriteHalts;

impl Oracle for FailedWriteHalts {
    const CARD: Card = Card {
        name: "failed-write-halts",
        id: "D4",
        promise: "A node whose write failed halts: it promises and applies nothing any more.",
        source: "Buoyant's crash handler; the fsync failures of 2018",
    };
}

impl Observer for FailedWriteHalts {
    fn write_failed(&mut self, _: &History, node: NodeId, halted: bool) -> Verdict {
        check(halted, || Violation::FailedWriteHalts { node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::by_hand::*;
    use crate::violation::HELD;

    #[test]
    fn halting_is_legal() {
        assert_eq!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), true), HELD);
    }

    #[test]
    fn going_on_is_illegal() {
        assert!(cluster::<FailedWriteHalts>(3).write_failed(NodeId(0), false).is_err());
    }
}
