//! Volatile state on leaders: progress of the followers, time, pending reads and a leadership
//! transfer.
//!
//! It is reset at every election that the server wins, and has no meaning while it does not lead.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::entry::Snapshot;
use crate::ids::LogIndex;
use crate::ids::NodeId;
use crate::io::ReadId;
use crate::progress::{Peer, Progress};
use crate::quorum::NodeSet;
use crate::stamp::Nonce;
use crate::stamp::Stamp;

/// Volatile state on leaders.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LeaderState {
    /// Progress and state of each server, by id.
    pub peers: Vec<Peer>,
    /// The stamp of messages that are sent now.
    pub now: Stamp,
    /// Ticks since it became leader.
    pub ticks: u64,
    /// Ticks since the last check of CheckQuorum, and the members that have replied since.
    pub check_quorum_elapsed: u32,
    pub recently_active: NodeSet,
    /// Snapshots that are being sent, and their receivers.
    pub sending: Vec<(NodeId, Arc<Snapshot>)>,
    /// Reads that wait for replies of a quorum.
    pub reads: VecDeque<PendingRead>,
    /// A transfer in progress.
    pub transfer: Option<Transfer>,
    /// TimeoutNow was sent in this term.
    pub transfer_sent: bool,
    /// The first entry of a membership change that was requested and has not ended.
    pub change: Option<LogIndex>,
    /// The new voters of that change are catching up.
    pub catch_up: Option<CatchUp>,
    /// The end of the lease by wall clocks that messages ask for now; 0 without such leases.
    pub lease: u64,
}

/// A membership change that waits until its new voters have caught up (4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CatchUp {
    /// The membership that was requested.
    pub voters: NodeSet,
    pub learners: NodeSet,
    /// The last entry of the log when the round began.
    pub round_end: LogIndex,
    /// Ticks since then.
    pub ticks: u32,
    /// The rounds before this one.
    pub rounds: u32,
}

/// A transfer of leadership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Transfer {
    /// The target.
    pub to: NodeId,
    /// Ticks since it began.
    pub ticks: u32,
    /// TimeoutNow was sent to the target.
    pub timeout_now_sent: bool,
}

/// A read that waits for a quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PendingRead {
    pub origin: ReadOrigin,
    /// The read index: the commit index at the request.
    pub index: LogIndex,
    /// Replies to messages with this stamp or a later one confirm the read.
    pub since: Stamp,
}

/// The origin of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ReadOrigin {
    /// A client of this server.
    Client(ReadId),
    /// A follower, on behalf of a client.
    Follower(NodeId, Nonce),
}

impl LeaderState {
    /// The state of `id`, which is a member.
    pub fn peer(&mut self, id: NodeId) -> &mut Peer {
        &mut self.peers[usize::from(id.0)]
    }

    /// The state of `id`, if there is any.
    pub fn get_peer(&self, id: NodeId) -> Option<&Peer> {
        self.peers.get(usize::from(id.0))
    }

    /// Resets everything but `peers` at an election.
    pub fn reset(&mut self) {
        (self.now, self.ticks) = (Stamp::default().next(0), 0);
        (self.check_quorum_elapsed, self.recently_active) = (0, NodeSet::EMPTY);
        self.sending.clear();
        self.reads.clear();
        (self.transfer, self.transfer_sent) = (None, false);
        (self.change, self.catch_up) = (None, None);
        self.lease = 0;
    }

    /// Makes room for every server whose id is at most `highest`; gives those that are not `kept`,
    /// the non-members and the new members, the state that `reset` makes of theirs and of `fresh`.
    pub fn resize_progress(
        &mut self,
        highest: NodeId,
        kept: NodeSet,
        fresh: Peer,
        reset: fn(Progress, Progress) -> Progress,
    ) {
        let count = self.peers.len().max(usize::from(highest.0) + 1);
        self.peers.resize(count, fresh);
        for (number, peer) in self.peers.iter_mut().enumerate() {
            if !kept.contains(NodeId(number as u8)) {
                *peer = Peer { progress: reset(peer.progress, fresh.progress), ..fresh };
            }
        }
        self.sending.retain(|(to, _)| kept.contains(*to));
        self.recently_active = self.recently_active.intersection(kept);
    }

    /// Begins a new stamp, later than all earlier ones.
    pub fn next_stamp(&mut self) -> Stamp {
        self.now = self.now.next(self.ticks);
        self.now
    }
}
