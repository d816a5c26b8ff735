//! One server, without threads, clocks, sockets and files: Raft, the state machine, and the clients
//! that wait.
//!
//! The caller does one thing at a time: it calls one function, carries out the [`Effects`], calls
//! the next. Promises: a client's write takes effect at most once, and is answered when it is
//! applied, whoever leads by then; a read sees all writes that were answered before it began,
//! unless it may be stale; whoever cannot be answered truthfully is told [`Answer::Unknown`]. All
//! queues are bounded. Knows nothing of how clients speak, nor of how bytes travel.

use std::collections::BTreeMap;
use std::sync::Arc;

use raft::{
    Appended, Body, Config, Durable, Entry, Input, LogIndex, Message, Node, NodeId, Output,
    Payload, Role, Status, Term, WriteId,
};

use crate::command::{Action, Command, Session};
use crate::machine::Machine;
use crate::request::Data;
use crate::server::orders::Operations;
use crate::server::pending_reads::Reads;
use crate::server::pending_writes::Writes;
use crate::server::policy::Compaction;
use crate::wire::Frame;

mod answer;
mod compact;
mod operate;
mod orders;
mod pending_reads;
mod pending_writes;
mod policy;
mod read;
mod write;

pub use answer::{Answer, Counts, Effects, Event, Settings, Space, Token};
pub use policy::{Policy, SnapshotJob};

/// One server.
pub struct Server {
    node: Node<Command>,
    machine: Machine,
    applied: LogIndex,
    now: u64,
    settings: Settings,
    writes: Writes,
    reads: Reads,
    operations: Operations,
    compaction: Compaction,
    known: Known,
    /// The tick of the last frame of each other server.
    heard: BTreeMap<NodeId, u64>,
    is_stopping: bool,
    space: Space,
    counts: Counts,
    output: Output<Command>,
    effects: Effects,
}

/// What was last told in an [`Event`].
#[derive(Clone, Copy, PartialEq, Eq)]
struct Known {
    term: Term,
    role: Role,
    leader: Option<NodeId>,
    membership: raft::Membership,
}

impl Server {
    /// Starts a server from its durable state. `addresses` are those of the first members. Fails
    /// if the snapshot cannot be restored.
    pub fn start(
        config: Config,
        durable: Durable<Command>,
        addresses: BTreeMap<u8, String>,
        settings: Settings,
    ) -> Result<Server, String> {
        let mut applied = LogIndex(0);
        let machine = match &durable.snapshot {
            None => Machine::new(addresses),
            Some(snapshot) => {
                applied = snapshot.last.index;
                Machine::restore(&snapshot.data)?
            }
        };
        let session = Session { server: config.id.0, incarnation: config.incarnation };
        let operations = Operations::new(config.incarnation);
        let node = Node::start(config, durable);
        let known = Known {
            term: node.status().hard_state.term,
            role: Role::Follower,
            leader: None,
            membership: *node.membership(),
        };
        Ok(Server {
            node,
            machine,
            applied,
            now: 0,
            settings,
            writes: Writes::new(session, settings.patience),
            reads: Reads::default(),
            operations,
            compaction: Compaction::new(applied, settings.policy, config.id),
            known,
            heard: BTreeMap::new(),
            is_stopping: false,
            space: Space::Enough,
            counts: Counts::default(),
            output: Output::default(),
            effects: Effects::default(),
        })
    }

    /// The effects since the last call.
    pub fn take_effects(&mut self) -> Effects {
        std::mem::take(&mut self.effects)
    }

    /// One tick of the clock.
    pub fn tick(&mut self) {
        self.now += 1;
        self.step(Input::Tick);
        self.expire_writes();
        self.expire_reads();
        self.advance_operations();
    }

    /// A frame has arrived from a member.
    pub fn receive(&mut self, from: NodeId, frame: Frame) {
        self.heard.insert(from, self.now);
        match frame {
            Frame::Raft(message) => self.receive_message(message),
            Frame::Forward { term, previous, commands } => {
                self.receive_forwarded(from, term, previous, commands);
            }
            Frame::Declined { session, first, last } => self.declined(session, first, last),
            Frame::Answers { session, answers } => self.receive_answers(session, answers),
            Frame::Operate { number, order } => self.receive_order(from, number, order),
            Frame::Operated { number, result } => self.operated(number, result),
        }
    }

    /// Without space, clients' entries are left out of an AppendEntries, which makes a heartbeat of
    /// it: the leader sends them again. A new leader's no-op is small, and without it nobody could
    /// read.
    fn receive_message(&mut self, mut message: Message<Command>) {
        if self.is_impossible(&message) {
            return;
        }
        if self.space == Space::None {
            match &mut message.body {
                Body::AppendEntries { entries, .. } => {
                    let is_command =
                        |entry: &Entry<_>| matches!(entry.payload, Payload::Command(_));
                    let first = entries.iter().position(is_command);
                    entries.truncate(first.unwrap_or(usize::MAX));
                }
                Body::InstallSnapshot(_) => return,
                _ => {}
            }
        }
        self.step(Input::Receive(message));
    }

    /// No follower has more than its leader sent. The core takes that for granted.
    fn is_impossible(&self, message: &Message<Command>) -> bool {
        let Body::AppendEntriesReply { appended: Appended::Accepted { match_index }, .. } =
            &message.body
        else {
            return false;
        };
        let Status { hard_state, last_log, .. } = self.node.status();
        self.leads() && message.term == hard_state.term && *match_index > last_log.index
    }

    /// A client's request. With `stale`, a read is answered at once from this server's state.
    pub fn request(&mut self, token: Token, data: &Data, stale: bool) {
        if let Some(read) = stale.then(|| self.machine.read(data)).flatten() {
            self.counts.reads += 1;
            return self.answer(token, Answer::Response(read));
        }
        if self.is_stopping {
            return self.answer(token, Answer::Stopping);
        }
        match Action::of(data) {
            Some(_) if self.space != Space::Enough && self.leads() => {
                self.answer(token, Answer::DiskFull)
            }
            Some(action) => self.write(Some(token), action),
            None => self.read(token, data.clone()),
        }
    }

    /// Proposes and forwards what waits, and starts to confirm reads. To be called when all that
    /// has arrived is processed: what waits longer forms larger groups, and while the disk is busy
    /// nothing is gained by proposing.
    pub fn flush(&mut self, disk_is_busy: bool) {
        self.flush_reads();
        self.flush_writes(disk_is_busy);
        self.compact_if_due();
    }

    /// The write with this id, and all before it, is durable.
    pub fn persisted(&mut self, id: WriteId) {
        self.step(Input::Persisted(id));
    }

    /// The connection to `peer` is new: what was sent before may be lost.
    pub fn connected(&mut self, peer: NodeId) {
        if self.node.status().leader == Some(peer) {
            self.writes.resend();
        }
    }

    /// The state of a [`SnapshotJob`] is encoded.
    pub fn snapshot_taken(&mut self, index: LogIndex, data: Arc<[u8]>) {
        self.counts.snapshots += 1;
        self.compaction.taken(index, data);
    }

    /// Takes a snapshot as soon as possible. Returns up to where; none if there is no space for it.
    pub fn request_snapshot(&mut self) -> Option<LogIndex> {
        let fits = self.has_space_for_snapshot();
        fits.then(|| {
            self.compaction.request();
            self.applied
        })
    }

    /// How much space the disk has. A leader without enough hands over, and a log that can be made
    /// shorter is.
    pub fn set_space(&mut self, space: Space) {
        let before = std::mem::replace(&mut self.space, space);
        if before != Space::Enough || space == before {
            return;
        }
        self.hand_over();
        if space == Space::Low {
            self.compaction.shrink();
        }
    }

    /// From now on no request is accepted, and leadership is handed over.
    pub fn stop(&mut self) {
        self.is_stopping = true;
        self.hand_over();
    }

    /// Answers all that wait with what is known. From now on no request is accepted.
    pub fn give_up(&mut self) {
        self.is_stopping = true;
        self.give_up_writes();
        self.give_up_reads();
        self.give_up_operations();
    }

    /// Whether all that was accepted is answered, and another server leads, or none can.
    pub fn is_stopped(&self) -> bool {
        let leads = self.node.status().role == Role::Leader && self.successor().is_some();
        self.writes.is_empty() && self.reads.is_empty() && !leads
    }

    /// The state of its Raft.
    pub fn status(&self) -> Status {
        self.node.status()
    }

    /// The membership in force.
    pub fn membership(&self) -> raft::Membership {
        *self.node.membership()
    }

    /// The last entry that a leader knows to be on this member's disk.
    pub fn matched(&self, member: NodeId) -> Option<LogIndex> {
        self.node.progress(member).map(|progress| progress.match_index)
    }

    /// The state machine.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// Where a member's peers reach it. A server that starts again has applied nothing behind its
    /// snapshot, and reaches nobody to learn what is committed: what is in its log counts as well.
    pub fn address_of(&self, member: NodeId) -> Option<String> {
        let admitted = |entry: &raft::Entry<Command>| {
            let Payload::Command(command) = &entry.payload else { return None };
            match command.decode().ok()?.action {
                Action::Admit { id, address } if id == member.0 => Some(address.to_string()),
                _ => None,
            }
        };
        let applied = self.machine.addresses().get(&member.0).cloned();
        applied.or_else(|| self.node.log().entries().iter().rev().find_map(admitted))
    }

    /// The last entry that the state machine has applied.
    pub fn applied(&self) -> LogIndex {
        self.applied
    }

    /// What it has done.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many requests wait.
    pub fn waiting(&self) -> usize {
        self.writes.len() + self.reads.len()
    }

    /// This server's id.
    pub fn id(&self) -> NodeId {
        self.node.config().id
    }

    fn leads(&self) -> bool {
        self.node.status().role == Role::Leader
    }

    fn answer(&mut self, token: Token, answer: Answer) {
        match answer {
            Answer::Unknown => self.counts.unknown += 1,
            Answer::NoLeader | Answer::Busy | Answer::Stopping | Answer::DiskFull => {
                self.counts.refused += 1;
            }
            Answer::Response(_) | Answer::Operated(_) => {}
        }
        self.effects.answers.push((token, answer));
    }

    /// Steps the core, and carries out what stays within this server.
    fn step(&mut self, input: Input<Command>) -> Option<Result<raft::LogId, raft::Refused>> {
        self.node.step(input, &mut self.output);
        let mut output = std::mem::take(&mut self.output);
        self.effects.writes.extend(output.write.take());
        let frames = output.messages.drain(..).map(|message| (message.to, Frame::Raft(message)));
        self.effects.frames.extend(frames);
        if let Some(snapshot) = output.restore.take() {
            self.restore(&snapshot);
        }
        let is_leader = self.leads();
        for entry in output.committed.drain(..) {
            self.applied = entry.id.index;
            self.compaction.applied(&entry);
            if let Payload::Command(command) = &entry.payload {
                self.apply(command, is_leader);
            }
        }
        for read in output.reads.drain(..) {
            self.read_answered(read);
        }
        if output.halted {
            self.effects.halted = Some("a write to the disk failed".into());
        }
        let answer = output.answer;
        self.output = output;
        self.serve_reads();
        self.note_changes();
        answer
    }

    fn apply(&mut self, command: &Command, is_leader: bool) {
        let Some((session, number, response)) = self.machine.apply(command) else { return };
        self.counts.applied += 1;
        if session == self.writes.session {
            self.write_done(number, response);
        } else if is_leader {
            self.answer_forwarded(session, number, response);
        }
    }

    fn restore(&mut self, snapshot: &raft::Snapshot) {
        self.counts.restored += 1;
        match Machine::restore(&snapshot.data) {
            Ok(machine) => self.machine = machine,
            Err(error) => {
                self.effects.halted = Some(format!("the leader's snapshot is unusable: {error}"));
                return;
            }
        }
        self.applied = snapshot.last.index;
        self.compaction.restored(self.applied);
        self.effects.events.push(Event::Restored(self.applied));
        // Entries that it covers are never applied here: their responses are in it.
        let session = self.writes.session;
        for (number, response) in self.machine.responses(session) {
            self.write_done(number, response);
        }
    }

    /// Tells what changed, and sends again what an earlier leader may have lost.
    fn note_changes(&mut self) {
        let Status { hard_state, role, leader, .. } = self.node.status();
        let membership = *self.node.membership();
        let known = Known { term: hard_state.term, role, leader, membership };
        if known == self.known {
            return;
        }
        let before = std::mem::replace(&mut self.known, known);
        if membership != before.membership {
            self.effects.events.push(Event::Membership(membership));
        }
        if (known.term, role, leader) == (before.term, before.role, before.leader) {
            return;
        }
        self.counts.elections += u64::from(role == Role::Leader && before.role != Role::Leader);
        self.effects.events.push(Event::Role { term: known.term, role, leader });
        self.writes.leader_changed();
        self.operations.leader_changed();
    }
}
