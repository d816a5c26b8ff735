//! Replication and commitment (5.3, 5.4.2): the log's way from a leader to a quorum and back.

use crate::io::Output;
use crate::message::{Appended, Body};
use crate::node::Node;
use crate::rules::Promise;
use crate::types::{Entry, LogId, LogIndex, NodeId, Payload, Role};

impl<C: Clone> Node<C> {
    /// Figure 2, leaders: "If command received from client: append entry to local log".
    pub(crate) fn propose(&mut self, command: C, output: &mut Output<C>) {
        output.proposal = Some((self.rules.may_propose)(self.role, self.leader).map(|()| {
            let id = self.log.push(self.term(), Payload::Command(command));
            self.replicate_to_all(output);
            id
        }));
    }

    /// Sends every follower what it lacks, or a heartbeat.
    ///
    /// A leader may send entries that are not yet on its own disk (dissertation, 10.2.1): they are
    /// no promise of its own, and it does not count itself before they are durable.
    pub(crate) fn replicate_to_all(&self, output: &mut Output<C>) {
        for peer in self.peers() {
            self.replicate(peer, output);
        }
    }

    /// Figure 2, leaders: "send AppendEntries RPC with log entries starting at nextIndex".
    fn replicate(&self, peer: NodeId, output: &mut Output<C>) {
        let next = self.progress[usize::from(peer.0)].next_index;
        let index = next.previous();
        let term = self.log.term_at(index).expect("nextIndex is at most the last index + 1");
        let mut entries = output.buffer();
        entries.extend_from_slice(self.log.from(next, self.config.max_entries.max(1)));
        let prev_log = LogId { term, index };
        let body = Body::AppendEntries { prev_log, entries, leader_commit: self.commit };
        self.send(peer, body, output);
    }

    /// Figure 2, AppendEntries RPC, receiver implementation.
    pub(crate) fn on_append_entries(
        &mut self,
        leader: NodeId,
        prev_log: LogId,
        mut entries: Vec<Entry<C>>,
        leader_commit: LogIndex,
        output: &mut Output<C>,
    ) {
        match self.role {
            Role::Leader => return output.recycle(entries), // Two leaders of a term cannot be.
            // "If AppendEntries RPC received from new leader: convert to follower".
            Role::Candidate => self.enter_term(self.term(), Role::Follower),
            Role::Follower => self.probing = false,
        }
        self.leader = Some(leader);
        self.elapsed = 0;
        let own = self.log.term_at(prev_log.index);
        if !(self.rules.accepts_append)(prev_log, own) {
            let refusal = self.refusal(prev_log);
            self.send(leader, Body::AppendEntriesReply(refusal), output);
            return output.recycle(entries);
        }
        let last_new = LogIndex(prev_log.index.0 + entries.len() as u64);
        self.store(prev_log.index, &mut entries);
        let last = self.log.last().index;
        self.commit = (self.rules.follower_commit)(self.commit, leader_commit, last_new, last);
        let match_index = (self.rules.acknowledged)(last_new, last);
        let accepted = Body::AppendEntriesReply(Appended::Accepted { match_index });
        self.promise(Promise::Acknowledgement, leader, accepted, output);
        output.recycle(entries);
    }

    /// Figure 2, AppendEntries 3 and 4: removes what conflicts, appends what is new.
    fn store(&mut self, prev: LogIndex, entries: &mut Vec<Entry<C>>) {
        let conflict = entries
            .iter()
            .find(|entry| self.log.term_at(entry.id.index).is_some_and(|own| own != entry.id.term))
            .map(|entry| entry.id.index);
        let last = self.log.last().index;
        if let Some(index) = (self.rules.truncate_from)(prev, conflict, last) {
            self.log.truncate_from(index);
        }
        for entry in entries.drain(..) {
            if entry.id.index > self.log.last().index {
                self.log.push(entry.id.term, entry.payload);
            }
        }
    }

    /// "When rejecting an AppendEntries request, the follower can include the term of the
    /// conflicting entry" (end of 5.3); here, the last entry of its own that may still agree.
    fn refusal(&self, prev_log: LogId) -> Appended {
        let bound = LogId { index: prev_log.index.previous(), ..prev_log };
        let hint = self.log.last_at_or_before(bound);
        Appended::Rejected { prev_index: prev_log.index, hint }
    }

    /// Figure 2, leaders: what an answer to AppendEntries changes.
    pub(crate) fn on_append_reply(
        &mut self,
        from: NodeId,
        appended: Appended,
        output: &mut Output<C>,
    ) {
        if self.role != Role::Leader || !self.config.membership.members().contains(from) {
            return;
        }
        self.heard.insert(from);
        match appended {
            Appended::Accepted { match_index } => self.on_accepted(from, match_index, output),
            Appended::Rejected { prev_index, hint } => {
                self.on_rejected(from, prev_index, hint, output);
            }
        }
    }

    /// "If successful: update nextIndex and matchIndex for follower."
    fn on_accepted(&mut self, from: NodeId, acked: LogIndex, output: &mut Output<C>) {
        let progress = &mut self.progress[usize::from(from.0)];
        let known = progress.match_index;
        progress.match_index = (self.rules.match_after_ack)(known, acked);
        progress.next_index =
            (self.rules.next_after_ack)(progress.next_index, progress.match_index);
        if acked > known {
            let behind = progress.next_index <= self.log.last().index;
            self.advance_commit();
            if behind {
                self.replicate(from, output);
            }
        }
    }

    /// "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry."
    fn on_rejected(&mut self, from: NodeId, prev: LogIndex, hint: LogId, output: &mut Output<C>) {
        let shared = self.log.last_at_or_before(hint).index;
        let progress = &mut self.progress[usize::from(from.0)];
        if prev != progress.next_index.previous() {
            return; // A late answer to a request that another answer has overtaken.
        }
        let next = shared.max(progress.match_index).next();
        if next < progress.next_index {
            progress.next_index = next;
            self.replicate(from, output);
        }
    }

    /// Figure 2, leaders: "If there exists an N such that N > commitIndex, a majority of
    /// matchIndex[i] >= N, and log[N].term == currentTerm: set commitIndex = N."
    pub(crate) fn advance_commit(&mut self) {
        if self.commit == self.log.last().index {
            return; // There is nothing to commit.
        }
        let own = (self.rules.own_match)(self.on_disk.log, self.log.last().index);
        let acked = |id: NodeId| match id == self.id() {
            true => own,
            false => self.progress[usize::from(id.0)].match_index,
        };
        let reached = (self.rules.reached)(&self.config.membership, &acked);
        let Some(term) = self.log.term_at(reached) else { return };
        if reached > self.commit && (self.rules.may_commit)(term, self.term()) {
            self.commit = reached;
        }
    }
}
