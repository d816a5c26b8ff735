//! A node applies exactly the committed entries to its state machine.
//!
//! The oracle computes a running hash of the applied entries, with the formula of the logs; it must
//! equal the hash of the committed log up to there. Sound: this is what consensus guarantees. A
//! machine with a disk of its own begins with what it has saved, which `machine-starts-consistent`
//! judges.

use raft::{LogIndex, NodeId};

use crate::history::log_chain::Link;
use crate::history::monitor::Monitor;
use crate::history::state_machine::StateMachine;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Entry;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct StateMachineSafety {
    states: PerNode<Link>,
}

impl Oracle for StateMachineSafety {
    const INFO: OracleInfo = OracleInfo {
        name: "state-machine-safety",
        id: "C8",
        property: "A node applies exactly the committed entries to its state machine.",
        source: "Raft paper, Figure 3: State Machine Safety",
    };
}

fn mismatch(history: &History, node: NodeId, index: LogIndex) -> Violation {
    let other = history.committed_at(index).map_or(node, |committed| committed.by);
    Violation::StateMachineSafety { node, index, other }
}

impl Monitor for StateMachineSafety {
    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        let state = self.states[node].then(entry);
        self.states[node] = state;
        let index = entry.id.index;
        let same = history.committed_log.at(index) == Some(state);
        check(same, || mismatch(history, node, index))
    }

    fn restored(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        let index = machine.applied;
        self.states[node] = history.committed_log.at(index).unwrap_or_default();
        let same = history.reference.state_at(index) == Some(machine.state);
        check(same, || mismatch(history, node, index))
    }

    fn machine_opened(
        &mut self,
        history: &History,
        node: NodeId,
        machine: &StateMachine,
    ) -> Verdict {
        self.states[node] = history.committed_log.at(machine.applied).unwrap_or_default();
        NOTHING
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        self.states[node] = facts.disk.at(facts.snapshot.index).unwrap_or_default();
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn committed_on_two() -> crate::history::recorder::Recorder<StateMachineSafety> {
        let mut run = cluster::<StateMachineSafety>(3);
        for node in [0, 1] {
            run.stores(node, &write(1, &[(1, 5), (1, 6)])).unwrap();
            run.commits(node, 2).unwrap();
        }
        run
    }

    #[test]
    fn applying_the_committed_commands_again_after_a_restart_is_legal() {
        let mut run = committed_on_two();
        for node in [0, 1, 0] {
            run.applies(node, 1, 5).unwrap();
            assert_eq!(run.applies(node, 2, 6), HELD);
            run.reboots(node).unwrap();
        }
    }

    #[test]
    fn a_different_command_than_the_committed_one_is_illegal() {
        let mut run = committed_on_two();
        run.applies(0, 1, 5).unwrap();
        assert!(run.applies(0, 2, 7).is_err());
    }

    #[test]
    fn applying_nothing_instead_of_the_committed_command_is_illegal() {
        assert!(committed_on_two().applies(0, 1, 0).is_err());
    }
}
