//! One step sends at most a few messages to each node.
//!
//! The bound is four per node: a candidacy or a vote, an answer, entries, and a promise that waited for
//! the disk; a write that completes releases the promises of one step. Sound for Raft as Figure 2 has it.

use raft::NodeId;

use crate::history::History;
use crate::oracle::{Card, Oracle};
use crate::violation::{check, Verdict, Violation, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SendsAreBounded;

impl Oracle for SendsAreBounded {
    const CARD: Card = Card {
        name: "sends-are-bounded",
        id: "B1",
        promise: "One step sends at most a few messages to each node.",
        source: "our own bound; a storm of messages is how retries go wrong",
    };
}

impl Observer for SendsAreBounded {
    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        if sent == 0 {
            return NOTHING;
        }
        let bound = 4 * history.nodes.len();
        check(sent <= bound, || Violation::SendsAreBounded { node, sent, bound })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::by_hand::*;
    use crate::violation::HELD;

    fn after(messages: usize) -> Verdict {
        let mut run = cluster::<SendsAreBounded>(3);
        run.observer.stepped(&run.history, NodeId(0), messages)
    }

    #[test]
    fn a_broadcast_is_legal() {
        assert_eq!(after(2), HELD);
    }

    #[test]
    fn a_storm_is_illegal() {
        assert!(after(13).is_err());
    }
}
