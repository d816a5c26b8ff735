//! Only the leader of a term creates entries of that term, each once.
//!
//! The first node that writes an (index, term) must be leader of that term at that time; a leader
//! never writes an entry of its own term that already exists. Sound: other nodes get entries only
//! from messages of a leader that wrote them first, in memory, in the step that sent them or
//! before.
//!
//! Legal as well: a leader that creates an entry and steps down within its term in one step; a term
//! without any entry, since its leader creates no no-op.

use raft::{NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct EntryCreatedOnce {
    /// The node that has stepped down in the current step, and the term that it led until then.
    led: Option<(NodeId, Term)>,
}

impl Oracle for EntryCreatedOnce {
    const INFO: OracleInfo = OracleInfo {
        name: "entry-created-once",
        id: "G2",
        property: "Only the leader of a term creates entries of that term, each once.",
        source:
            "Raft paper, 5.3: a leader creates at most one entry with a given index in a given term",
    };
}

impl Monitor for EntryCreatedOnce {
    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let steps_down = new.has_led_since(old) && !new.is_leader();
        self.led = steps_down.then_some((node, new.term()));
        NOTHING
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let view = history.node(node).view;
        let mut verdict = NOTHING;
        for entry in &write.entries {
            let leads = (view.is_leader() && view.term() == entry.id.term)
                || self.led == Some((node, entry.id.term));
            let is_new = history.births.get(entry.id).is_none();
            check(leads == is_new, || Violation::EntryCreatedOnce {
                entry: entry.id,
                node,
                leader: history.leader_of(entry.id.term),
            })?;
            verdict = HELD;
        }
        verdict
    }

    fn stepped(&mut self, _: &History, _: NodeId, _: usize) -> Verdict {
        self.led = None;
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    #[test]
    fn followers_may_write_entries_that_their_leader_wrote() {
        let mut run = cluster::<EntryCreatedOnce>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert_eq!(run.writes(0, &write(1, &[(1, 0)])), HELD);
        assert_eq!(run.writes(1, &write(1, &[(1, 0)])), HELD);
    }

    #[test]
    fn a_leader_may_create_an_entry_and_step_down_in_one_step() {
        let mut run = cluster::<EntryCreatedOnce>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert_eq!(run.writes_and_follows(0, &write(1, &[(1, 0)])), HELD);
        assert!(run.writes(0, &write(2, &[(1, 0)])).is_err());
    }

    #[test]
    fn an_entry_that_no_leader_wrote_is_illegal() {
        let mut run = cluster::<EntryCreatedOnce>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        assert!(run.writes(1, &write(1, &[(1, 0)])).is_err());
    }

    #[test]
    fn a_leader_that_writes_an_entry_of_its_term_again_is_illegal() {
        let mut run = cluster::<EntryCreatedOnce>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert!(run.writes(0, &overwrite(1, &[(1, 5)])).is_err());
    }
}
