//! Every command in a log was proposed by a client, once for each entry that has it.
//!
//! A proposal is sent to one node once, so it belongs to at most one index and term; a command is
//! in at most as many entries as the number of times that it was proposed. Sound: leaders create
//! entries only from proposals, no-ops and membership changes.

use raft::{NodeId, Payload};

use crate::base::cloning::clone_by_field;
use crate::base::table::grow;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{Command, Write};

/// See the module.
#[derive(Debug, Default)]
pub struct NoCreation {
    /// By command: the number of entries created with it.
    entries: Vec<u32>,
}

clone_by_field!(NoCreation; entries);

impl Oracle for NoCreation {
    const INFO: OracleInfo = OracleInfo {
        name: "no-creation",
        id: "G7",
        property:
            "Every command in a log was proposed by a client, once for each entry that has it.",
        source: "Verdi's applied_implies_input; openraft's phantom check",
    };
}

impl Monitor for NoCreation {
    fn begin(&mut self) {
        self.entries.clear();
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let mut verdict = NOTHING;
        for entry in write.entries.iter().filter(|e| history.births.get(e.id).is_none()) {
            let Payload::Command(command) = entry.payload else { continue };
            let known = (1..=history.clients.proposals).contains(&command);
            let is_proposed = known && self.has_proposal(history, command);
            check(is_proposed, || Violation::NoCreation { node, entry: entry.id, command })?;
            verdict = HELD;
        }
        verdict
    }
}

impl NoCreation {
    /// Whether a further entry with `command` is legal: one for each time that it was proposed.
    fn has_proposal(&mut self, history: &History, command: Command) -> bool {
        grow(&mut self.entries, command as usize);
        self.entries[command as usize] += 1;
        self.entries[command as usize] <= history.clients.times_proposed(command).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;

    #[test]
    fn a_no_op_and_a_proposed_command_are_legal() {
        let mut run = cluster::<NoCreation>(3);
        run.history.clients.proposals = 1;
        assert!(run.writes(0, &write(1, &[(1, 0), (1, 1)])).is_ok());
        assert!(run.writes(1, &write(1, &[(1, 0), (1, 1)])).is_ok());
    }

    #[test]
    fn a_command_in_two_entries_is_illegal() {
        let mut run = cluster::<NoCreation>(3);
        run.history.clients.proposals = 1;
        assert!(run.writes(0, &write(1, &[(1, 1), (1, 1)])).is_err());
    }

    #[test]
    fn a_command_that_no_client_proposed_is_illegal() {
        let mut run = cluster::<NoCreation>(3);
        run.history.clients.proposals = 1;
        assert!(run.writes(0, &write(1, &[(1, 2)])).is_err());
    }
}
