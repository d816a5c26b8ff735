//! A node becomes leader only with the votes of a quorum in its term.
//!
//! Counted are the votes that it received, each voter once, and its own vote only if it is durable.
//! The membership is the newest in its log. Sound: a node becomes leader in no other way.
//!
//! Legal as well: votes of learners and of nodes that are no members, which do not count here.

use raft::{NodeId, NodeSet, Term};

use crate::base::quorum::is_quorum;
use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct LeaderHasQuorum {
    /// By node: the latest term in which it received votes, and the voters.
    votes: PerNode<(Term, NodeSet)>,
}

impl Oracle for LeaderHasQuorum {
    const INFO: OracleInfo = OracleInfo {
        name: "leader-has-quorum",
        id: "E6",
        property: "A node becomes leader only with the votes of a quorum in its term.",
        source: "Raft paper, 5.2; Verdi's votes_received",
    };
}

impl Monitor for LeaderHasQuorum {
    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        if matches!(message.body, MessageBody::VoteGranted) {
            let (term, votes) = &mut self.votes[message.to];
            if message.term > *term {
                (*term, *votes) = (message.term, NodeSet::EMPTY);
            }
            if message.term == *term {
                votes.insert(message.from);
            }
        }
        NOTHING
    }

    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if !new.newly_leads(old) {
            return NOTHING;
        }
        let term = new.term();
        let (of, received) = self.votes[node];
        let mut votes = if of == term { received } else { NodeSet::EMPTY };
        let disk = history.node(node).disk_state;
        if disk.term == term && disk.vote == Some(node) {
            votes.insert(node);
        }
        let members = history.membership_of(history.node(node));
        check(is_quorum(members, votes), || Violation::LeaderHasQuorum {
            leader: node,
            term,
            votes,
            members: *members,
        })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.votes[node] = (Term(0), NodeSet::EMPTY);
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::Role;

    #[test]
    fn a_quorum_of_votes_makes_a_leader() {
        let mut run = cluster::<LeaderHasQuorum>(3);
        run.persisted(NodeId(0), &ballot(1, Some(0))).unwrap();
        run.receives(says(1, 0, 1, MessageBody::VoteGranted)).unwrap();
        assert_eq!(run.becomes(0, Role::Leader, 1), HELD);
    }

    #[test]
    fn a_violation_names_the_membership_by_which_it_is_one() {
        let mut run = cluster::<LeaderHasQuorum>(3);
        run.writes(0, &joint(1, 1, &[0, 1], &[1, 2])).unwrap();
        run.persisted(NodeId(0), &ballot(1, Some(0))).unwrap();
        run.receives(says(1, 0, 1, MessageBody::VoteGranted)).unwrap();
        let violation = run.becomes(0, Role::Leader, 1).unwrap_err().to_string();
        assert!(violation.ends_with("no quorum of n0,n1 jointly with n1,n2"), "{violation}");
    }

    #[test]
    fn a_repeated_vote_an_old_vote_and_an_own_vote_not_on_disk_do_not_count() {
        let mut run = cluster::<LeaderHasQuorum>(5);
        run.receives(says(1, 0, 1, MessageBody::VoteGranted)).unwrap();
        run.receives(says(2, 0, 2, MessageBody::VoteGranted)).unwrap();
        run.receives(says(2, 0, 2, MessageBody::VoteGranted)).unwrap();
        run.receives(says(3, 0, 2, MessageBody::VoteGranted)).unwrap();
        assert!(run.becomes(0, Role::Leader, 2).is_err());
    }
}
