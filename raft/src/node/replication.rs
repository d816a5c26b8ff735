//! Replication and commitment (5.3, 5.4.2): AppendEntries, its replies, and the commit index.

use std::cmp::Ordering;

use crate::entry::{Command, Entry, Payload};
use crate::ids::{LogId, LogIndex, NodeId};
use crate::io::{Output, Refused};
use crate::mark::Mark;
use crate::message::{Appended, Body};
use crate::node::Node;
use crate::progress::{ProgressState, Reading};
use crate::rules::Promise;
use crate::stamp::Contact;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// Figure 2, leaders: "If command received from client: append entry to local log".
    pub(crate) fn propose(
        &mut self,
        commands: impl IntoIterator<Item = C>,
        output: &mut Output<C>,
    ) {
        output.answer = Some(self.accepts_commands().map(|()| {
            output.mark(Mark::Proposed);
            for command in commands {
                self.append(self.term(), Payload::Command(command));
            }
            self.broadcast_append(output);
            self.log.last()
        }));
    }

    /// Whether this server accepts commands, changes and transfers now.
    pub(crate) fn accepts_proposals(&self) -> Result<(), Refused> {
        (self.rules.may_propose)(self.role, self.leader)?;
        match self.leader_state.transfer {
            Some(transfer) => Err(Refused::Transferring { to: transfer.to }),
            None => Ok(()),
        }
    }

    /// Whether this server accepts a client's commands now.
    fn accepts_commands(&self) -> Result<(), Refused> {
        self.accepts_proposals()?;
        let uncommitted = self.log.bytes_between(self.commit, self.log.last().index);
        match uncommitted > self.config.limits.uncommitted_bytes {
            true => Err(Refused::TooMuchUncommitted),
            false => Ok(()),
        }
    }

    /// Sends each peer a heartbeat, with entries if it can receive some.
    pub(crate) fn broadcast_heartbeat(&mut self, output: &mut Output<C>) {
        for peer in self.peers().iter() {
            // A probe without a reply may be lost: it is sent again.
            let known = self.leader_state.peer(peer);
            if let ProgressState::Probe { paused } = &mut known.state {
                *paused = false;
            }
            if known.reading == Reading::Failed && (self.rules.retries_failed_read)() {
                known.reading = Reading::No;
            }
            if !self.maybe_send_append(peer, output) {
                self.send_heartbeat(peer, output);
            }
        }
    }

    /// Sends new entries to each peer that can receive more.
    pub(crate) fn broadcast_append(&mut self, output: &mut Output<C>) {
        for peer in self.peers().iter() {
            self.maybe_send_append(peer, output);
        }
    }

    /// Figure 2, leaders: "If last log index >= nextIndex for a follower: send AppendEntries RPC
    /// with log entries starting at nextIndex", if the follower's in-flight window has room.
    /// Returns whether it sent anything.
    ///
    /// A leader may send entries that are not yet on its own disk (dissertation, 10.2.1): it counts
    /// itself only once they are durable.
    pub(crate) fn maybe_send_append(&mut self, to: NodeId, output: &mut Output<C>) -> bool {
        let next = self.leader_state.peers[usize::from(to.0)].progress.next_index;
        if next > self.log.last().index {
            return false;
        }
        if !self.has_room(to) {
            output.mark(Mark::WindowFull);
            return false;
        }
        let Some(prev_log) = self.previous(next) else {
            self.send_snapshot_chunk(to, output);
            return true;
        };
        if next < self.log.cached() {
            self.fetch(to, next, output);
            return false;
        }
        let limits = &self.config.limits;
        let mut entries = output.buffer();
        entries.extend_from_slice(self.log.batch(
            next,
            (self.rules.entries_in_message)(limits.message_entries),
            limits.message_bytes,
        ));
        self.send_entries(to, prev_log, entries, output);
        true
    }

    /// Whether the state of a follower, and its in-flight window, leave room for more entries.
    pub(crate) fn has_room(&self, to: NodeId) -> bool {
        let peer = &self.leader_state.peers[usize::from(to.0)];
        match peer.state {
            ProgressState::Probe { paused } => !paused,
            ProgressState::Snapshot { .. } => false,
            ProgressState::Replicate => {
                let (limits, next) = (&self.config.limits, peer.progress.next_index);
                let matched = peer.progress.match_index;
                let entries = next.0.saturating_sub(matched.next().0);
                let bytes = self.log.bytes_between(matched, next.previous());
                (self.rules.window_has_room)(entries, limits.inflight_entries)
                    && (self.rules.window_has_room)(bytes, limits.inflight_bytes)
            }
        }
    }

    /// Sends these entries, which follow `prev_log`: they are in flight now, or a probe is.
    pub(crate) fn send_entries(
        &mut self,
        to: NodeId,
        prev_log: LogId,
        entries: Vec<Entry<C>>,
        output: &mut Output<C>,
    ) {
        let sent = entries.len() as u64;
        self.send_append_entries(to, prev_log, entries, output);
        let peer = self.leader_state.peer(to);
        match &mut peer.state {
            ProgressState::Probe { paused } => *paused = true,
            _ => peer.progress.next_index.0 += sent,
        }
    }

    /// A heartbeat: an AppendEntries without entries. It carries the commit index, and its
    /// rejection shows that entries were lost.
    fn send_heartbeat(&mut self, to: NodeId, output: &mut Output<C>) {
        let peer = self.leader_state.peers[usize::from(to.0)];
        match (peer.state, self.previous(peer.progress.next_index)) {
            (ProgressState::Snapshot { .. }, _) | (_, None) => self.send_snapshot_chunk(to, output),
            (_, Some(prev_log)) => {
                let no_entries = output.buffer();
                self.send_append_entries(to, prev_log, no_entries, output);
            }
        }
    }

    fn send_append_entries(
        &self,
        to: NodeId,
        prev_log: LogId,
        entries: Vec<Entry<C>>,
        output: &mut Output<C>,
    ) {
        let leader_commit = self.commit;
        let (stamp, lease) = (self.leader_state.now, self.leader_state.lease);
        let body = Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease };
        self.send(to, body, output);
    }

    /// The entry before `next`, unless it was compacted: then a follower that needs `next` needs
    /// the snapshot.
    pub(crate) fn previous(&self, next: LogIndex) -> Option<LogId> {
        let index = next.previous();
        let term = self.log.term_at(index)?;
        Some(LogId { term: (self.rules.previous_term)(term, index, self.log.snapshot()), index })
    }

    /// On a message of this term's leader: become its follower, unless this server is a leader
    /// itself. Returns whether it is a follower now.
    pub(crate) fn become_follower(&mut self, leader: NodeId, output: &mut Output<C>) -> bool {
        match self.role {
            Role::Leader => return false, // A term has at most one leader.
            // "If AppendEntries RPC received from new leader: convert to follower".
            Role::Candidate => {
                output.mark(Mark::CandidateFollows);
                self.enter_term(self.term(), Role::Follower, output);
            }
            Role::Follower | Role::PreCandidate => self.role = Role::Follower,
        }
        self.leader = Some(leader);
        self.hard_state.vote = (self.rules.vote_of_follower)(self.hard_state.vote, leader);
        self.elapsed = 0;
        self.withhold_votes();
        true
    }

    /// Figure 2, AppendEntries RPC, receiver implementation.
    pub(crate) fn on_append_entries(
        &mut self,
        leader: NodeId,
        prev_log: LogId,
        mut entries: Vec<Entry<C>>,
        leader_commit: LogIndex,
        contact: Contact,
        output: &mut Output<C>,
    ) {
        let elapsed = (self.rules.elapsed_after_append)(self.elapsed, entries.len());
        if !self.become_follower(leader, output) {
            return output.recycle(entries);
        }
        self.elapsed = elapsed;
        let start = self.log.snapshot();
        let prev_log = match (self.rules.is_compacted)(prev_log.index, start.index) {
            true => {
                output.mark(Mark::CompactedPrefix);
                skip_compacted(&mut entries, start)
            }
            false => prev_log,
        };
        let own = self.log.term_at(prev_log.index);
        if !(self.rules.accepts_append)(prev_log, own) {
            output.mark(if own.is_none() { Mark::Gap } else { Mark::Conflict });
            let appended = self.rejection(prev_log);
            if own.is_some() && (self.rules.truncates_at_rejection)() {
                self.truncate_log(prev_log.index, output);
            }
            let body = Body::AppendEntriesReply { appended, stamp: contact.stamp, lease: 0 };
            self.send(leader, body, output);
            return output.recycle(entries);
        }
        let last_new = LogIndex(prev_log.index.0 + entries.len() as u64);
        self.store(prev_log.index, &mut entries, output);
        let last = self.log.last().index;
        let commit = (self.rules.follower_commit)(self.commit, leader_commit, last_new, last);
        self.update_commit(commit, leader_commit, last_new, output);
        let match_index = (self.rules.acknowledged)(last_new, last);
        self.acknowledge(leader, match_index, contact, output);
        output.recycle(entries);
    }

    /// Advances a follower's commit index.
    fn update_commit(
        &mut self,
        commit: LogIndex,
        leader_commit: LogIndex,
        last_new: LogIndex,
        output: &mut Output<C>,
    ) {
        if last_new < self.log.last().index {
            output.mark(Mark::UnverifiedSuffix);
        }
        if leader_commit > last_new {
            output.mark(Mark::CommitCapped);
        }
        if commit != self.commit {
            output.mark(Mark::CommitAdvanced);
        }
        self.commit = commit;
    }

    /// Acknowledges the entries up to `match_index`, once they are durable, and the lease that the
    /// leader asked for.
    pub(crate) fn acknowledge(
        &mut self,
        leader: NodeId,
        match_index: LogIndex,
        contact: Contact,
        output: &mut Output<C>,
    ) {
        let Contact { stamp, lease } = contact;
        self.promise_lease(lease);
        let appended = Appended::Accepted { match_index };
        let body = Body::AppendEntriesReply { appended, stamp, lease };
        self.promise(Promise::Acknowledgement, leader, body, output);
    }

    /// Figure 2, AppendEntries 3 and 4: removes conflicting entries, appends new ones.
    fn store(&mut self, prev: LogIndex, entries: &mut Vec<Entry<C>>, output: &mut Output<C>) {
        let heartbeat = entries.is_empty();
        let conflict = entries
            .iter()
            .find(|entry| self.log.term_at(entry.id.index).is_some_and(|own| own != entry.id.term))
            .map(|entry| entry.id.index);
        let last = self.log.last().index;
        if let Some(index) = (self.rules.truncate_from)(prev, conflict, last) {
            self.truncate_log(index, output);
        }
        let kept = self.log.last().index;
        for entry in entries.drain(..) {
            if self.log.term_at(entry.id.index).is_none() {
                self.append(entry.id.term, entry.payload);
            }
        }
        output.mark(match self.log.last().index > kept {
            true => Mark::AppendedNew,
            false if heartbeat => Mark::HeartbeatTaken,
            false => Mark::NothingNew,
        });
    }

    /// Removes an entry and all that follow it, with their memberships.
    pub(crate) fn truncate_log(&mut self, index: LogIndex, output: &mut Output<C>) {
        output.mark(Mark::Truncated);
        self.log.truncate_from(index);
        if self.memberships.truncate_from(index) {
            output.mark(Mark::ChangeUndone);
            self.resize_progress();
        }
    }

    /// "When rejecting an AppendEntries request, the follower can include the term of the
    /// conflicting entry" (end of 5.3); here, its last entry that may match.
    fn rejection(&self, prev_log: LogId) -> Appended {
        let bound = LogId { index: prev_log.index.previous(), ..prev_log };
        let hint = self.log.last_at_or_before(bound);
        Appended::Rejected { prev_index: prev_log.index, hint }
    }

    /// Figure 2, leaders: the reply to AppendEntries.
    pub(crate) fn on_append_reply(
        &mut self,
        from: NodeId,
        appended: Appended,
        contact: Contact,
        output: &mut Output<C>,
    ) {
        if !self.record_reply(from, contact.stamp, output) {
            return output.mark(Mark::NotAMember);
        }
        self.lease_acknowledged(from, contact.lease);
        match appended {
            Appended::Accepted { match_index } => self.on_accepted(from, match_index, output),
            Appended::Rejected { prev_index, hint } => {
                self.on_rejected(from, prev_index, hint, output);
            }
        }
    }

    /// "If successful: update nextIndex and matchIndex for follower."
    fn on_accepted(&mut self, from: NodeId, acked: LogIndex, output: &mut Output<C>) {
        let peer = &mut self.leader_state.peers[usize::from(from.0)];
        let progress = &mut peer.progress;
        let known = progress.match_index;
        output.mark(match acked.cmp(&known) {
            Ordering::Less => Mark::AckLate,
            Ordering::Equal => Mark::AckSame,
            Ordering::Greater => Mark::AckNew,
        });
        progress.match_index = (self.rules.match_after_ack)(known, acked);
        progress.next_index =
            (self.rules.next_after_ack)(progress.next_index, progress.match_index);
        if peer.maybe_become_replicate() {
            self.leader_state.sending.retain(|(to, _)| *to != from);
        }
        if acked > known {
            self.advance_commit(output);
            if self.role == Role::Leader {
                let mut room = (self.rules.messages_after_ack)();
                while room > 0 && self.maybe_send_append(from, output) {
                    room -= 1;
                }
                self.maybe_send_timeout_now(output);
            }
        }
    }

    /// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry."
    fn on_rejected(&mut self, from: NodeId, prev: LogIndex, hint: LogId, output: &mut Output<C>) {
        let shared = self.log.last_at_or_before(hint).index;
        let peer = &mut self.leader_state.peers[usize::from(from.0)];
        let matched = peer.progress.match_index;
        let is_late = match peer.state {
            ProgressState::Probe { .. } => prev != peer.progress.next_index.previous(),
            ProgressState::Replicate => prev <= matched || prev >= peer.progress.next_index,
            ProgressState::Snapshot { .. } => true,
        };
        let next = shared.max(matched).next();
        if is_late || next > prev {
            // A newer reply has overtaken it.
            return output.mark(Mark::RejectionLate);
        }
        output.mark(Mark::NextDecreased);
        peer.progress.next_index = (self.rules.next_after_rejection)(prev, next);
        peer.state = ProgressState::Probe { paused: false };
        self.maybe_send_append(from, output);
    }

    /// Figure 2, leaders: "If there exists an N such that N > commitIndex, a majority of
    /// matchIndex[i] >= N, and log[N].term == currentTerm: set commitIndex = N."
    pub(crate) fn advance_commit(&mut self, output: &mut Output<C>) {
        if self.commit == self.log.last().index {
            return; // There is nothing to commit.
        }
        let own = (self.rules.own_match)(self.on_disk.log, self.log.last().index);
        let acked = |id: NodeId| match id == self.id() {
            true => own,
            false => {
                self.leader_state.get_peer(id).map_or(LogIndex(0), |peer| peer.progress.match_index)
            }
        };
        let reached = (self.rules.reached)(self.membership_in_force(), &acked);
        let Some(term) = self.log.term_at(reached) else { return };
        if reached <= self.commit {
            return;
        }
        if !(self.rules.may_commit)(term, self.term()) {
            return output.mark(Mark::NotOfOwnTerm);
        }
        if self.older_leases > 0 && !self.older_leases_are_over(output) {
            return;
        }
        let one = reached == self.commit.next();
        output.mark(if one { Mark::CommittedOne } else { Mark::CommittedMany });
        self.commit = reached;
        self.after_commit(output);
        if self.role == Role::Leader && !(self.rules.leads_on)(reached) {
            self.enter_term(self.term(), Role::Follower, output);
        }
    }
}

/// Removes the entries that a snapshot up to `start` covers. Returns the entry before the rest.
fn skip_compacted<C>(entries: &mut Vec<Entry<C>>, start: LogId) -> LogId {
    let covered = entries.iter().take_while(|entry| entry.id.index <= start.index).count();
    entries.drain(..covered);
    start
}
