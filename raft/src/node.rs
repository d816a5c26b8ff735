//! The server: its state, its start, and the one door through which everything enters.
//!
//! Promises: same state and same input give the same state and the same output. `step` only
//! dispatches; elections are in `election.rs`, the log in `replication.rs`, the decisions in
//! `rules.rs`. Knows nothing of clocks, sockets, files, threads or randomness.

use std::collections::VecDeque;

use crate::io::{Durable, Input, Output, Write, WriteId};
use crate::log::Log;
use crate::message::{Body, Kind, Message};
use crate::progress::Progress;
use crate::quorum::{Membership, NodeSet};
use crate::rules::{Promise, Rules};
use crate::types::{HardState, LogId, LogIndex, NodeId, Role, Term};

/// How one server is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// This server's name.
    pub id: NodeId,
    /// Who votes.
    pub membership: Membership,
    /// The shortest election timeout, in ticks. Each wait lasts this long, and up to as long again:
    /// how much is drawn from `id`, the term and `jitter`.
    pub election_ticks: u32,
    /// Ticks between a leader's heartbeats. Well below `election_ticks`.
    pub heartbeat_ticks: u32,
    /// At most this many entries in one AppendEntries; at least 1.
    pub max_entries: usize,
    /// Seed of the spread of election timeouts.
    pub jitter: u64,
    /// Ask whether an election would succeed before standing (dissertation, 9.6). Price: a round
    /// trip an election.
    pub pre_vote: bool,
    /// As a leader, step down when no quorum has answered for an election timeout (6.2); as anyone,
    /// turn a deaf ear to candidates as long as a leader is heard of (4.2.3). Price: a cluster
    /// whose leader can send and not hear takes that much longer to replace it.
    pub check_quorum: bool,
}

/// What everyone may see of a server, for display, oracles and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// Term and vote, in memory: they may run ahead of the disk.
    pub hard_state: HardState,
    /// The part it plays.
    pub role: Role,
    /// Whom it takes for the leader of its term.
    pub leader: Option<NodeId>,
    /// Its last log entry, in memory.
    pub last_log: LogId,
    /// Its commit index.
    pub commit: LogIndex,
}

/// A write that was asked for and is not yet durable, and what is durable once it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pending {
    id: WriteId,
    state: OnDisk,
}

/// What this server knows to be on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OnDisk {
    pub hard_state: HardState,
    /// The log in memory is durable up to here.
    pub log: LogIndex,
}

/// One Raft server.
#[derive(Clone, Debug)]
pub struct Node<C = Vec<u8>> {
    pub(crate) config: Config,
    pub(crate) rules: &'static Rules,

    // Persistent state (Figure 2), in memory: it may run ahead of the disk.
    pub(crate) hard_state: HardState,
    pub(crate) log: Log<C>,

    // The disk, as far as it is known.
    pub(crate) on_disk: OnDisk,
    writes: VecDeque<Pending>,
    last_write: WriteId,
    /// The hard state that the last write was asked for, and what it recorded of it.
    asked: HardState,
    recorded: HardState,
    promises: VecDeque<(WriteId, Message<C>)>,
    halted: bool,

    // Volatile state.
    pub(crate) role: Role,
    pub(crate) leader: Option<NodeId>,
    pub(crate) commit: LogIndex,
    applied: LogIndex,
    pub(crate) elapsed: u32,
    /// It asks whether an election would succeed.
    pub(crate) probing: bool,
    /// A candidate's votes, or who would vote, in the order of arrival.
    pub(crate) grants: Vec<NodeId>,
    /// A leader's ticks since it last looked whether a quorum answers, and who has since.
    pub(crate) unchecked: u32,
    pub(crate) heard: NodeSet,
    /// A leader's view of each server, by number.
    pub(crate) progress: Vec<Progress>,
}

impl<C: Clone> Node<C> {
    /// Starts a server: for the first time from [`Durable::default`], and after any stop from what
    /// was made durable before.
    pub fn start(config: Config, durable: Durable<C>) -> Node<C> {
        static RAFT: Rules = Rules::RAFT;
        Node::start_under(&RAFT, config, durable)
    }

    /// Starts a server that decides by `rules`, which for Raft are [`Rules::RAFT`].
    pub fn start_under(rules: &'static Rules, config: Config, durable: Durable<C>) -> Node<C> {
        let hard_state = (rules.restored)(durable.hard_state);
        let log = Log::restore(durable.entries);
        let highest = config.membership.members().iter().map(|id| id.0).max().unwrap_or(0);
        let unknown = Progress::default();
        Node {
            config,
            rules,
            hard_state,
            on_disk: OnDisk { hard_state, log: log.last().index },
            log,
            writes: VecDeque::new(),
            last_write: WriteId(0),
            asked: hard_state,
            recorded: hard_state,
            promises: VecDeque::new(),
            halted: false,
            role: Role::Follower,
            leader: None,
            commit: LogIndex(0),
            applied: LogIndex(0),
            elapsed: 0,
            probing: false,
            grants: Vec::new(),
            unchecked: 0,
            heard: NodeSet::EMPTY,
            progress: vec![unknown; usize::from(highest) + 1],
        }
    }

    /// Lives through one `input`; `output` is cleared and then filled with what shall be done.
    pub fn step(&mut self, input: Input<C>, output: &mut Output<C>) {
        output.clear();
        if self.halted {
            return;
        }
        match input {
            Input::Tick => self.tick(output),
            Input::Campaign => self.seek_election(output),
            Input::Propose(command) => self.propose(command, output),
            Input::Receive(message) => self.receive(message, output),
            Input::Persisted(id) => self.persisted(id, output),
            Input::PersistFailed(id) => self.persist_failed(id, output),
        }
        self.ask_for_write(output);
        self.keep_promises(output);
        self.hand_out_committed(output);
    }

    /// What everyone may see of this server.
    pub fn status(&self) -> Status {
        Status {
            hard_state: self.hard_state,
            role: self.role,
            leader: self.leader,
            last_log: self.log.last(),
            commit: self.commit,
        }
    }

    /// The log in memory.
    pub fn log(&self) -> &Log<C> {
        &self.log
    }

    /// What this server, as leader, knows of `peer`.
    pub fn progress(&self, peer: NodeId) -> Option<Progress> {
        match self.role {
            Role::Leader => self.progress.get(usize::from(peer.0)).copied(),
            Role::Follower | Role::Candidate => None,
        }
    }

    pub(crate) fn term(&self) -> Term {
        self.hard_state.term
    }

    pub(crate) fn id(&self) -> NodeId {
        self.config.id
    }

    /// The other members.
    pub(crate) fn peers(&self) -> impl Iterator<Item = NodeId> {
        let own = self.id();
        self.config.membership.members().iter().filter(move |&id| id != own)
    }

    /// Sends now: this says nothing that a crash could make untrue.
    pub(crate) fn send(&self, to: NodeId, body: Body<C>, output: &mut Output<C>) {
        output.messages.push(Message { from: self.id(), to, term: self.term(), body });
    }

    /// Sends once all that this step and earlier ones wrote is durable.
    pub(crate) fn promise(
        &self,
        promise: Promise,
        to: NodeId,
        body: Body<C>,
        output: &mut Output<C>,
    ) {
        if (self.rules.rests_on_disk)(promise) {
            output.promises.push(Message { from: self.id(), to, term: self.term(), body });
        } else {
            self.send(to, body, output);
        }
    }

    /// Figure 2, all servers: a newer term makes a follower; an older one is answered or ignored.
    fn receive(&mut self, message: Message<C>, output: &mut Output<C>) {
        let Message { from, term, body, .. } = message;
        let kind = body.kind();
        if kind == Kind::RequestVote && self.is_deaf_to_candidates() {
            return;
        }
        // A Pre-Vote changes nothing at whoever is asked, not even the term.
        if term > self.term() && kind != Kind::PreVote {
            let role = (self.rules.role_in_newer_term)(self.role, kind);
            self.enter_term(term, role);
        }
        if (self.rules.is_stale)(kind, term, self.term()) {
            self.refuse_stale(from, body, output);
            return;
        }
        match body {
            Body::RequestVote { last_log } => self.on_request_vote(from, last_log, output),
            Body::RequestVoteReply { granted } => self.on_vote_reply(from, granted, output),
            Body::PreVote { last_log } => self.on_pre_vote(from, term, last_log, output),
            Body::PreVoteReply { granted } => self.on_pre_vote_reply(from, granted, output),
            Body::AppendEntries { prev_log, entries, leader_commit } => {
                self.on_append_entries(from, prev_log, entries, leader_commit, output);
            }
            Body::AppendEntriesReply(appended) => self.on_append_reply(from, appended, output),
        }
    }

    /// The write `id`, and with it all before it, is durable.
    fn persisted(&mut self, id: WriteId, output: &mut Output<C>) {
        while self.writes.front().is_some_and(|pending| pending.id <= id) {
            self.on_disk = self.writes.pop_front().expect("front exists").state;
        }
        while self.promises.front().is_some_and(|(rests_on, _)| *rests_on <= id) {
            output.messages.extend(self.promises.pop_front().map(|(_, message)| message));
        }
        match self.role {
            Role::Candidate => self.count_own_vote(output),
            Role::Leader => self.advance_commit(),
            Role::Follower => {}
        }
    }

    /// What a failed write left on the disk is unknown, so this server can promise nothing more.
    fn persist_failed(&mut self, id: WriteId, output: &mut Output<C>) {
        if (self.rules.survives_failed_write)() {
            self.persisted(id, output);
            return;
        }
        self.halted = true;
        self.promises.clear();
        output.halted = true;
    }

    /// One write for everything that this step changed.
    fn ask_for_write(&mut self, output: &mut Output<C>) {
        let changed = self.hard_state != self.asked;
        if !changed && !self.log.is_dirty() {
            return;
        }
        if changed {
            self.asked = self.hard_state;
            self.recorded = (self.rules.recorded)(self.hard_state);
        }
        let hard_state = changed.then_some(self.recorded);
        let mut entries = output.buffer();
        let truncate_from = self.log.written(&mut entries);
        if let Some(index) = truncate_from {
            self.forget_durable_from(index);
        }
        self.last_write = WriteId(self.last_write.0 + 1);
        let state = OnDisk { hard_state: self.recorded, log: self.log.last().index };
        self.writes.push_back(Pending { id: self.last_write, state });
        output.write = Some(Write { id: self.last_write, hard_state, truncate_from, entries });
    }

    /// A replaced entry does not count as durable when a write of the old one completes.
    fn forget_durable_from(&mut self, index: LogIndex) {
        let kept = index.previous();
        self.on_disk.log = self.on_disk.log.min(kept);
        for pending in &mut self.writes {
            pending.state.log = pending.state.log.min(kept);
        }
    }

    /// Holds this step's promises until the last write asked for is durable.
    fn keep_promises(&mut self, output: &mut Output<C>) {
        if output.promises.is_empty() {
            return;
        }
        let rests_on = self.last_write;
        if self.writes.is_empty() {
            output.messages.append(&mut output.promises);
        } else {
            self.promises.extend(output.promises.drain(..).map(|message| (rests_on, message)));
        }
    }

    /// Figure 2, all servers: "If commitIndex > lastApplied: increment lastApplied, apply".
    fn hand_out_committed(&mut self, output: &mut Output<C>) {
        if self.applied < self.commit {
            let count = (self.commit.0 - self.applied.0) as usize;
            output.committed.extend_from_slice(self.log.from(self.applied.next(), count));
            self.applied = self.commit;
        }
    }

    /// A fingerprint of everything this server would act upon; the same on every machine.
    pub fn digest(&self) -> u64
    where
        C: std::hash::Hash,
    {
        use std::hash::{Hash, Hasher};
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        (self.config, self.hard_state, self.on_disk, self.last_write).hash(&mut hasher);
        (self.asked, self.recorded).hash(&mut hasher);
        (&self.log, &self.writes, &self.promises, self.halted).hash(&mut hasher);
        (self.role, self.leader, self.commit, self.applied, self.elapsed).hash(&mut hasher);
        (&self.grants, &self.progress).hash(&mut hasher);
        (self.probing, self.unchecked, self.heard).hash(&mut hasher);
        hasher.finish()
    }
}

/// FNV-1a: small, and fixed for good, unlike the standard library's hashers.
struct Fnv(u64);

impl std::hash::Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    // Without these, lengths and numbers would hash by the machine's own width and byte order.
    fn write_u32(&mut self, number: u32) {
        self.write(&number.to_le_bytes());
    }
    fn write_u64(&mut self, number: u64) {
        self.write(&number.to_le_bytes());
    }
    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }
    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
}
