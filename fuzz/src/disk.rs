//! The disk of one node: a durable image, and a queue of writes that are not durable yet.
//!
//! Promises: writes reach the image in the order they were asked for; a crash keeps a prefix of
//! the queue; a failing write leaves a prefix of its parts, in the order that [`Write`] documents.
//! Knows nothing of nodes.

use std::collections::VecDeque;

use raft::{HardState, LogIndex};

use crate::event::ALL;
use crate::replica::{Durable, Write};

/// How the host handles storage. [`Driver::CORRECT`] keeps the contract of [`Write`].
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// A torn write puts its entries on the disk before its hard state.
    pub entries_before_hard_state: bool,
}

impl Driver {
    /// What a host has to do.
    pub const CORRECT: Driver = Driver { entries_before_hard_state: false };
}

/// The disk of one node.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    /// What is durable.
    pub image: Durable,
    /// What was asked for, oldest first.
    pub pending: VecDeque<Write>,
}

impl Disk {
    /// Empties it.
    pub fn clear(&mut self) {
        self.image.hard_state = HardState::default();
        self.image.entries.clear();
        self.pending.clear();
    }

    /// Makes `write` durable.
    pub fn store(&mut self, write: &Write) {
        if let Some(hard_state) = write.hard_state {
            self.image.hard_state = hard_state;
        }
        if let Some(LogIndex(index)) = write.truncate_from {
            self.image.entries.truncate(index.saturating_sub(1) as usize);
        }
        self.image.entries.extend_from_slice(&write.entries);
    }
}

/// The part of `write` that reaches the disk when it is torn at `torn`, an operand of
/// [`Operand::Torn`](crate::event::Operand::Torn).
pub fn torn_part(mut write: Write, torn: u8, driver: Driver) -> Write {
    match (torn, driver.entries_before_hard_state) {
        (ALL, _) => {}
        (0, _) => {
            write.hard_state = None;
            write.truncate_from = None;
            write.entries.clear();
        }
        (1, true) => write.hard_state = None,
        (1, false) => {
            write.truncate_from = None;
            write.entries.clear();
        }
        (_, misordered) => {
            write.entries.truncate(usize::from(torn - 2));
            if misordered {
                write.hard_state = None;
            }
        }
    }
    write
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{Entry, LogId, Payload, Term, WriteId};

    fn write() -> Write {
        let entry = |index| Entry { id: LogId::new(2, index), payload: Payload::Command(index) };
        Write {
            id: WriteId(1),
            hard_state: Some(HardState { term: Term(2), vote: None }),
            truncate_from: Some(LogIndex(2)),
            entries: vec![entry(2), entry(3)],
        }
    }

    #[test]
    fn a_torn_write_leaves_its_parts_in_order() {
        let parts = |torn| {
            let part = torn_part(write(), torn, Driver::CORRECT);
            (part.hard_state.is_some(), part.truncate_from.is_some(), part.entries.len())
        };
        assert_eq!(parts(0), (false, false, 0));
        assert_eq!(parts(1), (true, false, 0));
        assert_eq!(parts(2), (true, true, 0));
        assert_eq!(parts(3), (true, true, 1));
        assert_eq!(parts(9), (true, true, 2));
        assert_eq!(parts(ALL), (true, true, 2));
    }

    #[test]
    fn storing_a_write_truncates_before_it_appends() {
        let mut disk = Disk::default();
        disk.image.entries =
            (1..=4).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        disk.store(&write());
        let ids: Vec<LogId> = disk.image.entries.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [LogId::new(1, 1), LogId::new(2, 2), LogId::new(2, 3)]);
    }
}
