//! What is behind the disk of a node: nothing, or a real store.
//!
//! Promises: with `()`, the image of a disk is the disk, and this module costs nothing. With a real
//! store, the image is what the store has promised; every write goes through the store, and every
//! start reads what the store has. Which operation fails and what a crash leaves follows from a
//! number that the cluster derives from the event. Knows nothing of events; `storage/` has the
//! implementation for real stores.

use crate::base::counts::Counts;
use crate::replica::durable::{Durable, Write};
use crate::replica::machine_store::{InMemory, MachineStore};

macro_rules! storage_goals {
    ($($name:ident = $text:literal, $meaning:literal;)*) => {
        /// A situation of a real store that a campaign should reach.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum StorageGoal { $(#[doc = $meaning] $name,)* }

        /// Name and meaning of every such goal, in order.
        pub const STORAGE_GOALS: [(&str, &str); [$($text),*].len()] = [$(($text, $meaning)),*];
    };
}

storage_goals! {
    GroupSaved = "group-saved", "Several writes were saved at once.";
    SnapshotSaved = "snapshot-saved", "A snapshot was saved.";
    Rotated = "rotated", "A further segment of a log was begun.";
    Compacted = "compacted", "A file that a snapshot covers was removed.";
    WriteTorn = "write-torn", "A write to a file was done in part.";
    SyncFailed = "sync-failed", "The sync of a file failed, and its data was dropped.";
    DirectorySyncFailed = "directory-sync-failed", "The sync of a directory failed.";
    OutOfSpace = "out-of-space", "A write to a file found no space.";
    FaultSurvived = "fault-survived", "A store reported a write as durable although an operation had failed.";
    CrashedAmidSave = "crashed-amid-save", "A process ended while its store was saving.";
    ProcessEnded = "process-ended", "A process ended with unsynced data in the page cache, which stays.";
    PowerFailed = "power-failed", "The power failed while something was not synced.";
    SectorsLost = "sectors-lost", "A power failure has lost sectors that were written.";
    NamesLost = "names-lost", "A power failure has undone a creation, a renaming or a removal.";
    TornTailDropped = "torn-tail-dropped", "A start has dropped an unfinished batch.";
    StartInterrupted = "start-interrupted", "A crash or an error has interrupted a start amid the store's recovery.";
    InDoubtKept = "in-doubt-kept", "A write that was in doubt was there at the next start.";
    InDoubtLost = "in-doubt-lost", "A write that was in doubt was not there at the next start.";
    BitFlipped = "bit-flipped", "A bit of a file was flipped.";
    DamageRefused = "damage-refused", "A store did not start from damaged files.";
    DamageHarmless = "damage-harmless", "A store started in spite of a flipped bit that made no difference.";
}

/// How often each [`StorageGoal`] was reached.
pub type StorageCounts = Counts<{ STORAGE_GOALS.len() }>;

/// The result of opening a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The state that it has read.
    Read(Box<Durable>),
    /// It does not start, and says why.
    Refused(String),
    /// It could not start this time: a fault of the file system has interrupted it.
    Interrupted(String),
}

/// The storage of one node. Without a store, [`NodeStorage::IS_REAL`] is false, and nothing else is
/// called.
pub trait NodeStorage: Sized {
    /// How a store is opened.
    type Options: Clone + Default;
    /// The disk of the node's state machine, for the feature `machine-disk`: [`InMemory`], or one's
    /// own.
    type Machine: MachineStore + Clone + std::fmt::Debug;

    /// Whether there is a store.
    const IS_REAL: bool;

    /// An empty disk.
    fn new(options: &Self::Options) -> Self;

    /// The disk has no space, or has space again.
    fn fill(&mut self, is_full: bool) {
        let _ = is_full;
    }

    /// Makes writes durable as one group, and says whether an operation has failed all the same; or
    /// says why they are in doubt, and takes no more. With a `fault`, an operation may fail that
    /// this number selects.
    fn save(&mut self, writes: &[Write], fault: Option<u64>) -> Result<bool, String> {
        let _ = (writes, fault);
        Ok(false)
    }

    /// The node stops, possibly while it saves `unfinished`: its process ends, or the power fails,
    /// as `fate` decides. Says which.
    fn stop(&mut self, unfinished: &[Write], fate: u64) -> String {
        let _ = (unfinished, fate);
        String::new()
    }

    /// The power fails while the node does not run.
    fn lose_power(&mut self, fate: u64) {
        let _ = fate;
    }

    /// Starts the store. If a number is given for `interruption`, it decides what interrupts the
    /// start, and the node stops again.
    fn open(&mut self, interruption: Option<u64>) -> Opened {
        let _ = interruption;
        Opened::Read(Box::default())
    }

    /// What a start would read now, if it succeeded.
    fn peek(&self) -> Option<Durable> {
        None
    }

    /// Flips a bit that `place` selects, and says where.
    fn damage(&mut self, place: u64) -> Option<String> {
        let _ = place;
        None
    }

    /// Whether a bit was ever flipped.
    fn is_damaged(&self) -> bool {
        false
    }

    /// The cluster has seen that a goal was reached.
    fn reach(&mut self, goal: StorageGoal) {
        let _ = goal;
    }

    /// How often each goal was reached in this run.
    fn goals(&self) -> StorageCounts {
        StorageCounts::default()
    }
}

/// No store: the image of a disk is the disk.
impl NodeStorage for () {
    type Options = ();
    type Machine = InMemory;

    const IS_REAL: bool = false;

    fn new((): &()) {}
}
