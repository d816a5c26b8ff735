//! A node gives its vote only to a candidate that claims a log at least as up-to-date as its own.
//!
//! Judged when a granted vote leaves, by the requests of that candidate in that term that the voter
//! has received, in any incarnation. One of them must have claimed at least what the voter's log
//! held when it arrived, or the newest what the log holds now. Sound: this is the voting rule, and
//! what a voter acknowledges after a request is of the request's term. The log may grow before the
//! vote leaves, once it is durable, and a vote that was given may be given again.
//!
//! Legal as well: a node that records in its hard state a vote that it has seen, or the leader that
//! it follows, and gives none (openraft); one that answers a late request of the leader of the
//! term with a vote, which cannot win anything any more; one that refuses votes that it could give.

use raft::{LogId, NodeId, Term};

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct VoteIsUpToDate {
    /// By voter and candidate.
    requests: PerNode<PerNode<Requests>>,
}

/// What a voter has received from one candidate, in the newest term of its requests.
#[derive(Clone, Copy, Debug, Default)]
struct Requests {
    term: Term,
    /// One of them claimed at least the voter's last entry at its arrival.
    justified: bool,
    /// The claim of the newest, and the voter's last entry at its arrival.
    newest: Option<(LogId, LogId)>,
}

impl Oracle for VoteIsUpToDate {
    const INFO: OracleInfo = OracleInfo {
        name: "vote-is-up-to-date",
        id: "E7",
        property:
            "A node gives its vote only to a candidate that claims a log at least as up-to-date as its own.",
        source: "Raft paper, 5.4.1",
    };
}

impl Monitor for VoteIsUpToDate {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::RequestVote { last_log } = message.body else { return NOTHING };
        let own = history.node(message.to).log.last();
        let known = &mut self.requests[message.to][message.from];
        if message.term > known.term {
            *known = Requests { term: message.term, ..Requests::default() };
        }
        if message.term == known.term {
            known.justified |= last_log >= own;
            known.newest = Some((last_log, own));
        }
        NOTHING
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::VoteGranted = message.body else { return NOTHING };
        let (voter, candidate, term) = (message.from, message.to, message.term);
        let known = self.requests[voter][candidate];
        if history.leader_of(term) == Some(candidate) || known.term > term {
            return NOTHING;
        }
        let request = known.newest.filter(|_| known.term == term);
        let now = history.node(voter).log.last();
        let justified = request.is_some_and(|(claimed, _)| known.justified || claimed >= now);
        check(justified, || Violation::VoteIsUpToDate { voter, candidate, term, request })
    }

    fn wiped(&mut self, _: &History, node: NodeId) -> Verdict {
        self.requests[node] = PerNode::default();
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    type Run = crate::history::recorder::Recorder<VoteIsUpToDate>;

    fn request(last_log: LogId) -> MessageView {
        says(1, 0, 2, MessageBody::RequestVote { last_log })
    }

    fn gives(run: &mut Run, term: u64) -> Verdict {
        run.sends(says(0, 1, term, MessageBody::VoteGranted))
    }

    #[test]
    fn a_vote_for_an_equal_log_is_legal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.receives(request(LogId::new(1, 1))).unwrap();
        run.votes(0, 2, 1).unwrap();
        assert_eq!(gives(&mut run, 2), HELD);
    }

    #[test]
    fn a_vote_for_a_longer_log_of_an_older_term_is_illegal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.writes(0, &write(1, &[(2, 0)])).unwrap();
        run.receives(request(LogId::new(1, 9))).unwrap();
        run.votes(0, 2, 1).unwrap();
        assert!(gives(&mut run, 2).is_err());
    }

    #[test]
    fn a_vote_without_a_request_in_its_term_is_illegal() {
        assert!(gives(&mut cluster(3), 2).is_err());
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.receives(request(LogId::new(1, 9))).unwrap();
        assert!(gives(&mut run, 3).is_err());
    }

    #[test]
    fn recording_a_vote_that_is_not_given_is_legal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.writes(0, &write(1, &[(2, 0)])).unwrap();
        run.receives(request(LogId::new(1, 9))).unwrap();
        assert!(run.votes(0, 2, 1).is_ok());
        assert!(run.votes(0, 3, 2).is_ok());
    }

    #[test]
    fn a_log_may_grow_before_the_vote_leaves_and_the_vote_may_be_given_again() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.receives(request(LogId::ZERO)).unwrap();
        run.stores(0, &write(1, &[(2, 0)])).unwrap();
        assert_eq!(gives(&mut run, 2), HELD);
        run.reboots(0).unwrap();
        run.receives(request(LogId::ZERO)).unwrap();
        assert_eq!(gives(&mut run, 2), HELD);
    }

    #[test]
    fn an_older_request_does_not_justify_a_later_vote_for_a_shorter_log() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.receives(says(1, 0, 1, MessageBody::RequestVote { last_log: LogId::ZERO })).unwrap();
        run.writes(0, &write(1, &[(1, 0)])).unwrap();
        run.receives(request(LogId::ZERO)).unwrap();
        assert!(gives(&mut run, 2).is_err());
    }

    #[test]
    fn a_late_vote_for_the_leader_of_the_term_is_legal() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.becomes(1, Role::Leader, 2).unwrap();
        run.writes(0, &write(1, &[(2, 0)])).unwrap();
        run.receives(request(LogId::ZERO)).unwrap();
        assert!(gives(&mut run, 2).is_ok());
    }

    #[test]
    fn a_request_justifies_no_vote_of_a_node_that_comes_back_with_an_empty_disk() {
        let mut run = cluster::<VoteIsUpToDate>(3);
        run.receives(request(LogId::ZERO)).unwrap();
        run.comes_back(0).unwrap();
        assert!(gives(&mut run, 2).is_err());
    }
}
