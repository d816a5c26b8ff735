//! Log compaction, and the transfer of snapshots to servers that need compacted entries
//! (section 7).
//!
//! A snapshot is sent in chunks, in order, each after the reply to the one before. A chunk that is
//! lost, repeated or late does no harm: the bytes that have arrived are a prefix of the snapshot,
//! and nothing changes before it is complete. It must fit in memory.

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
use crate::stamp::{Contact, Stamp};

impl<C: Command> Node<C> {
    /// The state machine provides its state as of `index`: the log is compacted up to there.
    pub(crate) fn compact(&mut self, index: LogIndex, data: Arc<[u8]>, output: &mut Output<C>) {
        let last = self.log.last().index;
        let point = (self.rules.compaction_point)(index, self.applying, self.commit, last);
        let Some(index) = point.filter(|&index| index > self.log.snapshot().index) else {
            return output.mark(Mark::CompactedAlready);
        };
        let Some(term) = self.log.term_at(index) else { return };
        output.mark(Mark::Compacted);
        let last = LogId { term, index };
        let membership = *self.memberships.at(index);
        (self.rules.forget_memberships)(&mut self.memberships, index);
        self.applied = self.applied.max(index);
        self.set_snapshot(Arc::new(Snapshot { last, membership, data }), self.config.tail);
    }

    /// Sends `peer` the next chunk of the snapshot.
    pub(crate) fn send_snapshot_chunk(&mut self, peer: NodeId, output: &mut Output<C>) {
        let Some(newest) = &self.snapshot else { return };
        let known = &mut self.leader_state.peers[usize::from(peer.0)];
        if !(self.rules.sends_snapshot)(known.progress.match_index) {
            return;
        }
        let sending = &mut self.leader_state.sending;
        let is_outdated =
            |(to, one): &(NodeId, Arc<Snapshot>)| *to == peer && one.last < newest.last;
        if !(self.rules.continues_snapshot)() {
            sending.retain(|one| !is_outdated(one));
        }
        let place = sending.iter().position(|(to, _)| *to == peer).unwrap_or_else(|| {
            known.state = ProgressState::Snapshot { last: newest.last.index, received: 0 };
            sending.push((peer, newest.clone()));
            sending.len() - 1
        });
        let snapshot = &sending[place].1;
        let ProgressState::Snapshot { received: offset, .. } = known.state else { return };
        let rest = &snapshot.data[(offset as usize).min(snapshot.data.len())..];
        let size = rest.len().min(self.config.limits.chunk_bytes.max(1));
        let chunk = SnapshotChunk {
            last: snapshot.last,
            membership: snapshot.membership,
            offset,
            data: rest[..size].to_vec(),
            done: size == rest.len(),
            stamp: self.leader_state.now,
            lease: self.leader_state.lease,
        };
        output.mark(Mark::ChunkSent);
        self.send(peer, Body::InstallSnapshot(Box::new(chunk)), output);
    }

    /// Figure 13, InstallSnapshot RPC, receiver implementation.
    pub(crate) fn on_install_snapshot(
        &mut self,
        leader: NodeId,
        chunk: SnapshotChunk,
        output: &mut Output<C>,
    ) {
        if !self.become_follower(leader, output) {
            return;
        }
        let SnapshotChunk { last, membership, offset, data, done, stamp, lease } = chunk;
        if (self.rules.snapshot_is_committed)(last.index, self.commit) {
            output.mark(Mark::SnapshotStale);
            self.incoming_snapshot = None;
            return self.acknowledge(leader, last.index, Contact { stamp, lease }, output);
        }
        let received = self.store_chunk(last, offset, &data);
        output.mark(if received.is_some() { Mark::ChunkTaken } else { Mark::ChunkLate });
        if !done || received != Some(offset + data.len() as u64) {
            let received = self.incoming_snapshot.as_ref().filter(|incoming| incoming.last == last);
            let received = received.map_or(0, |incoming| incoming.data.len() as u64);
            let body = Body::InstallSnapshotReply { last, received, stamp };
            return self.send(leader, body, output);
        }
        let data = self.incoming_snapshot.take().map_or(data, |incoming| incoming.data);
        let snapshot = Snapshot { last, membership, data: data.into() };
        self.install(Arc::new(snapshot), output);
        self.acknowledge(leader, last.index, Contact { stamp, lease }, output);
    }

    /// Appends a chunk to those that have arrived, if it is the next one. Returns how many bytes
    /// have arrived then.
    fn store_chunk(&mut self, last: LogId, offset: u64, data: &[u8]) -> Option<u64> {
        match &self.incoming_snapshot {
            Some(incoming) if incoming.last == last => {}
            Some(incoming) if incoming.last > last => return None, // It is late.
            _ => self.incoming_snapshot = Some(IncomingSnapshot { last, data: Vec::new() }),
        }
        let incoming = self.incoming_snapshot.as_mut()?;
        if !(self.rules.chunk_is_next)(incoming.data.len() as u64, offset) {
            return None;
        }
        incoming.data.extend_from_slice(data);
        Some(incoming.data.len() as u64)
    }

    /// Figure 13, 6 to 8: "If existing log entry has same index and term as snapshot's last
    /// included entry, retain log entries following it"; else "discard the entire log". In the
    /// first case the log equals the leader's up to there, and it keeps a tail.
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
            self.truncate_log(last.index, output);
        }
        self.hard_state.term = (self.rules.term_after_install)(self.hard_state.term, last.term);
        let tail = (self.rules.tail_after_install)(keeps, self.config.tail);
        self.set_snapshot(snapshot.clone(), tail);
        match self.memberships.index() > last.index {
            true => self.memberships.compact(last.index),
            false => self.memberships = Memberships::starting(last.index, snapshot.membership),
        }
        self.resize_progress();
        self.commit = self.commit.max(last.index);
        if (self.rules.restores_machine)(last.index, self.applying) {
            self.applying = last.index;
            self.applied = last.index;
            output.restore = Some(snapshot);
        }
    }

    /// A follower has received a part of the snapshot: sends the next chunk.
    pub(crate) fn on_install_snapshot_reply(
        &mut self,
        from: NodeId,
        last: LogId,
        received: u64,
        stamp: Stamp,
        output: &mut Output<C>,
    ) {
        if !self.record_reply(from, stamp, output) {
            return output.mark(Mark::NotAMember);
        }
        let ProgressState::Snapshot { last: sent, received: known } =
            &mut self.leader_state.peer(from).state
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
