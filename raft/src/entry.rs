//! The contents of a log: commands, entries, and snapshots that replace entries.

use std::sync::Arc;

use crate::ids::LogId;
use crate::membership::Membership;

/// A client's command for the state machine.
pub trait Command: Clone {
    /// How many bytes it counts as, against the limits of [`Config`](crate::Config).
    fn size(&self) -> usize;
}

impl Command for Vec<u8> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Command for &str {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Command for u64 {
    fn size(&self) -> usize {
        size_of::<u64>()
    }
}

/// The content of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payload<C> {
    /// A leader's first entry, with which it commits the entries before it (section 8).
    Noop,
    /// A client's command for the state machine.
    Command(C),
    /// The membership from this entry on (section 6).
    Change(Membership),
}

/// One log entry (Figure 2: each entry contains a command and the term when received by leader).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry<C = Vec<u8>> {
    /// Term and index.
    pub id: LogId,
    /// The command, no-op or membership.
    pub payload: Payload<C>,
}

impl<C: Command> Entry<C> {
    /// How many bytes it counts as: those of its payload and of its id.
    pub fn size(&self) -> usize {
        let payload = match &self.payload {
            Payload::Noop => 0,
            Payload::Command(command) => command.size(),
            Payload::Change(_) => size_of::<Membership>(),
        };
        size_of::<LogId>() + payload
    }
}

/// The state machine's state after all entries up to `last`, which replaces them in the log
/// (section 7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The last entry that it covers (Figure 13: last included index and term).
    pub last: LogId,
    /// The membership as of that entry.
    pub membership: Membership,
    /// The state machine's state, opaque to the core.
    pub data: Arc<[u8]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_an_entry_is_that_of_its_command_and_its_id() {
        let size = |payload| Entry { id: LogId::ZERO, payload }.size();
        assert_eq!(size(Payload::Command(vec![0; 5])), 16 + 5);
        assert_eq!(size(Payload::Noop), 16);
        assert_eq!(Entry { id: LogId::ZERO, payload: Payload::Command("five!") }.size(), 16 + 5);
    }
}
