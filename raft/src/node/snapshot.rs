//! Log compaction, and snapshots on their way to a server that lacks what they stand for
//! (section 7).
//!
//! A snapshot travels in pieces, in order, each asked for by the answer to the one before. A piece
//! that is lost, repeated or late does no harm: what has arrived is a prefix, and nothing is
//! touched before the whole is there. It must fit in memory.

use std::sync::Arc;

use crate::entry::{Command, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId};
use crate::io::Output;
use crate::mark::Mark;
use crate::membership::Memberships;
use crate::message::{Body, SnapshotChunk};
use crate::node::follower_state::IncomingSnapshot;
use crate::node::Node;
use crate::progress::ProgressState;
use crate::stamp::Stamp;

impl<C: Command> Node<C> {
    /// The state machine has handed out its state, so that the log can forget how it came about.
    pub(crate) fn compact(&mut self, index: LogIndex, data: Arc<[u8]>, output: &mut Output<C>) {
        let point = (self.rules.compaction_point)(index, self.applying, self.log.last().index);
        let Some(index) = point.filter(|&index| index > self.log.start().index) else {
            return output.mark(Mark::CompactedAlready);
        };
        let Some(term) = self.log.term_at(index) else { return };
        output.mark(Mark::Compacted);
        let last = LogId { term, index };
        let membership = *self.memberships.at(index);
        self.log.compact(last);
        (self.rules.forget_memberships)(&mut self.memberships, index);
        self.applied = self.applied.max(index);
        self.keep_snapshot(Arc::new(Snapshot { last, membership, data }));
    }

    /// Sends `peer` the piece of the snapshot that it lacks next.
    pub(crate) fn send_snapshot_chunk(&mut self, peer: NodeId, output: &mut Output<C>) {
        let Some(newest) = &self.snapshot else { return };
        let known = &mut self.lead.peers[usize::from(peer.0)];
        if !(self.rules.sends_snapshot)(known.progress.match_index) {
            return;
        }
        // The one under way goes on, though there be a newer one: else it might never arrive.
        let sending = &mut self.lead.sending;
        let place = sending.iter().position(|(to, _)| *to == peer).unwrap_or_else(|| {
            known.state = ProgressState::Snapshot { last: newest.last.index, received: 0 };
            sending.push((peer, newest.clone()));
            sending.len() - 1
        });
        let snapshot = &sending[place].1;
        let ProgressState::Snapshot { received: offset, .. } = known.state else { return };
        let rest = &snapshot.data[(offset as usize).min(snapshot.data.len())..];
        let size = rest.len().min(self.config.limits.chunk_bytes.max(1));
        let piece = SnapshotChunk {
            last: snapshot.last,
            membership: snapshot.membership,
            offset,
            data: rest[..size].to_vec(),
            done: size == rest.len(),
            stamp: self.lead.now,
        };
        output.mark(Mark::ChunkSent);
        self.send(peer, Body::InstallSnapshot(Box::new(piece)), output);
    }

    /// Figure 13, InstallSnapshot RPC, receiver implementation.
    pub(crate) fn on_install_snapshot(
        &mut self,
        leader: NodeId,
        piece: SnapshotChunk,
        output: &mut Output<C>,
    ) {
        if !self.follows(leader, output) {
            return;
        }
        let SnapshotChunk { last, membership, offset, data, done, stamp } = piece;
        if (self.rules.snapshot_is_committed)(last.index, self.commit) {
            output.mark(Mark::SnapshotStale);
            self.incoming_snapshot = None;
            return self.acknowledge(leader, last.index, stamp, output);
        }
        let received = self.take_chunk(last, offset, &data);
        output.mark(if received.is_some() { Mark::ChunkTaken } else { Mark::ChunkLate });
        if !done || received != Some(offset + data.len() as u64) {
            let received = self
                .incoming_snapshot
                .as_ref()
                .filter(|incoming_snapshot| incoming_snapshot.last == last);
            let received =
                received.map_or(0, |incoming_snapshot| incoming_snapshot.data.len() as u64);
            let body = Body::InstallSnapshotReply { last, received, stamp };
            return self.send(leader, body, output);
        }
        let data =
            self.incoming_snapshot.take().map_or(data, |incoming_snapshot| incoming_snapshot.data);
        let snapshot = Snapshot { last, membership, data: data.into() };
        self.install(Arc::new(snapshot), output);
        self.acknowledge(leader, last.index, stamp, output);
    }

    /// Adds a piece to what is there, if it comes next; how many bytes are there then.
    fn take_chunk(&mut self, last: LogId, offset: u64, data: &[u8]) -> Option<u64> {
        match &self.incoming_snapshot {
            Some(incoming_snapshot) if incoming_snapshot.last == last => {}
            Some(incoming_snapshot) if incoming_snapshot.last > last => return None, // It is late.
            _ => self.incoming_snapshot = Some(IncomingSnapshot { last, data: Vec::new() }),
        }
        let incoming_snapshot = self.incoming_snapshot.as_mut()?;
        if !(self.rules.chunk_is_next)(incoming_snapshot.data.len() as u64, offset) {
            return None;
        }
        incoming_snapshot.data.extend_from_slice(data);
        Some(incoming_snapshot.data.len() as u64)
    }

    /// Figure 13, 6 to 8: "If existing log entry has same index and term as snapshot's last
    /// included entry, retain log entries following it"; else "discard the entire log".
    fn install(&mut self, snapshot: Arc<Snapshot>, output: &mut Output<C>) {
        let last = snapshot.last;
        let own = self.log.term_at(last.index);
        let keeps = own.is_some() && (self.rules.keeps_suffix)(last, own);
        output.mark(match own {
            Some(_) if keeps => Mark::SuffixKept,
            Some(_) => Mark::LogReplaced,
            None => Mark::LogTooShort,
        });
        if own.is_some() && !keeps {
            self.remove_from(last.index, output);
        }
        self.hard_state.term = (self.rules.term_after_install)(self.hard_state.term, last.term);
        self.log.compact(last);
        match self.memberships.index() > last.index {
            true => self.memberships.compact(last.index),
            false => self.memberships = Memberships::starting(last.index, snapshot.membership),
        }
        self.resize_progress();
        self.commit = self.commit.max(last.index);
        self.applying = last.index;
        self.applied = last.index;
        output.restore = Some(snapshot.clone());
        self.keep_snapshot(snapshot);
    }

    /// A follower has some of the snapshot: the rest is next.
    pub(crate) fn on_chunk_received(
        &mut self,
        from: NodeId,
        last: LogId,
        received: u64,
        stamp: Stamp,
        output: &mut Output<C>,
    ) {
        if !self.record_answer(from, stamp, output) {
            return output.mark(Mark::NotAMember);
        }
        let ProgressState::Snapshot { last: sent, received: known } =
            &mut self.lead.peer(from).state
        else {
            return;
        };
        if *sent == last.index && received != *known {
            output.mark(Mark::ChunkConfirmed);
            *known = received;
            self.send_snapshot_chunk(from, output);
        }
    }
}
