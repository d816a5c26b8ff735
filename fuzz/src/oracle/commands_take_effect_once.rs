//! Each command takes effect once, at its first occurrence in the log.
//!
//! Sound: a state machine behind client sessions ensures this, however often a command is proposed;
//! a snapshot carries the sessions with the state. The state is compared with that of a naive
//! second implementation.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::state_machine::StateMachine;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommandsTakeEffectOnce;

impl Oracle for CommandsTakeEffectOnce {
    const INFO: OracleInfo = OracleInfo {
        name: "commands-take-effect-once",
        id: "K2",
        property: "Each command takes effect once, at its first occurrence in the log.",
        source: "dissertation, 6.3",
    };
}

impl Monitor for CommandsTakeEffectOnce {
    fn computed(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        let index = machine.applied;
        let Some(state) = history.reference.state_at(index) else { return NOTHING };
        check(machine.state == state, || Violation::CommandsTakeEffectOnce { node, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    /// Command 7 is in the log twice.
    fn twice() -> (crate::history::recorder::Recorder<CommandsTakeEffectOnce>, StateMachine) {
        let mut run = cluster::<CommandsTakeEffectOnce>(3);
        let log = write(1, &[(1, 7), (1, 8), (1, 7)]);
        run.writes(0, &log).unwrap();
        run.commits(0, 3).unwrap();
        let mut machine = StateMachine::new();
        machine.apply(&log.entries[..2]);
        (run, machine)
    }

    #[test]
    fn a_command_in_the_log_twice_that_takes_effect_once_is_legal() {
        let (mut run, mut machine) = twice();
        machine.apply(&write(3, &[(1, 7)]).entries);
        assert_eq!(run.monitor.computed(&run.history, NodeId(0), &machine), HELD);
    }

    #[test]
    fn a_command_that_takes_effect_twice_is_illegal() {
        let (mut run, machine) = twice();
        let mut incorrect = machine.without_sessions();
        incorrect.apply(&write(3, &[(1, 7)]).entries);
        assert!(run.monitor.computed(&run.history, NodeId(0), &incorrect).is_err());
    }
}
