//! Commands and writes in the form that stores take.
//!
//! Promises: what a store gives back is what it was given, or it is no command.

use std::borrow::Cow;

use raft::{Entry, Payload};
use store::Stored;

use crate::replica::{Command, Durable, Write};

/// A command as a store sees it: its number, and for some numbers a padding, so that what is saved
/// at once often takes several sectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredCommand(pub Command);

impl StoredCommand {
    /// How many bytes of padding it has.
    fn padding(self) -> usize {
        match self.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 60 {
            0..=8 => 0,
            9..=12 => 400,
            13..=14 => 1_100,
            _ => 2_000,
        }
    }
}

impl raft::Command for StoredCommand {
    fn size(&self) -> usize {
        size_of::<Command>() + self.padding()
    }
}

impl Stored for StoredCommand {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        let mut bytes = self.0.to_le_bytes().to_vec();
        bytes.resize(bytes.len() + self.padding(), self.0 as u8);
        Cow::Owned(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<StoredCommand> {
        let (number, padding) = bytes.split_at_checked(size_of::<Command>())?;
        let command = StoredCommand(Command::from_le_bytes(number.try_into().ok()?));
        let is_whole = padding.len() == command.padding();
        (is_whole && padding.iter().all(|&byte| byte == command.0 as u8)).then_some(command)
    }
}

fn entry<A: Copy, B>(entry: &Entry<A>, command: impl Fn(A) -> B) -> Entry<B> {
    let payload = match &entry.payload {
        Payload::Noop => Payload::Noop,
        Payload::Command(number) => Payload::Command(command(*number)),
        Payload::Change(membership) => Payload::Change(*membership),
    };
    Entry { id: entry.id, payload }
}

/// A write for a store, which has no commit index.
pub(super) fn stored(write: &Write) -> raft::Write<StoredCommand> {
    raft::Write {
        id: write.id,
        hard_state: write.hard_state,
        truncate_from: write.truncate_from,
        snapshot: write.snapshot.clone(),
        tail: write.tail,
        entries: write.entries.iter().map(|it| entry(it, StoredCommand)).collect(),
    }
}

/// What a store has read.
pub(super) fn read(durable: raft::Durable<StoredCommand>) -> Durable {
    let raft::Durable { hard_state, snapshot, entries, .. } = durable;
    let entries = entries.iter().map(|it| entry(it, |command| command.0)).collect();
    Durable { hard_state, snapshot, entries, ..Durable::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_back_and_other_bytes_are_no_commands() {
        let mut lengths = Vec::new();
        for number in 0..60 {
            let bytes = StoredCommand(number).to_bytes().into_owned();
            assert_eq!(StoredCommand::from_bytes(&bytes), Some(StoredCommand(number)));
            assert_eq!(StoredCommand::from_bytes(&bytes[1..]), None);
            if bytes.len() > 8 {
                let mut other = bytes.clone();
                other[bytes.len() - 1] ^= 1;
                assert_eq!(StoredCommand::from_bytes(&other), None);
            }
            lengths.push(bytes.len());
        }
        assert!(lengths.contains(&8) && lengths.iter().any(|&length| length > 1_000));
    }
}
