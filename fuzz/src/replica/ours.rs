//! Our own Raft as a [`Replica`]: the adapter, and an example for others.

use raft::{Appended, Body, Config, Limits, LogId, Membership, Node, NodeId, Output, Progress};

use crate::replica::gate::GatedRules;
use crate::replica::older::Older;
use crate::replica::{
    Capabilities, Command, Durable, Effects, Input, MessageBody, MessageView, PreVoteStickiness,
    Replica, View, Write,
};
use crate::schedule::feature::Feature;
use crate::schedule::wall_clock::LEASE;
use crate::schedule::Setup;

/// With `slow_apply`, a state machine has at most this many bytes to apply: about two entries.
const UNAPPLIED: u64 = 40;

/// With `uncommitted_limit`, a leader leaves this many bytes uncommitted: about three commands.
const UNCOMMITTED: u64 = 64;

/// With the feature `log-reads`, so many entries that are durable and applied stay in memory.
const CACHED: usize = 0;

/// With the feature `tail`, a compaction leaves this many entries behind the snapshot.
const TAIL: u64 = 3;

/// A [`Node`] that uses the table of rules with which the cluster was started.
#[derive(Clone, Debug)]
pub struct Ours {
    node: Node<Command>,
    rules: GatedRules,
    /// It runs under the older version.
    older: Option<Older>,
}

/// The output of a step of our Raft.
#[derive(Clone, Debug, Default)]
pub struct OursOutput {
    output: Output<Command>,
    write: Option<Write>,
}

impl Replica for Ours {
    type Message = raft::Message<Command>;
    type Options = GatedRules;
    type Output = OursOutput;
    type Storage = ();

    const CAPABILITIES: Capabilities = Capabilities {
        pre_vote: true,
        pre_vote_stickiness: PreVoteStickiness::Always,
        check_quorum: true,
        leaders_need_disk: true,
        answers_requests: true,
        reports: true,
        machine_disk: true,
        bounded_sends: true,
        snapshots: true,
        changes: true,
        catch_up: true,
        log_reads: true,
        tail: true,
        transfers: true,
        reads: true,
        leases: true,
        wall_clock: true,
        rejoin: true,
        upgrades: true,
        ..Capabilities::FIGURE_2
    };

    fn start(id: NodeId, setup: &Setup, rules: &GatedRules, disk: &Durable) -> Ours {
        let limits = Limits {
            message_entries: setup.max_entries.into(),
            chunk_bytes: setup.chunk.into(),
            inflight_entries: setup.inflight.into(),
            uncommitted_bytes: if setup.uncommitted_limit { UNCOMMITTED } else { u64::MAX },
            unapplied_bytes: if setup.slow_apply { UNAPPLIED } else { u64::MAX },
            cached_entries: if setup.features.has(Feature::LogReads) { CACHED } else { usize::MAX },
            ..Limits::DEFAULT
        };
        let config = Config {
            election_ticks: setup.election_ticks.into(),
            heartbeat_ticks: setup.heartbeat_ticks.into(),
            pre_vote: setup.pre_vote,
            check_quorum: setup.check_quorum,
            catch_up: setup.catch_up,
            tail: if setup.features.has(Feature::Tail) { TAIL } else { 0 },
            lease_reads: setup.lease,
            wall_lease: setup.features.has(Feature::WallClock).then_some(LEASE),
            clock: disk.clock,
            clock_drift: if setup.fast.is_empty() { 1 } else { setup.rate.into() },
            incarnation: disk.incarnation,
            joining: disk.joining,
            election_delay: if setup.priority { u32::from(id.0 % 3) } else { 0 },
            limits,
            ..Config::new(id, Membership::new(setup.members()))
        };
        let Durable { hard_state, snapshot, entries, applied, .. } = disk.clone();
        let durable = raft::Durable { hard_state, snapshot, entries, applied };
        let node = Node::start_under(rules.at_start(), config, durable);
        Ours { node, rules: *rules, older: None }
    }

    fn start_older(id: NodeId, setup: &Setup, rules: &GatedRules, disk: &Durable) -> Ours {
        Ours { older: Some(Older::default()), ..Ours::start(id, setup, rules, disk) }
    }

    // Most of this is moves, which are fewer in the caller.
    #[inline(always)]
    fn step(&mut self, input: Input<Self::Message>, filled: &mut OursOutput) {
        self.rules.arm(&mut self.node);
        match &mut self.older {
            None => self.node.step(input_of_core(input), &mut filled.output),
            Some(older) => older.step(&mut self.node, input_of_core(input), &mut filled.output),
        }
        filled.write = filled.output.write.take().map(|write| Write {
            id: write.id,
            hard_state: write.hard_state,
            truncate_from: write.truncate_from,
            snapshot: write.snapshot,
            tail: write.tail,
            entries: write.entries,
            commit: None,
            sync: true,
        });
    }

    fn effects(filled: &mut OursOutput) -> Effects<'_, Self::Message> {
        Effects {
            write: &mut filled.write,
            messages: &mut filled.output.messages,
            fetches: &filled.output.fetches,
            restore: filled.output.restore.as_ref(),
            applied: &filled.output.committed,
            refused: filled.output.answer.as_ref().and_then(|answer| answer.as_ref().err()),
            reads: &filled.output.reads,
            ended: &filled.output.ended,
            halted: filled.output.halted,
            marks: filled.output.marks,
        }
    }

    fn recycle(filled: &mut OursOutput, write: Write) {
        filled.output.recycle(write.entries);
    }

    #[inline]
    fn view(&self) -> View {
        let status = self.node.status();
        View {
            hard_state: status.hard_state,
            role: status.role,
            last_log: status.last_log,
            commit: status.commit,
        }
    }

    fn membership(&self) -> Option<Membership> {
        Some(*self.node.membership())
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        self.node.progress(peer)
    }

    fn message_view(message: &Self::Message) -> MessageView {
        let body = match &message.body {
            Body::RequestVote { last_log, .. } => MessageBody::RequestVote { last_log: *last_log },
            Body::RequestVoteReply { granted: true, .. } => MessageBody::VoteGranted,
            Body::RequestVoteReply { granted: false, .. } => {
                MessageBody::VoteRefused { vote: None, term: Some(message.term) }
            }
            Body::PreVote { last_log } => MessageBody::PreVote { last_log: *last_log },
            Body::PreVoteReply { granted } => MessageBody::PreVoteReply { granted: *granted },
            Body::AppendEntries { prev_log, entries, leader_commit, .. } => {
                MessageBody::AppendEntries {
                    prev_log: *prev_log,
                    last_log: entries.last().map_or(*prev_log, |entry| entry.id),
                    entries: entries.len(),
                    commit: *leader_commit,
                }
            }
            Body::AppendEntriesReply { appended, .. } => match appended {
                Appended::Accepted { match_index } => {
                    MessageBody::AppendAccepted { match_index: *match_index }
                }
                Appended::Rejected { prev_index, hint } => {
                    MessageBody::AppendRejected { index: Some(*prev_index), hint: Some(*hint) }
                }
            },
            Body::InstallSnapshot(chunk) => MessageBody::InstallSnapshot {
                last_log: chunk.last,
                offset: chunk.offset,
                bytes: chunk.data.len() as u64,
            },
            Body::PreVoteUnknown => MessageBody::PreVoteUnknown,
            Body::InstallSnapshotReply { .. } => MessageBody::Other,
            Body::TimeoutNow => MessageBody::TimeoutNow,
            Body::ReadIndex { .. } | Body::ReadIndexReply { .. } => MessageBody::ReadIndex,
        };
        let lease = match &message.body {
            Body::RequestVoteReply { lease, .. }
            | Body::AppendEntries { lease, .. }
            | Body::AppendEntriesReply { lease, .. } => *lease,
            Body::InstallSnapshot(chunk) => chunk.lease,
            _ => 0,
        };
        let (from, to, term) = (message.from, message.to, message.term);
        MessageView { from, to, term, body, committed: LogId::ZERO, lease }
    }
}

#[inline(always)]
fn input_of_core(input: Input<raft::Message<Command>>) -> raft::Input<Command> {
    match input {
        Input::Tick => raft::Input::Tick,
        Input::Clock(now) => raft::Input::Clock(now),
        Input::Timeout => raft::Input::Campaign,
        Input::Propose(command) => raft::Input::Propose(command),
        Input::Receive(message) => raft::Input::Receive(message),
        Input::Fetched { fetch, entries } => raft::Input::Fetched { fetch, entries },
        Input::Persisted(id) => raft::Input::Persisted(id),
        Input::PersistFailed(id) => raft::Input::PersistFailed(id),
        Input::Read(id) => raft::Input::Read(id),
        Input::Change { voters, learners } => raft::Input::Change { voters, learners },
        Input::Transfer(target) => raft::Input::Transfer(target),
        Input::Report { to, report } => raft::Input::Report { to, report },
        Input::Applied(index) => raft::Input::Applied(index),
        Input::Compact { index, data } => raft::Input::Compact { index, data },
    }
}
