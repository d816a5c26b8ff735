//! A host: what one node consists of besides its Raft.

use raft::LogIndex;

use crate::disk::Disk;
use crate::machine::Machine;
use crate::replica::{Entry, Replica};

/// One node's replica, if it runs, its disk, and its state machine.
#[derive(Clone, Debug)]
pub(crate) struct Host<R> {
    pub replica: Option<R>,
    pub disk: Disk,
    pub machine: Machine,
    /// Committed entries that the machine has not yet applied.
    pub to_apply: Vec<Entry>,
}

impl<R> Host<R> {
    pub fn new() -> Host<R> {
        let (disk, machine) = (Disk::default(), Machine::new());
        Host { replica: None, disk, machine, to_apply: Vec::new() }
    }
}

impl<R> Host<R> {
    /// Whether the machine has applied something since the last snapshot.
    pub fn has_news(&self) -> bool {
        let start = self.disk.image.snapshot.as_ref().map_or(LogIndex(0), |last| last.last.index);
        self.machine.applied > start
    }
}

/// Whether a node runs and does not wait for its disk.
pub(crate) fn is_awake<R: Replica>(host: &Host<R>) -> bool {
    host.replica.is_some() && (R::CAPABILITIES.async_writes || !host.disk.is_awaited())
}

/// Whether a node that is awake leads.
pub(crate) fn is_leader<R: Replica>(host: &Host<R>) -> Option<bool> {
    let replica = host.replica.as_ref().filter(|_| is_awake(host))?;
    Some(replica.view().is_leader())
}
