//! A node grants a vote only after the vote is durable.
//!
//! Sound: a granted vote is sent after the disk has its term and the vote, or a later term, after
//! which the node can never vote in that term again.
//!
//! Legal as well: by the time the vote leaves, the disk names the leader of the term, whom the node
//! has followed since. It binds the node as well: it can give no vote but to that leader.

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct VoteIsDurable;

impl Oracle for VoteIsDurable {
    const INFO: OracleInfo = OracleInfo {
        name: "vote-is-durable",
        id: "E3",
        property: "A node grants a vote only after the vote is durable.",
        source: "Raft paper, Figure 2: persistent state is updated before responding",
    };
}

impl Monitor for VoteIsDurable {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::VoteGranted = message.body else { return NOTHING };
        let (node, term, candidate) = (message.from, message.term, message.to);
        let disk = history.node(node).disk_state;
        let binds = disk.vote == Some(candidate)
            || (disk.vote.is_some() && disk.vote == history.leader_of(term));
        let durable = disk.term > term || (disk.term == term && binds);
        check(durable, || Violation::VoteIsDurable { node, term, candidate, disk })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::NodeId;

    #[test]
    fn sending_a_durable_vote_is_legal() {
        let mut run = cluster::<VoteIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, Some(2))).unwrap();
        assert_eq!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)), HELD);
    }

    #[test]
    fn sending_a_vote_after_the_leader_of_the_term_was_recorded_is_legal() {
        let mut run = cluster::<VoteIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, Some(1))).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_err());
        run.becomes(1, raft::Role::Leader, 1).unwrap();
        assert_eq!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)), HELD);
    }

    #[test]
    fn sending_a_vote_that_is_not_on_disk_is_illegal() {
        let mut run = cluster::<VoteIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, None)).unwrap();
        assert!(run.sends(says(0, 2, 1, MessageBody::VoteGranted)).is_err());
    }
}
