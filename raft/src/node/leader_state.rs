//! What only a leader knows: of its followers, of time, of reads and of a transfer under way.
//!
//! It begins with every term that the server leads, and means nothing at any other time.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::entry::Snapshot;
use crate::ids::LogIndex;
use crate::ids::NodeId;
use crate::io::ReadId;
use crate::progress::Peer;
use crate::quorum::NodeSet;
use crate::stamp::Nonce;
use crate::stamp::Stamp;

/// What only a leader knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LeaderState {
    /// Its view of each server, by number.
    pub peers: Vec<Peer>,
    /// The present moment.
    pub now: Stamp,
    /// Its ticks since it began to lead.
    pub ticks: u64,
    /// Ticks since it last looked whether a quorum answers, and who has since.
    pub check_quorum_elapsed: u32,
    pub heard: NodeSet,
    /// Snapshots on their way, and to whom.
    pub sending: Vec<(NodeId, Arc<Snapshot>)>,
    /// Reads that wait for a quorum to answer.
    pub reads: VecDeque<PendingRead>,
    /// A transfer under way.
    pub transfer: Option<Transfer>,
    /// Another server may have been told to take over, however long ago.
    pub transfer_sent: bool,
}

/// A transfer of leadership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transfer {
    /// Who shall lead.
    pub to: NodeId,
    /// Since how many ticks.
    pub ticks: u32,
    /// It has been told to stand.
    pub timeout_now_sent: bool,
}

/// A read that waits for a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PendingRead {
    pub origin: ReadOrigin,
    /// The commit index when it was asked.
    pub index: LogIndex,
    /// Answers to what was sent from this moment on confirm it.
    pub since: Stamp,
}

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ReadOrigin {
    /// A client of this server.
    Client(ReadId),
    /// A follower, on behalf of a client.
    Follower(NodeId, Nonce),
}

impl LeaderState {
    /// What it knows of `id`.
    pub fn peer(&mut self, id: NodeId) -> &mut Peer {
        &mut self.peers[usize::from(id.0)]
    }

    /// What it knows of `id`, of whom it may never have heard.
    pub fn known(&self, id: NodeId) -> Option<&Peer> {
        self.peers.get(usize::from(id.0))
    }

    /// A term begins; of earlier ones nothing is left but the room they took.
    pub fn begin(&mut self) {
        (self.now, self.ticks) = (Stamp::default().next(0), 0);
        (self.check_quorum_elapsed, self.heard) = (0, NodeSet::EMPTY);
        self.sending.clear();
        self.reads.clear();
        (self.transfer, self.transfer_sent) = (None, false);
    }

    /// Room for every server whose number is at most `highest`, and nothing known of who is no
    /// member.
    pub fn resize_progress(&mut self, highest: NodeId, members: NodeSet, fresh: Peer) {
        let count = self.peers.len().max(usize::from(highest.0) + 1);
        self.peers.resize(count, fresh);
        for (number, peer) in self.peers.iter_mut().enumerate() {
            if !members.contains(NodeId(number as u8)) {
                *peer = fresh;
            }
        }
        self.sending.retain(|(to, _)| members.contains(*to));
    }

    /// Another moment.
    pub fn advance(&mut self) -> Stamp {
        self.now = self.now.next(self.ticks);
        self.now
    }
}
