//! What servers say to each other: Figure 2's two calls and their answers, as one-way messages.
//!
//! Promises: a message is a value; it can be held, copied, lost or delivered late, and means the
//! same. Knows nothing of transport.

use std::fmt;

use crate::types::{Entry, LogId, LogIndex, NodeId, Term};

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
    },
    /// The answer to AppendEntries.
    AppendEntriesReply(Appended),
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
}

impl Kind {
    /// Whether this kind answers another.
    pub fn is_reply(self) -> bool {
        matches!(self, Kind::RequestVoteReply | Kind::PreVoteReply | Kind::AppendEntriesReply)
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
            Body::AppendEntriesReply(_) => Kind::AppendEntriesReply,
        }
    }
}

/// One line, without sender and receiver: `AppendEntries t2 prev 3@t1 +2 commit 3`.
impl<C> fmt::Display for Message<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = self.term;
        match &self.body {
            Body::RequestVote { last_log } => write!(f, "RequestVote {term} last {last_log}"),
            Body::RequestVoteReply { granted: true } => write!(f, "vote {term}"),
            Body::RequestVoteReply { granted: false } => write!(f, "no vote {term}"),
            Body::PreVote { last_log } => write!(f, "PreVote {term} last {last_log}"),
            Body::PreVoteReply { granted: true } => write!(f, "would vote {term}"),
            Body::PreVoteReply { granted: false } => write!(f, "would not vote {term}"),
            Body::AppendEntries { prev_log, entries, leader_commit } => {
                write!(f, "AppendEntries {term} prev {prev_log}")?;
                match entries.len() {
                    0 => write!(f, " heartbeat")?,
                    n => write!(f, " +{n}")?,
                }
                write!(f, " commit {leader_commit}")
            }
            Body::AppendEntriesReply(Appended::Accepted { match_index }) => {
                write!(f, "ack {term} match {match_index}")
            }
            Body::AppendEntriesReply(Appended::Rejected { prev_index, hint }) => {
                write!(f, "refusal {term} of prev {prev_index}, has {hint}")
            }
        }
    }
}
