//! A node votes for at most one candidate in a term, ever.
//!
//! A vote counts when it is visible: when the node sends a granted vote or a RequestVote, when a
//! candidate becomes leader, or when the vote is durable. Sound: a vote is sent only after it is
//! durable, and the vote on disk never changes within a term. A vote that was only in memory may be
//! lost by a crash.

use raft::{NodeId, Term};

use crate::base::table::grow;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct OneVotePerTerm {
    votes: PerNode<Vec<Option<NodeId>>>,
}

impl Oracle for OneVotePerTerm {
    const INFO: OracleInfo = OracleInfo {
        name: "one-vote-per-term",
        id: "E2",
        property: "A node votes for at most one candidate in a term, ever.",
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
    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        match message.body {
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

    fn persisted(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        match write.hard_state.and_then(|state| Some((state.term, state.vote?))) {
            Some((term, candidate)) => self.voted(node, term, candidate),
            None => NOTHING,
        }
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
    fn a_durable_vote_binds() {
        let mut run = cluster::<OneVotePerTerm>(3);
        run.persisted(NodeId(0), &ballot(1, Some(1))).unwrap();
        assert!(run.persisted(NodeId(0), &ballot(1, Some(2))).is_err());
    }
}
