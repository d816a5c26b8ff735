//! Messages between servers: the RPCs of Figure 2, Figure 13 and the dissertation, as one-way
//! messages.
//!
//! Promises: a message is a value; it can be held, copied, lost or delivered late, and its meaning
//! does not change. Knows nothing of transport.

use std::fmt;

use crate::entry::Entry;
use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::membership::Membership;
use crate::stamp::{Nonce, Stamp};

/// One message from a server to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message<C = Vec<u8>> {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// The sender's term; in a PreVoteReply, it may be the newer term of the request.
    pub term: Term,
    /// The kind of message and its arguments.
    pub body: Body<C>,
}

/// The kind of a message and its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body<C = Vec<u8>> {
    /// RequestVote: a candidate requests a vote.
    RequestVote {
        /// The candidate's last entry.
        last_log: LogId,
        /// The election is part of a leadership transfer (dissertation, 3.10): servers do not
        /// disregard it although they have a current leader.
        transfer: bool,
    },
    /// The reply to RequestVote.
    RequestVoteReply {
        /// True means that the candidate received the vote.
        granted: bool,
        /// With leases by wall clocks, and if granted: no lease that the voter has acknowledged
        /// lasts longer than until this time; 0 if there is none.
        lease: u64,
    },
    /// Pre-Vote (dissertation, 9.6): a pre-candidate asks whether the receiver would grant it a
    /// vote in the next term.
    PreVote {
        /// The pre-candidate's last entry.
        last_log: LogId,
    },
    /// The reply to Pre-Vote. It promises nothing.
    PreVoteReply {
        /// True means that the receiver would grant its vote now.
        granted: bool,
    },
    /// The reply of an older version, which does not know Pre-Vote, in the term of the request. Its
    /// transport sends it in place of the server.
    PreVoteUnknown,
    /// AppendEntries: replication, and heartbeat if `entries` is empty.
    AppendEntries {
        /// The entry immediately before the new ones.
        prev_log: LogId,
        /// Entries to store, in order.
        entries: Vec<Entry<C>>,
        /// The leader's commit index.
        leader_commit: LogIndex,
        /// When it was sent.
        stamp: Stamp,
        /// With leases by wall clocks: the end of the lease that the leader asks for; otherwise 0.
        lease: u64,
    },
    /// The reply to AppendEntries, and to InstallSnapshot once all that it covers is stored.
    AppendEntriesReply {
        /// The result.
        appended: Appended,
        /// The stamp of the request.
        stamp: Stamp,
        /// If accepted: the end of the lease that the request asked for, which the follower
        /// acknowledges; otherwise 0.
        lease: u64,
    },
    /// InstallSnapshot (Figure 13): a chunk of a snapshot.
    InstallSnapshot(Box<SnapshotChunk>),
    /// The reply to a chunk that does not complete the snapshot: how much of it has arrived.
    InstallSnapshotReply {
        /// The snapshot's last entry.
        last: LogId,
        /// How many bytes have arrived, from the first on.
        received: u64,
        /// The stamp of the request.
        stamp: Stamp,
    },
    /// TimeoutNow (dissertation, 3.10): start an election at once.
    TimeoutNow,
    /// A follower forwards a read (dissertation, 6.4).
    ReadIndex {
        /// Identifies the request.
        nonce: Nonce,
    },
    /// The reply to ReadIndex.
    ReadIndexReply {
        /// The nonce of the request.
        nonce: Nonce,
        /// The leader's commit index at a time after the request, up to which the follower applies
        /// entries before it answers the read; none if the request is refused.
        index: Option<LogIndex>,
    },
}

/// A chunk of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotChunk {
    /// The snapshot's last entry.
    pub last: LogId,
    /// The membership as of that entry.
    pub membership: Membership,
    /// The position of the chunk's first byte in the snapshot.
    pub offset: u64,
    /// The chunk's bytes.
    pub data: Vec<u8>,
    /// This is the last chunk.
    pub done: bool,
    /// When it was sent.
    pub stamp: Stamp,
    /// See [`Body::AppendEntries`].
    pub lease: u64,
}

/// The result of an AppendEntries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Appended {
    /// The follower's durable log equals the leader's up to here.
    Accepted {
        /// The highest index up to which the logs are known to be equal.
        match_index: LogIndex,
    },
    /// The follower's log does not contain the request's `prev_log`.
    Rejected {
        /// The index of the rejected `prev_log`, by which the leader recognizes late rejections.
        prev_index: LogIndex,
        /// The follower's last entry that may match, from which the leader retries (end of section
        /// 5.3).
        hint: LogId,
    },
}

/// The kind of a message, for decisions that depend on nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// See [`Body::RequestVote`].
    RequestVote,
    /// See [`Body::RequestVoteReply`].
    RequestVoteReply,
    /// See [`Body::PreVote`].
    PreVote,
    /// See [`Body::PreVoteReply`].
    PreVoteReply,
    /// See [`Body::PreVoteUnknown`].
    PreVoteUnknown,
    /// See [`Body::AppendEntries`].
    AppendEntries,
    /// See [`Body::AppendEntriesReply`].
    AppendEntriesReply,
    /// See [`Body::InstallSnapshot`].
    InstallSnapshot,
    /// See [`Body::InstallSnapshotReply`].
    InstallSnapshotReply,
    /// See [`Body::TimeoutNow`].
    TimeoutNow,
    /// See [`Body::ReadIndex`].
    ReadIndex,
    /// See [`Body::ReadIndexReply`].
    ReadIndexReply,
}

impl Kind {
    /// Whether this kind is a reply.
    pub fn is_reply(self) -> bool {
        use Kind::*;
        matches!(
            self,
            RequestVoteReply
                | PreVoteReply
                | PreVoteUnknown
                | AppendEntriesReply
                | InstallSnapshotReply
                | ReadIndexReply
        )
    }
}

impl<C> Body<C> {
    /// The kind of this message.
    pub fn kind(&self) -> Kind {
        match self {
            Body::RequestVote { .. } => Kind::RequestVote,
            Body::RequestVoteReply { .. } => Kind::RequestVoteReply,
            Body::PreVote { .. } => Kind::PreVote,
            Body::PreVoteReply { .. } => Kind::PreVoteReply,
            Body::PreVoteUnknown => Kind::PreVoteUnknown,
            Body::AppendEntries { .. } => Kind::AppendEntries,
            Body::AppendEntriesReply { .. } => Kind::AppendEntriesReply,
            Body::InstallSnapshot(_) => Kind::InstallSnapshot,
            Body::InstallSnapshotReply { .. } => Kind::InstallSnapshotReply,
            Body::TimeoutNow => Kind::TimeoutNow,
            Body::ReadIndex { .. } => Kind::ReadIndex,
            Body::ReadIndexReply { .. } => Kind::ReadIndexReply,
        }
    }
}

/// One line without sender and receiver: `AppendEntries(term 2, prev 3@1, 2 entries, commit 3)`.
impl<C> fmt::Display for Message<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = self.term;
        let granted = |granted: &bool| if *granted { "granted" } else { "refused" };
        match &self.body {
            Body::RequestVote { last_log, transfer } => {
                let transfer = if *transfer { ", leadership transfer" } else { "" };
                write!(f, "RequestVote({term}, last log {last_log}{transfer})")
            }
            Body::RequestVoteReply { granted: vote, .. } => {
                write!(f, "RequestVoteReply({term}, {})", granted(vote))
            }
            Body::PreVote { last_log } => write!(f, "PreVote({term}, last log {last_log})"),
            Body::PreVoteReply { granted: vote } => {
                write!(f, "PreVoteReply({term}, {})", granted(vote))
            }
            Body::PreVoteUnknown => write!(f, "PreVoteUnknown({term})"),
            Body::AppendEntries { prev_log, entries, leader_commit, .. } => {
                let count = entries.len();
                write!(
                    f,
                    "AppendEntries({term}, prev {prev_log}, {count} entries, commit {leader_commit})"
                )
            }
            Body::AppendEntriesReply { appended, .. } => match appended {
                Appended::Accepted { match_index } => {
                    write!(f, "AppendEntriesReply({term}, match {match_index})")
                }
                Appended::Rejected { prev_index, hint } => {
                    write!(f, "AppendEntriesReply({term}, rejected at {prev_index}, hint {hint})")
                }
            },
            Body::InstallSnapshot(chunk) => {
                let SnapshotChunk { last, offset, data, done, .. } = &**chunk;
                let (end, done) = (offset + data.len() as u64, if *done { ", done" } else { "" });
                write!(f, "InstallSnapshot({term}, last {last}, bytes {offset} to {end}{done})")
            }
            Body::InstallSnapshotReply { last, received, .. } => {
                write!(f, "InstallSnapshotReply({term}, last {last}, {received} bytes)")
            }
            Body::TimeoutNow => write!(f, "TimeoutNow({term})"),
            Body::ReadIndex { nonce } => write!(f, "ReadIndex({term}, #{})", nonce.number),
            Body::ReadIndexReply { nonce, index: Some(index) } => {
                write!(f, "ReadIndexReply({term}, #{}, index {index})", nonce.number)
            }
            Body::ReadIndexReply { nonce, index: None } => {
                write!(f, "ReadIndexReply({term}, #{}, refused)", nonce.number)
            }
        }
    }
}
