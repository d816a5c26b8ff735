//! The cluster: applies one event after the other to nodes, disks and network.
//!
//! Promises: only events advance time; the same events give the same run and the same digest,
//! whatever ran before; [`Cluster::trace`] holds, as exact primitive events, everything that
//! happened, and replaying it gives the same run again. Checks no property: its monitor does.

use raft::{NodeId, NodeSet, Report};

use crate::base::canary;
use crate::base::hash::mix;
use crate::cluster::host::Host;
use crate::cluster::network::{Link, Network};
use crate::cluster::node_flags::NodeFlags;
use crate::history::monitor::Monitor;
use crate::history::paths::Paths;
use crate::history::recorder::Recorder;
use crate::history::state_machine::Store;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::node_storage::{NodeStorage, StorageCounts};
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::{Input, Replica};
use crate::schedule::event::{Event, Kind};
use crate::schedule::family::Faults;
use crate::schedule::{Degraded, Recovery, Setup};

mod degraded;
pub mod disk;
pub mod enabled;
mod faults;
mod host;
mod log_reads;
mod machine;
mod macros;
pub mod network;
mod node_flags;
pub mod recovery;
mod rejoin;
mod resolution;
mod rolling;
mod step;
mod stored;
mod unhindered;
mod upgrades;
mod wall_clocks;

/// Nodes, disks and network, with their monitor.
pub struct Cluster<R: Replica, M> {
    pub(crate) setup: Setup,
    pub(crate) sut: SystemUnderTest<R>,
    pub(crate) hosts: Vec<Host<R>>,
    pub(crate) network: Network<R::Message>,
    /// The flags of all hosts.
    pub(crate) node_flags: NodeFlags,
    pub(crate) output: R::Output,
    /// The snapshots that state machines have taken.
    store: Store,
    /// Facts and monitor.
    pub recorder: Recorder<M>,
    trace: Vec<Event>,
    /// The paths that the code under test took, for coverage.
    pub paths: Paths,
    /// How often each goal of a real store was reached, up to the last event.
    storage_goals: StorageCounts,
    limit: usize,
    digest: u64,
}

impl<R: Replica<Storage: Clone> + Clone, M: Clone> Clone for Cluster<R, M> {
    fn clone(&self) -> Self {
        Cluster {
            setup: self.setup,
            sut: self.sut.clone(),
            hosts: self.hosts.clone(),
            network: self.network.clone(),
            node_flags: self.node_flags,
            output: R::Output::default(),
            store: self.store.clone(),
            recorder: self.recorder.clone(),
            trace: self.trace.clone(),
            paths: self.paths.clone(),
            storage_goals: self.storage_goals,
            limit: self.limit,
            digest: self.digest,
        }
    }

    /// The same, but the buffers of every step stay.
    fn clone_from(&mut self, source: &Self) {
        self.setup = source.setup;
        self.sut.clone_from(&source.sut);
        self.hosts.clone_from(&source.hosts);
        self.network.clone_from(&source.network);
        self.node_flags = source.node_flags;
        self.store.clone_from(&source.store);
        self.recorder.clone_from(&source.recorder);
        self.trace.clone_from(&source.trace);
        self.paths.clone_from(&source.paths);
        self.storage_goals = source.storage_goals;
        self.limit = source.limit;
        self.digest = source.digest;
    }
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A cluster without nodes: [`Cluster::begin`] gives it some.
    pub fn new(sut: SystemUnderTest<R>) -> Self {
        Cluster {
            setup: Setup::default(),
            sut,
            hosts: Vec::new(),
            network: Network::default(),
            node_flags: NodeFlags::default(),
            output: R::Output::default(),
            store: Store::default(),
            recorder: Recorder::default(),
            trace: Vec::new(),
            paths: Paths::default(),
            storage_goals: StorageCounts::default(),
            limit: 0,
            digest: 0,
        }
    }

    /// Begins a run of at most `limit` primitive events: all nodes start from empty disks. Of
    /// earlier runs only the allocated memory is left.
    pub fn begin(&mut self, setup: Setup, limit: usize) -> Verdict {
        let mut setup = setup.within(&R::CAPABILITIES);
        if self.sut.driver.promises_no_progress {
            (setup.recovery, setup.degraded) = (Recovery::Off, Degraded::Off);
        }
        self.setup = setup;
        let opening = &self.sut.storage;
        self.hosts.resize_with(setup.nodes.into(), || Host::new(opening));
        self.hosts.iter_mut().for_each(|host| host.clear(opening));
        self.network.clear(setup.nodes, setup.capacity);
        self.store.clear();
        self.recorder.begin(&setup, &R::CAPABILITIES);
        self.trace.clear();
        self.paths.clear();
        self.storage_goals = StorageCounts::default();
        self.limit = limit;
        self.digest = 0;
        (0..setup.nodes).try_for_each(|id| self.boot(NodeId(id), false).map(drop))?;
        self.node_flags = NodeFlags::of(&self.hosts);
        HELD
    }

    /// Extends the run until it has `limit` primitive events; faults of all families may happen.
    pub(crate) fn extend(&mut self, limit: usize) {
        self.limit = limit;
        self.setup.faults = Faults::ALL;
    }

    /// Nothing follows the last event: no degraded period and no recovery.
    pub(crate) fn end_abruptly(&mut self) {
        (self.setup.recovery, self.setup.degraded) = (Recovery::Off, Degraded::Off);
        self.recorder.history.setup = self.setup;
    }

    /// The system under test.
    pub fn system_under_test(&self) -> &SystemUnderTest<R> {
        &self.sut
    }

    /// The setup of the run.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Everything that has happened, as exact primitive events.
    pub fn trace(&self) -> &[Event] {
        &self.trace
    }

    /// A fingerprint of the run so far.
    pub fn digest(&self) -> u64 {
        self.digest
    }

    /// Whether the limit of events is reached.
    pub fn is_over(&self) -> bool {
        self.trace.len() >= self.limit
    }

    /// Performs `event` with what its operands select; does nothing if nothing can be selected.
    pub fn perform(&mut self, event: Event) -> Verdict {
        match event.kind.is_macro() {
            true => self.perform_macro(event),
            false => self.resolve(event).map_or(NOTHING, |exact| self.apply(exact)),
        }
    }

    /// Performs `event` with exactly these operands, or does nothing if it is not enabled.
    pub fn perform_exactly(&mut self, event: Event) -> Verdict {
        match self.resolve(event) == Some(event) {
            true => self.apply(event),
            false => NOTHING,
        }
    }

    /// Performs an event with exactly these operands; the caller knows that it is enabled.
    pub(crate) fn perform_known(&mut self, kind: Kind, operands: [u8; 3]) -> Verdict {
        let event = Event::exact(kind, operands);
        debug_assert_eq!(self.resolve(event), Some(event));
        self.apply(event)
    }

    /// Applies an exact primitive event.
    fn apply(&mut self, event: Event) -> Verdict {
        if self.is_over() {
            return NOTHING;
        }
        self.trace.push(event);
        self.digest = mix(self.digest, u64::from(u32::from_le_bytes(event.to_record())));
        self.recorder.happens(event)?;
        let verdict = self.apply_kind(event);
        self.node_flags.after(event, &self.hosts);
        self.paths.happened(event.kind);
        if R::Storage::IS_REAL {
            self.note_storage(event.kind);
        }
        verdict
    }

    fn apply_kind(&mut self, event: Event) -> Verdict {
        let [a, b, c] = event.operands;
        let node = NodeId(a);
        match event.kind {
            Kind::Deliver | Kind::Reorder | Kind::Drop | Kind::Duplicate => {
                self.apply_to_message(event)
            }
            Kind::Tick => self.tick(node),
            Kind::TickAll => self.tick_all(),
            Kind::Timeout => self.input(node, Input::Timeout),
            Kind::Persist => self.complete_write(node),
            Kind::FailPersist => self.fail_write(node, b),
            Kind::Fetch => self.complete_read(node, b),
            Kind::FailFetch => self.fail_read(node),
            Kind::Crash => self.crash(node, b, c),
            Kind::Restart => self.boot(node, b > 0),
            Kind::Upgrade => self.upgrade(node),
            Kind::Pause => self.pause(node),
            Kind::Resume => self.resume(node),
            Kind::Jump => self.jump(node, b as i8),
            Kind::SetClock => self.set_clock(node, b as i8),
            Kind::CrashAmid => self.crash_amid_step(node, b, c),
            Kind::Fill | Kind::Free => self.fill(node, event.kind == Kind::Fill),
            Kind::Damage => self.damage(node, b),
            Kind::LoseDisk => self.lose_disk(node),
            Kind::Wipe => self.wipe(node),
            Kind::RestoreBackup => self.restore_backup(node),
            Kind::Partition
            | Kind::Cut
            | Kind::Bridge
            | Kind::Clog
            | Kind::Release
            | Kind::Filter
            | Kind::Heal => Ok(self.network.change(event).into()),
            Kind::Propose
            | Kind::Read
            | Kind::Compact
            | Kind::Apply
            | Kind::Transfer
            | Kind::Change
            | Kind::Report
            | Kind::SyncMachine => self.apply_request(event),
            _ => unreachable!("macros are expanded, not applied"),
        }
    }

    fn apply_to_message(&mut self, event: Event) -> Verdict {
        let [from, to, position] = event.operands;
        let (link, position) = (Link { from: NodeId(from), to: NodeId(to) }, position.into());
        match event.kind {
            Kind::Drop => {
                self.network.take(link, position);
                HELD
            }
            Kind::Duplicate => match self.network.peek(link, position).cloned() {
                Some(message) => self.input(link.to, Input::Receive(message)),
                None => NOTHING,
            },
            _ => self.deliver(link, position),
        }
    }

    /// Applies a request of a client, an operator or a state machine.
    pub(crate) fn apply_request(&mut self, event: Event) -> Verdict {
        let [a, b, c] = event.operands;
        let node = NodeId(a);
        match event.kind {
            Kind::Propose => {
                let command = self.recorder.history.propose_at(node, b.into());
                if self.sut.driver.proposes_twice && canary::note(true) {
                    self.input(node, Input::Propose(command))?;
                }
                self.input(node, Input::Propose(command))
            }
            Kind::Read => {
                let id = self.recorder.history.read_at(node);
                self.input(node, Input::Read(id))
            }
            Kind::Compact => {
                let machine = &self.hosts[usize::from(a)].machine;
                let (index, data) = (machine.applied, machine.data());
                self.store.save(match self.sut.driver.forgets_sessions {
                    true => machine.without_sessions(),
                    false => machine.clone(),
                });
                self.input(node, Input::Compact { index, data })
            }
            Kind::Apply => self.apply_all(node),
            Kind::SyncMachine => self.sync_machine(node),
            Kind::Transfer => self.input(node, Input::Transfer(NodeId(b))),
            Kind::Report => {
                let (to, report) = (NodeId(b), Report::ALL[usize::from(c)]);
                self.input(node, Input::Report { to, report })
            }
            _ => {
                let [voters, learners] = [b, c].map(|set| NodeSet::from_bits(set.into()));
                self.input(node, Input::Change { voters, learners })
            }
        }
    }

    fn deliver(&mut self, link: Link, position: usize) -> Verdict {
        match self.network.take(link, position) {
            Some(message) => self.input(link.to, Input::Receive(message)),
            None => NOTHING,
        }
    }
}
