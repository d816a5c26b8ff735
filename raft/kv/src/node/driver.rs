//! The driver: carries out what the server asks for.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::mpsc::Sender;
use std::time::Duration;

use bytes::BytesMut;
use raft::{NodeId, NodeSet, Write};
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::MissedTickBehavior;

use crate::command::Command;
use crate::node::disk::Report;
use crate::node::links::Link;
use crate::node::shared::{End, Shared, Start};
use crate::node::{clients, peers, report};
use crate::server::{Effects, Event, SnapshotJob, Space};
use crate::wire::{self, Frame};

/// All that a server needs to run.
pub struct Parts {
    /// The server, and what is known before any connection.
    pub start: Start,
    /// Where clients connect.
    pub clients: TcpListener,
    /// Where servers connect.
    pub servers: TcpListener,
    /// Where metrics are read over HTTP, if anywhere.
    pub metrics: Option<TcpListener>,
    /// The time between two ticks.
    pub tick: Duration,
    /// Bytes that are kept free on the disk.
    pub reserve: u64,
    /// Where writes go to become durable.
    pub writes: Sender<Vec<Write<Command>>>,
    /// What the disk reports.
    pub reports: UnboundedReceiver<Report>,
    /// How long requests may take after the signal to stop.
    pub stop_within: Duration,
}

/// Runs a server until it ends. Must be called on a thread of its own, within a `LocalSet`.
pub async fn run(parts: Parts, stop: impl std::future::Future<Output = ()>) -> End {
    let shared = Shared::new(parts.start);
    tokio::task::spawn_local(peers::accept(shared.clone(), parts.servers));
    tokio::task::spawn_local(clients::accept(shared.clone(), parts.clients));
    if let Some(listener) = parts.metrics {
        tokio::task::spawn_local(report::serve(shared.clone(), listener));
    }
    let driver = Driver {
        shared,
        links: BTreeMap::new(),
        writes: parts.writes,
        reports: parts.reports,
        saving: 0,
        reserve: parts.reserve,
        buffers: BTreeMap::new(),
        stopping: None,
    };
    driver.run(parts.tick, parts.stop_within, stop).await
}

/// Carries out what the server asks for.
struct Driver {
    shared: Rc<Shared>,
    links: BTreeMap<NodeId, Link>,
    writes: Sender<Vec<Write<Command>>>,
    reports: UnboundedReceiver<Report>,
    /// The id of the last write that is not reported as durable; 0 if there is none.
    saving: u64,
    reserve: u64,
    buffers: BTreeMap<NodeId, BytesMut>,
    /// When to give up waiting for requests that were accepted before the signal to stop.
    stopping: Option<tokio::time::Instant>,
}

impl Driver {
    async fn run(
        mut self,
        tick: Duration,
        stop_within: Duration,
        stop: impl std::future::Future<Output = ()>,
    ) -> End {
        let shared = self.shared.clone();
        let mut clock = tokio::time::interval(tick);
        // After a pause of the process, time has not passed for Raft.
        clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut stop = std::pin::pin!(stop);
        self.update_links();
        loop {
            tokio::select! {
                () = shared.woken() => {}
                _ = clock.tick() => {
                    if shared.is_ready() {
                        shared.server.borrow_mut().tick();
                    }
                }
                report = self.reports.recv() => match report {
                    Some(report) => self.report(report),
                    None => shared.end(End::Failed("the disk thread has ended".into())),
                },
                () = &mut stop, if self.stopping.is_none() => {
                    tracing::info!("stopping: finishing what was accepted, handing over the lead");
                    self.stopping = Some(tokio::time::Instant::now() + stop_within);
                    shared.server.borrow_mut().stop();
                }
            }
            while let Ok(report) = self.reports.try_recv() {
                self.report(report);
            }
            shared.server.borrow_mut().flush(self.saving > 0);
            let effects = shared.server.borrow_mut().take_effects();
            self.carry_out(effects);
            if let Some(end) = shared.ended().or_else(|| self.is_stopped().then_some(End::Stopped))
            {
                self.finish().await;
                return end;
            }
        }
    }

    /// Whoever still waits, or asks now, is told what is known. Nothing else is carried out.
    async fn finish(&mut self) {
        for _ in 0..100 {
            self.shared.server.borrow_mut().give_up();
            let effects = self.shared.server.borrow_mut().take_effects();
            for (token, answer) in effects.answers {
                self.shared.clients.answer(token, answer);
            }
            if self.shared.clients.is_written() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn is_stopped(&self) -> bool {
        let is_late = |end: tokio::time::Instant| end <= tokio::time::Instant::now();
        let is_done = || self.shared.server.borrow().is_stopped() || !self.shared.is_ready();
        self.stopping.is_some_and(|end| is_late(end) || is_done())
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Saved(id, counters) => {
                self.shared.counters.set(counters);
                if self.saving == id.0 {
                    self.saving = 0;
                }
                self.shared.server.borrow_mut().persisted(id);
            }
            Report::Failed(error) => self.shared.end(End::Failed(format!(
                "{error}; what was being written is in doubt, so this process ends: start it again \
                 when the disk is in order"
            ))),
            Report::Space(space) => {
                self.shared.space.set(space);
                let mut server = self.shared.server.borrow_mut();
                let state = server.machine().snapshot_bytes();
                server.set_space(Space::of(space, self.reserve, state));
            }
        }
    }

    fn carry_out(&mut self, effects: Effects) {
        let Effects { frames, writes, answers, events, snapshot, halted } = effects;
        if let Some(reason) = halted {
            self.shared.end(End::Failed(reason));
        }
        if let Some(last) = writes.last() {
            self.saving = last.id.0;
            // If the thread has ended, its report says why.
            let _ = self.writes.send(writes);
        }
        for event in &events {
            self.tell(event);
        }
        self.send(&frames);
        for (token, answer) in answers {
            self.shared.clients.answer(token, answer);
        }
        if let Some(job) = snapshot {
            self.take_snapshot(job);
        }
    }

    fn send(&mut self, frames: &[(NodeId, Frame)]) {
        for (to, frame) in frames {
            // A server that is behind answers a leader that it does not know as a member.
            if !self.links.contains_key(to) && !self.shared.is_expelled(*to) {
                self.open_link(*to);
            }
            if self.links.contains_key(to) {
                wire::encode_frame(frame, self.buffers.entry(*to).or_default());
            }
        }
        for (to, buffer) in &mut self.buffers {
            if let Some(link) = self.links.get(to).filter(|_| !buffer.is_empty()) {
                link.send(buffer.split());
            }
        }
    }

    fn tell(&mut self, event: &Event) {
        match event {
            Event::Role { term, role, leader } => {
                let leader = leader.map(|leader| leader.0);
                let role = role.to_string().to_lowercase();
                tracing::info!(term = term.0, role, leader, "role");
            }
            Event::Membership(membership) => {
                let voters = membership.voters.to_string();
                let learners = membership.learners.to_string();
                let outgoing = membership.outgoing.to_string();
                tracing::info!(voters, learners, outgoing, "membership");
                self.update_links();
            }
            Event::Compacted(index) => tracing::info!(index = index.0, "log compacted"),
            Event::Restored(index) => {
                tracing::info!(index = index.0, "snapshot installed");
                self.update_links();
            }
            Event::Operation(result) => tracing::info!(result, "operation"),
        }
    }

    /// One link to each other member, and to the leader.
    fn update_links(&mut self) {
        let server = self.shared.server.borrow();
        let (members, leader) = (server.membership().members(), server.status().leader);
        let others = members.without(NodeSet::only(self.shared.id));
        drop(server);
        self.links.retain(|id, _| members.contains(*id) || leader == Some(*id));
        for id in others.iter() {
            if !self.open_link(id) {
                tracing::warn!(peer = id.0, "no address is known");
            }
        }
    }

    /// Opens the link to a server, unless there is one to its address. False if that is not known.
    fn open_link(&mut self, id: NodeId) -> bool {
        let Some(address) = self.shared.address_of(id) else { return false };
        if self.links.get(&id).is_none_or(|link| link.address != address) {
            self.links.insert(id, Link::open(&self.shared, id, address));
        }
        true
    }

    /// Encodes the state on another thread.
    fn take_snapshot(&self, SnapshotJob { index, machine }: SnapshotJob) {
        let shared = self.shared.clone();
        tokio::task::spawn_local(async move {
            let encoded = tokio::task::spawn_blocking(move || machine.snapshot()).await;
            match encoded {
                Ok(bytes) => shared.server.borrow_mut().snapshot_taken(index, bytes.into()),
                Err(error) => shared.end(End::Failed(format!("no snapshot: {error}"))),
            }
            shared.wake();
        });
    }
}
