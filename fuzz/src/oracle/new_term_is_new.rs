//! When a leader wins a term, no entry of that term exists yet.
//!
//! Sound: only the leader of a term creates its entries, there is one leader, and it wins once. A
//! lint: a Raft that violates this has violated one of these before, which `legal-role-moves`,
//! `entry-created-once` or `one-leader-per-term` reports; no seeded bug violates this alone.
//!
//! Legal as well: a leader without a no-op, whose term stays without an entry for long.

use raft::{LogIndex, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct NewTermIsNew;

impl Oracle for NewTermIsNew {
    const INFO: OracleInfo = OracleInfo {
        name: "new-term-is-new",
        id: "E8",
        property: "When a leader wins a term, no entry of that term exists yet.",
        source: "CCF's CandidateTermNotInLog, SandTable's NewLeaderTermNotInLog",
    };
}

impl Monitor for NewTermIsNew {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.newly_leads(old) {
            return NOTHING;
        }
        let (leader, term) = (node, new.term());
        let index = history.births.last_index_of(term);
        check(index == LogIndex(0), || Violation::NewTermIsNew { leader, term, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_fresh_term_is_legal() {
        let mut run = cluster::<NewTermIsNew>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        assert_eq!(run.becomes(1, Role::Leader, 2), HELD);
    }

    #[test]
    fn winning_a_term_that_has_entries_is_illegal() {
        let mut run = cluster::<NewTermIsNew>(3);
        run.writes(0, &write(1, &[(2, 0)])).unwrap();
        assert!(run.becomes(1, Role::Leader, 2).is_err());
    }
}
