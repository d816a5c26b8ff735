//! One step of one node, and the effects of its replica: writes, messages, entries to apply, reads
//! to answer.
//!
//! Promises: messages are sent only here; a write becomes durable, fails, or is lost only when an
//! event says so, or at once under [`DiskMode::Immediate`].

use raft::NodeId;

use crate::base::canary;
use crate::base::hash::mix;
use crate::cluster::disk::{torn_part, Readable};
use crate::cluster::host::{answered, is_awake, Host, Stopping};
use crate::cluster::machine;
use crate::cluster::network::Link;
use crate::cluster::stored::Start;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::step::{Request, Step};
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::node_storage::NodeStorage;
use crate::replica::{Input, Replica, View};
use crate::schedule::feature::Feature;
use crate::schedule::version::Version;
use crate::schedule::DiskMode;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A node processes one input, if it can; in immediate mode, the writes that it waits for
    /// become durable before this returns.
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

    /// One step of one node, and its effects.
    pub(crate) fn step(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        let host = &mut self.hosts[usize::from(id.0)];
        let Some(replica) = &mut host.replica else { return NOTHING };
        let (driver, stopping) = (&self.sut.driver, host.stopping);
        let received = match &input {
            Input::Receive(message) => Some(R::message_view(message)),
            _ => None,
        };
        if let Some(message) = &received {
            self.recorder.receiving(message)?;
        }
        let sent_before_crash = match stopping {
            Stopping::No => usize::MAX,
            Stopping::AmidStep { sent, .. } => sent.into(),
            Stopping::Halted { inputs } => return self.step_halted(id, inputs, input),
        };
        let failed = matches!(input, Input::PersistFailed(_));
        let ticked = matches!(input, Input::Tick);
        let request = request(&input);
        replica.step(input, &mut self.output);
        let effects = R::effects(&mut self.output);
        if let Some(write) = effects.write {
            driver.on_write(write);
        }
        let view = driver.on_view(replica.view());
        let mut garbled = Vec::new();
        let applied = driver.on_apply(effects.applied, &mut garbled);
        self.digest = step_digest(self.digest, &view, effects.messages.len());
        if let Some(snapshot) = effects.restore {
            let version = self.recorder.history.node(id).version;
            host.machine = self.store.restore(snapshot, driver.under(version));
            host.to_apply.clear();
            if self.setup.features.has(Feature::MachineDisk) {
                machine::begin_restore(&mut host.machine_store, snapshot, *driver);
            }
        }
        if !effects.reads.is_empty() {
            host.waiting.extend(answered(effects.reads));
        }
        match self.setup.slow_apply {
            true => host.to_apply.extend_from_slice(applied),
            false => host.machine.apply(applied),
        }
        if driver.saves_index_alone {
            machine::save_index(&mut host.machine_store, host.machine.applied);
        }
        let step = Step {
            node: id,
            received: received.as_ref(),
            ticked,
            request,
            view,
            write: effects.write.as_ref(),
            machine: &host.machine,
            restored: effects.restore.is_some(),
            applied: if self.setup.slow_apply { &[] } else { applied },
            refused: effects.refused,
            reads: effects.reads,
            ended: effects.ended,
        };
        self.paths.step(&self.recorder.history.node(id).view, &step, effects.marks);
        if failed {
            self.recorder.write_failed(id, effects.halted)?;
        }
        effects.messages.truncate(sent_before_crash);
        effects.messages.reverse(); // Each is popped from the end.
        let mut evicted = 0;
        let sent = std::iter::from_fn(|| {
            let message = effects.messages.pop()?;
            let seen = R::message_view(&message);
            let link = Link { from: seen.from, to: seen.to };
            evicted += u32::from(self.network.send(link, seen.body.kind(), message));
            Some(seen)
        });
        let progress = |peer| replica.progress(peer);
        self.recorder.step(&step, || replica.membership(), progress, sent)?;
        (0..evicted).try_for_each(|_| self.recorder.evicted().map(drop))?;
        if !effects.fetches.is_empty() {
            host.fetches.extend(effects.fetches);
        }
        let halted = effects.halted;
        if let Some(write) = effects.write.take() {
            host.disk.pending.push_back(write);
        }
        match stopping {
            _ if halted => self.halt(id),
            Stopping::AmidStep { keep, .. } => self.crash(id, keep, 0),
            _ => self.notify(id),
        }
    }

    /// Answers the reads of clients whose index is applied.
    pub(crate) fn serve(&mut self, id: NodeId) -> Verdict {
        let Host { machine, waiting, .. } = &mut self.hosts[usize::from(id.0)];
        let early = self.sut.driver.answers_reads_early;
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

    /// Reports writes that need not be synced as durable to their node.
    fn notify(&mut self, id: NodeId) -> Verdict {
        if !self.hosts[usize::from(id.0)].waiting.is_empty() {
            self.serve(id)?;
        }
        while let Some(write) = self.hosts[usize::from(id.0)].disk.report_next() {
            self.step(id, Input::Persisted(write))?;
        }
        if !R::CAPABILITIES.async_writes {
            let busy = !is_awake(&self.hosts[usize::from(id.0)]);
            self.network.set_down(id, busy);
        }
        HELD
    }

    /// The state machine of a node applies all committed entries that it has received.
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
        if R::Storage::IS_REAL {
            return self.save(id, false);
        }
        let host = &mut self.hosts[usize::from(id.0)];
        if host.disk.full && host.disk.awaited().is_some() {
            return self.fail_write(id, 0);
        }
        let Some((write, reported)) = host.disk.pop() else { return NOTHING };
        if host.disk.full {
            return HELD; // It need not be synced and was reported as durable: it is lost.
        }
        host.disk.store(&write);
        host.disk.confirm_all();
        self.recorder.persisted(id, &write)?;
        let name = write.id;
        R::recycle(&mut self.output, write);
        match reported {
            true => HELD,
            false => self.step(id, Input::Persisted(name)),
        }
    }

    /// The oldest pending write fails, after the part that `torn` selects has reached the disk.
    pub(crate) fn fail_write(&mut self, id: NodeId, torn: u8) -> Verdict {
        if R::Storage::IS_REAL {
            return self.save(id, true);
        }
        let host = &mut self.hosts[usize::from(id.0)];
        let Some((write, _)) = host.disk.pop() else { return NOTHING };
        let name = write.id;
        let part = torn_part(write, torn, self.sut.driver);
        host.disk.store(&part);
        self.recorder.persisted(id, &part)?;
        self.step(id, Input::PersistFailed(name))
    }

    /// A node starts from its disk, if that can be read; with `cut_short`, it stops again after the
    /// repair of the disk.
    pub(crate) fn boot(&mut self, id: NodeId, cut_short: bool) -> Verdict {
        let version = self.recorder.history.node(id).version;
        let host = &mut self.hosts[usize::from(id.0)];
        let driver = self.sut.driver.under(version);
        match host.disk.recover(driver) {
            Readable::Yes => {}
            Readable::Before(index) => self.recorder.repaired(id, index)?,
            Readable::No => {
                self.recorder.lost(id)?;
                host.unrecoverable = host.disk.readable() == Readable::No;
                if host.unrecoverable {
                    return HELD;
                }
            }
        }
        host.disk.image.incarnation += 1;
        let mut difference = None;
        if R::Storage::IS_REAL {
            match self.start_store(id, cut_short)? {
                Start::AsPromised => {}
                Start::Otherwise(found) => difference = Some(found),
                Start::Failed => return HELD,
            }
        }
        if cut_short {
            return HELD;
        }
        self.start_machine(id, driver);
        let host = &mut self.hosts[usize::from(id.0)];
        host.disk.confirm_all();
        if self.setup.features.has(Feature::Rejoin) {
            host.disk.copy();
        }
        if self.setup.features.has(Feature::WallClock) {
            host.disk.image.clock = self.recorder.history.clocks.of(id);
        }
        driver.on_start(&mut host.disk.image);
        let setup = self.recorder.history.setup_of(id);
        let replica = match version {
            Version::Older => R::start_older(id, setup, &self.sut.options, &host.disk.image),
            Version::Newer => R::start(id, setup, &self.sut.options, &host.disk.image),
        };
        let (view, membership) = (replica.view(), replica.membership());
        host.replica = Some(replica);
        self.network.set_down(id, false);
        let verdict = self.recorder.started(id, view, membership)?;
        self.machine_opened(id)?;
        match difference {
            Some(difference) => self.recorder.misread(id, &difference),
            None => Ok(verdict),
        }
    }
}

/// The request in an input, if it is one.
fn request<M>(input: &Input<M>) -> Option<Request> {
    match *input {
        Input::Propose(command) => Some(Request::Propose(command)),
        Input::Read(id) => Some(Request::Read(id.0)),
        Input::Change { voters, learners } => Some(Request::Change { voters, learners }),
        Input::Transfer(to) => Some(Request::Transfer(to)),
        _ => None,
    }
}

/// The digest after a step that left a node with this view and sent this many messages.
fn step_digest(digest: u64, view: &View, messages: usize) -> u64 {
    let vote = view.hard_state.vote.map_or(0, |vote| u64::from(vote.0) + 1);
    let state = view.role.in_paper() as u64 | vote << 8 | (messages as u64) << 16;
    let digest = mix(mix(digest, view.term().0 ^ state << 32), view.commit.0);
    mix(digest, view.last_log.index.0 ^ view.last_log.term.0 << 32)
}
