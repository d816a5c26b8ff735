//! What a log holds: commands, entries, and snapshots that stand for entries.

use std::sync::Arc;

use crate::ids::LogId;
use crate::membership::Membership;

/// What a client asks the state machine to do.
pub trait Command: Clone {
    /// How many bytes it counts for, against the limits of [`Config`](crate::Config).
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

/// What an entry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payload<C> {
    /// A leader's first entry, which lets it commit what came before (section 8).
    Noop,
    /// A client's command for the state machine.
    Command(C),
    /// Who belongs to the cluster from here on (section 6).
    Change(Membership),
}

/// One log entry (Figure 2: each entry contains a command and the term when received by leader).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry<C = Vec<u8>> {
    /// Term and index.
    pub id: LogId,
    /// The command, or nothing.
    pub payload: Payload<C>,
}

impl<C: Command> Entry<C> {
    /// How many bytes it counts for: its command's, and those of its identity.
    pub fn size(&self) -> usize {
        let payload = match &self.payload {
            Payload::Noop => 0,
            Payload::Command(command) => command.size(),
            Payload::Change(_) => size_of::<Membership>(),
        };
        size_of::<LogId>() + payload
    }
}

/// The state machine's state after all entries up to one, which stands for them in the log
/// (section 7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The last entry that it stands for.
    pub last: LogId,
    /// Who belonged to the cluster then.
    pub membership: Membership,
    /// The state machine's state, which only the state machine reads.
    pub data: Arc<[u8]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_counts_for_the_bytes_of_its_command_and_its_identity() {
        let size = |payload| Entry { id: LogId::ZERO, payload }.size();
        assert_eq!(size(Payload::Command(vec![0; 5])), 16 + 5);
        assert_eq!(size(Payload::Noop), 16);
        assert_eq!(Entry { id: LogId::ZERO, payload: Payload::Command("five!") }.size(), 16 + 5);
    }
}
