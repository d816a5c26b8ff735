//! A leader changes the membership only after it has committed an entry of its own term.
//!
//! Sound: this is the rule of 2015. Without it, two leaders of different terms can have uncommitted
//! changes of the same membership, whose majorities need not overlap.
//!
//! It is about changes from one set of voters to another without joint consensus. Legal as well, in
//! a fresh term: a change of learners alone; entering joint consensus, since all that may replace
//! the same membership then need its majority; leaving it for the newer voters, which is the only
//! way out (noraft).

use raft::{NodeId, Term};

use crate::base::quorum::{enters_joint, leaves_joint, same_quorums};
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::Write;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct ChangeInOwnTerm;

impl Oracle for ChangeInOwnTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "change-in-own-term",
        id: "R3",
        property: "A leader changes the membership only after committing an entry of its own term.",
        source: "D. Ongaro, \"bug in single-server membership changes\", raft-dev, July 2015",
    };
}

impl Monitor for ChangeInOwnTerm {
    fn wrote(&mut self, history: &History, leader: NodeId, write: &Write) -> Verdict {
        let facts = history.node(leader);
        if !facts.view.is_leader() || !write.changes_membership() {
            return NOTHING;
        }
        let [Some((_, new)), _] = facts.log.changes() else { return NOTHING };
        let old = history.replaced_in(&facts.log);
        if same_quorums(&old, &new) || enters_joint(&old, &new) || leaves_joint(&old, &new) {
            return NOTHING;
        }
        let (commit, term) = (facts.view.commit, facts.view.term());
        let committed = facts.log.at(commit).map_or(Term(0), |link| link.term);
        let is_own = committed == term;
        check(is_own, || Violation::ChangeInOwnTerm { leader, term, commit, committed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{Membership, Role};

    fn leader_of(term: u64) -> crate::history::recorder::Recorder<ChangeInOwnTerm> {
        let mut run = cluster::<ChangeInOwnTerm>(4);
        run.becomes(0, Role::Leader, term).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.commits(0, 1).unwrap();
        run
    }

    #[test]
    fn a_change_in_a_term_with_a_committed_entry_is_legal() {
        assert_eq!(leader_of(1).writes(0, &change(2, 1, &[0, 1, 2])), HELD);
    }

    #[test]
    fn learners_alone_and_joint_consensus_may_change_in_a_fresh_term() {
        let mut run = leader_of(2);
        let learner = Membership { learners: set(&[5]), ..run.history.membership };
        assert!(run.writes(0, &membership(2, 2, learner)).is_ok());
        assert!(run.writes(0, &joint(3, 2, &[0], &[0, 1, 2, 3])).is_ok());
        assert!(run.writes(0, &change(4, 2, &[0])).is_ok());
        assert!(run.writes(0, &change(5, 2, &[0, 1])).is_err());
    }

    #[test]
    fn leaving_joint_consensus_for_the_older_voters_in_a_fresh_term_is_illegal() {
        let mut run = leader_of(2);
        run.writes(0, &joint(2, 2, &[0], &[0, 1, 2, 3])).unwrap();
        assert!(run.writes(0, &change(3, 2, &[0, 1, 2, 3])).is_err());
    }

    #[test]
    fn a_change_in_a_fresh_term_is_illegal() {
        assert!(leader_of(2).writes(0, &change(2, 2, &[0, 1, 2])).is_err());
    }
}
