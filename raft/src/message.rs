//! What servers say to each other: Figure 2's two calls, Figure 13's third, and what the
//! dissertation adds, as one-way messages.
//!
//! Promises: a message is a value; it can be held, copied, lost or delivered late, and means the
//! same. Knows nothing of transport.

use std::fmt;

use crate::entry::Entry;
use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::membership::Membership;
use crate::stamp::{Nonce, Stamp};

/// One message from a server to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message<C = Vec<u8>> {
    /// Who sent it.
    pub from: NodeId,
    /// Who shall receive it.
    pub to: NodeId,
    /// The sender's term when it spoke.
    pub term: Term,
    /// What it says.
    pub body: Body<C>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body<C = Vec<u8>> {
    /// RequestVote: a candidate asks for a vote.
    RequestVote {
        /// The candidate's last entry.
        last_log: LogId,
        /// The leader itself wanted this election (dissertation, 3.10), so that no loyalty to a
        /// leader stands against it.
        transfer: bool,
    },
    /// The answer to RequestVote.
    RequestVoteReply {
        /// True means that the candidate received the vote.
        granted: bool,
    },
    /// Pre-Vote (dissertation, 9.6): would you vote for me in the next term?
    PreVote {
        /// The last entry of who asks.
        last_log: LogId,
    },
    /// The answer to Pre-Vote. It promises nothing.
    PreVoteReply {
        /// True means: as things stand, yes.
        granted: bool,
    },
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
    },
    /// The answer to AppendEntries.
    AppendEntriesReply {
        /// What became of it.
        appended: Appended,
        /// The stamp of what it answers.
        stamp: Stamp,
    },
    /// InstallSnapshot (Figure 13): a piece of a snapshot.
    InstallSnapshot(Box<SnapshotChunk>),
    /// The answer to a piece that was not the last one: how much of this snapshot is there.
    InstallSnapshotReply {
        /// The snapshot's last entry.
        last: LogId,
        /// Its first bytes, so many, are there.
        received: u64,
        /// The stamp of what it answers.
        stamp: Stamp,
    },
    /// TimeoutNow (dissertation, 3.10): stand for election at once.
    TimeoutNow,
    /// A follower passes a read on (dissertation, 6.4).
    ReadIndex {
        /// Names the question.
        nonce: Nonce,
    },
    /// The answer: the follower may read when it has applied so much, or the leader cannot tell.
    ReadIndexReply {
        /// The question.
        nonce: Nonce,
        /// The leader's commit index at a time after the question.
        index: Option<LogIndex>,
    },
}

/// A piece of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotChunk {
    /// The snapshot's last entry.
    pub last: LogId,
    /// Who belonged to the cluster then.
    pub membership: Membership,
    /// Where the piece begins.
    pub offset: u64,
    /// Its bytes.
    pub data: Vec<u8>,
    /// No piece follows.
    pub done: bool,
    /// When it was sent.
    pub stamp: Stamp,
}

/// What became of an AppendEntries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Appended {
    /// The follower's durable log equals the leader's up to here.
    Accepted {
        /// Highest index known to be the same on both.
        match_index: LogIndex,
    },
    /// The follower has no entry like the request's `prev_log`.
    Rejected {
        /// The index of the `prev_log` that was refused, which tells late refusals from fresh.
        prev_index: LogIndex,
        /// An entry of the follower's from which the leader can go on (end of section 5.3).
        hint: LogId,
    },
}

/// The kinds of message, for decisions that depend on nothing else.
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
    /// Whether this kind answers another.
    pub fn is_reply(self) -> bool {
        use Kind::*;
        matches!(
            self,
            RequestVoteReply
                | PreVoteReply
                | AppendEntriesReply
                | InstallSnapshotReply
                | ReadIndexReply
        )
    }
}

impl<C> Body<C> {
    /// Which kind of message this is.
    pub fn kind(&self) -> Kind {
        match self {
            Body::RequestVote { .. } => Kind::RequestVote,
            Body::RequestVoteReply { .. } => Kind::RequestVoteReply,
            Body::PreVote { .. } => Kind::PreVote,
            Body::PreVoteReply { .. } => Kind::PreVoteReply,
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

/// One line, without sender and receiver: `AppendEntries(term 2, prev 3@1, 2 entries, commit 3)`.
impl<C> fmt::Display for Message<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = self.term;
        let granted = |granted: &bool| if *granted { "granted" } else { "refused" };
        match &self.body {
            Body::RequestVote { last_log, transfer } => {
                let transfer = if *transfer { ", leadership transfer" } else { "" };
                write!(f, "RequestVote({term}, last log {last_log}{transfer})")
            }
            Body::RequestVoteReply { granted: vote } => {
                write!(f, "RequestVoteReply({term}, {})", granted(vote))
            }
            Body::PreVote { last_log } => write!(f, "PreVote({term}, last log {last_log})"),
            Body::PreVoteReply { granted: vote } => {
                write!(f, "PreVoteReply({term}, {})", granted(vote))
            }
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
