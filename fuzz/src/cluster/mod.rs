//! The cluster: applies one event after the other to nodes, disks and network.
//!
//! Promises: nothing but an event moves time; the same events give the same run and the same
//! digest, whatever ran before; [`Cluster::trace`] holds, as exact primitive events, all that
//! happened, and playing it gives the same run again. Judges nothing: its monitor does.

use raft::{NodeId, NodeSet, ReadId};

use crate::base::canary;
use crate::base::hash::mix;
use crate::cluster::disk::{torn_part, Readable};
use crate::cluster::host::{answered, is_awake, Fate, Host};
use crate::cluster::host_facts::Standing;
use crate::cluster::network::{Link, Network};
use crate::history::monitor::Monitor;
use crate::history::paths::Paths;
use crate::history::recorder::Recorder;
use crate::history::state_machine::{Machine, Store};
use crate::history::step::Step;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::subject::Subject;
use crate::replica::{Input, Replica, View};
use crate::schedule::event::{Event, Kind};
use crate::schedule::{DiskMode, Setup};

pub mod disk;
pub mod enabled;
mod faults;
mod host;
mod host_facts;
mod macros;
pub mod network;
pub mod recovery;
mod resolution;

/// A digest, after a step that left a node like this and sent so many messages.
fn mark(digest: u64, view: &View, messages: usize) -> u64 {
    let vote = view.hard_state.vote.map_or(0, |vote| u64::from(vote.0) + 1);
    let state = view.role as u64 | vote << 8 | (messages as u64) << 16;
    let digest = mix(mix(digest, view.term().0 ^ state << 32), view.commit.0);
    mix(digest, view.last_log.index.0 ^ view.last_log.term.0 << 32)
}

/// Nodes, disks and network, and who watches them.
pub struct Cluster<R: Replica, M> {
    pub(crate) setup: Setup,
    pub(crate) subject: Subject<R>,
    pub(crate) hosts: Vec<Host<R>>,
    pub(crate) network: Network<R::Message>,
    /// How the hosts stand.
    pub(crate) standing: Standing,
    pub(crate) output: R::Output,
    /// What machines have handed out.
    store: Store,
    /// Facts and monitor.
    pub recorder: Recorder<M>,
    trace: Vec<Event>,
    /// What the code under test did, for coverage.
    pub paths: Paths,
    limit: usize,
    digest: u64,
}

impl<R: Replica + Clone, M: Clone> Clone for Cluster<R, M> {
    fn clone(&self) -> Self {
        Cluster {
            setup: self.setup,
            subject: self.subject.clone(),
            hosts: self.hosts.clone(),
            network: self.network.clone(),
            standing: self.standing,
            output: R::Output::default(),
            store: self.store.clone(),
            recorder: self.recorder.clone(),
            trace: self.trace.clone(),
            paths: self.paths.clone(),
            limit: self.limit,
            digest: self.digest,
        }
    }
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A cluster without nodes: [`Cluster::begin`] gives it some.
    pub fn new(subject: Subject<R>, monitor: M) -> Self {
        Cluster {
            setup: Setup::default(),
            subject,
            hosts: Vec::new(),
            network: Network::default(),
            standing: Standing::default(),
            output: R::Output::default(),
            store: Store::default(),
            recorder: Recorder::new(monitor),
            trace: Vec::new(),
            paths: Paths::default(),
            limit: 0,
            digest: 0,
        }
    }

    /// Begins a run of at most `limit` primitive events: all nodes start from empty disks. Of
    /// earlier runs nothing is left but the room they took.
    pub fn begin(&mut self, setup: Setup, monitor: M, limit: usize) -> Verdict {
        let setup = setup.within(&R::CAPABILITIES);
        self.setup = setup;
        self.hosts.resize_with(setup.nodes.into(), Host::new);
        self.hosts.iter_mut().for_each(Host::clear);
        self.network.clear(setup.nodes, setup.capacity);
        self.store.clear();
        self.recorder.begin(&setup, &R::CAPABILITIES, monitor);
        self.trace.clear();
        self.paths.clear();
        self.limit = limit;
        self.digest = 0;
        (0..setup.nodes).try_for_each(|id| self.boot(NodeId(id), false).map(drop))?;
        self.standing = Standing::of(&self.hosts);
        HELD
    }

    /// Lets the run go on until it has `limit` primitive events.
    pub(crate) fn extend(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// What is under test.
    pub fn subject(&self) -> &Subject<R> {
        &self.subject
    }

    /// How it was set up.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// All that has happened, as exact primitive events.
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

    /// Does what `event` wishes for, as far as there is something to do it with.
    pub fn perform(&mut self, event: Event) -> Verdict {
        match event.kind.is_macro() {
            true => self.perform_macro(event),
            false => self.resolve(event).map_or(NOTHING, |exact| self.apply(exact)),
        }
    }

    /// Does `event` exactly, or nothing if it cannot happen just so.
    pub fn perform_exactly(&mut self, event: Event) -> Verdict {
        match self.resolve(event) == Some(event) {
            true => self.apply(event),
            false => NOTHING,
        }
    }

    /// Does an event of which the caller knows that it can happen just so.
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
        self.standing.after(event, &self.hosts);
        self.paths.happened(event.kind);
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
            Kind::Crash => self.crash(node, b, c),
            Kind::Restart => self.boot(node, b > 0),
            Kind::Pause => self.pause(node),
            Kind::Resume => self.resume(node),
            Kind::Jump => self.jump(node, b as i8),
            Kind::CrashAmid => self.doom(node, b, c),
            Kind::Fill | Kind::Free => self.fill(node, event.kind == Kind::Fill),
            Kind::Damage => self.damage(node, b),
            Kind::LoseDisk => self.lose_disk(node),
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
            | Kind::Change => self.apply_request(event),
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

    /// What clients, operators and state machines ask for.
    fn apply_request(&mut self, event: Event) -> Verdict {
        let [a, b, c] = event.operands;
        let node = NodeId(a);
        match event.kind {
            Kind::Propose => {
                let history = &mut self.recorder.history;
                let command = history.clients.propose(history.life_of(node), b.into());
                if self.subject.driver.proposes_twice && canary::note(true) {
                    self.input(node, Input::Propose(command))?;
                }
                self.input(node, Input::Propose(command))
            }
            Kind::Read => {
                let history = &mut self.recorder.history;
                let id = ReadId(history.clients.ask(history.life_of(node)));
                self.input(node, Input::Read(id))
            }
            Kind::Compact => {
                let machine = &self.hosts[usize::from(a)].machine;
                let (index, data) = (machine.applied, machine.data());
                self.store.save(match self.subject.driver.forgets_sessions {
                    true => machine.without_sessions(),
                    false => machine.clone(),
                });
                self.input(node, Input::Compact { index, data })
            }
            Kind::Apply => self.apply_all(node),
            Kind::Transfer => self.input(node, Input::Transfer(NodeId(b))),
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

    /// A node lives through one input, if it can; in immediate mode, what it waits for is durable
    /// before it ends.
    pub(crate) fn input(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        if !R::CAPABILITIES.async_writes && !is_awake(&self.hosts[usize::from(id.0)]) {
            return NOTHING;
        }
        self.step(id, input)?;
        if self.setup.disk == DiskMode::Immediate {
            while self.hosts[usize::from(id.0)].disk.is_awaited() {
                self.complete_write(id)?;
            }
        }
        HELD
    }

    /// One step of one node, and all that it wants done.
    fn step(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let Some(replica) = &mut host.replica else { return NOTHING };
        let (driver, fate) = (self.subject.driver, host.fate);
        let leaving = match fate {
            Fate::Open => usize::MAX,
            Fate::Doomed { sent, .. } => sent.into(),
            Fate::Halted { inputs } => return self.linger(id, inputs, input),
        };
        let received = match &input {
            Input::Receive(message) => Some(R::meaning(message)),
            _ => None,
        };
        let failed = matches!(input, Input::PersistFailed(_));
        let ticked = matches!(input, Input::Tick);
        replica.step(input, &mut self.output);
        let effects = R::effects(&mut self.output);
        if let Some(write) = effects.write {
            driver.asks(write);
        }
        let view = driver.shows(replica.view());
        let mut garbled = Vec::new();
        let applied = driver.hands(effects.applied, &mut garbled);
        self.digest = mark(self.digest, &view, effects.messages.len());
        if let Some(snapshot) = effects.restore {
            host.machine = self.store.restore(snapshot, driver);
            host.to_apply.clear();
        }
        host.waiting.extend(answered(effects.reads));
        match self.setup.slow_apply {
            true => host.to_apply.extend_from_slice(applied),
            false => host.machine.apply(applied),
        }
        let step = Step {
            node: id,
            received: received.as_ref(),
            ticked,
            view,
            write: effects.write.as_ref(),
            machine: &host.machine,
            restored: effects.restore.is_some(),
            applied: if self.setup.slow_apply { &[] } else { applied },
            refused: effects.refused,
            reads: effects.reads,
        };
        self.paths.step(&self.recorder.history.node(id).view, &step, effects.marks);
        if failed {
            self.recorder.write_failed(id, effects.halted)?;
        }
        effects.messages.truncate(leaving);
        effects.messages.reverse(); // Each is taken off the end.
        let mut evicted = 0;
        let sent = std::iter::from_fn(|| {
            let message = effects.messages.pop()?;
            let meaning = R::meaning(&message);
            let link = Link { from: meaning.from, to: meaning.to };
            evicted += u32::from(self.network.send(link, meaning.speech.kind(), message));
            Some(meaning)
        });
        let progress = |peer| replica.progress(peer);
        self.recorder.step(&step, || replica.membership(), progress, sent)?;
        (0..evicted).try_for_each(|_| self.recorder.evicted().map(drop))?;
        let halted = effects.halted;
        if let Some(write) = effects.write.take() {
            host.disk.pending.push_back(write);
        }
        match fate {
            _ if halted => self.halt(id),
            Fate::Doomed { keep, .. } => self.crash(id, keep, 0),
            _ => self.tell(id),
        }
    }

    /// Clients are told what their reads found, once enough is applied.
    fn serve(&mut self, id: NodeId) -> Verdict {
        let Host { machine, waiting, .. } = &mut self.hosts[usize::from(id.0)];
        let early = self.subject.driver.answers_reads_early;
        let mut place = 0;
        while let Some(&(number, index)) = waiting.get(place) {
            let waits = index > machine.applied;
            if waits && !(early && canary::note(true)) {
                place += 1;
                continue;
            }
            waiting.remove(place);
            self.recorder.served(id, number, machine)?;
        }
        HELD
    }

    /// A node hears that what need not be synced is as good as durable.
    fn tell(&mut self, id: NodeId) -> Verdict {
        if !self.hosts[usize::from(id.0)].waiting.is_empty() {
            self.serve(id)?;
        }
        while let Some(name) = self.hosts[usize::from(id.0)].disk.tell() {
            self.step(id, Input::Persisted(name))?;
        }
        if !R::CAPABILITIES.async_writes {
            let busy = !is_awake(&self.hosts[usize::from(id.0)]);
            self.network.set_down(id, busy);
        }
        HELD
    }

    /// The state machine of a node applies all that it was given.
    pub(crate) fn apply_all(&mut self, id: NodeId) -> Verdict {
        let Host { machine, to_apply, .. } = &mut self.hosts[usize::from(id.0)];
        if to_apply.is_empty() {
            return NOTHING;
        }
        machine.apply(to_apply);
        let applied = machine.applied;
        self.recorder.applied(id, to_apply, machine)?;
        to_apply.clear();
        self.serve(id)?;
        self.input(id, Input::Applied(applied))
    }

    /// The oldest pending write becomes durable.
    pub(crate) fn complete_write(&mut self, id: NodeId) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        if host.disk.full && host.disk.awaited().is_some() {
            return self.fail_write(id, 0);
        }
        let Some((write, told)) = host.disk.pop() else { return NOTHING };
        if host.disk.full {
            return HELD; // It was told to be durable, and need not be: it is lost.
        }
        host.disk.store(&write);
        host.disk.is_told();
        self.recorder.persisted(id, &write)?;
        let name = write.id;
        R::recycle(&mut self.output, write);
        match told {
            true => HELD,
            false => self.step(id, Input::Persisted(name)),
        }
    }

    /// The oldest pending write fails, after the part that `torn` says has reached the disk.
    fn fail_write(&mut self, id: NodeId, torn: u8) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let Some((write, _)) = host.disk.pop() else { return NOTHING };
        let name = write.id;
        let part = torn_part(write, torn, self.subject.driver);
        host.disk.store(&part);
        self.recorder.persisted(id, &part)?;
        self.step(id, Input::PersistFailed(name))
    }

    /// A node starts from its disk, if that can be read; or is stopped again before it does.
    pub(crate) fn boot(&mut self, id: NodeId, cut_short: bool) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let driver = self.subject.driver;
        match host.disk.recover(driver) {
            Readable::Yes => {}
            Readable::Before(index) => self.recorder.repaired(id, index)?,
            Readable::No => {
                self.recorder.lost(id)?;
                host.gone = host.disk.readable() == Readable::No;
                if host.gone {
                    return HELD;
                }
            }
        }
        host.disk.image.lives += 1;
        if cut_short {
            return HELD;
        }
        host.disk.is_told();
        let setup = self.setup.of(id);
        let replica = R::start(id, &setup, &self.subject.options, &host.disk.image);
        let (view, membership) = (replica.view(), replica.membership());
        host.replica = Some(replica);
        host.machine = match &host.disk.image.snapshot {
            Some(snapshot) => self.store.restore(snapshot, driver),
            None => Machine::under(driver),
        };
        self.network.set_down(id, false);
        self.recorder.started(id, view, membership)
    }
}
