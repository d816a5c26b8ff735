//! Hearing: the last message of a leader that a node has processed, and its age.
//!
//! Promises: a node hears its leader from a message of the leader of its term on, until it enters
//! a newer term, campaigns or stops. The age of the message is in ticks of the node's clock, and
//! continues beyond that, as does the age of the node's incarnation. Raft's duties in time of
//! servers that do not lead depend on them; no Raft is asked.

use raft::{NodeId, Role, Term};

use crate::replica::{MessageBody, MessageView, View};

/// The last message of a leader that a node has processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hearing {
    leader: Option<(NodeId, Term)>,
    ticks: u32,
    /// The node has started since.
    restarted: bool,
    /// The age of its incarnation.
    up: u32,
}

impl Default for Hearing {
    /// There was no message, or it is infinitely old.
    fn default() -> Hearing {
        Hearing { leader: None, ticks: u32::MAX, restarted: false, up: 0 }
    }
}

impl Hearing {
    /// The leader that the node, with this view, hears, and the age of its last message.
    pub fn leader(&self, view: &View) -> Option<(NodeId, u32)> {
        let (leader, term) = self.leader?;
        (term == view.term()).then_some((leader, self.ticks))
    }

    /// How many times the node's clock has ticked since the last message of any leader, in this
    /// incarnation or an earlier one.
    pub fn ticks(&self) -> u32 {
        self.ticks
    }

    /// How many times the node's clock has ticked since both its start and the last message of any
    /// leader: with leases, so long it has withheld its vote.
    pub fn quiet_ticks(&self) -> u32 {
        self.ticks.min(self.up)
    }

    /// Whether the node has started since the last message of any leader.
    pub fn has_restarted(&self) -> bool {
        self.restarted
    }

    /// The node's clock has ticked.
    pub(super) fn pass(&mut self, ticks: u8) {
        self.ticks = self.ticks.saturating_add(ticks.into());
        self.up = self.up.saturating_add(ticks.into());
    }

    /// The node has this view after it has received `message`.
    pub(super) fn received(&mut self, message: &MessageView, view: &View) {
        let is_current = message.term == view.term() && view.role == Role::Follower;
        if message.body.is_from_leader() && is_current {
            let leader = Some((message.from, message.term));
            *self = Hearing { leader, ticks: 0, restarted: false, up: self.up };
        } else if matches!(message.body, MessageBody::TimeoutNow) {
            self.forget();
        }
    }

    /// The node has sent a message: one that asks for votes shows that it campaigns, even if its
    /// view does not show a pre-candidate.
    pub(super) fn sent(&mut self, body: MessageBody) {
        if let MessageBody::PreVote { .. } | MessageBody::RequestVote { .. } = body {
            self.forget();
        }
    }

    pub(super) fn started(&mut self) {
        self.forget();
        (self.restarted, self.up) = (true, 0);
    }

    /// The node campaigns, or is going to.
    pub(super) fn forget(&mut self) {
        self.leader = None;
    }
}
