//! The server: its state, its start, and `step`, its only input.
//!
//! Promises: same state and same input give the same state and the same output. `step` only
//! dispatches: each concern has a file of its own, and the decisions are in `rules/`. Knows
//! nothing of clocks, sockets, files, threads or randomness.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::config::Config;
use crate::entry::{Command, Snapshot};
use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::{Durable, Input, Output, WriteId};
use crate::log::Log;
use crate::mark::Mark;
use crate::membership::{Membership, Memberships};
use crate::message::{Body, Kind, Message};
use crate::node::disk_state::{OnDisk, PendingWrite};
use crate::node::follower_state::ForwardedReads;
use crate::node::follower_state::IncomingSnapshot;
use crate::node::leader_state::LeaderState;
use crate::progress::{Progress, ProgressState};
use crate::quorum::NodeSet;
use crate::rules::Rules;
use crate::stamp::Contact;
use crate::state::{HardState, Role};

mod catch_up;
mod digest;
mod disk_state;
mod durability;
mod election;
mod follower_state;
mod leader_state;
mod log_reads;
mod membership_change;
mod read;
mod replication;
mod report;
mod snapshot;
mod transfer;
mod wall_lease;

/// A server's public state, for display, oracles and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Status {
    /// Term and vote, in memory: they may be newer than on disk.
    pub hard_state: HardState,
    /// Its role.
    pub role: Role,
    /// The leader of its term, if it knows one.
    pub leader: Option<NodeId>,
    /// Its last log entry, in memory.
    pub last_log: LogId,
    /// Its commit index.
    pub commit: LogIndex,
    /// The last entry that its snapshot covers.
    pub snapshot: LogId,
}

/// One Raft server.
#[derive(Clone, Debug)]
pub struct Node<C = Vec<u8>> {
    pub(crate) config: Config,
    pub(crate) rules: &'static Rules,

    // Persistent state (Figure 2), in memory: it may be newer than on disk.
    pub(crate) hard_state: HardState,
    pub(crate) log: Log<C>,
    pub(crate) snapshot: Option<Arc<Snapshot>>,
    pub(crate) memberships: Memberships,

    // The disk, as far as its state is known.
    pub(crate) on_disk: OnDisk,
    writes: VecDeque<PendingWrite>,
    last_write: WriteId,
    /// The hard state as of the last write that contains one, and the form in which it is recorded.
    submitted: HardState,
    recorded: HardState,
    promises: VecDeque<(WriteId, Message<C>)>,
    halted: bool,
    /// Ticks since a write became durable, while one is pending.
    disk_silence: u32,

    /// The snapshot is not yet part of a write.
    snapshot_is_new: bool,
    /// How many of the entries that it covers stay in the log.
    kept_tail: u64,

    // Volatile state.
    pub(crate) role: Role,
    pub(crate) leader: Option<NodeId>,
    pub(crate) commit: LogIndex,
    /// Committed entries are handed out up to `applying`, and applied up to `applied`.
    pub(crate) applying: LogIndex,
    pub(crate) applied: LogIndex,
    pub(crate) elapsed: u32,
    /// With leases: ticks for which it still withholds its vote, after a start or a leader's
    /// message.
    pub(crate) withhold_votes_ticks: u32,
    /// What its wall clock has shown last.
    pub(crate) clock: u64,
    /// No lease by wall clocks that it has acknowledged, or has as a leader, lasts longer; 0 if
    /// there is none.
    pub(crate) promised_lease: u64,
    /// On candidates and leaders: no lease of a leader of an older term lasts longer, as far as the
    /// votes say; 0 if there is none, or if it is over.
    pub(crate) older_leases: u64,
    /// The servers that granted a vote or Pre-Vote, in the order of arrival.
    pub(crate) votes: Vec<NodeId>,
    /// A snapshot of which some chunks have arrived.
    pub(crate) incoming_snapshot: Option<IncomingSnapshot>,
    /// Reads that are forwarded to the leader and pending.
    pub(crate) forwarded_reads: ForwardedReads,
    /// State that has a meaning only on leaders.
    pub(crate) leader_state: LeaderState,
}

impl<C: Command> Node<C> {
    /// Starts a server: for the first time from [`Durable::default`], and after any stop from its
    /// durable state.
    pub fn start(config: Config, durable: Durable<C>) -> Node<C> {
        static RAFT: Rules = Rules::RAFT;
        Node::start_under(&RAFT, config, durable)
    }

    /// Starts a server that uses `rules`, which for Raft are [`Rules::RAFT`].
    pub fn start_under(rules: &'static Rules, config: Config, durable: Durable<C>) -> Node<C> {
        let hard_state = (rules.restored)(durable.hard_state);
        let promised_lease = Self::promised_at_start(rules, &config, &hard_state);
        let start = durable.snapshot.as_ref().map_or(LogId::ZERO, |snapshot| snapshot.last);
        let members = durable.snapshot.as_ref().map_or(config.membership, |last| last.membership);
        let first = durable.entries.first().map(|entry| entry.id.index);
        let first = (rules.first_at_start)(first, start.index);
        let log = Log::restore(start, first, durable.entries);
        let applied = durable.applied.max(start.index);
        let commit = (rules.commit_at_start)(start.index, log.last().index, applied);
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
            submitted: hard_state,
            recorded: hard_state,
            promises: VecDeque::new(),
            halted: false,
            disk_silence: 0,
            snapshot_is_new: false,
            kept_tail: 0,
            role: Role::Follower,
            leader: None,
            commit,
            applying: applied,
            applied,
            elapsed: (rules.elapsed_at_start)(config.election_ticks),
            withhold_votes_ticks: match config.lease_reads {
                true => (rules.votes_withheld_at_start)(config.election_ticks),
                false => 0,
            },
            clock: config.clock,
            promised_lease,
            older_leases: 0,
            votes: Vec::new(),
            incoming_snapshot: None,
            forwarded_reads: ForwardedReads::default(),
            leader_state: LeaderState::default(),
        };
        node.restore_memberships();
        node
    }

    /// Replaces the rules from now on.
    pub fn set_rules(&mut self, rules: &'static Rules) {
        self.rules = rules;
    }

    /// Processes one `input`; `output` is cleared and then filled with the effects.
    pub fn step(&mut self, input: Input<C>, output: &mut Output<C>) {
        output.clear();
        if self.halted && !(self.rules.runs_after_halt)() {
            return;
        }
        match input {
            Input::Tick => self.tick(output),
            Input::Clock(now) => self.read_clock(now, output),
            Input::Campaign => self.campaign(output),
            Input::Propose(command) => self.propose([command], output),
            Input::ProposeAll(commands) => self.propose(commands, output),
            Input::Receive(message) => self.receive(message, output),
            Input::Fetched { fetch, entries } => self.fetched(fetch, entries, output),
            Input::Persisted(id) => self.persisted(id, output),
            Input::PersistFailed(id) => self.persist_failed(id, output),
            Input::Read(id) => self.read(id, output),
            Input::Change { voters, learners } => self.change(voters, learners, output),
            Input::Transfer(target) => self.transfer(target, output),
            Input::Report { to, report } => self.report(to, report, output),
            Input::Applied(index) => self.applied = self.applied.max(index.min(self.applying)),
            Input::Compact { index, data } => self.compact(index, data, output),
        }
        if let Some(Err(refused)) = output.answer {
            output.mark(refused.mark());
        }
        self.output_write(output);
        self.hold_promises(output);
        self.output_committed(output);
    }

    /// The configuration with which it was started.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The public state of this server.
    #[inline]
    pub fn status(&self) -> Status {
        Status {
            hard_state: self.hard_state,
            role: self.role,
            leader: self.leader,
            last_log: self.log.last(),
            commit: self.commit,
            snapshot: self.log.snapshot(),
        }
    }

    /// The newest membership in this server's log.
    pub fn membership(&self) -> &Membership {
        self.memberships.active()
    }

    /// Whether the newest membership in its log is committed.
    pub fn membership_is_committed(&self) -> bool {
        self.memberships.index() <= self.commit
    }

    /// The last snapshot.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_deref()
    }

    /// The log in memory.
    pub fn log(&self) -> &Log<C> {
        &self.log
    }

    /// The progress of `peer`, if this server is the leader.
    pub fn progress(&self, peer: NodeId) -> Option<Progress> {
        match self.role {
            Role::Leader if self.membership().members().contains(peer) => {
                self.leader_state.peers.get(usize::from(peer.0)).map(|peer| peer.progress)
            }
            Role::Leader | Role::Follower | Role::PreCandidate | Role::Candidate => None,
        }
    }

    /// The progress state of `peer`, if this server is the leader.
    pub fn progress_state(&self, peer: NodeId) -> Option<ProgressState> {
        match self.role {
            Role::Leader => self.leader_state.peers.get(usize::from(peer.0)).map(|peer| peer.state),
            Role::Follower | Role::PreCandidate | Role::Candidate => None,
        }
    }

    pub(crate) fn term(&self) -> Term {
        self.hard_state.term
    }

    pub(crate) fn id(&self) -> NodeId {
        self.config.id
    }

    /// The membership whose quorums decide.
    pub(crate) fn membership_in_force(&self) -> &Membership {
        (self.rules.membership_in_force)(&self.memberships, self.commit)
    }

    /// The other members.
    pub(crate) fn peers(&self) -> NodeSet {
        self.membership().members().without(NodeSet::only(self.id()))
    }

    /// Sends at once: for messages that rest on no write.
    pub(crate) fn send(&self, to: NodeId, body: Body<C>, output: &mut Output<C>) {
        output.messages.push(Message { from: self.id(), to, term: self.term(), body });
    }

    /// Figure 2, all servers: on a newer term, become follower; reject a request of an older term,
    /// ignore a reply.
    fn receive(&mut self, message: Message<C>, output: &mut Output<C>) {
        let Message { from, term, body, .. } = message;
        let kind = body.kind();
        let is_transfer = matches!(body, Body::RequestVote { transfer: true, .. });
        if kind == Kind::RequestVote && !is_transfer && self.disregards_candidates() {
            return output.mark(Mark::CandidateDisregarded);
        }
        if term > self.term() && (self.rules.adopts_newer_term)(kind) {
            output.mark(match self.role {
                Role::Follower | Role::PreCandidate => Mark::FollowerInNewerTerm,
                Role::Candidate => Mark::CandidateInNewerTerm,
                Role::Leader => Mark::LeaderInNewerTerm,
            });
            let role = (self.rules.role_in_newer_term)(self.role, kind);
            self.enter_term(term, role, output);
        }
        if (self.rules.is_stale)(kind, term, self.term()) {
            output.mark(if kind.is_reply() { Mark::StaleIgnored } else { Mark::StaleRefused });
            self.elapsed = (self.rules.elapsed_after_stale)(self.elapsed, kind);
            if (self.rules.answers_stale)(kind) {
                self.reject_stale(from, body, output);
            }
            return;
        }
        match body {
            Body::RequestVote { last_log, .. } => self.on_request_vote(from, last_log, output),
            Body::RequestVoteReply { granted, lease } => {
                self.on_vote_reply(from, granted, lease, output);
            }
            Body::PreVote { last_log } => self.on_pre_vote(from, term, last_log, output),
            Body::PreVoteReply { granted } => self.on_pre_vote_reply(from, granted, output),
            Body::PreVoteUnknown => self.on_pre_vote_unknown(from, output),
            Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease } => {
                let contact = Contact { stamp, lease };
                self.on_append_entries(from, prev_log, entries, leader_commit, contact, output);
            }
            Body::AppendEntriesReply { appended, stamp, lease } => {
                self.on_append_reply(from, appended, Contact { stamp, lease }, output);
            }
            Body::InstallSnapshot(chunk) => self.on_install_snapshot(from, *chunk, output),
            Body::InstallSnapshotReply { last, received, stamp } => {
                self.on_install_snapshot_reply(from, last, received, stamp, output);
            }
            Body::TimeoutNow => self.on_timeout_now(output),
            Body::ReadIndex { nonce } => self.on_read_index(from, nonce, output),
            Body::ReadIndexReply { nonce, index } => self.on_read_index_reply(nonce, index, output),
        }
    }

    /// Figure 2, all servers: "If commitIndex > lastApplied: increment lastApplied, apply".
    fn output_committed(&mut self, output: &mut Output<C>) {
        if self.applying >= self.commit {
            return;
        }
        let (next, count) = (self.applying.next(), (self.commit.0 - self.applying.0) as usize);
        let batch = match self.config.limits.unapplied_bytes.max(1) {
            u64::MAX => self.log.from(next, count),
            limit => match limit.saturating_sub(self.unapplied_bytes()) {
                0 => return output.mark(Mark::ApplyLimited),
                room => self.log.batch(next, count, room),
            },
        };
        output.committed.extend_from_slice(batch);
        self.applying.0 += batch.len() as u64;
        self.evict();
    }

    fn unapplied_bytes(&self) -> u64 {
        self.log.bytes_between(self.applied, self.applying)
    }
}
