//! What a replica writes, and what it starts from.

use std::sync::Arc;

use raft::{HardState, LogIndex, Payload, Snapshot, WriteId};

use crate::base::cloning::clone_by_field;

/// A client's command: its number among all proposals of a run, from 1 on.
pub type Command = u64;
/// A log entry with a [`Command`].
pub type Entry = raft::Entry<Command>;

/// A request to make a change to the durable state durable.
///
/// If the write is torn, its parts reach the disk in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// Its id, returned in [`Input::Persisted`](crate::replica::Input::Persisted), the oldest
    /// first. The harness does not interpret it.
    pub id: WriteId,
    /// The new term and vote, if they changed.
    pub hard_state: Option<HardState>,
    /// Remove this entry and all that follow it, before appending; none if nothing is removed.
    pub truncate_from: Option<LogIndex>,
    /// The new snapshot, which replaces all entries up to its last: these are removed with it, but
    /// for the tail.
    pub snapshot: Option<Arc<Snapshot>>,
    /// With a snapshot: how many of the last entries that it covers stay. The log contains the
    /// snapshot's last entry then.
    pub tail: u64,
    /// Entries to append, in order and without a gap. A leader requests the write of its own
    /// entries no later than it sends them.
    pub entries: Vec<Entry>,
    /// The new commit index, from a Raft that stores it.
    pub commit: Option<LogIndex>,
    /// Whether it must be synced. If not, [`Input::Persisted`](crate::replica::Input::Persisted)
    /// follows as soon as all earlier writes are reported as durable, and a crash may still lose
    /// it.
    pub sync: bool,
}

impl Write {
    /// Whether one of its entries changes the membership.
    pub fn changes_membership(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.payload, Payload::Change(_)))
    }
}

/// The durable state from which a replica starts: a disk's content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Durable {
    /// Term and vote.
    pub hard_state: HardState,
    /// The last snapshot.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The log, from index 1 on, or from the entry after the snapshot's last, or from an earlier
    /// one if writes kept a tail.
    pub entries: Vec<Entry>,
    /// The commit index, if it was ever stored. A Raft that stores it shows it right after the
    /// start.
    pub commit: LogIndex,
    /// The last entry that the state machine has applied, if it has a disk of its own; else 0. The
    /// replica hands out only entries after this one and after the snapshot's last. The entries up
    /// to here were committed, but the log can have lost them, or still have others in their place.
    pub applied: LogIndex,
    /// The number of the node's incarnation: how often it has started, this start included, with
    /// whatever disk.
    pub incarnation: u64,
    /// With the feature `wall-clock`: what the node's clock shows at this start.
    pub clock: u64,
    /// The disk was emptied since the node was removed from the cluster, and the node joins again
    /// under its old name.
    pub joining: bool,
}

clone_by_field!(Durable;
    hard_state, snapshot, entries, commit, applied, incarnation, clock, joining
);

impl Durable {
    /// Whether another disk has the same hard state, snapshot and log.
    pub(crate) fn has_content_of(&self, other: &Durable) -> bool {
        (self.hard_state, &self.snapshot, &self.entries)
            == (other.hard_state, &other.snapshot, &other.entries)
    }
}
