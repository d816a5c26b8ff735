//! The disk of a state machine: its data and its applied index, apart from the log of its Raft.
//!
//! Promises: [`MachineStore`] is all that the harness asks of such a disk. [`InMemory`] makes data
//! and index durable together. Knows nothing of Rafts and of what the data means.

use raft::LogIndex;

/// The disk of one node's state machine. A crash loses what was not saved.
pub trait MachineStore {
    /// An empty disk.
    fn new() -> Self;

    /// The machine's data and the last entry that it has applied are durable, together.
    fn save(&mut self, applied: LogIndex, data: &[u8]);

    /// The machine is going to be restored from a snapshot: what was saved is overwritten piece by
    /// piece, until the next [`save`](MachineStore::save).
    fn begin_restore(&mut self);

    /// What a start finds: the last entry that was applied, and the data. None if nothing was
    /// saved, or if a restore was cut short: then the machine is rebuilt from the snapshot and the
    /// log of its node.
    fn open(&mut self) -> Option<(LogIndex, Vec<u8>)>;
}

/// A disk in memory.
#[derive(Clone, Debug, Default)]
pub struct InMemory(Option<(LogIndex, Vec<u8>)>);

impl MachineStore for InMemory {
    fn new() -> InMemory {
        InMemory::default()
    }

    fn save(&mut self, applied: LogIndex, data: &[u8]) {
        self.0 = Some((applied, data.into()));
    }

    fn begin_restore(&mut self) {
        self.0 = None;
    }

    fn open(&mut self) -> Option<(LogIndex, Vec<u8>)> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_finds_what_was_saved_last_unless_a_restore_was_cut_short() {
        let mut disk = InMemory::new();
        assert_eq!(disk.open(), None);
        disk.save(LogIndex(3), b"three");
        disk.save(LogIndex(4), b"four");
        assert_eq!(disk.open(), Some((LogIndex(4), b"four".to_vec())));
        disk.begin_restore();
        assert_eq!(disk.open(), None);
        disk.save(LogIndex(9), b"nine");
        assert_eq!(disk.open(), Some((LogIndex(9), b"nine".to_vec())));
    }
}
