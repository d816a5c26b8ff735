//! The facts of a run, kept outside the system under test.
//!
//! Promises: facts come only from what replicas write, send and show; the cost of an update is
//! proportional to what it changes. Logs are chains of prefix hashes, so two logs agree up to an
//! index exactly if their hashes there are equal. Judges nothing: oracles do.

use std::ops::{Index, IndexMut};

use raft::{
    HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Payload, Progress, ReadId, Role, Term,
};

use crate::base::cloning::clone_by_field;
use crate::base::quorum::is_quorum;
use crate::base::table::grow;
use crate::history::clients::Clients;
use crate::history::clocks::Clocks;
use crate::history::hearing::Hearing;
use crate::history::log_chain::{command_of, is_command, LogChain};
use crate::history::state_machine::ReferenceMachine;
use crate::replica::{Capabilities, Command, Entry, MessageView, PreVoteStickiness, View, Write};
use crate::schedule::event::{Event, Kind};
use crate::schedule::version::Version;
use crate::schedule::Setup;

pub mod anomaly;
pub mod clients;
pub mod clocks;
pub mod degraded_period;
#[cfg(test)]
pub mod fixtures;
pub mod hearing;
pub mod linearizability;
pub mod log_chain;
pub mod monitor;
pub mod operation;
pub mod paths;
pub mod recorder;
pub mod recovery_outcome;
mod removal;
pub mod state_machine;
pub mod step;
pub mod violation;

/// How an entry of [`History::committed_log`] was committed.
#[derive(Clone, Copy, Debug)]
pub struct Committed {
    /// The term of the node that committed it first: for an entry of an older term, later than the
    /// entry's own.
    pub commit_term: Term,
    /// The highest commit term up to here.
    pub highest_commit_term: Term,
    /// The node that committed it first.
    pub by: NodeId,
}

/// The creation of an entry: the first time that any node wrote this (index, term).
#[derive(Clone, Copy, Debug)]
pub struct Creation {
    /// Its term.
    pub term: Term,
    /// Hash of the log up to and including it.
    pub prefix: u64,
    /// Its command; 0 for a no-op.
    pub command: Command,
    /// The node that wrote it first.
    pub by: NodeId,
    older: u32,
}

/// The creations of all entries, by index and term. A chain per index in one arena: no allocation
/// per entry.
#[derive(Debug, Default)]
pub struct Creations {
    newest: Vec<u32>,
    arena: Vec<Creation>,
    last_index_of_term: Vec<LogIndex>,
}

clone_by_field!(Creations; newest, arena, last_index_of_term);

impl Creations {
    /// The creation of the entry `id`.
    pub fn get(&self, id: LogId) -> Option<&Creation> {
        let mut slot = *self.newest.get(id.index.0 as usize)?;
        while slot != 0 {
            let birth = &self.arena[slot as usize - 1];
            if birth.term == id.term {
                return Some(birth);
            }
            slot = birth.older;
        }
        None
    }

    /// The highest index at which an entry of `term` was ever created; 0 if there is none.
    pub fn last_index_of(&self, term: Term) -> LogIndex {
        self.last_index_of_term.get(term.0 as usize).copied().unwrap_or_default()
    }

    fn clear(&mut self) {
        self.newest.clear();
        self.arena.clear();
        self.last_index_of_term.clear();
    }

    fn record(&mut self, entry: &Entry, prefix: u64, by: NodeId) {
        let (id, command) = (entry.id, command_of(entry));
        let index = id.index.0 as usize;
        grow(&mut self.newest, index);
        let older = self.newest[index];
        self.arena.push(Creation { term: id.term, prefix, command, by, older });
        self.newest[index] = self.arena.len() as u32;
        grow(&mut self.last_index_of_term, id.term.0 as usize);
        let last = &mut self.last_index_of_term[id.term.0 as usize];
        *last = id.index.max(*last);
    }
}

/// A value for each node, without a search and without an allocation.
#[derive(Debug, Default)]
pub struct PerNode<T>([T; PER_NODE]);

impl<T: Copy> Copy for PerNode<T> {}

impl<T: Clone> Clone for PerNode<T> {
    fn clone(&self) -> Self {
        PerNode(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

/// A power of two above [`Setup::MAX_NODES`], so that an index needs no check.
const PER_NODE: usize = 8;

impl<T> PerNode<T> {
    /// All values, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }
}

impl<T> Index<NodeId> for PerNode<T> {
    type Output = T;

    fn index(&self, id: NodeId) -> &T {
        &self.0[usize::from(id.0) % PER_NODE]
    }
}

impl<T> IndexMut<NodeId> for PerNode<T> {
    fn index_mut(&mut self, id: NodeId) -> &mut T {
        &mut self.0[usize::from(id.0) % PER_NODE]
    }
}

/// The facts about one node.
#[derive(Debug, Default)]
pub struct NodeHistory {
    /// Its id.
    pub id: NodeId,
    /// Whether it runs.
    pub up: bool,
    /// The last view that it showed.
    pub view: View,
    /// Its log: in memory while it runs, else on its disk.
    pub log: LogChain,
    /// Its log on disk.
    pub disk: LogChain,
    /// The last entry of the snapshot on its disk.
    pub snapshot: LogId,
    /// How often it has started: the number of its incarnation.
    pub incarnation: u64,
    /// Term and vote on disk.
    pub disk_state: HardState,
    /// Its disk lacks data that was reported as durable; this is found when it tries to start.
    pub lost: bool,
    /// The last entry that it has applied in this incarnation.
    pub applied: LogIndex,
    /// The leader that it hears.
    pub hearing: Hearing,
    /// The version under which it runs, or starts next.
    pub version: Version,
    /// Its configuration under that version.
    pub setup: Setup,
    /// As a leader: its last progress of each node.
    pub progress: PerNode<Progress>,
    /// As a leader: the voters of a change that it has accepted, until it says that it has ended.
    pub requested: Option<NodeSet>,
    /// Its disk was emptied after it had been removed: it is a new server under an old name.
    pub joining: bool,
}

clone_by_field!(NodeHistory;
    id, up, view, log, disk, snapshot, incarnation, disk_state, lost, applied, hearing, version,
    setup, progress, requested, joining
);

impl NodeHistory {
    fn begin(&mut self, id: NodeId) {
        self.id = id;
        self.up = false;
        self.view = View::default();
        self.log.clear();
        self.disk.clear();
        self.snapshot = LogId::ZERO;
        self.incarnation = 0;
        self.disk_state = HardState::default();
        self.lost = false;
        self.applied = LogIndex(0);
        self.hearing = Hearing::default();
        self.progress = PerNode::default();
        self.requested = None;
        self.joining = false;
    }

    /// Whether it has no entry, in memory and on its disk.
    pub fn is_blank(&self) -> bool {
        self.log.last_index() == LogIndex(0) && self.disk.last_index() == LogIndex(0)
    }
}

/// The facts of one run.
#[derive(Debug, Default)]
pub struct History {
    /// The initial membership of the cluster.
    pub membership: Membership,
    /// The setup of the run.
    pub setup: Setup,
    /// See [`Capabilities::bounded_sends`].
    pub bounded_sends: bool,
    /// See [`Capabilities::leaders_need_disk`].
    pub leaders_need_disk: bool,
    /// See [`Capabilities::answers_requests`].
    pub answers_requests: bool,
    /// See [`Capabilities::rejoin`].
    pub rejoin: bool,
    /// See [`Capabilities::pre_vote_stickiness`].
    pub pre_vote_stickiness: PreVoteStickiness,
    /// The facts about each node.
    pub nodes: Vec<NodeHistory>,
    /// The committed log.
    pub committed_log: LogChain,
    /// How each of its entries was committed, from index 1 on.
    pub committed: Vec<Committed>,
    /// The state after each of them.
    pub reference: ReferenceMachine,
    /// The membership with which the last of them was committed.
    pub committed_by: Membership,
    /// Every entry that was ever written.
    pub births: Creations,
    /// The first leader of each term, by term.
    pub leaders: Vec<Option<NodeId>>,
    /// The requests of clients and their responses.
    pub clients: Clients,
    /// True time, and the wall clocks.
    pub clocks: Clocks,
}

clone_by_field!(History;
    membership, setup, bounded_sends, leaders_need_disk, answers_requests, rejoin,
    pre_vote_stickiness, nodes, committed_log, committed, reference, committed_by, births,
    leaders, clients, clocks
);

impl History {
    /// Before the first event: every node is down and every disk is empty.
    pub fn begin(&mut self, setup: &Setup, capabilities: &Capabilities) {
        let everyone = NodeSet::first(setup.nodes);
        self.membership = Membership::new(setup.members());
        self.setup = *setup;
        self.bounded_sends = capabilities.bounded_sends;
        self.leaders_need_disk = capabilities.leaders_need_disk;
        self.answers_requests = capabilities.answers_requests;
        self.rejoin = capabilities.rejoin;
        self.pre_vote_stickiness = capabilities.pre_vote_stickiness;
        self.nodes.resize_with(setup.nodes.into(), NodeHistory::default);
        for (id, node) in everyone.iter().zip(&mut self.nodes) {
            node.begin(id);
            node.version = setup.first_version();
            node.setup = setup.of(id, node.version);
        }
        self.committed.clear();
        self.births.clear();
        self.leaders.clear();
        self.reference.clear();
        self.committed_log.clear();
        self.committed_by = self.membership;
        self.clients.begin();
        self.clocks = Clocks::begin();
    }

    /// The configuration under which `id` runs, or starts next.
    pub fn setup_of(&self, id: NodeId) -> &Setup {
        &self.node(id).setup
    }

    /// The newest membership in the log of a node.
    pub fn membership_of<'a>(&'a self, node: &'a NodeHistory) -> &'a Membership {
        node.log.membership_at(node.log.last_index()).unwrap_or(&self.membership)
    }

    /// The membership in force at a committed index.
    pub fn committed_membership_at(&self, index: LogIndex) -> Membership {
        self.committed_log.membership_at(index).copied().unwrap_or(self.membership)
    }

    /// The membership that the newest change in a log has replaced.
    pub fn replaced_in(&self, log: &LogChain) -> Membership {
        log.changes()[1].map_or(self.membership, |(_, membership)| membership)
    }

    /// Whether every membership that may be in force still has a quorum without `gone`.
    pub fn can_spare(&self, gone: NodeSet) -> bool {
        let is_left = |members: &Membership| is_quorum(members, members.all_voters().without(gone));
        let in_logs = self.nodes.iter().flat_map(|node| [&node.log, &node.disk]);
        let mut changes = in_logs.chain([&self.committed_log]).flat_map(|log| log.changes());
        let mut requested = self.nodes.iter().filter_map(|node| node.requested);
        is_left(&self.membership_in_force())
            && requested.all(|voters| is_left(&Membership::new(voters)))
            && changes.all(|change| change.is_none_or(|(_, members)| is_left(&members)))
    }

    /// Whether `id` has been removed from the cluster, or has lost its vote, without having learned
    /// it: in its former role it belongs neither to the membership in force nor to one that may
    /// follow.
    pub fn may_disturb(&self, id: NodeId) -> bool {
        let last = self.last_committed();
        let logs = self.nodes.iter().filter(|node| node.up).map(|node| &node.log);
        let logs = logs.filter(|log| self.holds_committed(log, last)); // Others get truncated.
        let changes = logs.flat_map(|log| log.changes()).flatten();
        let later = changes.filter(|(index, _)| *index > last);
        let mut members =
            [self.membership_in_force()].into_iter().chain(later.map(|(_, next)| next));
        let is_voter_by_its_log = self.membership_of(self.node(id)).all_voters().contains(id);
        !members.any(|members| match is_voter_by_its_log {
            true => members.all_voters().contains(id),
            false => members.members().contains(id),
        })
    }

    /// The newest membership that is committed.
    pub fn membership_in_force(&self) -> Membership {
        self.committed_membership_at(self.last_committed())
    }

    /// The facts about `id`.
    pub fn node(&self, id: NodeId) -> &NodeHistory {
        &self.nodes[usize::from(id.0)]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut NodeHistory {
        &mut self.nodes[usize::from(id.0)]
    }

    /// How the entry at `index` was committed.
    pub fn committed_at(&self, index: LogIndex) -> Option<&Committed> {
        self.committed.get(index.0.checked_sub(1)? as usize)
    }

    /// The last committed index.
    pub fn last_committed(&self) -> LogIndex {
        self.committed_log.last_index()
    }

    /// Whether `log` holds every committed entry up to `index`.
    pub fn holds_committed(&self, log: &LogChain, index: LogIndex) -> bool {
        self.committed_log.agrees(log, index)
    }

    /// The nodes whose disks have the committed log.
    pub fn holders(&self) -> NodeSet {
        let has = |node: &&NodeHistory| self.holds_committed(&node.disk, self.last_committed());
        self.nodes.iter().filter(has).map(|node| node.id).collect()
    }

    /// The last index that was committed in a term before `term`.
    pub fn committed_before(&self, term: Term) -> LogIndex {
        let count = self.committed.partition_point(|entry| entry.highest_commit_term < term);
        LogIndex(count as u64)
    }

    /// The first node that became leader of `term`, if there is one.
    pub fn leader_of(&self, term: Term) -> Option<NodeId> {
        self.leaders.get(term.0 as usize).copied().flatten()
    }

    /// The running leader of the highest term, and that term.
    pub fn newest_leader(&self) -> Option<(NodeId, Term)> {
        let leaders = self.current_leaders().map(|node| (node.id, node.view.term()));
        leaders.max_by_key(|(_, term)| *term)
    }

    /// Whether some running voter of `within` would get the votes of a quorum, if all running nodes
    /// of `within` voted according to their current logs.
    ///
    /// Correct Raft can reach a state in which no node would. Uncommitted entries that no other
    /// node has may make the log of a node the newest, and this node is no voter by its own log;
    /// but by the uncommitted membership change of the only node that could win otherwise, it is a
    /// voter whose vote is needed.
    pub fn can_elect(&self, within: NodeSet) -> bool {
        let running = || self.nodes.iter().filter(|node| node.up && within.contains(node.id));
        running().any(|node| {
            let older = |other: &&NodeHistory| other.view.last_log <= node.view.last_log;
            let votes: NodeSet = running().filter(older).map(|other| other.id).collect();
            let members = self.membership_of(node);
            members.all_voters().contains(node.id) && is_quorum(members, votes)
        })
    }

    /// The last command in the committed log from `first` on that is `fresh` or a later one.
    pub fn last_fresh_since(&self, first: LogIndex, fresh: Command) -> Option<LogIndex> {
        let is_fresh = |index: &LogIndex| {
            let creation = |term| self.births.get(LogId { term, index: *index });
            let created = self.committed_log.at(*index).and_then(|link| creation(link.term));
            created.is_some_and(|by| is_command(by.command) && by.command >= fresh)
        };
        (first.0..=self.last_committed().0).rev().map(LogIndex).find(is_fresh)
    }

    /// Whether there is a leader that has applied some command from `fresh` on.
    pub fn has_recovered(&self, fresh: Command) -> bool {
        let Some((leader, _)) = self.newest_leader() else { return false };
        let applied = self.node(leader).applied;
        let command = |index| {
            let term = self.committed_log.at(index)?.term;
            Some(self.births.get(LogId { term, index })?.command)
        };
        // While a cluster recovers, no command is repeated, so the last one decides.
        let mut commands = (1..=applied.0).rev().filter_map(|index| command(LogIndex(index)));
        let last = commands.find(|&command| is_command(command));
        last.is_some_and(|command| command >= fresh)
    }

    /// Running nodes whose role is leader.
    pub fn current_leaders(&self) -> impl Iterator<Item = &NodeHistory> {
        self.nodes.iter().filter(|node| node.up && node.view.is_leader())
    }

    // ---- Updates by the recorder, in the order of a step ----

    /// An event is about to happen. At a timeout a node may campaign. With leases, time passes for
    /// all nodes at once, also for those that do not run.
    pub(crate) fn happens(&mut self, event: Event) {
        match event.kind {
            Kind::Timeout => self.node_mut(NodeId(event.operands[0])).hearing.forget(),
            Kind::TickAll if self.setup.lease => {
                for node in self.nodes.iter_mut().filter(|node| !node.up) {
                    node.hearing.pass(self.setup.rate_of(node.id));
                }
            }
            _ => {}
        }
    }

    pub(crate) fn received(&mut self, message: &MessageView) {
        let node = self.node_mut(message.to);
        node.hearing.received(message, &node.view);
    }

    pub(crate) fn ticked(&mut self, id: NodeId) {
        self.node_mut(id).hearing.pass(1);
    }

    /// After the monitors: a node that campaigns hears no leader.
    pub(crate) fn role_changed(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        if node.view.role != Role::Follower {
            node.hearing.forget();
        }
    }

    pub(crate) fn sent(&mut self, message: &MessageView) {
        self.node_mut(message.from).hearing.sent(message.body);
    }

    pub(crate) fn log_changed(&mut self, id: NodeId, write: &Write) {
        let committed = &self.committed_log;
        self.nodes[usize::from(id.0)].log.write(write, committed);
    }

    pub(crate) fn seen(&mut self, id: NodeId, view: View) {
        self.node_mut(id).view = view;
    }

    /// A leader has accepted a change, or one that it had accepted has ended.
    pub(crate) fn requested(&mut self, id: NodeId, voters: Option<NodeSet>) {
        self.node_mut(id).requested = voters;
    }

    /// After the oracles: records the leader of a term.
    pub(crate) fn leads(&mut self, id: NodeId) {
        let view = self.node(id).view;
        if view.role != Role::Leader {
            self.node_mut(id).requested = None;
        }
        if view.role == Role::Leader {
            let term = view.term().0 as usize;
            grow(&mut self.leaders, term);
            self.leaders[term].get_or_insert(id);
        }
    }

    /// After the oracles: records the entries that `write` creates.
    pub(crate) fn born(&mut self, id: NodeId, write: &Write) {
        for entry in &write.entries {
            if self.births.get(entry.id).is_none() {
                let Some(link) = self.node(id).log.at(entry.id.index) else { continue };
                self.births.record(entry, link.prefix, id);
            }
        }
    }

    /// Records the commit index of `id`; returns the entries that no node had committed before.
    ///
    /// A step that commits and also changes the membership may have done either first: `before` is
    /// the membership that its node used before the step, in that case.
    pub(crate) fn commit(
        &mut self,
        id: NodeId,
        before: Option<Membership>,
    ) -> Option<(LogIndex, LogIndex)> {
        let view = self.node(id).view;
        let first = self.last_committed().next();
        if first > view.commit {
            return None;
        }
        self.committed_by = *self.membership_of(self.node(id));
        self.committed_log.extend(&self.nodes[usize::from(id.0)].log, view.commit);
        if let Some(before) = before {
            let holders = self.holders();
            if !is_quorum(&self.committed_by, holders) && is_quorum(&before, holders) {
                self.committed_by = before;
            }
        }
        for index in (first.0..=self.last_committed().0).map(LogIndex) {
            let term = self.committed_log.at(index)?.term;
            let birth = self.births.get(LogId { term, index });
            let command = birth.map(|birth| birth.command).filter(|&command| is_command(command));
            self.reference.commit(term, command);
            let before = self.committed.last().map_or(Term(0), |entry| entry.highest_commit_term);
            self.committed.push(Committed {
                commit_term: view.term(),
                highest_commit_term: before.max(view.term()),
                by: id,
            });
        }
        (self.last_committed() == view.commit).then_some((first, view.commit))
    }

    pub(crate) fn progressed(&mut self, id: NodeId, peer: NodeId, progress: Progress) {
        self.node_mut(id).progress[peer] = progress;
    }

    /// A node, and its incarnation.
    pub fn incarnation_of(&self, id: NodeId) -> (NodeId, u64) {
        (id, self.node(id).incarnation)
    }

    /// A client proposes a command to `id`, or repeats one of the last: see [`Clients::propose`].
    pub(crate) fn propose_at(&mut self, id: NodeId, again: u64) -> Command {
        self.clients.propose(self.incarnation_of(id), again)
    }

    /// A client requests a read from `id`.
    pub(crate) fn read_at(&mut self, id: NodeId) -> ReadId {
        ReadId(self.clients.request_read(self.incarnation_of(id)))
    }

    /// A node has applied an entry; if a client waits there for it, the client knows of it now.
    pub(crate) fn applied(&mut self, id: NodeId, entry: &Entry) {
        self.node_mut(id).applied = entry.id.index;
        let Payload::Command(command) = entry.payload else { return };
        if self.clients.awaits_response(command, self.incarnation_of(id)) {
            self.clients.known = self.clients.known.max(entry.id.index);
        }
    }

    pub(crate) fn restored(&mut self, id: NodeId, index: LogIndex) {
        self.node_mut(id).applied = index;
    }

    pub(crate) fn persisted(&mut self, id: NodeId, write: &Write) {
        let node = &mut self.nodes[usize::from(id.0)];
        node.disk.write(write, &self.committed_log);
        node.snapshot = write.snapshot.as_ref().map_or(node.snapshot, |snapshot| snapshot.last);
        node.disk_state = write.hard_state.unwrap_or(node.disk_state);
    }

    pub(crate) fn lost(&mut self, id: NodeId) {
        self.node_mut(id).lost = true;
    }

    /// A node that is down and was removed has an empty disk: no promise of it is left.
    pub(crate) fn wiped(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        let incarnation = node.incarnation;
        node.begin(id);
        (node.incarnation, node.joining) = (incarnation, true);
    }

    pub(crate) fn shortened(&mut self, id: NodeId, index: LogIndex) {
        let NodeHistory { log, disk, .. } = self.node_mut(id);
        disk.truncate(index.previous().0 as usize);
        log.become_equal(disk, disk.last_index());
    }

    pub(crate) fn learned(&mut self, id: NodeId) {
        let NodeHistory { log, disk, .. } = self.node_mut(id);
        log.become_equal(disk, disk.last_index());
    }

    pub(crate) fn stopped(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        node.up = false;
        node.requested = None;
        node.applied = LogIndex(0);
        let NodeHistory { log, disk, .. } = node;
        log.become_equal(disk, disk.last_index());
    }

    pub(crate) fn upgraded(&mut self, id: NodeId) {
        let setup = self.setup;
        let node = self.node_mut(id);
        node.version = node.version.other();
        node.setup = setup.of(id, node.version);
    }

    pub(crate) fn started(&mut self, id: NodeId, view: View) {
        let node = self.node_mut(id);
        node.up = true;
        node.incarnation += 1;
        node.applied = node.snapshot.index;
        node.hearing.started();
        node.view = view;
    }
}
