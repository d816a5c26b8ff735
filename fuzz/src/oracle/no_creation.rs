//! Every command in a log was proposed by a client.
//!
//! Sound: leaders create entries only from proposals, and no-ops.

use raft::NodeId;

use crate::history::{command_of, History};
use crate::oracle::{Card, Oracle};
use crate::replica::Write;
use crate::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::watch::Observer;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct NoCreation;

impl Oracle for NoCreation {
    const CARD: Card = Card {
        name: "no-creation",
        id: "G7",
        promise: "Every command in a log was proposed by a client.",
        source: "Verdi's applied_implies_input; openraft's phantom check",
    };
}

impl Observer for NoCreation {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        for entry in &write.entries {
            let command = command_of(entry);
            check(command <= history.proposals, || Violation::NoCreation {
                node,
                entry: entry.id,
                command,
            })?;
        }
        if write.entries.is_empty() { NOTHING } else { HELD }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::by_hand::*;

    #[test]
    fn a_no_op_and_a_proposed_command_are_legal() {
        let mut run = cluster::<NoCreation>(3);
        run.history.proposals = 1;
        assert_eq!(run.writes(0, &write(1, &[(1, 0), (1, 1)])), HELD);
    }

    #[test]
    fn a_command_that_nobody_proposed_is_illegal() {
        let mut run = cluster::<NoCreation>(3);
        run.history.proposals = 1;
        assert!(run.writes(0, &write(1, &[(1, 2)])).is_err());
    }
}
