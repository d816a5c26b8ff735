//! When to take a snapshot, and when to compact the log with it (section 7).
//!
//! The log is compacted later than the snapshot is taken: a follower that is only a little behind
//! then finds its entries in the log still.

use std::sync::Arc;

use raft::{Entry, LogIndex, NodeId};

use crate::command::Command;
use crate::machine::Machine;

/// To shrink a log by less is not worth a snapshot.
const WORTH: u64 = 16 << 20;

/// When to take snapshots.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// After this many entries.
    pub entries: u64,
    /// Or after this many bytes of entries.
    pub bytes: u64,
    /// The log is compacted this many entries later.
    pub retained: u64,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy { entries: 100_000, bytes: 64 << 20, retained: 10_000 }
    }
}

/// The state to encode for a snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotJob {
    /// The last entry that it covers.
    pub index: LogIndex,
    /// The state after that entry. [`Machine::snapshot`] encodes it.
    pub machine: Machine,
}

/// The state of compaction.
pub struct Compaction {
    policy: Policy,
    /// The last entry of the newest snapshot, and what was applied since.
    last: LogIndex,
    entries: u64,
    bytes: u64,
    is_requested: bool,
    is_running: bool,
    /// A snapshot with which the log is not yet compacted.
    held: Option<(LogIndex, Arc<[u8]>)>,
    /// It was requested by an operator: the log is compacted at once.
    is_urgent: bool,
}

impl Compaction {
    /// Servers take their snapshots at different times, so that they are not slow together.
    pub fn new(last: LogIndex, policy: Policy, id: NodeId) -> Compaction {
        let more = policy.entries / 8 * u64::from(id.0 % 4);
        let policy = Policy { entries: policy.entries.saturating_add(more), ..policy };
        Compaction {
            policy,
            last,
            entries: 0,
            bytes: 0,
            is_requested: false,
            is_running: false,
            held: None,
            is_urgent: false,
        }
    }

    pub fn applied(&mut self, entry: &Entry<Command>) {
        self.entries += 1;
        self.bytes += entry.size() as u64;
    }

    pub fn request(&mut self) {
        self.is_requested = true;
    }

    /// Space is low: a snapshot now, if it makes the log much shorter.
    pub fn shrink(&mut self) {
        self.is_requested |= self.bytes >= WORTH;
    }

    pub fn taken(&mut self, index: LogIndex, data: Arc<[u8]>) {
        self.is_running = false;
        if index > self.last {
            self.held = Some((index, data));
        }
    }

    /// A leader's snapshot, up to `index`, replaced the state.
    pub fn restored(&mut self, index: LogIndex) {
        self.last = index;
        (self.entries, self.bytes) = (0, 0);
        self.held = None;
    }

    /// Whether a snapshot begins now, of the state after `applied`.
    pub fn begins(&mut self, applied: LogIndex) -> bool {
        let begins = self.is_due() && applied > self.last;
        if begins {
            self.is_running = true;
            self.is_urgent = std::mem::take(&mut self.is_requested);
            (self.entries, self.bytes) = (0, 0);
        }
        begins
    }

    fn is_due(&self) -> bool {
        let Policy { entries, bytes, .. } = self.policy;
        let is_large = self.entries >= entries || self.bytes >= bytes;
        !self.is_running && self.held.is_none() && (self.is_requested || is_large)
    }

    /// The snapshot with which the log is to be compacted now.
    pub fn take_held(&mut self, applied: LogIndex) -> Option<(LogIndex, Arc<[u8]>)> {
        let retained = if self.is_urgent { 0 } else { self.policy.retained };
        let is_ready = |(index, _): &(LogIndex, _)| applied.0 >= index.0 + retained;
        let held = self.held.take_if(|held| is_ready(held))?;
        self.is_urgent = false;
        self.last = held.0;
        Some(held)
    }
}
