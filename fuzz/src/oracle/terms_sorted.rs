//! Indexes are contiguous, terms never decrease along a log, and none is above the node's term.
//!
//! Checked in memory after every write, and on disk at a restart: a node's term reaches the disk
//! before entries of that term. Sound: entries come from a leader whose term the node has adopted,
//! after an entry of that term or of an older one.
//!
//! Legal as well: terms without an entry; any number of entries of older terms, however late.

use raft::{LogId, LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, HELD, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct TermsSorted;

impl Oracle for TermsSorted {
    const INFO: OracleInfo = OracleInfo {
        name: "terms-sorted",
        id: "G4",
        property: "Indexes are contiguous, terms never decrease along a log, and none is above the node's term.",
        source: "Raft paper, 5.3; Verdi's term sanity",
    };
}

impl Monitor for TermsSorted {
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        let Some(first) = write.entries.first() else { return NOTHING };
        let facts = history.node(node);
        let term = facts.view.term();
        let at = LogIndex(facts.log.last_index().0 - write.entries.len() as u64);
        let link = facts.log.at(at).expect("a log reaches back to where it was written");
        let mut before = LogId { term: link.term, index: at };
        debug_assert!(first.id.index.0 > 0, "indexes begin at 1");
        for entry in write.entries.iter().map(|entry| entry.id) {
            let sorted = entry.index == before.index.next() && entry.term >= before.term;
            check(sorted && entry.term <= term, || Violation::TermsSorted {
                node,
                entry,
                before,
                term,
            })?;
            before = entry;
        }
        HELD
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        let (entry, term) = (facts.disk.last(), facts.disk_state.term);
        let (start, first) = (facts.snapshot, facts.snapshot.index.next());
        if let Some(next) = facts.disk.at(first).filter(|next| next.term < start.term) {
            let entry = LogId { term: next.term, index: first };
            check(false, || Violation::TermsSorted { node, entry, before: start, term })?;
        }
        check(entry.term <= term, || Violation::TermsSorted { node, entry, before: entry, term })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::Role;

    #[test]
    fn increasing_terms_up_to_the_own_one_are_legal() {
        let mut run = cluster::<TermsSorted>(3);
        run.becomes(0, Role::Follower, 3).unwrap();
        assert_eq!(run.writes(0, &write(1, &[(1, 0), (1, 1), (3, 0)])), HELD);
    }

    #[test]
    fn decreasing_terms_gaps_and_future_terms_are_illegal() {
        for wrong in [write(1, &[(2, 0), (1, 0)]), write(2, &[(1, 0)]), write(1, &[(4, 0)])] {
            let mut run = cluster::<TermsSorted>(3);
            run.becomes(0, Role::Follower, 3).unwrap();
            assert!(run.writes(0, &wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_disk_whose_entries_are_ahead_of_its_term_is_illegal_at_a_restart() {
        let mut run = cluster::<TermsSorted>(3);
        run.persisted(NodeId(0), &write(1, &[(1, 0)])).unwrap();
        assert!(run.reboots(0).is_err());
    }
}
