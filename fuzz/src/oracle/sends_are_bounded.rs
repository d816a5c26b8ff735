//! A step sends at most a message to each other member and one more; in answer to one, three.
//!
//! Votes, candidacies and acknowledgements wait for the disk, and reads for a quorum, so a step
//! can set free those of many: they are counted over the node's life. Sound for Raft as in Figure
//! 2: time, a proposal or a won election cause a broadcast, a message causes one answer. An answer
//! may let two more batches go, so that a window fills, the request to take over, and the end of
//! joint consensus to all. Asked only of a Raft that says it keeps to this.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SendsAreBounded {
    lives: PerNode<Life>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Life {
    steps: usize,
    /// Messages that had to wait for the disk, over the whole life.
    waited: usize,
    /// Messages of the step under way that had not.
    at_once: usize,
    /// The step under way has received an answer to AppendEntries.
    answered: bool,
    /// The step under way has written entries.
    wrote: bool,
}

impl Oracle for SendsAreBounded {
    const INFO: OracleInfo = OracleInfo {
        name: "sends-are-bounded",
        id: "B1",
        promise:
            "A step sends at most a message to each other member and one more; in answer to one, three.",
        source: "our own bound; a storm of messages is how retries go wrong",
    };
}

impl Monitor for SendsAreBounded {
    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        let answer = matches!(
            message.body,
            MessageBody::AppendAccepted { .. } | MessageBody::AppendRejected
        );
        self.lives[message.to].answered = answer;
        NOTHING
    }

    fn wrote(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        self.lives[node].wrote = !write.entries.is_empty();
        NOTHING
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        let life = &mut self.lives[message.from];
        match message.body {
            MessageBody::RequestVote { .. }
            | MessageBody::VoteGranted
            | MessageBody::AppendAccepted { .. }
            | MessageBody::ReadIndex => life.waited += 1,
            _ => life.at_once += 1,
        }
        NOTHING
    }

    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        let life = &mut self.lives[node];
        life.steps += 1;
        let now = std::mem::take(&mut life.at_once);
        let answered = std::mem::take(&mut life.answered);
        if sent == 0 || !history.bounded_sends {
            return NOTHING;
        }
        let others = history.nodes.len() - 1;
        let bound = match (answered, std::mem::take(&mut life.wrote)) {
            (false, _) => others + 1,
            (true, false) => 3,
            (true, true) => others + 3,
        };
        let life = *life;
        check(now <= bound && life.waited <= life.steps * others, || Violation::SendsAreBounded {
            node,
            sent,
            bound,
        })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.lives[node] = Life::default();
        NOTHING
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::violation::HELD;
    use raft::LogIndex;

    const ACK: MessageBody = MessageBody::AppendAccepted { match_index: LogIndex(1) };

    /// Sends some messages in one step.
    fn step(
        run: &mut crate::history::recorder::Recorder<SendsAreBounded>,
        sent: &[MessageBody],
    ) -> Verdict {
        for &body in sent {
            run.monitor.sent(&run.history, &says(0, 1, 1, body))?;
        }
        run.monitor.stepped(&run.history, NodeId(0), sent.len())
    }

    #[test]
    fn a_broadcast_is_legal_and_so_are_acks_that_had_to_wait() {
        let mut run = cluster::<SendsAreBounded>(3);
        assert_eq!(step(&mut run, &[MessageBody::VoteRefused, MessageBody::VoteRefused]), HELD);
        assert_eq!(step(&mut run, &[]), NOTHING);
        assert_eq!(step(&mut run, &[ACK, ACK, ACK, ACK]), HELD);
    }

    #[test]
    fn two_messages_to_each_member_are_illegal() {
        let mut run = cluster::<SendsAreBounded>(3);
        assert!(step(&mut run, &[MessageBody::VoteRefused; 4]).is_err());
    }

    #[test]
    fn a_storm_in_answer_to_an_ack_is_illegal() {
        let mut run = cluster::<SendsAreBounded>(3);
        run.monitor.received(&run.history, &says(1, 0, 1, ACK)).unwrap();
        assert!(step(&mut run, &[MessageBody::VoteRefused; 4]).is_err());
    }

    #[test]
    fn more_acks_than_steps_could_have_caused_are_illegal() {
        assert!(step(&mut cluster::<SendsAreBounded>(3), &[ACK, ACK, ACK]).is_err());
    }
}
