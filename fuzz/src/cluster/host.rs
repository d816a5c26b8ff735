//! A host: the parts of one node besides its Raft.

use std::collections::VecDeque;

use raft::{Fetch, LogIndex, Read};

use crate::base::cloning::clone_by_field;
use crate::cluster::disk::Disk;
use crate::history::state_machine::StateMachine;
use crate::replica::machine_store::MachineStore;
use crate::replica::node_storage::NodeStorage;
use crate::replica::{Durable, Entry, Replica, Write};

/// One node's replica, if it runs, its disk, its state machine and its clock.
#[derive(Debug)]
pub(crate) struct Host<R: Replica> {
    pub replica: Option<R>,
    pub disk: Disk,
    /// What is behind the disk.
    pub storage: R::Storage,
    /// The writes that its store may have, although it has not reported them as durable.
    pub in_doubt: Vec<Write>,
    pub machine: StateMachine,
    /// The disk of the machine.
    pub machine_store: <R::Storage as NodeStorage>::Machine,
    /// Committed entries that the machine has not yet applied.
    pub to_apply: Vec<Entry>,
    /// Reads of its log that are requested and not yet answered, oldest first.
    pub fetches: VecDeque<Fetch>,
    /// Reads that may be answered once the machine has applied up to their index.
    pub waiting: Vec<(u64, LogIndex)>,
    /// Whether the replica is going to stop.
    pub stopping: Stopping,
    /// It is paused.
    pub paused: bool,
    /// Ticks that it processes when it resumes.
    pub missed_ticks: u32,
    /// Ticks that it does not receive, since its clock was set back.
    pub ticks_to_skip: u32,
    /// On an incorrect host: what the older version left behind at an upgrade.
    pub left_behind: Option<Durable>,
    /// Its disk cannot be repaired, or it is lost permanently: it is never started again.
    pub unrecoverable: bool,
}

clone_by_field!(Host<R> where
    R: Replica, R: Clone, R::Storage: Clone, <R::Storage as NodeStorage>::Machine: Clone;
    replica, disk, storage, in_doubt, machine, machine_store, to_apply, fetches, waiting,
    stopping, paused, missed_ticks, ticks_to_skip, left_behind, unrecoverable
);

/// Whether a replica is going to stop, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stopping {
    /// It is not.
    #[default]
    No,
    /// It crashes in the middle of its next step: this many messages are sent, and this many
    /// pending writes become durable.
    AmidStep { sent: u8, keep: u8 },
    /// It has halted, and receives this many more inputs before its crash handler runs.
    Halted { inputs: u8 },
}

/// How the store behind a disk is opened.
type Opening<R> = <<R as Replica>::Storage as NodeStorage>::Options;

impl<R: Replica> Host<R> {
    pub fn new(opening: &Opening<R>) -> Host<R> {
        Host {
            replica: None,
            disk: Disk::default(),
            storage: R::Storage::new(opening),
            in_doubt: Vec::new(),
            machine: StateMachine::new(),
            machine_store: MachineStore::new(),
            to_apply: Vec::new(),
            fetches: VecDeque::new(),
            waiting: Vec::new(),
            stopping: Stopping::No,
            paused: false,
            missed_ticks: 0,
            ticks_to_skip: 0,
            left_behind: None,
            unrecoverable: false,
        }
    }

    /// Resets it to a host that has never run and whose disk is empty.
    pub fn clear(&mut self, opening: &Opening<R>) {
        self.disk.clear();
        self.storage = R::Storage::new(opening);
        self.machine_store = MachineStore::new();
        self.in_doubt.clear();
        self.left_behind = None;
        self.unrecoverable = false;
        self.stop();
    }

    /// Discards the state of an incarnation.
    pub fn stop(&mut self) {
        self.replica = None;
        self.to_apply.clear();
        self.fetches.clear();
        self.waiting.clear();
        self.stopping = Stopping::No;
        self.paused = false;
        (self.missed_ticks, self.ticks_to_skip) = (0, 0);
    }

    /// Whether the machine has applied something since the last snapshot.
    pub fn has_applied_since_snapshot(&self) -> bool {
        let start = self.disk.image.snapshot.as_ref().map_or(LogIndex(0), |last| last.last.index);
        self.machine.applied > start
    }

    /// Whether its replica runs, and is not paused.
    pub fn is_up(&self) -> bool {
        self.replica.is_some() && !self.paused
    }
}

/// The reads that were given an index, and that index: what must be applied before the answer.
pub(crate) fn answered(reads: &[Read]) -> impl Iterator<Item = (u64, LogIndex)> + '_ {
    reads.iter().filter_map(|read| Some((read.id.0, read.answer.ok()?)))
}

/// Whether a node runs and does not wait for its disk.
pub(crate) fn is_awake<R: Replica>(host: &Host<R>) -> bool {
    host.is_up() && (R::CAPABILITIES.async_writes || !host.disk.is_awaited())
}
