//! Resolution: from operands as selectors to exact events. Selectors wrap around the candidates.
//!
//! Promises: an exact event resolves to itself; what a Raft cannot do, or the setup has switched
//! off, resolves to nothing.

use raft::{NodeId, NodeSet, Report};

use crate::cluster::host::{Host, Stopping};
use crate::cluster::network::Link;
use crate::cluster::node_flags::Flag;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::replica::node_storage::NodeStorage;
use crate::replica::{MessageBody, Replica, Write};
use crate::schedule::event::{Event, Kind, KindInfo, ALL, TRUNCATION};
use crate::schedule::family::Family;
use crate::schedule::operand::{first_from, wrap, PROPOSE_TO_LEADER};

/// A clock jumps by at most this many ticks.
const FARTHEST: i8 = 40;

/// A read that does not find all entries finds fewer than this.
const SHORTEST_WHOLE: u8 = 4;

/// A client repeats one of the last commands, fewer than this.
const AGAIN: u8 = 8;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// The exact event that a primitive `event` selects, if any.
    pub fn resolve(&self, event: Event) -> Option<Event> {
        let KindInfo { family, feature, .. } = event.kind.info();
        if !self.setup.features.allow(*feature) {
            return None;
        }
        let kind = match (event.kind, family.is_none_or(|family| self.setup.has(family))) {
            (kind, true) => kind,
            (Kind::Reorder, false) => Kind::Deliver,
            (_, false) => return None,
        };
        match kind {
            Kind::Deliver | Kind::Reorder | Kind::Drop | Kind::Duplicate => {
                self.resolve_message(kind, event.operands)
            }
            Kind::TickAll => Some(event),
            Kind::Tick | Kind::Timeout | Kind::Pause | Kind::Resume | Kind::Jump => {
                self.resolve_time(kind, event.operands)
            }
            Kind::SetClock => self.resolve_clock(kind, event.operands),
            Kind::Persist | Kind::FailPersist | Kind::Fill | Kind::Free | Kind::Damage => {
                self.resolve_disk(kind, event.operands)
            }
            Kind::Fetch | Kind::FailFetch => self.resolve_log_read(kind, event.operands),
            Kind::Crash | Kind::CrashAmid | Kind::Restart | Kind::Upgrade | Kind::LoseDisk => {
                self.resolve_life(kind, event.operands)
            }
            Kind::Wipe | Kind::RestoreBackup => self.resolve_rejoin(kind, event.operands[0]),
            Kind::Heal => self.network.has_faults().then_some(event),
            Kind::Partition
            | Kind::Cut
            | Kind::Bridge
            | Kind::Clog
            | Kind::Release
            | Kind::Filter => self.resolve_network(kind, event.operands),
            Kind::Propose
            | Kind::Read
            | Kind::Compact
            | Kind::Apply
            | Kind::Transfer
            | Kind::Change
            | Kind::Report
            | Kind::SyncMachine => self.resolve_request(kind, event.operands),
            _ => unreachable!("macros are expanded, not resolved"),
        }
    }

    /// Resolves events of clocks.
    fn resolve_time(&self, kind: Kind, [a, b, _]: [u8; 3]) -> Option<Event> {
        let exact = |node, b| Some(Event::exact(kind, [node, b, 0]));
        match kind {
            // Leases are safe only if all clocks advance together, and none jumps.
            Kind::Tick if self.setup.lease => Some(Event::exact(Kind::TickAll, [0; 3])),
            Kind::Jump if self.setup.lease => None,
            Kind::Tick | Kind::Pause => exact(self.next(a, self.nodes_with(Flag::Awake))?, 0),
            Kind::Timeout => exact(self.next_leading(a, false)?, 0),
            Kind::Resume => exact(self.next(a, self.nodes_with(Flag::Paused))?, 0),
            _ => {
                let by = (b as i8).clamp(-FARTHEST, FARTHEST);
                (by != 0).then_some(())?;
                exact(self.next(a, self.nodes_with(Flag::Awake))?, by as u8)
            }
        }
    }

    /// Resolves a change of a wall clock.
    fn resolve_clock(&self, kind: Kind, [a, b, _]: [u8; 3]) -> Option<Event> {
        let node = self.next(a, self.with(|_| true))?;
        let by = self.settable(NodeId(node), b as i8)?;
        Some(Event::exact(kind, [node, by as u8, 0]))
    }

    /// Resolves events of writes and records.
    fn resolve_disk(&self, kind: Kind, [a, b, _]: [u8; 3]) -> Option<Event> {
        let disk = |node: u8| &self.hosts[usize::from(node)].disk;
        let exact = |node, b| Some(Event::exact(kind, [node, b, 0]));
        match kind {
            Kind::Persist => {
                let node = self.next(a, self.nodes_with(Flag::Writing))?;
                match (disk(node).full, disk(node).awaited().is_some()) {
                    (false, _) => exact(node, 0),
                    (true, true) => Some(Event::exact(Kind::FailPersist, [node, 0, 0])),
                    (true, false) => None,
                }
            }
            Kind::FailPersist => {
                let awaited = self.with(|host| host.disk.awaited().is_some());
                let node = self.next(a, self.nodes_with(Flag::Writing).intersection(awaited))?;
                let write = disk(node).awaited()?;
                let torn = match R::CAPABILITIES.torn_writes {
                    true => torn(b, write),
                    false => [0, ALL][usize::from(b % 2)],
                };
                exact(node, torn)
            }
            Kind::Fill => exact(self.next(a, self.with(|host| !host.disk.full))?, 0),
            Kind::Free => exact(self.next(a, self.nodes_with(Flag::Full))?, 0),
            _ => {
                let node = self.next(a, self.with(|host| host.disk.record(b).is_some()))?;
                let record = disk(node).record(b)?;
                let is_repairable = disk(node).is_repairable_without(record);
                // Whether a store can repair what a flipped bit hits is up to the store.
                ((is_repairable && !R::Storage::IS_REAL) || self.can_spare(node))
                    .then(|| Event::exact(kind, [node, record, 0]))
            }
        }
    }

    /// Resolves the end of a read of a log.
    fn resolve_log_read(&self, kind: Kind, [a, b, _]: [u8; 3]) -> Option<Event> {
        let reading = self.with(|host| !host.fetches.is_empty());
        let node = self.next(a, self.nodes_with(Flag::Awake).intersection(reading))?;
        let at_most = if kind == Kind::Fetch { wrap(b, SHORTEST_WHOLE) } else { 0 };
        Some(Event::exact(kind, [node, at_most, 0]))
    }

    /// Resolves events in which nodes stop and start.
    fn resolve_life(&self, kind: Kind, [a, b, c]: [u8; 3]) -> Option<Event> {
        let exact = |a, b, c| Some(Event::exact(kind, [a, b, c]));
        let keeps = !self.setup.has(Family::Lose);
        match kind {
            Kind::Crash => {
                let node = self.next(a, self.with(|host| host.replica.is_some()))?;
                let pending = self.hosts[usize::from(node)].disk.pending.len();
                let keep = if keeps { ALL } else { portion(b, pending) };
                exact(node, keep, if keep == ALL { 0 } else { c })
            }
            Kind::CrashAmid => {
                let open = self.with(|host| host.stopping == Stopping::No);
                let node = self.next(a, self.nodes_with(Flag::Awake).intersection(open))?;
                exact(node, b, if keeps { ALL } else { c })
            }
            Kind::Restart => {
                let node = self.next(a, self.nodes_with(Flag::Down))?;
                exact(node, wrap(b, 2), 0)
            }
            Kind::Upgrade => exact(self.next(a, self.with(|host| !host.unrecoverable))?, 0, 0),
            _ => {
                let node = self.next(a, self.with(|host| !host.disk.lost))?;
                self.can_spare(node).then(|| Event::exact(kind, [node, 0, 0]))
            }
        }
    }

    /// Resolves events of links.
    fn resolve_network(&self, kind: Kind, [a, b, _]: [u8; 3]) -> Option<Event> {
        let nodes = self.setup.nodes;
        let exact = |a, b| Some(Event::exact(kind, [a, b, 0]));
        match kind {
            Kind::Partition => {
                let mask = a & ((1u16 << nodes) - 1) as u8;
                self.cuts_something(mask, ALL).then(|| Event::exact(kind, [mask, 0, 0]))
            }
            Kind::Bridge => {
                let (bridge, all) = (wrap(a, nodes), ((1u16 << nodes) - 1) as u8);
                let mask = b & all & !(1 << bridge);
                self.cuts_something(mask, bridge).then(|| Event::exact(kind, [bridge, mask, 0]))
            }
            Kind::Release => {
                let link = self.network.select_clogged(a, b)?;
                exact(link.from.0, link.to.0)
            }
            Kind::Filter => {
                let body = wrap(a, MessageBody::KINDS.len() as u8);
                (!self.network.is_filtered(body)).then(|| Event::exact(kind, [body, 0, 0]))
            }
            _ => {
                let (from, to) = (wrap(a, nodes), wrap(b, nodes));
                let to = if from == to { (to + 1) % nodes } else { to };
                let link = Link { from: NodeId(from), to: NodeId(to) };
                let is_new = match kind {
                    Kind::Cut => !self.network.is_cut_off(link),
                    _ => !self.network.is_clogged(link),
                };
                (from != to && is_new).then(|| Event::exact(kind, [from, to, 0]))
            }
        }
    }

    /// Whether a node's durable data may be lost: a quorum of every membership must keep its own.
    pub(super) fn can_spare(&self, node: u8) -> bool {
        if R::Storage::IS_REAL && self.may_hide_change() {
            return false;
        }
        let intact = |id: NodeId| self.is_intact(id) && id.0 != node;
        let gone: NodeSet = (0..self.setup.nodes).map(NodeId).filter(|&id| !intact(id)).collect();
        self.setup.unbounded_damage || self.recorder.history.can_spare(gone)
    }

    /// Resolves events of messages.
    fn resolve_message(&self, kind: Kind, [a, b, c]: [u8; 3]) -> Option<Event> {
        let link = self.network.select(a, b)?;
        let [from, to] = [link.from.0, link.to.0];
        if kind == Kind::Deliver {
            return Some(Event::exact(kind, [from, to, 0]));
        }
        let count = self.network.deliverable(link).min(ALL.into()) as u8;
        Some(match (kind, wrap(c, count)) {
            (Kind::Reorder, 0) => Event::exact(Kind::Deliver, [from, to, 0]),
            (_, position) => Event::exact(kind, [from, to, position]),
        })
    }

    /// Resolves requests of clients, operators and state machines.
    fn resolve_request(&self, kind: Kind, [a, b, c]: [u8; 3]) -> Option<Event> {
        let exact = |a, b, c| Some(Event::exact(kind, [a, b, c]));
        let nodes = self.setup.nodes;
        match kind {
            Kind::Propose => {
                let again = u64::from(b % AGAIN).min(self.recorder.history.clients.proposals) as u8;
                match a < PROPOSE_TO_LEADER {
                    true => exact(self.next(a, self.nodes_with(Flag::Awake))?, again, 0),
                    false => exact(self.next_leading(a, true)?, again, 0),
                }
            }
            Kind::Read if !R::CAPABILITIES.reads => None,
            Kind::Read => exact(self.next(a, self.nodes_with(Flag::Awake))?, 0, 0),
            Kind::Compact if !R::CAPABILITIES.snapshots => None,
            Kind::Compact => exact(self.next(a, self.nodes_with(Flag::CanSnapshot))?, 0, 0),
            Kind::Apply => exact(self.next(a, self.nodes_with(Flag::HasUnapplied))?, 0, 0),
            Kind::Transfer if !R::CAPABILITIES.transfers => None,
            Kind::Transfer => {
                let leader = self.next_leading(a, true)?;
                let to = wrap(b, nodes);
                let to = if to == leader { (to + 1) % nodes } else { to };
                (to != leader).then(|| Event::exact(kind, [leader, to, 0]))
            }
            Kind::Change if !R::CAPABILITIES.changes => None,
            Kind::Change => {
                let all = ((1u16 << self.setup.nodes) - 1) as u8;
                let leader = self.next_leading(a, true)?;
                let enough = (b & all).count_ones() >= R::CAPABILITIES.smallest_cluster.into();
                enough.then(|| Event::exact(kind, [leader, b & all, c & all & !b]))
            }
            Kind::SyncMachine => exact(self.next(a, self.nodes_with(Flag::Awake))?, 0, 0),
            Kind::Report => {
                let from = self.next(a, self.nodes_with(Flag::Awake))?;
                let to = wrap(b, nodes);
                let to = if to == from { (to + 1) % nodes } else { to };
                (to != from)
                    .then(|| Event::exact(kind, [from, to, wrap(c, Report::ALL.len() as u8)]))
            }
            _ => unreachable!("no other event is a request"),
        }
    }

    /// The first node of `set` at or after `selector`.
    pub(super) fn next(&self, selector: u8, set: NodeSet) -> Option<u8> {
        let id = first_from(set.bits(), wrap(selector, self.setup.nodes).into())?;
        Some(id as u8)
    }

    /// The nodes with this flag.
    fn nodes_with(&self, flag: Flag) -> NodeSet {
        self.node_flags.nodes_with(flag)
    }

    /// The nodes whose hosts satisfy `fits`.
    pub(super) fn with(&self, fits: impl Fn(&Host<R>) -> bool) -> NodeSet {
        let hosts = (0..).map(NodeId).zip(&self.hosts);
        hosts.filter(|(_, host)| fits(host)).map(|(id, _)| id).collect()
    }

    fn cuts_something(&self, mask: u8, bridge: u8) -> bool {
        let ids = || (0..self.setup.nodes).filter(|&id| id != bridge).map(NodeId);
        ids().flat_map(|from| ids().map(move |to| Link { from, to })).any(|link| {
            (mask >> link.from.0 & 1) != (mask >> link.to.0 & 1) && !self.network.is_cut_off(link)
        })
    }

    // ---- For the macros ----

    /// The first awake node at or after `selector` that leads, or that does not.
    pub(crate) fn next_leading(&self, selector: u8, leads: bool) -> Option<u8> {
        let [awake, leading] = [Flag::Awake, Flag::Leading].map(|flag| self.nodes_with(flag));
        self.next(selector, if leads { leading } else { awake.without(leading) })
    }

    /// How many messages of a link can arrive.
    pub(crate) fn in_flight(&self, from: u8, to: u8) -> usize {
        self.network.deliverable(Link { from: NodeId(from), to: NodeId(to) })
    }

    /// How many writes of a node are pending.
    pub(crate) fn pending_writes(&self, node: u8) -> usize {
        match self.nodes_with(Flag::Writing).contains(NodeId(node)) {
            true => self.hosts[usize::from(node)].disk.pending.len(),
            false => 0,
        }
    }
}

/// How much of `write` reaches the disk, as an operand selects it.
fn torn(selector: u8, write: &Write) -> u8 {
    let parts = write.entries.len() + 2;
    let has_two = write.truncate_from.is_some() && write.snapshot.is_some();
    if selector == ALL {
        return ALL;
    }
    match selector == TRUNCATION || usize::from(selector) % (parts + 2) == parts + 1 {
        true if has_two => TRUNCATION,
        _ => portion(selector, parts),
    }
}

/// How many of `all` things an operand selects; all of them are written as [`ALL`].
fn portion(selector: u8, all: usize) -> u8 {
    match usize::from(selector) % (all + 1) {
        _ if selector == ALL => ALL,
        wrapped if wrapped == all => ALL,
        wrapped => wrapped as u8,
    }
}
