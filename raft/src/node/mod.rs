//! The server: its state, its start, and the one door through which everything enters.
//!
//! Promises: same state and same input give the same state and the same output. `step` only
//! dispatches: each concern has a file of its own, and the decisions are in `rules.rs`. Knows
//! nothing of clocks, sockets, files, threads or randomness.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::config::Config;
use crate::entry::{Command, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::{Durable, Input, Output, Write, WriteId};
use crate::log::Log;
use crate::mark::Mark;
use crate::membership::{Membership, Memberships};
use crate::message::{Body, Kind, Message};
use crate::node::follower_state::Arriving;
use crate::node::follower_state::Questions;
use crate::node::leader_state::Lead;
use crate::progress::{Pace, Progress};
use crate::quorum::NodeSet;
use crate::rules::{Promise, Rules};
use crate::state::{HardState, Role};

mod election;
mod follower_state;
mod leader_state;
mod membership_change;
mod read;
mod replication;
mod snapshot;
mod transfer;

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
    /// The last entry that its snapshot stands for.
    pub snapshot: LogId,
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
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) memberships: Memberships,

    // The disk, as far as it is known.
    pub(crate) on_disk: OnDisk,
    writes: VecDeque<Pending>,
    last_write: WriteId,
    /// The hard state that the last write was asked for, and what it recorded of it.
    asked: HardState,
    recorded: HardState,
    promises: VecDeque<(WriteId, Message<C>)>,
    halted: bool,

    /// The snapshot is not yet in a write.
    snapshot_is_new: bool,

    // Volatile state.
    pub(crate) role: Role,
    pub(crate) leader: Option<NodeId>,
    pub(crate) commit: LogIndex,
    /// Committed entries are handed out up to here, and applied up to there.
    pub(crate) handed_out: LogIndex,
    pub(crate) applied: LogIndex,
    pub(crate) elapsed: u32,
    /// With leases: ticks for which it votes for nobody, after a start or a sign of a leader.
    pub(crate) deaf_for: u32,
    /// It asks whether an election would succeed.
    pub(crate) probing: bool,
    /// A candidate's votes, or who would vote, in the order of arrival.
    pub(crate) grants: Vec<NodeId>,
    /// A snapshot of which some pieces are there.
    pub(crate) arriving: Option<Arriving>,
    /// Reads that were passed on to the leader.
    pub(crate) questions: Questions,
    /// What only a leader knows.
    pub(crate) lead: Lead,
}

impl<C: Command> Node<C> {
    /// Starts a server: for the first time from [`Durable::default`], and after any stop from what
    /// was made durable before.
    pub fn start(config: Config, durable: Durable<C>) -> Node<C> {
        static RAFT: Rules = Rules::RAFT;
        Node::start_under(&RAFT, config, durable)
    }

    /// Starts a server that decides by `rules`, which for Raft are [`Rules::RAFT`].
    pub fn start_under(rules: &'static Rules, config: Config, durable: Durable<C>) -> Node<C> {
        let hard_state = (rules.restored)(durable.hard_state);
        let start = durable.snapshot.as_ref().map_or(LogId::ZERO, |snapshot| snapshot.last);
        let members = durable.snapshot.as_ref().map_or(config.membership, |last| last.membership);
        let log = Log::restore(start, durable.entries);
        let commit = (rules.commit_at_start)(start.index, log.last().index);
        let mut node = Node {
            config,
            rules,
            hard_state,
            on_disk: OnDisk { hard_state, log: log.last().index },
            log,
            snapshot: durable.snapshot,
            memberships: Memberships::starting(start.index, members),
            writes: VecDeque::new(),
            last_write: WriteId(0),
            asked: hard_state,
            recorded: hard_state,
            promises: VecDeque::new(),
            halted: false,
            snapshot_is_new: false,
            role: Role::Follower,
            leader: None,
            commit,
            handed_out: start.index,
            applied: start.index,
            elapsed: 0,
            deaf_for: if config.lease_reads { config.election_ticks } else { 0 },
            probing: false,
            grants: Vec::new(),
            arriving: None,
            questions: Questions::default(),
            lead: Lead::default(),
        };
        node.configure();
        node
    }

    /// Decides by `rules` from now on.
    pub fn go_by(&mut self, rules: &'static Rules) {
        self.rules = rules;
    }

    /// Lives through one `input`; `output` is cleared and then filled with what shall be done.
    pub fn step(&mut self, input: Input<C>, output: &mut Output<C>) {
        output.clear();
        if self.halted && !(self.rules.goes_on_halted)() {
            return;
        }
        match input {
            Input::Tick => self.tick(output),
            Input::Campaign => self.seek_election(output),
            Input::Propose(command) => self.propose([command], output),
            Input::ProposeAll(commands) => self.propose(commands, output),
            Input::Receive(message) => self.receive(message, output),
            Input::Persisted(id) => self.persisted(id, output),
            Input::PersistFailed(id) => self.persist_failed(id, output),
            Input::Read(id) => self.read(id, output),
            Input::Change { voters, learners } => self.change(voters, learners, output),
            Input::Transfer(target) => self.transfer(target, output),
            Input::Applied(index) => self.applied = self.applied.max(index.min(self.handed_out)),
            Input::Compact { index, data } => self.compact(index, data, output),
        }
        if let Some(Err(refused)) = output.answer {
            output.mark(refused.mark());
        }
        self.ask_for_write(output);
        self.keep_promises(output);
        self.hand_out_committed(output);
    }

    /// What it was started with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What everyone may see of this server.
    pub fn status(&self) -> Status {
        Status {
            hard_state: self.hard_state,
            role: self.role,
            leader: self.leader,
            last_log: self.log.last(),
            commit: self.commit,
            snapshot: self.log.start(),
        }
    }

    /// Who belongs to the cluster, as far as this server's log says.
    pub fn membership(&self) -> &Membership {
        self.memberships.active()
    }

    /// The last snapshot.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// The log in memory.
    pub fn log(&self) -> &Log<C> {
        &self.log
    }

    /// What this server, as leader, knows of `peer`.
    pub fn progress(&self, peer: NodeId) -> Option<Progress> {
        match self.role {
            Role::Leader if self.membership().members().contains(peer) => {
                self.lead.peers.get(usize::from(peer.0)).map(|peer| peer.progress)
            }
            Role::Leader => None,
            Role::Follower | Role::Candidate => None,
        }
    }

    /// How this server, as leader, sends to `peer`.
    pub fn pace(&self, peer: NodeId) -> Option<Pace> {
        match self.role {
            Role::Leader => self.lead.peers.get(usize::from(peer.0)).map(|peer| peer.pace),
            Role::Follower | Role::Candidate => None,
        }
    }

    pub(crate) fn term(&self) -> Term {
        self.hard_state.term
    }

    pub(crate) fn id(&self) -> NodeId {
        self.config.id
    }

    /// Whose quorums decide.
    pub(crate) fn electorate(&self) -> &Membership {
        (self.rules.membership_in_force)(&self.memberships, self.commit)
    }

    /// The last entry that is known to be durable.
    pub(crate) fn last_on_disk(&self) -> LogId {
        self.log.get(self.on_disk.log).map_or(self.log.start(), |entry| entry.id)
    }

    /// The other members.
    pub(crate) fn peers(&self) -> NodeSet {
        self.membership().members().without(NodeSet::only(self.id()))
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
        let wanted = matches!(body, Body::RequestVote { transfer: true, .. });
        if kind == Kind::RequestVote && !wanted && self.is_deaf_to_candidates() {
            return output.mark(Mark::DeafToCandidate);
        }
        if term > self.term() && (self.rules.heeds_newer_term)(kind) {
            output.mark(match self.role {
                Role::Follower => Mark::FollowerInNewerTerm,
                Role::Candidate => Mark::CandidateInNewerTerm,
                Role::Leader => Mark::LeaderInNewerTerm,
            });
            let role = (self.rules.role_in_newer_term)(self.role, kind);
            self.enter_term(term, role, output);
        }
        if (self.rules.is_stale)(kind, term, self.term()) {
            output.mark(if kind.is_reply() { Mark::StaleIgnored } else { Mark::StaleRefused });
            if (self.rules.answers_stale)(kind) {
                self.refuse_stale(from, body, output);
            }
            return;
        }
        match body {
            Body::RequestVote { last_log, .. } => self.on_request_vote(from, last_log, output),
            Body::RequestVoteReply { granted } => self.on_vote_reply(from, granted, output),
            Body::PreVote { last_log } => self.on_pre_vote(from, term, last_log, output),
            Body::PreVoteReply { granted } => self.on_pre_vote_reply(from, granted, output),
            Body::AppendEntries { prev_log, entries, leader_commit, stamp } => {
                self.on_append_entries(from, prev_log, entries, leader_commit, stamp, output);
            }
            Body::AppendEntriesReply { appended, stamp } => {
                self.on_append_reply(from, appended, stamp, output);
            }
            Body::InstallSnapshot(piece) => self.on_install_snapshot(from, *piece, output),
            Body::InstallSnapshotReply { last, received, stamp } => {
                self.on_piece_received(from, last, received, stamp, output);
            }
            Body::TimeoutNow => self.on_timeout_now(output),
            Body::ReadIndex { nonce } => self.on_read_index(from, nonce, output),
            Body::ReadIndexReply { nonce, index } => self.on_read_index_reply(nonce, index, output),
        }
    }

    /// The write `id`, and with it all before it, is durable.
    fn persisted(&mut self, id: WriteId, output: &mut Output<C>) {
        while self.writes.front().is_some_and(|pending| pending.id <= id) {
            self.on_disk = self.writes.pop_front().expect("front exists").state;
        }
        while self.promises.front().is_some_and(|(rests_on, _)| *rests_on <= id) {
            output.mark(Mark::PromiseKept);
            output.messages.extend(self.promises.pop_front().map(|(_, message)| message));
        }
        match self.role {
            Role::Candidate => self.count_own_vote(output),
            Role::Leader => self.advance_commit(output),
            Role::Follower => {}
        }
    }

    /// What a failed write left on the disk is unknown, so this server can promise nothing more.
    fn persist_failed(&mut self, id: WriteId, output: &mut Output<C>) {
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
    fn ask_for_write(&mut self, output: &mut Output<C>) {
        let changed = self.hard_state != self.asked;
        if !changed && !self.log.is_dirty() && !self.snapshot_is_new {
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
        let snapshot = match std::mem::take(&mut self.snapshot_is_new) {
            true => self.snapshot.clone(),
            false => None,
        };
        let id = self.last_write;
        output.write = Some(Write { id, hard_state, truncate_from, snapshot, entries });
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
            output.mark(Mark::PromiseHeld);
            self.promises.extend(output.promises.drain(..).map(|message| (rests_on, message)));
        }
    }

    /// The next write shall contain this snapshot.
    pub(crate) fn keep_snapshot(&mut self, snapshot: Arc<Snapshot>) {
        self.snapshot = Some(snapshot);
        self.snapshot_is_new = true;
    }

    /// Figure 2, all servers: "If commitIndex > lastApplied: increment lastApplied, apply".
    fn hand_out_committed(&mut self, output: &mut Output<C>) {
        if self.handed_out >= self.commit {
            return;
        }
        let (next, count) = (self.handed_out.next(), (self.commit.0 - self.handed_out.0) as usize);
        let batch = match self.config.limits.unapplied_bytes.max(1) {
            u64::MAX => self.log.from(next, count),
            limit => match limit.saturating_sub(self.unapplied_bytes()) {
                0 => return output.mark(Mark::ApplyingSlowly),
                room => self.log.batch(next, count, room),
            },
        };
        output.committed.extend_from_slice(batch);
        self.handed_out.0 += batch.len() as u64;
    }

    fn unapplied_bytes(&self) -> u64 {
        self.log.bytes_between(self.applied, self.handed_out)
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
        (&self.snapshot, self.snapshot_is_new, &self.memberships).hash(&mut hasher);
        (self.role, self.leader, self.commit, self.applied, self.handed_out).hash(&mut hasher);
        (self.elapsed, self.deaf_for, self.probing, &self.grants).hash(&mut hasher);
        (&self.arriving, &self.questions, &self.lead).hash(&mut hasher);
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

#[cfg(test)]
mod tests {
    use std::hash::Hasher;

    use super::*;

    #[test]
    fn the_digest_is_fnv_1a_and_hears_numbers_of_every_width() {
        let heard = |tell: fn(&mut Fnv)| {
            let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
            tell(&mut hasher);
            hasher.finish()
        };
        // Draft-eastlake-fnv, appendix: the digest of "foobar".
        assert_eq!(heard(|hasher| hasher.write(b"foobar")), 0x8594_4171_f739_67e8);
        let wide = heard(|hasher| hasher.write(&[7, 0, 0, 0, 0, 0, 0, 0]));
        assert_eq!(
            heard(|hasher| hasher.write_u32(7)),
            heard(|hasher| hasher.write(&[7, 0, 0, 0]))
        );
        assert_eq!(heard(|hasher| hasher.write_u64(7)), wide);
        assert_eq!(heard(|hasher| hasher.write_usize(7)), wide);
        assert_eq!(heard(|hasher| hasher.write_isize(7)), wide);
    }
}
