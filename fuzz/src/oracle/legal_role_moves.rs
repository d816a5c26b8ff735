//! Roles change only along the arrows of Figure 4.
//!
//! A pre-candidate, which the paper does not have, counts as a follower.
//!
//! Sound: a leader can only step down; a candidate can step down, start a new election or win. A
//! node that becomes candidate enters a new term. A node that wins was candidate in that term, at
//! the latest in the same step. A leader never stays leader in a newer term.
//!
//! Legal as well, since a step may follow several arrows: a leader that is candidate in a newer
//! term; a term raised by more than one, with or without a vote; a leader that steps down within
//! its term, for whatever reason. Not legal: a first campaign in the current term, though it holds
//! no vote, since in 5.2 a campaign begins with a new term.

use raft::{NodeId, Role};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::View;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LegalRoleMoves;

impl Oracle for LegalRoleMoves {
    const INFO: OracleInfo = OracleInfo {
        name: "legal-role-moves",
        id: "E5",
        property: "Roles change only along the arrows of Figure 4.",
        source: "Raft paper, Figure 4; CCF's StateTransitions",
    };
}

fn is_legal(old: &View, new: &View) -> bool {
    let newer = new.term() > old.term();
    match (old.role, new.role) {
        (_, Role::Follower | Role::PreCandidate) => true,
        (Role::Follower | Role::PreCandidate, Role::Candidate) => newer,
        (Role::Candidate, Role::Candidate) => true,
        (Role::Follower | Role::PreCandidate, Role::Leader) => newer,
        (Role::Candidate, Role::Leader) => true,
        (Role::Leader, Role::Leader) => !newer,
        (Role::Leader, Role::Candidate) => newer,
    }
}

impl Monitor for LegalRoleMoves {
    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if old.role.in_paper() == new.role.in_paper() && old.term() == new.term() {
            return NOTHING;
        }
        let (before, after, term) = (old.role, new.role, new.term());
        check(is_legal(old, new), || Violation::LegalRoleMoves { node, before, after, term })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    #[test]
    fn campaigning_winning_and_stepping_down_are_legal() {
        let mut run = cluster::<LegalRoleMoves>(3);
        assert_eq!(run.becomes(0, Role::Candidate, 1), HELD);
        assert_eq!(run.becomes(0, Role::Leader, 1), HELD);
        assert_eq!(run.becomes(0, Role::Follower, 2), HELD);
    }

    #[test]
    fn stepping_down_early_and_campaigning_in_the_same_step_are_legal() {
        let mut run = cluster::<LegalRoleMoves>(3);
        run.becomes(0, Role::Candidate, 1).unwrap();
        run.becomes(0, Role::Leader, 1).unwrap();
        assert_eq!(run.becomes(0, Role::Candidate, 3), HELD);
        assert_eq!(run.becomes(0, Role::Leader, 3), HELD);
        assert_eq!(run.becomes(0, Role::Follower, 3), HELD);
        assert!(run.becomes(0, Role::Candidate, 3).is_err());
    }

    #[test]
    fn staying_leader_in_a_newer_term_is_illegal() {
        let mut run = cluster::<LegalRoleMoves>(3);
        run.becomes(0, Role::Candidate, 1).unwrap();
        run.becomes(0, Role::Leader, 1).unwrap();
        assert!(run.becomes(0, Role::Leader, 2).is_err());
    }

    #[test]
    fn winning_without_a_candidacy_is_illegal() {
        let mut run = cluster::<LegalRoleMoves>(3);
        run.becomes(0, Role::Follower, 1).unwrap();
        assert!(run.becomes(0, Role::Leader, 1).is_err());
    }
}
