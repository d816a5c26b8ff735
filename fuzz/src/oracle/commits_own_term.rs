//! A leader advances its commit index only to an entry of its own term.
//!
//! Sound: this is the commitment rule. Entries of older terms are committed with one of the own
//! term, never by counting replicas.

use raft::{LogId, NodeId};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CommitsOwnTerm;

impl Oracle for CommitsOwnTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "commits-own-term",
        id: "C4",
        property: "A leader advances its commit index only to an entry of its own term.",
        source: "Raft paper, 5.4.2 and Figure 8",
    };
}

impl Monitor for CommitsOwnTerm {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.has_led_since(old) || new.commit <= old.commit {
            return NOTHING;
        }
        let Some(link) = history.node(node).log.at(new.commit) else { return NOTHING };
        let (leader, term) = (node, new.term());
        let entry = LogId { term: link.term, index: new.commit };
        check(link.term == term, || Violation::CommitsOwnTerm { leader, term, entry })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    fn leader_of_2() -> crate::history::recorder::Recorder<CommitsOwnTerm> {
        let mut run = cluster::<CommitsOwnTerm>(3);
        run.becomes(0, Role::Leader, 2).unwrap();
        run.stores(0, &write(1, &[(1, 7), (2, 0)])).unwrap();
        run
    }

    #[test]
    fn an_older_entry_may_be_committed_with_one_of_the_own_term() {
        assert_eq!(leader_of_2().commits(0, 2), HELD);
    }

    #[test]
    fn an_older_entry_committed_by_itself_is_illegal() {
        assert!(leader_of_2().commits(0, 1).is_err());
    }
}
