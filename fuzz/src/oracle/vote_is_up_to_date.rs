//! A node votes only for a candidate that claims a log at least as up-to-date as its own.
//!
//! Checked when the vote is decided, not when it is sent: until then the voter's log may grow
//! legally. A node that records the known leader of the term as its vote grants nothing, so this is
//! legal. Sound: this is the voting rule.

use raft::{LogId, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct VoteIsUpToDate {
    /// By voter, the last request that it received: candidate, term, last entry.
    requests: PerNode<Option<(NodeId, Term, LogId)>>,
}

impl Oracle for VoteIsUpToDate {
    const INFO: OracleInfo = OracleInfo {
        name: "vote-is-up-to-date",
        id: "E7",
        property:
            "A node votes only for a candidate that claims a log at least as up-to-date as its own.",
        source: "Raft paper, 5.4.1",
    };
}

impl Monitor for VoteIsUpToDate {
    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        if let MessageBody::RequestVote { last_log } = message.body {
            self.requests[message.to] = Some((message.from, message.term, last_log));
        }
        NOTHING
    }

    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let Some(candidate) = new.hard_state.vote.filter(|&vote| vote != node) else {
            return NOTHING;
        };
        let leads = history.leader_of(new.term()) == Some(candidate);
        if new.hard_state == old.hard_state || leads {
            return NOTHING;
        }
        let request = self.requests[node].take();
        let request = request.filter(|(from, term, _)| (*from, *term) == (candidate, new.term()));
        let claimed = request.map_or(LogId::ZERO, |(.., claimed)| claimed);
        let own = old.last_log;
        let voter = node;
        let justified = request.is_some() && claimed >= own;
        check(justified, || Violation::VoteIsUpToDate { voter, candidate, claimed, own })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;

    fn request(last_log: LogId) -> MessageView {
        says(1, 0, 2, MessageBody::RequestVote { last_log })
    }

    #[test]
    fn a_vote_for_an_equal_log_is_legal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.receives(request(LogId::new(1, 1))).unwrap();
        assert_eq!(run.votes(0, 2, 1), HELD);
    }

    #[test]
    fn a_vote_for_a_longer_log_of_an_older_term_is_illegal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.writes(0, &write(1, &[(2, 0)])).unwrap();
        run.receives(request(LogId::new(1, 9))).unwrap();
        assert!(run.votes(0, 2, 1).is_err());
    }

    #[test]
    fn a_vote_without_a_request_is_illegal() {
        assert!(cluster::<VoteIsUpToDate>(3).votes(0, 2, 1).is_err());
    }

    #[test]
    fn recording_the_known_leader_as_the_vote_is_legal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.becomes(0, raft::Role::Leader, 1).unwrap();
        assert!(run.votes(1, 1, 0).is_ok());
        assert!(run.votes(1, 2, 0).is_err());
    }
}
