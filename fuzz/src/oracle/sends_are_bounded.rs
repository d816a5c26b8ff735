//! A node sends, over its life, at most one message to each member for each step it takes.
//!
//! A broadcast is the most that one step can cause. Counted over the whole life, since a write that
//! completes sets free the promises of many steps at once. Sound for Raft as Figure 2 has it: time,
//! a proposal or a won election cause a broadcast, a message causes one answer.

use raft::NodeId;

use crate::history::{History, PerNode};
use crate::oracle::{Card, Oracle};
use crate::violation::{check, Verdict, Violation, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SendsAreBounded {
    /// By node: steps taken, and messages sent.
    lives: PerNode<(usize, usize)>,
}

impl Oracle for SendsAreBounded {
    const CARD: Card = Card {
        name: "sends-are-bounded",
        id: "B1",
        promise: "A node sends, over its life, at most one message to each member for each step it takes.",
        source: "our own bound; a storm of messages is how retries go wrong",
    };
}

impl Observer for SendsAreBounded {
    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        let (steps, total) = &mut self.lives[node];
        *steps += 1;
        *total += sent;
        if sent == 0 {
            return NOTHING;
        }
        let (sent, bound) = (*total, *steps * history.nodes.len());
        check(sent <= bound, || Violation::SendsAreBounded { node, sent, bound })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.lives[node] = (0, 0);
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::violation::HELD;
    use crate::watch::by_hand::*;

    fn after(steps: &[usize]) -> Verdict {
        let mut run = cluster::<SendsAreBounded>(3);
        let step = |verdict: Verdict, &sent: &usize| {
            verdict?;
            run.observer.stepped(&run.history, NodeId(0), sent)
        };
        steps.iter().fold(NOTHING, step)
    }

    #[test]
    fn broadcasts_are_legal_and_so_are_answers_that_had_to_wait() {
        assert_eq!(after(&[2, 2, 2]), HELD);
        assert_eq!(after(&[0, 0, 0, 9]), HELD);
    }

    #[test]
    fn a_storm_is_illegal() {
        assert!(after(&[2, 2, 9]).is_err());
    }
}
