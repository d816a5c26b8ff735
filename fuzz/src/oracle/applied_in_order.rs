//! A node applies committed entries only, in log order, each once per incarnation.
//!
//! Sound: this is the rule for servers in Figure 2; a restarted state machine begins after its
//! snapshot, or at 1 if it has none; one with a disk of its own after what it has saved.
//!
//! Legal as well: a snapshot of exactly the entries that are applied is restored once more, which
//! changes nothing; entries that are applied late, or after a restart again.

use raft::{LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::state_machine::StateMachine;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Entry;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct AppliedInOrder {
    last: PerNode<LogIndex>,
}

impl Oracle for AppliedInOrder {
    const INFO: OracleInfo = OracleInfo {
        name: "applied-in-order",
        id: "C7",
        property: "A node applies committed entries only, in log order, each once per incarnation.",
        source: "Raft paper, Figure 2: increment lastApplied, apply log[lastApplied]",
    };
}

impl Monitor for AppliedInOrder {
    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        let last = &mut self.last[node];
        let (expected, applied) = (last.next(), entry.id.index);
        *last = applied;
        let commit = history.node(node).view.commit;
        check(applied == expected && applied <= commit, || Violation::AppliedInOrder {
            node,
            expected,
            applied,
            commit,
        })
    }

    fn restored(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        let last = &mut self.last[node];
        let (expected, applied) = (last.next(), machine.applied);
        *last = applied;
        let commit = history.node(node).view.commit;
        check(applied.next() >= expected && applied <= commit, || Violation::AppliedInOrder {
            node,
            expected,
            applied,
            commit,
        })
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        self.last[node] = history.node(node).snapshot.index;
        NOTHING
    }

    fn machine_opened(&mut self, _: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        self.last[node] = machine.applied;
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn two_committed() -> crate::history::recorder::Recorder<AppliedInOrder> {
        let mut run = cluster::<AppliedInOrder>(3);
        run.stores(0, &write(1, &[(1, 5), (1, 6), (1, 7)])).unwrap();
        run.commits(0, 2).unwrap();
        run
    }

    #[test]
    fn applying_in_order_and_again_after_a_restart_is_legal() {
        let mut run = two_committed();
        assert_eq!(run.applies(0, 1, 5), HELD);
        assert_eq!(run.applies(0, 2, 6), HELD);
        run.reboots(0).unwrap();
        run.commits(0, 1).unwrap();
        assert_eq!(run.applies(0, 1, 5), HELD);
    }

    #[test]
    fn applying_twice_with_a_gap_or_too_early_is_illegal() {
        let mut run = two_committed();
        assert!(run.applies(0, 2, 6).is_err());
        let mut run = two_committed();
        run.applies(0, 1, 5).unwrap();
        assert!(run.applies(0, 1, 5).is_err());
        let mut run = two_committed();
        run.applies(0, 1, 5).unwrap();
        run.applies(0, 2, 6).unwrap();
        assert!(run.applies(0, 3, 7).is_err());
    }
}
