//! Gates: conditions on a node's state under which a seeded bug is armed there.
//!
//! Promises: a node of our Raft uses the table of rules with the bug while all its gates are open,
//! and Raft's table at every other step. A gate depends only on the state of the node before the
//! step; most gates close again. So a bug that any schedule finds becomes one that needs a long
//! schedule, and remains the same bug. Without gates nothing is checked.

use raft::{LogIndex, Node, Payload, Rules};

use crate::replica::{Command, Entry};

/// A condition on a node's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// It has a snapshot. Stays open.
    Snapshot,
    /// It uses another membership than the initial one of the cluster.
    Changed,
    /// It has restarted. Stays open.
    Restarted,
    /// A membership in its log is not committed, as far as it knows.
    Changing,
    /// It uses a joint membership, with two sets of voters.
    Joint,
    /// Three entries or more are not committed, as far as it knows.
    Tail,
    /// Entries of more than one term are not committed, as far as it knows.
    Mixed,
}

/// This many uncommitted entries open a [`Gate::Tail`].
const TAIL: usize = 3;

impl Gate {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Gate::Snapshot => "snapshot",
            Gate::Changed => "changed",
            Gate::Restarted => "restarted",
            Gate::Changing => "changing",
            Gate::Joint => "joint",
            Gate::Tail => "tail",
            Gate::Mixed => "mixed",
        }
    }

    fn is_open(self, node: &Node<Command>) -> bool {
        let status = node.status();
        let uncommitted = node.log().from(status.commit.next(), usize::MAX);
        match self {
            Gate::Snapshot => status.snapshot.index > LogIndex(0),
            Gate::Changed => *node.membership() != node.config().membership,
            Gate::Restarted => node.config().incarnation > 1,
            Gate::Changing => {
                uncommitted.iter().any(|entry| matches!(entry.payload, Payload::Change(_)))
            }
            Gate::Joint => node.membership().is_joint(),
            Gate::Tail => uncommitted.len() >= TAIL,
            Gate::Mixed => {
                let older = |entry: &Entry| entry.id.term < status.last_log.term;
                uncommitted.first().is_some_and(older)
            }
        }
    }
}

/// A table of rules for nodes of our Raft, with gates.
#[derive(Clone, Copy, Debug)]
pub struct GatedRules {
    /// The table.
    pub rules: &'static Rules,
    /// A node uses the table while all of these are open; if there are none, always.
    pub gates: &'static [Gate],
}

impl GatedRules {
    /// Correct Raft.
    pub const RAFT: GatedRules = GatedRules { rules: &Rules::RAFT, gates: &[] };

    /// The rules of a node that starts, where no gate is open yet.
    pub(crate) fn at_start(&self) -> &'static Rules {
        match self.gates {
            [] => self.rules,
            _ => &Rules::RAFT,
        }
    }

    /// Sets the rules of `node` for its next step.
    #[inline]
    pub(crate) fn arm(&self, node: &mut Node<Command>) {
        if !self.gates.is_empty() {
            self.check_gates(node);
        }
    }

    #[cold]
    fn check_gates(&self, node: &mut Node<Command>) {
        let is_armed = self.gates.iter().all(|gate| gate.is_open(node));
        node.set_rules(if is_armed { self.rules } else { &Rules::RAFT });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{Body, Config, Durable, Input, LogId, Membership, Message, NodeId, NodeSet, Output};
    use raft::{Stamp, Term};

    const ALL: [Gate; 7] = [
        Gate::Snapshot,
        Gate::Changed,
        Gate::Restarted,
        Gate::Changing,
        Gate::Joint,
        Gate::Tail,
        Gate::Mixed,
    ];

    fn node(size: u8, incarnation: u64) -> Node<Command> {
        let membership = Membership::new(NodeSet::first(size));
        Node::start(
            Config { incarnation, ..Config::new(NodeId(0), membership) },
            Durable::default(),
        )
    }

    /// One step, whose write is durable at once.
    fn step(node: &mut Node<Command>, input: Input<Command>) {
        let mut output = Output::default();
        node.step(input, &mut output);
        if let Some(write) = output.write {
            step(node, Input::Persisted(write.id));
        }
    }

    fn open(node: &Node<Command>) -> Vec<Gate> {
        ALL.into_iter().filter(|gate| gate.is_open(node)).collect()
    }

    #[test]
    fn each_gate_opens_under_its_condition() {
        let mut node = node(1, 2);
        assert_eq!(open(&node), [Gate::Restarted]);
        step(&mut node, Input::Campaign);
        step(&mut node, Input::Compact { index: LogIndex(1), data: [].into() });
        assert_eq!(open(&node), [Gate::Snapshot, Gate::Restarted]);
        let voters = NodeSet::from_bits(0b110);
        step(&mut node, Input::Change { voters, learners: NodeSet::EMPTY });
        let changing =
            [Gate::Snapshot, Gate::Changed, Gate::Restarted, Gate::Changing, Gate::Joint];
        assert_eq!(open(&node), changing);
        step(&mut node, Input::Propose(1));
        assert_eq!(open(&node), changing);
        step(&mut node, Input::Propose(2));
        assert_eq!(open(&node), [&changing[..], &[Gate::Tail]].concat());
    }

    #[test]
    fn a_tail_of_two_terms_is_mixed_until_it_is_committed() {
        let mut node = node(3, 1);
        let entry = |term, index| Entry { id: LogId::new(term, index), payload: Payload::Noop };
        let mut append = |prev_log, entries, commit| {
            let (leader_commit, stamp) = (LogIndex(commit), Stamp::default());
            let body = Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease: 0 };
            let message = Message { from: NodeId(1), to: NodeId(0), term: Term(2), body };
            step(&mut node, Input::Receive(message));
            open(&node)
        };
        assert_eq!(append(LogId::ZERO, vec![entry(1, 1)], 0), []);
        assert_eq!(append(LogId::new(1, 1), vec![entry(2, 2)], 0), [Gate::Mixed]);
        assert_eq!(append(LogId::new(2, 2), vec![], 1), []);
    }
}
