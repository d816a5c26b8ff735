//! A leader has no more entries in flight to a follower than its in-flight window allows.
//!
//! Counted are messages with entries since the follower's last message that is not a forwarded
//! read. Allowed are as many as the window has entries, one for the election, and one more for each
//! tick, read, membership change, forwarded read and report of the transport, however often that
//! arrives: at these events, the leader resends entries that may be lost. Sound for Raft with a
//! window, since each message has at least one entry. Checked only for a Raft that declares this
//! capability.
//!
//! Legal as well: fewer messages, smaller ones, and acknowledgements of less than was sent.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View, Write};
use crate::schedule::event::{Event, Kind};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct WindowIsKept {
    /// By leader and follower: messages since the last reply, and reasons to resend since then.
    in_flight: PerNode<PerNode<(usize, usize)>>,
}

impl Oracle for WindowIsKept {
    const INFO: OracleInfo = OracleInfo {
        name: "window-is-kept",
        id: "M4, B2",
        property:
            "A leader has no more entries in flight to a follower than its in-flight window allows.",
        source: "dissertation, 10.2.1; etcd's inflights",
    };
}

impl Monitor for WindowIsKept {
    fn happens(&mut self, _: &History, event: Event) -> Verdict {
        if event.kind == Kind::Report {
            let [from, to, _] = event.operands;
            self.in_flight[NodeId(from)][NodeId(to)].1 += 1;
        }
        NOTHING
    }

    fn recovering(&mut self, history: &History, event: Event) -> Verdict {
        self.happens(history, event)
    }

    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        match message.body {
            MessageBody::ReadIndex => self.may_resend(history, message.to),
            _ => self.in_flight[message.to][message.from] = (0, 0),
        }
        NOTHING
    }

    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        if history.node(node).view.is_leader() {
            self.may_resend(history, node);
        }
        NOTHING
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        if write.changes_membership() {
            self.may_resend(history, node);
        }
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.newly_leads(old) {
            self.in_flight[node] = PerNode::default();
        }
        NOTHING
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendEntries { entries: 1.., .. } = message.body else { return NOTHING };
        if !history.bounded_sends {
            return NOTHING;
        }
        let (sent, resends) = &mut self.in_flight[message.from][message.to];
        *sent += 1;
        // The election and each read of a client may have caused a resend.
        let reads = history.clients.reads.len();
        let bound = usize::from(history.setup_of(message.from).inflight) + *resends + 1 + reads;
        let (leader, peer, sent) = (message.from, message.to, *sent);
        check(sent <= bound, || Violation::WindowIsKept { leader, peer, sent, bound })
    }
}

impl WindowIsKept {
    /// A leader has a reason to resend entries.
    fn may_resend(&mut self, history: &History, leader: NodeId) {
        for peer in &history.nodes {
            self.in_flight[leader][peer.id].1 += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use raft::{LogId, LogIndex};

    const ONE: MessageBody = MessageBody::AppendEntries {
        prev_log: LogId::ZERO,
        last_log: LogId::new(1, 1),
        entries: 1,
        commit: LogIndex(0),
    };

    fn sends(times: usize) -> Verdict {
        let mut run = cluster::<WindowIsKept>(3);
        let window = usize::from(run.history.setup.inflight);
        (0..window + times).try_fold(0, |_, _| run.monitor.sent(&run.history, &says(0, 1, 1, ONE)))
    }

    #[test]
    fn a_full_window_is_legal() {
        assert!(sends(1).is_ok());
    }

    #[test]
    fn more_than_the_window_without_a_reply_is_illegal() {
        assert!(sends(2).is_err());
    }
}
