//! Durability (Figure 2, persistent state; dissertation, 10.2.1): one write per step, and the
//! messages that wait for it.
//!
//! Promises: a message that rests on a write is sent only once that write and all earlier ones are
//! durable; after a failed write, none is sent.

use std::sync::Arc;

use crate::entry::{Command, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId};
use crate::io::{Output, Write, WriteId};
use crate::mark::Mark;
use crate::message::{Body, Message};
use crate::node::disk_state::{OnDisk, PendingWrite};
use crate::node::Node;
use crate::rules::Promise;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// Sends once the writes of this step and of all earlier ones are durable.
    pub(crate) fn promise(
        &self,
        promise: Promise,
        to: NodeId,
        body: Body<C>,
        output: &mut Output<C>,
    ) {
        if (self.rules.waits_for_disk)(promise) {
            output.promises.push(Message { from: self.id(), to, term: self.term(), body });
        } else {
            self.send(to, body, output);
        }
    }

    /// The write `id` and all before it are durable.
    pub(crate) fn persisted(&mut self, id: WriteId, output: &mut Output<C>) {
        while self.writes.front().is_some_and(|pending| pending.id <= id) {
            self.on_disk = self.writes.pop_front().expect("front exists").state;
            self.disk_responded();
        }
        while self.promises.front().is_some_and(|(rests_on, _)| *rests_on <= id) {
            output.mark(Mark::PromiseReleased);
            output.messages.extend(self.promises.pop_front().map(|(_, message)| message));
        }
        self.evict();
        match self.role {
            Role::Candidate => self.count_own_vote(output),
            Role::Leader => self.advance_commit(output),
            Role::Follower | Role::PreCandidate => {}
        }
    }

    /// One tick: how long the disk has been silent, although something is pending.
    pub(crate) fn tick_disk(&mut self) {
        self.disk_silence = match self.writes.is_empty() && !self.is_reading() {
            true => 0,
            false => self.disk_silence.saturating_add(1),
        };
    }

    /// The disk has answered.
    pub(crate) fn disk_responded(&mut self) {
        self.disk_silence = 0;
    }

    /// After a failed write the disk's content is unknown, so this server halts.
    pub(crate) fn persist_failed(&mut self, id: WriteId, output: &mut Output<C>) {
        if (self.rules.survives_failed_write)() {
            self.persisted(id, output);
            return;
        }
        output.mark(Mark::Halted);
        self.halted = true;
        self.promises.clear();
        output.halted = true;
    }

    /// One write for everything that this step changed.
    pub(crate) fn output_write(&mut self, output: &mut Output<C>) {
        let changed = self.hard_state != self.submitted;
        if !changed && !self.log.has_unwritten() && !self.snapshot_is_new {
            return;
        }
        if changed {
            self.submitted = self.hard_state;
            self.recorded = (self.rules.recorded)(self.hard_state);
        }
        let hard_state = changed.then_some(self.recorded);
        let mut entries = output.buffer();
        let truncate_from = self.log.take_unwritten(&mut entries);
        if let Some(index) = truncate_from {
            self.forget_durable_from(index);
        }
        self.last_write = WriteId(self.last_write.0 + 1);
        let state = OnDisk { hard_state: self.recorded, log: self.log.last().index };
        self.writes.push_back(PendingWrite { id: self.last_write, state });
        let snapshot = match std::mem::take(&mut self.snapshot_is_new) {
            true => self.snapshot.clone(),
            false => None,
        };
        let id = self.last_write;
        let tail = if snapshot.is_some() { self.kept_tail } else { 0 };
        output.write = Some(Write { id, hard_state, truncate_from, snapshot, tail, entries });
    }

    /// After a truncation, a pending write of a removed entry does not make its index durable.
    fn forget_durable_from(&mut self, index: LogIndex) {
        let kept = index.previous();
        self.on_disk.log = self.on_disk.log.min(kept);
        for pending in &mut self.writes {
            pending.state.log = pending.state.log.min(kept);
        }
    }

    /// Holds this step's promises until the last write is durable.
    pub(crate) fn hold_promises(&mut self, output: &mut Output<C>) {
        if output.promises.is_empty() {
            return;
        }
        let rests_on = self.last_write;
        if self.writes.is_empty() {
            output.messages.append(&mut output.promises);
        } else {
            output.mark(Mark::PromiseHeld);
            self.promises.extend(output.promises.drain(..).map(|message| (rests_on, message)));
        }
    }

    /// Replaces the snapshot, and keeps a tail; the next write contains both.
    pub(crate) fn set_snapshot(&mut self, snapshot: Arc<Snapshot>, tail: u64) {
        self.log.compact(snapshot.last, tail);
        self.snapshot = Some(snapshot);
        self.kept_tail = tail;
        self.snapshot_is_new = true;
    }

    /// The last entry that is known to be durable.
    pub(crate) fn last_on_disk(&self) -> LogId {
        let index = self.on_disk.log;
        match self.log.term_at(index).filter(|_| index > self.log.snapshot().index) {
            Some(term) => LogId { term, index },
            None => self.log.snapshot(),
        }
    }
}
