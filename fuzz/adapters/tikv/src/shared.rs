//! TiKV's `raft` behind the harness's door: what all versions have in common.
//!
//! The crate numbers nodes from 1, and a cluster of it begins behind a first snapshot: so that its
//! first entry is the harness's, indexes and terms are one higher here than there. As in TiKV, only
//! a leader is asked to take a proposal. The crate's `MemStorage` is no disk here, only what it
//! reads: it is filled from the harness's disk at each start. Nobody is ever behind the first
//! snapshot, so it is never asked to make one.

use raft::eraftpb::{Entry, HardState, Message, MessageType as Type, Snapshot};
use raft::storage::MemStorage;
use raft::{Config, RawNode, StateRole, Storage};
use whitewater::raft::{self as paper, LogId, LogIndex, NodeId, Payload, Progress, Role, Term};
use whitewater::replica::{
    self, Capabilities, Durable, Effects, Input, Meaning, Plain, Replica, Speech, View, Write,
};
use whitewater::schedule::Setup;

use crate::{conf_state, named_commit, new_node, Waiting, ASYNC};

/// What lies before the first entry: a snapshot with this index and this term.
const BASE: u64 = 1;

/// One node.
pub struct Tikv {
    pub(crate) raw: RawNode<MemStorage>,
    pub(crate) waiting: Waiting,
    setup: Setup,
}

impl Replica for Tikv {
    type Message = Message;
    type Options = ();
    type Output = Plain<Message>;

    const CAPABILITIES: Capabilities = Capabilities {
        async_writes: ASYNC,
        torn_writes: false, // The crate wants a `Ready` to be written as a whole.
        pre_vote: true,
        check_quorum: true,
        bounded_sends: false, // It counts bytes, and pipelines.
        smallest_cluster: 2,  // Alone, a node leads before its vote is durable: nobody could tell.
    };

    fn start(id: NodeId, setup: &Setup, _: &(), disk: &Durable) -> Tikv {
        // The crate wants to hear of a leader more often than it gives one up.
        let election_ticks = setup.election_ticks.max(setup.heartbeat_ticks + 1);
        let setup = Setup { election_ticks, ..*setup };
        let mut config = Config { id: id_of(id), ..Config::default() };
        config.heartbeat_tick = setup.heartbeat_ticks.into();
        config.election_tick = setup.election_ticks.into();
        config.max_inflight_msgs = 256;
        config.max_size_per_msg = u64::from(setup.max_entries - 1) * 16; // In bytes.
        config.pre_vote = setup.pre_vote;
        config.check_quorum = setup.check_quorum;
        let raw = new_node(&config, storage(&setup, disk));
        let mut node = Tikv { raw, waiting: Waiting::default(), setup };
        node.set_timeout();
        node
    }

    fn step(&mut self, input: Input<Message>, output: &mut Plain<Message>) {
        output.clear();
        let raw = &mut self.raw;
        // What the crate refuses changes nothing, so its errors are of no interest.
        match input {
            Input::Tick => drop(Some(raw.tick())),
            Input::Timeout => drop(raw.campaign()),
            Input::Propose(_) if raw.raft.state != StateRole::Leader => {}
            Input::Propose(command) => drop(raw.propose(vec![], command.to_le_bytes().into())),
            Input::Receive(message) => drop(raw.step(message)),
            Input::Persisted(write) => self.persisted(write.0, output),
            Input::PersistFailed(_) => return output.halted = true,
        }
        self.set_timeout();
        self.pump(output);
    }

    fn effects(output: &mut Plain<Message>) -> Effects<'_, Message> {
        output.effects()
    }

    fn view(&self) -> View {
        let (raft, log) = (&self.raw.raft, &self.raw.raft.raft_log);
        let role = match raft.state {
            StateRole::Leader => Role::Leader,
            StateRole::Candidate => Role::Candidate,
            _ => Role::Follower,
        };
        let last_log = log_id(log.last_term(), log.last_index());
        let hard_state = hard_state_of(raft.term, raft.vote);
        View { hard_state, role, last_log, commit: index_of(log.committed) }
    }

    fn progress(&self, peer: NodeId) -> Option<Progress> {
        let raft = &self.raw.raft;
        let known = raft.prs().get(id_of(peer)).filter(|_| raft.state == StateRole::Leader)?;
        let (match_index, next_index) = (index_of(known.matched), index_of(known.next_idx));
        Some(Progress { match_index, next_index })
    }

    fn meaning(message: &Message) -> Meaning {
        let place = log_id(message.get_log_term(), message.get_index());
        let (entries, commit) = (message.get_entries(), index_of(message.get_commit()));
        let last_log = entries.last().map_or(place, |e| log_id(e.get_term(), e.get_index()));
        let speech = match (message.get_msg_type(), message.get_reject()) {
            (Type::MsgRequestVote, _) => Speech::Candidacy { last_log: place },
            (Type::MsgRequestVoteResponse, true) => Speech::NoVote,
            (Type::MsgRequestVoteResponse, false) => Speech::Vote,
            (Type::MsgRequestPreVote, _) => Speech::PreVote { last_log: place },
            (Type::MsgRequestPreVoteResponse, no) => Speech::PreVoteReply { granted: !no },
            (Type::MsgAppend, _) => {
                Speech::Append { prev_log: place, last_log, entries: entries.len(), commit }
            }
            (Type::MsgHeartbeat, _) => Speech::Heartbeat { commit },
            (Type::MsgAppendResponse, true) => Speech::Refusal,
            // Without an index it says no more than that there is a newer term.
            (Type::MsgAppendResponse, _) if message.get_index() > 0 => {
                Speech::Ack { match_index: place.index }
            }
            _ => Speech::Other,
        };
        let (from, to) = (node_of(message.get_from()), node_of(message.get_to()));
        let term = term_of(message.get_term());
        Meaning { from, to, term, speech, committed: named_commit(message) }
    }
}

impl Tikv {
    /// The crate has just drawn its election timeout, perhaps: it is not the crate's to draw.
    fn set_timeout(&mut self) {
        let raft = &mut self.raw.raft;
        let timeout = self.setup.election_timeout(node_of(raft.id), term_of(raft.term));
        raft.set_randomized_election_timeout(timeout as usize);
    }

    /// The write that makes these durable, if there is anything; the crate reads them from now on.
    pub(crate) fn write(
        &mut self,
        id: u64,
        state: Option<&HardState>,
        entries: &[Entry],
        sync: bool,
    ) -> Option<Write> {
        let store = self.raw.mut_store();
        let (first, last) = (entries.first().map(Entry::get_index), store.last_index().ok()?);
        store.wl().append(entries).expect("the log has no gap");
        (state.is_some() || first.is_some()).then(|| Write {
            id: paper::WriteId(id),
            hard_state: state.map(|state| hard_state_of(state.get_term(), state.get_vote())),
            truncate_from: first.filter(|&first| first <= last).map(index_of),
            entries: entries.iter().map(entry_of).collect(),
            commit: state.map(|state| index_of(state.get_commit())),
            sync,
        })
    }
}

fn storage(setup: &Setup, disk: &Durable) -> MemStorage {
    let mut snapshot = Snapshot::default();
    snapshot.mut_metadata().set_index(BASE);
    snapshot.mut_metadata().set_term(BASE);
    let voters = (0..setup.nodes).map(|id| id_of(NodeId(id))).collect();
    snapshot.mut_metadata().set_conf_state(conf_state(voters));
    let mut state = HardState::default();
    state.set_term(disk.hard_state.term.0 + BASE);
    state.set_vote(disk.hard_state.vote.map_or(0, id_of));
    state.set_commit(disk.commit.0 + BASE);
    let entries: Vec<Entry> = disk.entries.iter().map(raw_entry).collect();
    let storage = MemStorage::new();
    storage.wl().apply_snapshot(snapshot).expect("it is the first");
    storage.wl().append(&entries).expect("a disk has no gap");
    storage.wl().set_hardstate(state);
    storage
}

fn id_of(node: NodeId) -> u64 {
    u64::from(node.0) + 1
}

fn node_of(id: u64) -> NodeId {
    NodeId(id.saturating_sub(1) as u8)
}

fn index_of(index: u64) -> LogIndex {
    LogIndex(index.saturating_sub(BASE))
}

fn term_of(term: u64) -> Term {
    Term(term.saturating_sub(BASE))
}

pub(crate) fn log_id(term: u64, index: u64) -> LogId {
    LogId { term: term_of(term), index: index_of(index) }
}

fn hard_state_of(term: u64, vote: u64) -> paper::HardState {
    paper::HardState { term: term_of(term), vote: (vote > 0).then(|| node_of(vote)) }
}

pub(crate) fn entry_of(entry: &Entry) -> replica::Entry {
    let command = <[u8; 8]>::try_from(entry.get_data()).map(u64::from_le_bytes);
    let payload = command.map_or(Payload::Noop, Payload::Command);
    replica::Entry { id: log_id(entry.get_term(), entry.get_index()), payload }
}

#[allow(clippy::useless_conversion)] // Data is a `Vec` in some versions and `Bytes` in others.
fn raw_entry(entry: &replica::Entry) -> Entry {
    let mut raw = Entry::default();
    raw.set_term(entry.id.term.0 + BASE);
    raw.set_index(entry.id.index.0 + BASE);
    if let Payload::Command(command) = entry.payload {
        raw.set_data(command.to_le_bytes().to_vec().into());
    }
    raw
}
