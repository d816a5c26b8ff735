//! TiKV's `raft` as a [`Replica`]: the part of the adapter that all versions share.
//!
//! The crate numbers nodes from 1, and its cluster starts from an initial snapshot at index 1 in
//! term 1: all numbers of the harness are one higher here. As in TiKV, only a leader receives
//! proposals. The crate's `MemStorage` is not a disk here, but only what the crate reads: it is
//! filled from the harness's disk at each start. No node is ever behind the initial snapshot, so
//! the crate never requests another.

use raft::eraftpb::{Entry, HardState, Message, MessageType as Type, Snapshot};
use raft::{storage::MemStorage, Config, RawNode, StateRole, Storage};
use whitewater::raft::{self as paper, LogId, LogIndex, NodeId, Payload, Progress, Role, Term};
use whitewater::replica::{
    self, Capabilities, Durable, Effects, Input, MessageBody, MessageView, PlainOutput,
    PreVoteStickiness, Replica, View, Write,
};
use whitewater::schedule::Setup;

use crate::{conf_state, named_commit, new_node, Waiting, ASYNC};

/// One node.
pub struct Tikv {
    pub(crate) raw: RawNode<MemStorage>,
    pub(crate) waiting: Waiting,
    setup: Setup,
    halted: bool,
}

impl Replica for Tikv {
    type Message = Message;
    type Options = ();
    type Output = PlainOutput<Message>;
    type Storage = ();

    const CAPABILITIES: Capabilities = Capabilities {
        async_writes: ASYNC,
        torn_writes: false, // The crate requires that a `Ready` is written as a whole.
        pre_vote: true,
        pre_vote_stickiness: PreVoteStickiness::WithCheckQuorum,
        check_quorum: true,
        bounded_sends: false, // It counts bytes.
        smallest_cluster: 2,  // A single node leads before its vote is durable, unobservably.
        ..Capabilities::FIGURE_2
    };

    fn start(id: NodeId, setup: &Setup, _: &(), disk: &Durable) -> Tikv {
        // The crate requires that the election timeout is longer than the heartbeat interval.
        let election_ticks = setup.election_ticks.max(setup.heartbeat_ticks + 1);
        let setup = Setup { election_ticks, ..*setup };
        let mut config = Config { id: up(id.0), max_inflight_msgs: 256, ..Config::default() };
        config.heartbeat_tick = setup.heartbeat_ticks.into();
        config.election_tick = setup.election_ticks.into();
        config.max_size_per_msg = u64::from(setup.max_entries - 1) * 16; // In bytes.
        config.pre_vote = setup.pre_vote;
        config.check_quorum = setup.check_quorum;
        let raw = new_node(&config, storage(&setup, disk));
        Tikv { raw, waiting: Waiting::default(), setup, halted: false }
    }

    fn step(&mut self, input: Input<Message>, output: &mut PlainOutput<Message>) {
        output.clear();
        if self.halted {
            return; // The crash handler is late.
        }
        let raft = &mut self.raw.raft;
        // Overrides the election timeout that the crate has drawn at random.
        let (id, term) = (NodeId(down(raft.id) as u8), Term(down(raft.term)));
        raft.set_randomized_election_timeout(self.setup.election_timeout(id, term) as usize);
        // An input that the crate refuses changes nothing, so its errors are ignored.
        match input {
            Input::Tick => drop(Some(self.raw.tick())),
            Input::Timeout => drop(self.raw.campaign()),
            Input::Propose(_) if raft.state != StateRole::Leader => {}
            Input::Propose(command) => drop(self.raw.propose(vec![], command.to_le_bytes().into())),
            Input::Receive(message) => drop(self.raw.step(message)),
            Input::Persisted(write) => self.persisted(write.0, output),
            Input::PersistFailed(_) => {
                (self.halted, output.halted) = (true, true);
                return;
            }
            _ => {} // Of these it receives only `Applied`: its capabilities exclude the others.
        }
        if self.raw.has_ready() {
            self.pump(output);
        }
    }

    fn effects(output: &mut PlainOutput<Message>) -> Effects<'_, Message> {
        output.effects()
    }

    fn view(&self) -> View {
        let (raft, log) = (&self.raw.raft, &self.raw.raft.raft_log);
        // In the crate's order, in which pre-candidate is the last.
        let roles = [Role::Follower, Role::Candidate, Role::Leader, Role::Follower];
        let last_log = log_id(log.last_term(), log.last_index());
        let hard_state = hard_state_of(raft.term, raft.vote);
        let (role, commit) = (roles[raft.state as usize], LogIndex(down(log.committed)));
        View { hard_state, role, last_log, commit }
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        let raft = &self.raw.raft;
        let known = raft.prs().get(up(peer.0)).filter(|_| raft.state == StateRole::Leader)?;
        let index = |index| LogIndex(down(index));
        Some(Progress { match_index: index(known.matched), next_index: index(known.next_idx) })
    }

    fn message_view(message: &Message) -> MessageView {
        let prev_log = log_id(message.get_log_term(), message.get_index());
        let last = message.get_entries().last();
        let last_log = last.map_or(prev_log, |last| log_id(last.get_term(), last.get_index()));
        let commit = LogIndex(down(message.get_commit()));
        let (entries, match_index) = (message.get_entries().len(), prev_log.index);
        let body = match (message.get_msg_type(), message.get_reject()) {
            (Type::MsgRequestVote, _) => MessageBody::RequestVote { last_log: prev_log },
            (Type::MsgRequestVoteResponse, true) => {
                MessageBody::VoteRefused { vote: None, term: Some(Term(down(message.get_term()))) }
            }
            (Type::MsgRequestVoteResponse, false) => MessageBody::VoteGranted,
            (Type::MsgRequestPreVote, _) => MessageBody::PreVote { last_log: prev_log },
            (Type::MsgRequestPreVoteResponse, no) => MessageBody::PreVoteReply { granted: !no },
            (Type::MsgAppend, _) => {
                MessageBody::AppendEntries { prev_log, last_log, entries, commit }
            }
            (Type::MsgHeartbeat, _) => MessageBody::Heartbeat { commit },
            (Type::MsgAppendResponse, true) => {
                MessageBody::AppendRejected { index: Some(prev_log.index), hint: hint(message) }
            }
            // A reply without an index only reports a newer term.
            (Type::MsgAppendResponse, _) if message.get_index() > 0 => {
                MessageBody::AppendAccepted { match_index }
            }
            _ => MessageBody::Other,
        };
        let node = |id| NodeId(down(id) as u8);
        let (from, to) = (node(message.get_from()), node(message.get_to()));
        let term = Term(down(message.get_term()));
        MessageView { from, to, term, body, committed: named_commit(message), lease: 0 }
    }
}

impl Tikv {
    /// The write that makes these durable, if there are any; the crate reads them from now on.
    pub fn write(&mut self, id: u64, hs: Option<&HardState>, new: &[Entry]) -> Option<Write> {
        let store = self.raw.mut_store();
        let (first, last) = (new.first().map(Entry::get_index), store.last_index().ok()?);
        store.wl().append(new).expect("the log has no gap");
        (hs.is_some() || first.is_some()).then(|| Write {
            id: paper::WriteId(id),
            hard_state: hs.map(|hs| hard_state_of(hs.get_term(), hs.get_vote())),
            truncate_from: first.filter(|&first| first <= last).map(|first| LogIndex(down(first))),
            entries: new.iter().map(entry_of).collect(),
            commit: hs.map(|hs| LogIndex(down(hs.get_commit()))),
            sync: true,
            ..Write::default()
        })
    }
}

fn storage(setup: &Setup, disk: &Durable) -> MemStorage {
    let mut snapshot = Snapshot::default();
    snapshot.mut_metadata().set_index(1);
    snapshot.mut_metadata().set_term(1);
    snapshot.mut_metadata().set_conf_state(conf_state((0..setup.nodes).map(up).collect()));
    let mut state = HardState::default();
    state.set_term(up(disk.hard_state.term.0));
    state.set_vote(disk.hard_state.vote.map_or(0, |vote| up(vote.0)));
    state.set_commit(up(disk.commit.0));
    let entries: Vec<Entry> = disk.entries.iter().map(raw_entry).collect();
    let storage = MemStorage::new();
    storage.wl().apply_snapshot(snapshot).expect("it is the first");
    storage.wl().append(&entries).expect("a disk has no gap");
    storage.wl().set_hardstate(state);
    storage
}

/// Where the sender of a rejection may match; without a term in versions that name none.
fn hint(message: &Message) -> Option<LogId> {
    let term = message.get_log_term();
    (term > 0).then(|| log_id(term, message.get_reject_hint()))
}

fn up(count: impl Into<u64>) -> u64 {
    count.into() + 1
}

fn down(count: u64) -> u64 {
    count.saturating_sub(1)
}

pub(crate) fn log_id(term: u64, index: u64) -> LogId {
    LogId { term: Term(down(term)), index: LogIndex(down(index)) }
}

fn hard_state_of(term: u64, vote: u64) -> paper::HardState {
    let vote = (vote > 0).then(|| NodeId(down(vote) as u8));
    paper::HardState { term: Term(down(term)), vote }
}

pub(crate) fn entry_of(entry: &Entry) -> replica::Entry {
    let command = <[u8; 8]>::try_from(entry.get_data()).map(u64::from_le_bytes);
    let payload = command.map_or(Payload::Noop, Payload::Command);
    replica::Entry { id: log_id(entry.get_term(), entry.get_index()), payload }
}

fn raw_entry(entry: &replica::Entry) -> Entry {
    let mut raw = Entry::default();
    raw.set_term(up(entry.id.term.0));
    raw.set_index(up(entry.id.index.0));
    if let Payload::Command(command) = entry.payload {
        raw.set_data(command.to_le_bytes().into_iter().collect());
    }
    raw
}
