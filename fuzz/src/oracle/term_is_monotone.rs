//! The term of a node never decreases; after a restart it is at least the term on its disk.
//!
//! Sound: a node adopts newer terms only, and starts with the term on its disk. A term that was
//! only in memory may be lost by a crash.
//!
//! Legal as well: a term that is raised by more than one, with or without a vote, by whatever
//! message. A node that was removed and comes back with an empty disk begins anew.

use raft::{NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TermIsMonotone {
    disks: PerNode<Term>,
}

impl Oracle for TermIsMonotone {
    const INFO: OracleInfo = OracleInfo {
        name: "term-is-monotone",
        id: "E4",
        property: "The term of a node never decreases; after a restart it is at least the term on its disk.",
        source: "Raft paper, 5.1; CCF's MonotonicTerm",
    };
}

impl TermIsMonotone {
    fn compare(node: NodeId, before: Term, after: Term) -> Verdict {
        check(after >= before, || Violation::TermIsMonotone { node, before, after })
    }
}

impl Monitor for TermIsMonotone {
    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        match old.term() == new.term() {
            true => NOTHING,
            false => TermIsMonotone::compare(node, old.term(), new.term()),
        }
    }

    fn persisted(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(state) = write.hard_state else { return NOTHING };
        let before = std::mem::replace(&mut self.disks[node], state.term);
        TermIsMonotone::compare(node, before, state.term)
    }

    fn wiped(&mut self, _: &History, node: NodeId) -> Verdict {
        self.disks[node] = Term(0);
        NOTHING
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        TermIsMonotone::compare(node, facts.disk_state.term, facts.view.term())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_term_that_was_only_in_memory_may_be_lost() {
        let mut run = cluster::<TermIsMonotone>(3);
        assert_eq!(run.becomes(0, Role::Candidate, 5), HELD);
        assert_eq!(run.reboots(0), HELD);
    }

    #[test]
    fn a_term_that_decreases_is_illegal_in_memory_on_disk_and_at_a_restart() {
        let mut run = cluster::<TermIsMonotone>(3);
        run.becomes(0, Role::Candidate, 5).unwrap();
        assert!(run.becomes(0, Role::Follower, 4).is_err());
        run.persisted(NodeId(1), &ballot(2, None)).unwrap();
        assert!(run.started(NodeId(1), View::default(), None).is_err());
        assert!(run.persisted(NodeId(1), &ballot(1, None)).is_err());
    }

    #[test]
    fn a_node_that_comes_back_with_an_empty_disk_begins_anew() {
        let mut run = cluster::<TermIsMonotone>(3);
        run.becomes(0, Role::Candidate, 5).unwrap();
        run.persisted(NodeId(0), &ballot(5, None)).unwrap();
        run.comes_back(0).unwrap();
        assert_eq!(run.persisted(NodeId(0), &ballot(2, None)), HELD);
        assert!(run.persisted(NodeId(0), &ballot(1, None)).is_err());
    }
}
