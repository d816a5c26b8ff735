//! A leader sends ahead of the answers only as much as its window holds.
//!
//! Counted are messages with entries since the follower's last answer: as many as the window has
//! entries, and one more for each tick, read, change of membership and question of a follower,
//! however often it arrives: at these, what may be lost is sent again. Sound for Raft with a
//! window, since each message has an entry at least. Asked only of a Raft that keeps to it.

use raft::NodeId;

use crate::history::monitor::Monitor;
use crate::history::violation::{check, Verdict, Violation, NOTHING};
use crate::history::{History, PerNode};
use crate::oracle::{Oracle, OracleInfo};
use crate::replica::{MessageBody, MessageView, View, Write};

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct WindowIsKept {
    /// By leader and follower: messages since the last answer, and ticks and questions since then.
    open: PerNode<PerNode<(usize, usize)>>,
}

impl Oracle for WindowIsKept {
    const INFO: OracleInfo = OracleInfo {
        name: "window-is-kept",
        id: "M4, B2",
        promise: "A leader sends ahead of the answers only as much as its window holds.",
        source: "dissertation, 10.2.1; etcd's inflights",
    };
}

impl Monitor for WindowIsKept {
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        match message.body {
            MessageBody::ReadIndex => self.beats(history, message.to),
            _ => self.open[message.to][message.from] = (0, 0),
        }
        NOTHING
    }

    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        if history.node(node).view.is_leader() {
            self.beats(history, node);
        }
        NOTHING
    }

    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        if write.changes_membership() {
            self.beats(history, node);
        }
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if new.newly_leads(old) {
            self.open[node] = PerNode::default();
        }
        NOTHING
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let MessageBody::AppendEntries { entries: 1.., .. } = message.body else { return NOTHING };
        if !history.bounded_sends {
            return NOTHING;
        }
        let (sent, ticks) = &mut self.open[message.from][message.to];
        *sent += 1;
        // An election and a question of a client may each have sent something again.
        let reads = history.clients.reads.len();
        let bound = usize::from(history.setup.inflight) + *ticks + 1 + reads;
        let (leader, peer, sent) = (message.from, message.to, *sent);
        check(sent <= bound, || Violation::WindowIsKept { leader, peer, sent, bound })
    }
}

impl WindowIsKept {
    /// A leader has a reason to send something again.
    fn beats(&mut self, history: &History, leader: NodeId) {
        for peer in &history.nodes {
            self.open[leader][peer.id].1 += 1;
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
    fn as_much_as_the_window_holds_is_legal() {
        assert!(sends(1).is_ok());
    }

    #[test]
    fn more_without_an_answer_is_illegal() {
        assert!(sends(2).is_err());
    }
}
