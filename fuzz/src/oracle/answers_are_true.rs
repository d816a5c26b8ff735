//! The response to a command or a read has the value that it found in the state machine.
//!
//! A command has the result of the point where it took effect, however often it is applied: a
//! retry is answered from the session. A read has the result of the state after the last entry that
//! its node has applied. Sound: a state machine behind client sessions responds like this. Results
//! are compared with those of a naive second implementation, at a constant cost per response.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::state_machine::{key_of, StateMachine};
use crate::history::violation::{check, Request, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Command;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct AnswersAreTrue;

impl Oracle for AnswersAreTrue {
    const INFO: OracleInfo = OracleInfo {
        name: "answers-are-true",
        id: "K2, K5",
        property:
            "The response to a command or a read has the value that it found in the state machine.",
        source: "dissertation, 6.3 and 6.4; openraft's client oracle",
    };
}

fn compare(node: NodeId, question: Request, told: u64, reference: Option<u64>) -> Verdict {
    let Some(found) = reference else { return NOTHING };
    check(told == found, || Violation::AnswersAreTrue { node, question, told, found })
}

impl Monitor for AnswersAreTrue {
    fn answered(&mut self, history: &History, node: NodeId, command: Command, f: u64) -> Verdict {
        compare(node, Request::Command(command), f, history.reference.found_by(command))
    }

    fn served(
        &mut self,
        history: &History,
        node: NodeId,
        n: u64,
        machine: &StateMachine,
    ) -> Verdict {
        let key = key_of(n);
        let reference = history.reference.value_at(key, machine.applied);
        compare(node, Request::Read(n), machine.value(key), reference)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;
    use crate::history::violation::HELD;
    use raft::Role;

    /// A cluster of one that has committed commands 1 to 12, and the machine that applied them.
    fn committed() -> (Recorder<AnswersAreTrue>, StateMachine) {
        let commands: Vec<(u64, u64)> = (1..=12).map(|command| (1, command)).collect();
        let mut run = cluster::<AnswersAreTrue>(1);
        run.history.clients.proposals = 0;
        for _ in 0..12 {
            run.history.clients.propose((NodeId(0), 1), 0);
        }
        run.becomes(0, Role::Leader, 1).unwrap();
        run.stores(0, &write(1, &commands)).unwrap();
        run.commits(0, 12).unwrap();
        let mut machine = StateMachine::new();
        machine.apply(&write(1, &commands).entries);
        (run, machine)
    }

    #[test]
    fn the_true_results_of_commands_and_a_read_are_legal() {
        let (mut run, machine) = committed();
        assert_eq!(run.applied(NodeId(0), &[], &machine), HELD);
        assert_eq!(run.served(NodeId(0), 3, &machine), HELD);
    }

    #[test]
    fn a_wrong_result_of_a_command_is_illegal() {
        let (mut run, mut machine) = committed();
        machine.answers[7].1 += 1;
        assert!(run.applied(NodeId(0), &[], &machine).is_err());
    }

    #[test]
    fn a_wrong_result_of_a_read_is_illegal() {
        let (mut run, machine) = committed();
        let mut old = StateMachine::new();
        old.applied = machine.applied;
        assert!((0..5).any(|number| run.served(NodeId(0), number, &old).is_err()));
    }
}
