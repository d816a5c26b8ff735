//! A candidate requests votes only after its term and its own vote are durable.
//!
//! A candidate that requests votes, crashes, loses the term and campaigns in it again with a
//! shorter log could collect votes that were granted for the longer log. Sound: once the disk has
//! the term with the candidate's own vote, a restarted node can campaign in later terms only.
//!
//! Legal as well: a RequestVote that leaves late, when the disk names the leader of the term, whom
//! the candidate has followed since. Not legal: a candidate that votes for itself after it has
//! requested votes, as in Ongaro's TLA+ specification; Figure 2 has the vote first.

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::History;
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct CandidacyIsDurable;

impl Oracle for CandidacyIsDurable {
    const INFO: OracleInfo = OracleInfo {
        name: "candidacy-is-durable",
        id: "E3",
        property: "A candidate requests votes only after its term and its own vote are durable.",
        source: "Raft paper, Figure 2; our own argument",
    };
}

impl Monitor for CandidacyIsDurable {
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::RequestVote { .. } = message.body else { return NOTHING };
        let (node, term) = (message.from, message.term);
        let disk = history.node(node).disk_state;
        let binds = disk.vote == Some(node)
            || (disk.vote.is_some() && disk.vote == history.leader_of(term));
        let durable = disk.term > term || (disk.term == term && binds);
        check(durable, || Violation::CandidacyIsDurable { node, term, disk })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::{LogId, NodeId};

    const CAMPAIGNS: MessageBody = MessageBody::RequestVote { last_log: LogId::ZERO };

    #[test]
    fn requesting_votes_with_a_durable_candidacy_is_legal() {
        let mut run = cluster::<CandidacyIsDurable>(3);
        run.persisted(NodeId(0), &ballot(1, Some(0))).unwrap();
        assert_eq!(run.sends(says(0, 2, 1, CAMPAIGNS)), HELD);
    }

    #[test]
    fn requesting_votes_late_with_the_leader_of_the_term_on_disk_is_legal() {
        let mut run = cluster::<CandidacyIsDurable>(3);
        run.becomes(1, raft::Role::Leader, 1).unwrap();
        run.persisted(NodeId(0), &ballot(1, Some(1))).unwrap();
        assert_eq!(run.sends(says(0, 2, 1, CAMPAIGNS)), HELD);
    }

    #[test]
    fn requesting_votes_with_a_candidacy_that_is_not_on_disk_is_illegal() {
        let mut run = cluster::<CandidacyIsDurable>(3);
        assert!(run.sends(says(0, 2, 1, CAMPAIGNS)).is_err());
    }
}
