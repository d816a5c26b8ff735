//! A term has at most one leader, ever.
//!
//! Sound: two leaders of a term need two quorums of votes, and a node votes once in a term. A
//! leader that has stepped down or stopped still counts.
//!
//! Legal as well: terms without a leader; a leader that the others never hear of. A Raft that has a
//! leader for each pair of term and node (openraft by default) shows each pair as a term.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OneLeaderPerTerm;

impl Oracle for OneLeaderPerTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "one-leader-per-term",
        id: "E1",
        property: "A term has at most one leader, ever.",
        source: "Raft paper, Figure 3: Election Safety",
    };
}

impl Monitor for OneLeaderPerTerm {
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.newly_leads(old) {
            return NOTHING;
        }
        let term = new.term();
        let first = history.leader_of(term).unwrap_or(node);
        check(first == node, || Violation::OneLeaderPerTerm { term, first, second: node })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn leaders_of_different_terms_are_legal() {
        let mut run = cluster::<OneLeaderPerTerm>(3);
        assert_eq!(run.becomes(0, Role::Leader, 1), HELD);
        assert_eq!(run.becomes(1, Role::Leader, 2), HELD);
    }

    #[test]
    fn a_second_leader_of_a_term_is_illegal_even_after_the_first_stepped_down() {
        let mut run = cluster::<OneLeaderPerTerm>(3);
        run.becomes(0, Role::Leader, 1).unwrap();
        run.becomes(0, Role::Follower, 2).unwrap();
        assert!(run.becomes(1, Role::Leader, 1).is_err());
    }
}
