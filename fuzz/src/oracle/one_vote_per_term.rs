//! A node gives its vote to at most one candidate in a term, ever.
//!
//! A vote counts when it is given: when the node sends a granted vote or a RequestVote, or when a
//! candidate becomes leader. Sound: a vote is given only after it is durable, and binds until a
//! later term. A vote that was only in memory may be lost by a crash.
//!
//! A node that was removed and comes back with an empty disk is another voter: what it has voted
//! before is counted by nobody who counts its votes now.
//!
//! Legal as well: a vote in the hard state that was not given, which may be replaced; a vote for
//! the candidate that leads the term already, which cannot win anything any more. A node that
//! records its leader as its vote gives such votes to late requests (noraft, openraft).

use raft::{NodeId, Term};

use crate::base::cloning::clone_by_field;
use crate::base::table::grow;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Debug, Default)]
pub struct OneVotePerTerm {
    votes: PerNode<Vec<Option<NodeId>>>,
}

clone_by_field!(OneVotePerTerm; votes);

impl Oracle for OneVotePerTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "one-vote-per-term",
        id: "E2",
        property: "A node gives its vote to at most one candidate in a term, ever.",
        source: "Raft paper, 5.2 and Figure 2 (votedFor); Verdi's votes_correct",
    };
}

impl OneVotePerTerm {
    fn voted(&mut self, node: NodeId, term: Term, candidate: NodeId) -> Verdict {
        let votes = &mut self.votes[node];
        grow(votes, term.0 as usize);
        let first = *votes[term.0 as usize].get_or_insert(candidate);
        let second = candidate;
        check(first == second, || Violation::OneVotePerTerm { node, term, first, second })
    }
}

impl Monitor for OneVotePerTerm {
    fn begin(&mut self) {
        self.votes.iter_mut().for_each(Vec::clear);
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let leader = history.leader_of(message.term);
        match message.body {
            MessageBody::VoteGranted if leader == Some(message.to) => NOTHING,
            MessageBody::VoteGranted => self.voted(message.from, message.term, message.to),
            MessageBody::RequestVote { .. } => self.voted(message.from, message.term, message.from),
            _ => NOTHING,
        }
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        match new.newly_leads(old) {
            true => self.voted(node, new.term(), node),
            false => NOTHING,
        }
    }

    fn wiped(&mut self, _: &History, node: NodeId) -> Verdict {
        self.votes[node].clear();
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;

    #[test]
    fn a_vote_that_was_only_in_memory_may_be_given_again() {
        let mut run = cluster::<OneVotePerTerm>(3);
        run.votes(0, 1, 1).unwrap();
        run.reboots(0).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_ok());
    }

    #[test]
    fn a_second_vote_in_a_term_is_illegal_even_after_a_restart() {
        let mut run = cluster::<OneVotePerTerm>(3);
        run.sends(says(0, 1, 1, MessageBody::VoteGranted)).unwrap();
        run.reboots(0).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_err());
    }

    #[test]
    fn a_recorded_vote_that_was_not_given_may_be_replaced() {
        let mut run = cluster::<OneVotePerTerm>(3);
        run.persisted(NodeId(0), &ballot(1, Some(1))).unwrap();
        run.persisted(NodeId(0), &ballot(1, Some(2))).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_ok());
        assert!(run.sends(says(0, 1, 1, MessageBody::VoteGranted)).is_err());
    }

    #[test]
    fn a_late_vote_for_the_leader_of_the_term_is_legal_and_frees_nobody() {
        let mut run = cluster::<OneVotePerTerm>(5);
        run.sends(says(0, 1, 1, MessageBody::VoteGranted)).unwrap();
        run.becomes(2, raft::Role::Leader, 1).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_ok());
        assert!(run.sends(says(0, 3, 1, MessageBody::VoteGranted)).is_err());
    }

    #[test]
    fn a_node_that_comes_back_with_an_empty_disk_is_another_voter() {
        let mut run = cluster::<OneVotePerTerm>(3);
        run.sends(says(0, 1, 1, MessageBody::VoteGranted)).unwrap();
        run.comes_back(0).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_ok());
        assert!(run.sends(says(0, 1, 1, MessageBody::VoteGranted)).is_err());
    }
}
