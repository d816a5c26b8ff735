//! A state machine with a disk of its own starts in the state after the committed entry that is its
//! applied index, and not before its node's snapshot.
//!
//! Sound: entries are applied once they are committed, so what a machine has saved is the state
//! after a committed entry, wherever its node's log ends after a crash. What is saved piece by
//! piece must be found incomplete, and not be used; a machine that is behind the snapshot can be
//! restored from that only, since the entries in between are compacted. Checked only with the
//! feature `machine-disk`.
//!
//! Legal as well: a machine that starts behind what it had applied, or from the snapshot; one that
//! is ahead of its node's commit index, and even of its node's log.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::state_machine::StateMachine;
use crate::history::violation::{check, Verdict, Violation};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct MachineStartsConsistent;

impl Oracle for MachineStartsConsistent {
    const INFO: OracleInfo = OracleInfo {
        name: "machine-starts-consistent",
        id: "C8, S",
        property: "A state machine starts in the state after its applied index, and not before its node's snapshot.",
        source: "etcd #13766, #20426; NodeDB #162; curvine #1601",
    };
}

impl Monitor for MachineStartsConsistent {
    fn machine_opened(
        &mut self,
        history: &History,
        node: NodeId,
        machine: &StateMachine,
    ) -> Verdict {
        let (applied, snapshot) = (machine.applied, history.node(node).snapshot.index);
        let same_state = history.reference.state_at(applied) == Some(machine.state);
        check(same_state && applied >= snapshot, || Violation::MachineStartsConsistent {
            node,
            applied,
            snapshot,
            same_state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::LogId;

    const ENTRIES: [(u64, u64); 3] = [(1, 5), (1, 6), (1, 7)];

    /// A cluster that has committed three entries on n0 and n1, and a machine that has applied
    /// `count` of them.
    fn started(
        count: usize,
    ) -> (crate::history::recorder::Recorder<MachineStartsConsistent>, StateMachine) {
        let mut run = cluster::<MachineStartsConsistent>(3);
        for node in [0, 1] {
            run.stores(node, &write(1, &ENTRIES)).unwrap();
            run.commits(node, 3).unwrap();
        }
        let mut machine = StateMachine::new();
        machine.apply(&write(1, &ENTRIES[..count]).entries);
        (run, machine)
    }

    #[test]
    fn starting_anywhere_in_the_committed_log_is_legal_even_ahead_of_the_own_log() {
        for count in 0..=3 {
            for node in [0, 2] {
                let (mut run, machine) = started(count);
                assert_eq!(run.machine_opened(NodeId(node), &machine), HELD);
            }
        }
    }

    #[test]
    fn an_index_without_its_state_is_illegal() {
        let (mut run, mut machine) = started(1);
        machine.applied = machine.applied.next();
        assert!(run.machine_opened(NodeId(0), &machine).is_err());
    }

    #[test]
    fn starting_before_the_snapshot_is_illegal() {
        let (mut run, machine) = started(1);
        let write = snapshot(&run, LogId::new(1, 2), &ENTRIES[..2]);
        run.stores(0, &write).unwrap();
        assert!(run.machine_opened(NodeId(0), &machine).is_err());
    }
}
