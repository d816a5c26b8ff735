//! What servers send each other: a greeting, and frames.
//!
//! A connection carries frames one way, and begins with a greeting both ways:
//!
//! | bytes | content                                                                |
//! |-------|------------------------------------------------------------------------|
//! | 0..4  | `wwkv`                                                                 |
//! | 4..8  | the version of this protocol: 2                                        |
//!
//! A frame is a length (of what follows it), a CRC-32C of the content, and the content, which is in
//! bincode's standard form. Numbers are little-endian, of four bytes. Promises: what is encoded is
//! decoded to the same; any other bytes are refused, with no more memory than their length. Knows
//! nothing of connections.

use bincode::{BorrowDecode, Encode};
use bytes::{Buf, Bytes, BytesMut};
use raft::{
    Appended, Body, Entry, LogId, LogIndex, Membership, Message, NodeId, Nonce, Payload,
    SnapshotChunk, Stamp, Term,
};

use crate::codec;
use crate::command::{Command, Session};
use crate::machine::Response;

/// What a connection begins with.
pub const GREETING: [u8; 8] = *b"wwkv\x02\0\0\0";
/// The version in [`GREETING`].
pub const VERSION: u32 = 2;
/// A frame's content has at most this many bytes.
pub const FRAME: usize = 16 << 20;
/// The content of [`Hello`] and [`Welcome`] has at most this many bytes.
pub const HELLO: usize = 256;
const HEADER: usize = 8;

/// The version in a greeting; none if it is no greeting.
pub fn version_of(greeting: [u8; 8]) -> Option<u32> {
    let [a, b, c, d] = [4, 5, 6, 7].map(|at| greeting[at]);
    (greeting[..4] == GREETING[..4]).then(|| u32::from_le_bytes([a, b, c, d]))
}

/// The first frame of a connection, from the server that connected.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub struct Hello {
    /// Who connects.
    pub from: u8,
    /// Whom it wants.
    pub to: u8,
    /// The id of its data directory, which an empty directory gets at random.
    pub disk: [u8; 16],
    /// Where it can be reached, for a server that has not heard of it yet and must answer it.
    pub address: String,
}

/// The answer to [`Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Welcome {
    /// Frames may follow. The data directory's id is on record, durably.
    Accepted,
    /// None may follow.
    Refused(Refusal),
}

/// Why a server is refused.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Refusal {
    /// It is no member, and is not being added.
    NoMember,
    /// It was removed.
    Removed,
    /// Its data directory is not the one that is on record.
    OtherDisk,
    /// Another server was wanted.
    OtherServer(u8),
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::NoMember => write!(f, "it is no member: add it with RAFT ADD id host:port"),
            Refusal::Removed => write!(f, "it was removed from the cluster: its id is used up"),
            Refusal::OtherDisk => write!(
                f,
                "it was known with another data directory, whose votes and entries are lost: \
                 remove it, and add a new server with a new id"
            ),
            Refusal::OtherServer(id) => write!(f, "this is server {id}: check --peers"),
        }
    }
}

/// One frame between servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A message of Raft.
    Raft(Message<Command>),
    /// Commands for the leader of `term`, in order, of one session.
    Forward {
        /// The term in which the receiver leads, to the sender's knowledge.
        term: Term,
        /// The number of the command before them; none if all before them are answered.
        previous: Option<u64>,
        /// The commands.
        commands: Vec<Command>,
    },
    /// The leader's disk is full: it took none of these commands from the frame in which they were
    /// forwarded.
    Declined {
        /// The session.
        session: Session,
        /// The first command's number.
        first: u64,
        /// The last one's: that of the last command in the frame.
        last: u64,
    },
    /// Responses to forwarded commands, by number.
    Answers {
        /// The session that they belong to.
        session: Session,
        /// The responses.
        answers: Vec<(u64, Response)>,
    },
    /// An operator's request for the leader.
    Operate {
        /// The request's number at the sender.
        number: u64,
        /// What to do.
        order: Order,
    },
    /// The answer to an operator's request.
    Operated {
        /// The request's number at the receiver.
        number: u64,
        /// Its result, as one line.
        result: Result<String, String>,
    },
}

/// An operator's request that only a leader can carry out.
#[derive(Clone, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub enum Order {
    /// Add a server.
    Add {
        /// Its id.
        id: u8,
        /// Where its peers reach it.
        address: String,
    },
    /// Remove a server.
    Remove(u8),
    /// Hand over leadership.
    Transfer(u8),
}

/// Appends a value as a frame to `out`.
pub fn encode<T: Encode>(value: &T, out: &mut BytesMut) {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER]);
    codec::encode_into(value, out);
    let sum = crc32c::crc32c(&out[start + HEADER..]);
    let length = (out.len() - start - 4) as u32;
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + HEADER].copy_from_slice(&sum.to_le_bytes());
}

/// Appends a frame to `out`.
pub fn encode_frame(frame: &Frame, out: &mut BytesMut) {
    encode(&WireFrame::from(frame), out);
}

/// Takes the content of the first frame out of `buffer`; none if it has not arrived as a whole.
pub fn take(buffer: &mut BytesMut) -> Result<Option<Bytes>, String> {
    take_within(FRAME, buffer)
}

/// As [`take`]; the content has at most `most` bytes.
pub fn take_within(most: usize, buffer: &mut BytesMut) -> Result<Option<Bytes>, String> {
    let Some(length) = buffer.first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_le_bytes(*length) as usize;
    if !(4..=most + 4).contains(&length) {
        return Err(format!("a frame of {length} bytes; at most {most} are allowed"));
    }
    if buffer.len() < 4 + length {
        buffer.reserve(4 + length - buffer.len());
        return Ok(None);
    }
    let mut frame = buffer.split_to(4 + length).freeze();
    frame.advance(4);
    let sum = frame.get_u32_le();
    match crc32c::crc32c(&frame) == sum {
        true => Ok(Some(frame)),
        false => Err("a frame's checksum is wrong".into()),
    }
}

/// The value in a frame's content.
pub fn decode<'a, T: BorrowDecode<'a, ()>>(content: &'a [u8]) -> Result<T, String> {
    codec::decode::<{ 4 * FRAME }, _>(content)
        .map_err(|error| format!("no frame of this version: {error}"))
}

/// The frame with this content, from server `from` to server `to`.
pub fn decode_frame(content: &[u8], from: NodeId, to: NodeId) -> Result<Frame, String> {
    let frame: WireFrame<'_> = decode(content)?;
    Ok(match frame {
        WireFrame::Raft(term, body) => {
            Frame::Raft(Message { from, to, term: Term(bounded(term)?), body: body.into_body()? })
        }
        WireFrame::Forward(term, previous, commands) => {
            let commands = commands.into_iter().map(command).collect();
            Frame::Forward { term: Term(bounded(term)?), previous, commands }
        }
        WireFrame::Declined(session, first, last) => Frame::Declined { session, first, last },
        WireFrame::Answers(session, answers) => Frame::Answers { session, answers },
        WireFrame::Operate(number, order) => Frame::Operate { number, order },
        WireFrame::Operated(number, result) => Frame::Operated { number, result },
    })
}

fn command(bytes: &[u8]) -> Command {
    Command(Bytes::copy_from_slice(bytes))
}

#[derive(Encode, BorrowDecode)]
enum WireFrame<'a> {
    Raft(u64, WireBody<'a>),
    Forward(u64, Option<u64>, Vec<&'a [u8]>),
    Declined(Session, u64, u64),
    Answers(Session, Vec<(u64, Response)>),
    Operate(u64, Order),
    Operated(u64, Result<String, String>),
}

/// Index and term.
type Id = (u64, u64);

#[derive(Encode, BorrowDecode)]
enum WireBody<'a> {
    RequestVote {
        last: Id,
        transfer: bool,
    },
    RequestVoteReply(bool, u64),
    PreVote(Id),
    PreVoteReply(bool),
    AppendEntries {
        prev: Id,
        commit: u64,
        stamp: u64,
        lease: u64,
        entries: Vec<(Id, WirePayload<'a>)>,
    },
    Accepted {
        index: u64,
        stamp: u64,
        lease: u64,
    },
    Rejected {
        prev: u64,
        hint: Id,
        stamp: u64,
        lease: u64,
    },
    InstallSnapshot {
        last: Id,
        sets: [u64; 3],
        offset: u64,
        done: bool,
        stamp: u64,
        lease: u64,
        data: &'a [u8],
    },
    InstallSnapshotReply {
        last: Id,
        received: u64,
        stamp: u64,
    },
    TimeoutNow,
    ReadIndex(Id),
    ReadIndexReply(Id, Option<u64>),
    PreVoteUnknown,
}

#[derive(Encode, BorrowDecode)]
enum WirePayload<'a> {
    Noop,
    Command(&'a [u8]),
    Change([u64; 3]),
}

fn wire_id(id: LogId) -> Id {
    (id.index.0, id.term.0)
}

fn log_id((index, term): Id) -> Result<LogId, String> {
    Ok(LogId::new(bounded(term)?, bounded(index)?))
}

/// A term or an index, to which one can be added without an overflow for some time to come.
fn bounded(number: u64) -> Result<u64, String> {
    match number >> 56 {
        0 => Ok(number),
        _ => Err(format!("{number} is no term and no index")),
    }
}

fn wire_nonce(nonce: Nonce) -> Id {
    (nonce.incarnation, nonce.number)
}

impl<'a> From<&'a Frame> for WireFrame<'a> {
    fn from(frame: &'a Frame) -> WireFrame<'a> {
        match frame {
            Frame::Raft(message) => WireFrame::Raft(message.term.0, (&message.body).into()),
            Frame::Forward { term, previous, commands } => {
                let commands = commands.iter().map(|command| &command.0[..]).collect();
                WireFrame::Forward(term.0, *previous, commands)
            }
            Frame::Declined { session, first, last } => {
                WireFrame::Declined(*session, *first, *last)
            }
            Frame::Answers { session, answers } => WireFrame::Answers(*session, answers.clone()),
            Frame::Operate { number, order } => WireFrame::Operate(*number, order.clone()),
            Frame::Operated { number, result } => WireFrame::Operated(*number, result.clone()),
        }
    }
}

impl<'a> From<&'a Body<Command>> for WireBody<'a> {
    fn from(body: &'a Body<Command>) -> WireBody<'a> {
        match body {
            Body::RequestVote { last_log, transfer } => {
                WireBody::RequestVote { last: wire_id(*last_log), transfer: *transfer }
            }
            Body::RequestVoteReply { granted, lease } => {
                WireBody::RequestVoteReply(*granted, *lease)
            }
            Body::PreVote { last_log } => WireBody::PreVote(wire_id(*last_log)),
            Body::PreVoteReply { granted } => WireBody::PreVoteReply(*granted),
            Body::PreVoteUnknown => WireBody::PreVoteUnknown,
            Body::AppendEntries { prev_log, entries, leader_commit, stamp, lease } => {
                let entries = entries.iter().map(|entry| {
                    let payload = match &entry.payload {
                        Payload::Noop => WirePayload::Noop,
                        Payload::Command(command) => WirePayload::Command(&command.0),
                        Payload::Change(change) => WirePayload::Change(change.bits()),
                    };
                    (wire_id(entry.id), payload)
                });
                WireBody::AppendEntries {
                    prev: wire_id(*prev_log),
                    commit: leader_commit.0,
                    stamp: stamp.bits(),
                    lease: *lease,
                    entries: entries.collect(),
                }
            }
            Body::AppendEntriesReply { appended, stamp, lease } => match appended {
                Appended::Accepted { match_index } => {
                    let (index, stamp) = (match_index.0, stamp.bits());
                    WireBody::Accepted { index, stamp, lease: *lease }
                }
                Appended::Rejected { prev_index, hint } => WireBody::Rejected {
                    prev: prev_index.0,
                    hint: wire_id(*hint),
                    stamp: stamp.bits(),
                    lease: *lease,
                },
            },
            Body::InstallSnapshot(chunk) => WireBody::InstallSnapshot {
                last: wire_id(chunk.last),
                sets: chunk.membership.bits(),
                offset: chunk.offset,
                done: chunk.done,
                stamp: chunk.stamp.bits(),
                lease: chunk.lease,
                data: &chunk.data,
            },
            Body::InstallSnapshotReply { last, received, stamp } => {
                let (last, stamp) = (wire_id(*last), stamp.bits());
                WireBody::InstallSnapshotReply { last, received: *received, stamp }
            }
            Body::TimeoutNow => WireBody::TimeoutNow,
            Body::ReadIndex { nonce } => WireBody::ReadIndex(wire_nonce(*nonce)),
            Body::ReadIndexReply { nonce, index } => {
                WireBody::ReadIndexReply(wire_nonce(*nonce), index.map(|index| index.0))
            }
        }
    }
}

impl WireBody<'_> {
    /// The body, unless it breaks what the core takes for granted: consecutive entries, and numbers
    /// that do not overflow.
    fn into_body(self) -> Result<Body<Command>, String> {
        Ok(match self {
            WireBody::RequestVote { last, transfer } => {
                Body::RequestVote { last_log: log_id(last)?, transfer }
            }
            WireBody::RequestVoteReply(granted, lease) => Body::RequestVoteReply { granted, lease },
            WireBody::PreVote(last) => Body::PreVote { last_log: log_id(last)? },
            WireBody::PreVoteReply(granted) => Body::PreVoteReply { granted },
            WireBody::PreVoteUnknown => Body::PreVoteUnknown,
            WireBody::AppendEntries { prev, commit, stamp, lease, entries } => {
                Body::AppendEntries {
                    prev_log: log_id(prev)?,
                    entries: consecutive(prev, entries)?,
                    leader_commit: LogIndex(bounded(commit)?),
                    stamp: Stamp::from_bits(stamp),
                    lease,
                }
            }
            WireBody::Accepted { index, stamp, lease } => Body::AppendEntriesReply {
                appended: Appended::Accepted { match_index: LogIndex(bounded(index)?) },
                stamp: Stamp::from_bits(stamp),
                lease,
            },
            WireBody::Rejected { prev, hint, stamp, lease } => Body::AppendEntriesReply {
                appended: Appended::Rejected {
                    prev_index: LogIndex(bounded(prev)?),
                    hint: log_id(hint)?,
                },
                stamp: Stamp::from_bits(stamp),
                lease,
            },
            WireBody::InstallSnapshot { last, sets, offset, done, stamp, lease, data } => {
                Body::InstallSnapshot(Box::new(SnapshotChunk {
                    last: log_id(last)?,
                    membership: Membership::from_bits(sets),
                    offset: bounded(offset)?,
                    data: data.to_vec(),
                    done,
                    stamp: Stamp::from_bits(stamp),
                    lease,
                }))
            }
            WireBody::InstallSnapshotReply { last, received, stamp } => {
                let (last, stamp) = (log_id(last)?, Stamp::from_bits(stamp));
                Body::InstallSnapshotReply { last, received, stamp }
            }
            WireBody::TimeoutNow => Body::TimeoutNow,
            WireBody::ReadIndex((incarnation, number)) => {
                Body::ReadIndex { nonce: Nonce { incarnation, number } }
            }
            WireBody::ReadIndexReply((incarnation, number), index) => Body::ReadIndexReply {
                nonce: Nonce { incarnation, number },
                index: index.map(bounded).transpose()?.map(LogIndex),
            },
        })
    }
}

/// The entries, if each follows the one before it.
fn consecutive(
    prev: Id,
    entries: Vec<(Id, WirePayload<'_>)>,
) -> Result<Vec<Entry<Command>>, String> {
    let (mut index, mut term) = prev;
    let mut consecutive = Vec::with_capacity(entries.len());
    for (id, payload) in entries {
        let next = log_id(id)?;
        if index.checked_add(1) != Some(id.0) || id.1 < term {
            return Err(format!("entry {next} follows {}", LogId::new(term, index)));
        }
        (index, term) = id;
        let payload = match payload {
            WirePayload::Noop => Payload::Noop,
            WirePayload::Command(bytes) => Payload::Command(command(bytes)),
            WirePayload::Change(sets) => Payload::Change(Membership::from_bits(sets)),
        };
        consecutive.push(Entry { id: next, payload });
    }
    Ok(consecutive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::NodeSet;

    const FROM: NodeId = NodeId(1);
    const TO: NodeId = NodeId(2);

    fn frames() -> Vec<Frame> {
        let (id, stamp) = (LogId::new(3, 9), Stamp::from_bits(1 << 40));
        let (lease, nonce) = (6, Nonce { incarnation: 4, number: 5 });
        let membership = Membership::new(NodeSet::first(3));
        let command = Command(Bytes::from_static(b"command"));
        let entry = |index, payload| Entry { id: LogId::new(3, index), payload };
        let entries = vec![
            entry(10, Payload::Noop),
            entry(11, Payload::Command(command.clone())),
            entry(12, Payload::Change(membership)),
        ];
        let chunk = SnapshotChunk {
            last: id,
            membership,
            offset: 7,
            data: vec![1],
            done: true,
            stamp,
            lease,
        };
        let appended = |appended| Body::AppendEntriesReply { appended, stamp, lease };
        let bodies = [
            Body::RequestVote { last_log: id, transfer: true },
            Body::RequestVoteReply { granted: true, lease },
            Body::PreVote { last_log: id },
            Body::PreVoteReply { granted: false },
            Body::AppendEntries { prev_log: id, entries, leader_commit: LogIndex(8), stamp, lease },
            appended(Appended::Accepted { match_index: LogIndex(6) }),
            appended(Appended::Rejected { prev_index: LogIndex(6), hint: id }),
            Body::InstallSnapshot(Box::new(chunk)),
            Body::InstallSnapshotReply { last: id, received: 8, stamp },
            Body::TimeoutNow,
            Body::ReadIndex { nonce },
            Body::ReadIndexReply { nonce, index: Some(LogIndex(2)) },
            Body::ReadIndexReply { nonce, index: None },
            Body::PreVoteUnknown,
        ];
        let raft = |body| Frame::Raft(Message { from: FROM, to: TO, term: Term(300), body });
        let session = Session { server: 1, incarnation: 2 };
        let answers = vec![(1, Response::Done), (2, Response::Value(Some(vec![7].into())))];
        let order = Order::Add { id: 4, address: "127.0.0.1:7104".into() };
        bodies
            .into_iter()
            .map(raft)
            .chain([
                Frame::Forward { term: Term(2), previous: Some(4), commands: vec![command] },
                Frame::Declined { session, first: 9, last: 11 },
                Frame::Answers { session, answers },
                Frame::Operate { number: 1, order },
                Frame::Operate { number: 2, order: Order::Remove(3) },
                Frame::Operated { number: 1, result: Err("why".into()) },
            ])
            .collect()
    }

    #[test]
    fn frames_are_decoded_to_what_was_encoded_whatever_the_pieces() {
        let mut bytes = BytesMut::new();
        frames().iter().for_each(|frame| encode_frame(frame, &mut bytes));
        for size in [1, 2, 3, 7, 64, bytes.len()] {
            let (mut buffer, mut decoded) = (BytesMut::new(), Vec::new());
            for piece in bytes.chunks(size) {
                buffer.extend_from_slice(piece);
                while let Some(content) = take(&mut buffer).expect("it is valid") {
                    decoded.push(decode_frame(&content, FROM, TO).expect("it is a frame"));
                }
            }
            assert_eq!(decoded, frames(), "{size}");
            assert!(buffer.is_empty());
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_in_a_frame_is_refused_or_never_completes_it() {
        for frame in frames() {
            let mut bytes = BytesMut::new();
            encode_frame(&frame, &mut bytes);
            for bit in 0..bytes.len() * 8 {
                let mut flipped = BytesMut::from(&bytes[..]);
                flipped[bit / 8] ^= 1 << (bit % 8);
                let taken = take(&mut flipped);
                assert!(matches!(taken, Ok(None) | Err(_)), "bit {bit} of {frame:?}: {taken:?}");
            }
        }
    }

    #[test]
    fn a_cut_or_garbled_content_is_refused_and_never_panics() {
        for frame in frames() {
            let mut bytes = BytesMut::new();
            encode_frame(&frame, &mut bytes);
            let content = &bytes[HEADER..];
            for length in 0..content.len() {
                assert!(decode_frame(&content[..length], FROM, TO).is_err());
                for byte in [0, 1, 250, 251, 252, 253, 255] {
                    let mut garbled = content.to_vec();
                    garbled[length] = byte;
                    let _ = decode_frame(&garbled, FROM, TO);
                }
            }
        }
    }

    #[test]
    fn entries_that_do_not_follow_each_other_are_refused() {
        let entry = |index| Entry { id: LogId::new(1, index), payload: Payload::Noop };
        for entries in [vec![entry(3)], vec![entry(2), entry(2)], vec![entry(2), entry(4)]] {
            let body = Body::AppendEntries {
                prev_log: LogId::new(1, 1),
                entries,
                leader_commit: LogIndex(0),
                stamp: Stamp::default(),
                lease: 0,
            };
            let frame = Frame::Raft(Message { from: FROM, to: TO, term: Term(1), body });
            let mut bytes = BytesMut::new();
            encode_frame(&frame, &mut bytes);
            assert!(decode_frame(&bytes[HEADER..], FROM, TO).is_err());
        }
    }

    #[test]
    fn terms_and_indexes_that_could_overflow_are_refused() {
        let decode = |term, last_log| {
            let body = Body::PreVote { last_log };
            let frame = Frame::Raft(Message { from: FROM, to: TO, term: Term(term), body });
            let mut bytes = BytesMut::new();
            encode_frame(&frame, &mut bytes);
            decode_frame(&bytes[HEADER..], FROM, TO)
        };
        let large = 1 << 56;
        assert!(decode(large - 1, LogId::new(large - 1, large - 1)).is_ok());
        assert!(decode(large, LogId::ZERO).is_err());
        assert!(decode(1, LogId::new(u64::MAX, 1)).is_err());
        assert!(decode(1, LogId::new(1, large)).is_err());
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_at_its_length() {
        let mut bytes = BytesMut::from(&u32::MAX.to_le_bytes()[..]);
        assert!(take(&mut bytes).is_err());
        let mut bytes = BytesMut::from(&3u32.to_le_bytes()[..]);
        assert!(take(&mut bytes).is_err());
        let mut bytes = BytesMut::from(&1000u32.to_le_bytes()[..]);
        assert!(take_within(HELLO, &mut bytes.clone()).is_err());
        assert_eq!(take(&mut bytes), Ok(None));
    }

    #[test]
    fn a_greeting_names_its_version() {
        assert_eq!(version_of(GREETING), Some(VERSION));
        assert_eq!(version_of(*b"wwkv\x03\0\0\0"), Some(3));
        assert_eq!(version_of(*b"GET / HT"), None);
    }
}
