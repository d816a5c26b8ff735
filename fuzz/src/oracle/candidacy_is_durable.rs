//! A candidate requests votes only after its term and its own vote are durable.
//!
//! A candidate that requests votes, crashes, loses the term and campaigns in it again with a
//! shorter log could collect votes that were granted for the longer log. Sound: once the disk has
//! the term with the candidate's own vote, a restarted node can campaign in later terms only.

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
        let durable = disk.term > term || (disk.term == term && disk.vote == Some(node));
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
    fn requesting_votes_with_a_candidacy_that_is_not_on_disk_is_illegal() {
        let mut run = cluster::<CandidacyIsDurable>(3);
        assert!(run.sends(says(0, 2, 1, CAMPAIGNS)).is_err());
    }
}
