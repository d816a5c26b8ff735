//! The records of a log: parts of writes, as bytes.
//!
//! A batch's payload is a sequence of records in bincode's standard form. Promises: what is encoded
//! is decoded to the same; any other bytes are refused, and never panic. Knows nothing of files.

use std::borrow::Cow;

use bincode::enc::write::Writer;
use bincode::error::{DecodeError, EncodeError};
use bincode::{BorrowDecode, Decode, Encode};
use raft::{Command, Entry, HardState, LogId, Membership, NodeId, Payload, Term};

/// A command that can be stored.
pub trait Stored: Command {
    /// Its bytes.
    fn to_bytes(&self) -> Cow<'_, [u8]>;

    /// The command of these bytes; none if they are not a command's.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

impl Stored for Vec<u8> {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(self)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Vec<u8>> {
        Some(bytes.to_vec())
    }
}

impl Stored for u64 {
    fn to_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Owned(self.to_le_bytes().to_vec())
    }

    fn from_bytes(bytes: &[u8]) -> Option<u64> {
        Some(u64::from_le_bytes(bytes.try_into().ok()?))
    }
}

/// The version of the log's format, in the first record of each segment.
pub const VERSION: u32 = 1;

/// One record.
#[derive(Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Record<'a> {
    /// The first of a segment.
    Start(Start),
    /// Term and vote, from here on.
    HardState(Vote),
    /// The entry at this index and all that follow it are removed.
    Truncate(u64),
    /// The snapshot that covers all entries up to its last, which are removed.
    Snapshot(Mark),
    /// A no-op entry.
    Noop(Place),
    /// An entry with a command.
    Command(Place, &'a [u8]),
    /// An entry that changes the membership: voters, outgoing voters and learners, a bit each.
    Change(Place, [u64; 3]),
}

/// The state at the beginning of a segment, and what precedes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Start {
    /// [`VERSION`].
    pub version: u32,
    /// The segment that this one continues, and how many of its batches count; none for the first.
    pub previous: Option<(u32, u32)>,
    /// Term and vote.
    pub vote: Vote,
    /// The snapshot.
    pub mark: Option<Mark>,
    /// The index of the last entry.
    pub last: u64,
}

/// Term and vote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Vote {
    term: u64,
    vote: Option<u8>,
}

/// A snapshot's last entry, and the checksum of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Mark {
    /// Its index.
    pub index: u64,
    /// Its term.
    pub term: u64,
    /// CRC-32C.
    pub checksum: u32,
}

/// Index and term of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Place {
    index: u64,
    term: u64,
}

impl From<HardState> for Vote {
    fn from(state: HardState) -> Vote {
        Vote { term: state.term.0, vote: state.vote.map(|id| id.0) }
    }
}

impl From<Vote> for HardState {
    fn from(state: Vote) -> HardState {
        HardState { term: Term(state.term), vote: state.vote.map(NodeId) }
    }
}

impl From<LogId> for Place {
    fn from(id: LogId) -> Place {
        Place { index: id.index.0, term: id.term.0 }
    }
}

impl From<Place> for LogId {
    fn from(place: Place) -> LogId {
        LogId::new(place.term, place.index)
    }
}

const FORM: bincode::config::Configuration = bincode::config::standard();

/// Appends `record` to `out`.
pub fn encode(record: &Record<'_>, out: &mut Vec<u8>) {
    let encoded = bincode::encode_into_writer(record, Bytes(out), FORM);
    encoded.expect("records have a form, and memory takes them");
}

/// Appends the record of `entry` to `out`.
pub fn encode_entry<C: Stored>(entry: &Entry<C>, out: &mut Vec<u8>) {
    let place = entry.id.into();
    match &entry.payload {
        Payload::Noop => encode(&Record::Noop(place), out),
        Payload::Command(command) => encode(&Record::Command(place, &command.to_bytes()), out),
        Payload::Change(change) => encode(&Record::Change(place, change.bits()), out),
    }
}

/// Calls `use_record` with each record of a batch. Fails where the bytes are not a record, or
/// `use_record` says what is wrong with one.
pub fn decode(
    mut payload: &[u8],
    mut use_record: impl FnMut(Record<'_>) -> Result<(), String>,
) -> Result<(), String> {
    while !payload.is_empty() {
        let (record, length): (Record<'_>, usize) =
            bincode::borrow_decode_from_slice(payload, FORM).map_err(no_record)?;
        use_record(record)?;
        payload = &payload[length..];
    }
    Ok(())
}

fn no_record(error: DecodeError) -> String {
    format!("no record of this version: {error}")
}

/// The entry of a record, if it is one.
pub fn entry<C: Stored>(record: &Record<'_>) -> Result<Option<Entry<C>>, String> {
    let (place, payload) = match record {
        Record::Noop(place) => (place, Payload::Noop),
        Record::Change(place, sets) => (place, Payload::Change(Membership::from_bits(*sets))),
        Record::Command(place, bytes) => {
            let command = C::from_bytes(bytes);
            (place, Payload::Command(command.ok_or("the bytes of an entry are no command")?))
        }
        _ => return Ok(None),
    };
    Ok(Some(Entry { id: (*place).into(), payload }))
}

struct Bytes<'a>(&'a mut Vec<u8>);

impl Writer for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_decoded_to_what_was_encoded() {
        let place = Place { index: 9, term: 300 };
        let start = Start {
            version: VERSION,
            previous: Some((3, 70_000)),
            vote: Vote { term: 5, vote: Some(2) },
            mark: Some(Mark { index: 8, term: 4, checksum: u32::MAX }),
            last: 9,
        };
        let records = || {
            [
                Record::Start(start.clone()),
                Record::HardState(Vote::default()),
                Record::Truncate(4),
                Record::Snapshot(Mark { index: 1, term: 1, checksum: 0 }),
                Record::Noop(place),
                Record::Command(place, b"set x"),
                Record::Change(place, [7, 0, u64::MAX]),
            ]
        };
        let mut bytes = Vec::new();
        records().iter().for_each(|record| encode(record, &mut bytes));
        let mut expected = records().into_iter();
        let check = |record: Record<'_>| {
            assert_eq!(Some(record), expected.next());
            Ok(())
        };
        assert_eq!(decode(&bytes, check), Ok(()));
        assert_eq!(expected.next(), None);
    }

    #[test]
    fn bytes_that_are_no_record_are_refused() {
        for length in 0..40 {
            for byte in [1, 7, 200, 251, 252, 253, 255] {
                let bytes = vec![byte; length];
                let _ = decode(&bytes, |record| entry::<u64>(&record).map(drop));
            }
        }
        assert!(decode(&[200], |_| Ok(())).is_err());
        let mut bytes = Vec::new();
        encode(&Record::Command(Place { index: 1, term: 1 }, b"short"), &mut bytes);
        assert!(decode(&bytes, |record| entry::<u64>(&record).map(drop)).is_err());
    }
}
