//! The state machine of a node: all that it has applied, as one number.
//!
//! Promises: two machines are in the same state exactly if they have applied the same entries; a
//! snapshot that is mixed from the pieces of two is the state of neither. Knows nothing of nodes.

use std::sync::Arc;

use raft::{LogIndex, Snapshot};

use crate::chain::{mix, Link};
use crate::replica::Entry;

/// A state machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// The last entry that it has applied.
    pub applied: LogIndex,
    /// Hash of all that it has applied.
    pub state: u64,
}

/// A snapshot is this many numbers of eight bytes, all made from the state, so that it can come in
/// pieces.
const NUMBERS: u64 = 4;

impl Machine {
    /// What a machine has applied that has applied nothing.
    pub fn new() -> Machine {
        Machine { applied: LogIndex(0), state: Link::default().prefix }
    }

    /// Applies the next entry.
    pub fn apply(&mut self, entry: &Entry) {
        self.applied = entry.id.index;
        self.state = Link { prefix: self.state, ..Link::default() }.then(entry).prefix;
    }

    /// Its state, for another machine to go on from.
    pub fn data(&self) -> Arc<[u8]> {
        let numbers = (0..NUMBERS).map(|number| self.state ^ mix(number, number));
        numbers.flat_map(u64::to_le_bytes).collect()
    }

    /// The machine that a snapshot is of.
    pub fn restore(snapshot: &Snapshot) -> Machine {
        let numbers = snapshot.data.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
        let states = (0..NUMBERS).zip(numbers);
        let mut states =
            states.map(|(number, bytes)| u64::from_le_bytes(bytes) ^ mix(number, number));
        let first = states.next().unwrap_or_default();
        let whole = snapshot.data.len() as u64 == NUMBERS * 8 && states.all(|other| other == first);
        let state = if whole { first } else { !first };
        Machine { applied: snapshot.last.index, state }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{Entry, LogId, Membership, Payload};

    fn after(entries: u64) -> Machine {
        let mut machine = Machine::new();
        for index in 1..=entries {
            let payload = Payload::Command(index);
            machine.apply(&Entry { id: LogId::new(1, index), payload });
        }
        machine
    }

    fn snapshot(data: Arc<[u8]>, index: u64) -> Snapshot {
        Snapshot { last: LogId::new(1, index), membership: Membership::default(), data }
    }

    #[test]
    fn a_restored_machine_goes_on_like_the_one_that_was_saved() {
        let saved = after(3);
        assert_eq!(Machine::restore(&snapshot(saved.data(), 3)), saved);
    }

    #[test]
    fn pieces_of_two_snapshots_are_the_state_of_neither() {
        let (one, other) = (after(3), after(4));
        for cut in [8, 16, 24] {
            let mixed: Arc<[u8]> = [&one.data()[..cut], &other.data()[cut..]].concat().into();
            let machine = Machine::restore(&snapshot(mixed, 4));
            assert!(machine.state != one.state && machine.state != other.state);
        }
        let short: Arc<[u8]> = one.data()[..24].into();
        assert_ne!(Machine::restore(&snapshot(short, 3)).state, one.state);
    }
}
