//! State machines that have applied the same number of entries are equal.
//!
//! The state machine is a running hash of the commands; the first node to reach an index fixes its
//! value. Sound: that is what consensus is for.

use raft::NodeId;

use crate::history::{command_of, grow, mix, History, PerNode};
use crate::oracle::{Card, Oracle};
use crate::replica::Entry;
use crate::violation::{check, Verdict, Violation, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct StateMachineSafety {
    states: PerNode<u64>,
    /// By index: who applied it first, and the state after it.
    first: Vec<Option<(NodeId, u64)>>,
}

impl Oracle for StateMachineSafety {
    const CARD: Card = Card {
        name: "state-machine-safety",
        id: "C8",
        promise: "State machines that have applied the same number of entries are equal.",
        source: "Raft paper, Figure 3: State Machine Safety",
    };
}

impl Observer for StateMachineSafety {
    fn applied(&mut self, _: &History, node: NodeId, entry: &Entry) -> Verdict {
        let state = &mut self.states[node];
        *state = mix(*state, command_of(entry));
        let index = entry.id.index;
        grow(&mut self.first, index.0 as usize);
        let (other, expected) = *self.first[index.0 as usize].get_or_insert((node, *state));
        check(*state == expected, || Violation::StateMachineSafety { node, index, other })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.states[node] = 0;
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::by_hand::*;
    use crate::violation::HELD;

    #[test]
    fn the_same_commands_make_the_same_state() {
        let mut run = cluster::<StateMachineSafety>(3);
        for node in [0, 1, 0] {
            run.applies(node, 1, 5).unwrap();
            assert_eq!(run.applies(node, 2, 6), HELD);
            run.reboots(node).unwrap();
        }
    }

    #[test]
    fn another_command_at_the_same_index_is_illegal() {
        let mut run = cluster::<StateMachineSafety>(3);
        run.applies(0, 1, 5).unwrap();
        assert!(run.applies(1, 1, 6).is_err());
    }
}
