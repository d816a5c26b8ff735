//! A step sends at most one message to each other node and one more; after an append reply, three.
//!
//! Votes, candidacies and acknowledgements wait for the disk, and reads for a quorum, so one step
//! can release those of many steps: they are counted over the node's incarnation. Sound for Raft as
//! in Figure 2: a tick, a proposal or a won election causes a broadcast, a message causes one
//! reply. A reply to AppendEntries may release two more batches, so that the in-flight window
//! fills, a TimeoutNow, and the end of joint consensus to all nodes. Checked only for a Raft that
//! declares this capability.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct SendsAreBounded {
    counts: PerNode<Counts>,
}

/// The messages of one incarnation of a node.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    steps: usize,
    /// Messages that had to wait for the disk or a quorum, over the whole incarnation.
    waited: usize,
    /// Messages of the current step that did not wait.
    immediate: usize,
    /// The current step has received a reply to AppendEntries.
    replied: bool,
    /// The current step has written entries.
    wrote: bool,
}

impl Oracle for SendsAreBounded {
    const INFO: OracleInfo = OracleInfo {
        name: "sends-are-bounded",
        id: "B1",
        property:
            "A step sends at most one message to each other node and one more; after an append reply, three.",
        source: "our own bound; incorrect retries show as message storms",
    };
}

impl Monitor for SendsAreBounded {
    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        let replied = matches!(
            message.body,
            MessageBody::AppendAccepted { .. } | MessageBody::AppendRejected { .. }
        );
        self.counts[message.to].replied = replied;
        NOTHING
    }

    fn wrote(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        self.counts[node].wrote = !write.entries.is_empty();
        NOTHING
    }

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        let counts = &mut self.counts[message.from];
        match message.body {
            MessageBody::RequestVote { .. }
            | MessageBody::VoteGranted
            | MessageBody::AppendAccepted { .. }
            | MessageBody::ReadIndex => counts.waited += 1,
            _ => counts.immediate += 1,
        }
        NOTHING
    }

    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        let counts = &mut self.counts[node];
        counts.steps += 1;
        let immediate = std::mem::take(&mut counts.immediate);
        let replied = std::mem::take(&mut counts.replied);
        if sent == 0 || !history.bounded_sends {
            return NOTHING;
        }
        let others = history.nodes.len() - 1;
        let bound = match (replied, std::mem::take(&mut counts.wrote)) {
            (false, _) => others + 1,
            (true, false) => 3,
            (true, true) => others + 3,
        };
        let is_bounded = immediate <= bound && counts.waited <= counts.steps * others;
        check(is_bounded, || Violation::SendsAreBounded { node, sent, bound })
    }

    fn stopped(&mut self, _: &History, node: NodeId, _: usize) -> Verdict {
        self.counts[node] = Counts::default();
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
        assert_eq!(step(&mut run, &[REFUSED, REFUSED]), HELD);
        assert_eq!(step(&mut run, &[]), NOTHING);
        assert_eq!(step(&mut run, &[ACK, ACK, ACK, ACK]), HELD);
    }

    #[test]
    fn two_messages_to_each_member_are_illegal() {
        let mut run = cluster::<SendsAreBounded>(3);
        assert!(step(&mut run, &[REFUSED; 4]).is_err());
    }

    #[test]
    fn a_message_storm_after_an_ack_is_illegal() {
        let mut run = cluster::<SendsAreBounded>(3);
        run.monitor.received(&run.history, &says(1, 0, 1, ACK)).unwrap();
        assert!(step(&mut run, &[REFUSED; 4]).is_err());
    }

    #[test]
    fn more_acks_than_steps_could_have_caused_are_illegal() {
        assert!(step(&mut cluster::<SendsAreBounded>(3), &[ACK, ACK, ACK]).is_err());
    }
}
