//! Messages as the harness sees them, independent of the Raft that sent them.

use raft::{LogId, LogIndex, NodeId, Term};

/// A message, as far as oracles see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MessageView {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// The sender's term when it sent the message.
    pub term: Term,
    /// Its content.
    pub body: MessageBody,
    /// An entry that the sender names as committed, [`LogId::ZERO`] if it names none: a receiver
    /// that has this very entry may commit up to it, in any term.
    pub committed: LogId,
    /// The end of a lease by wall clocks that a leader asks for, or a follower acknowledges, or up
    /// to which a voter says that a leader may have one; 0 if there is none, or it is unknown.
    pub lease: u64,
}

/// The content of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageBody {
    /// A candidate requests a vote.
    RequestVote {
        /// The candidate's last entry, as claimed.
        last_log: LogId,
    },
    /// Grants a vote.
    VoteGranted,
    /// Refuses a vote.
    VoteRefused {
        /// The vote that the refuser has in this term, if the message says so.
        vote: Option<NodeId>,
        /// The refuser's term, if the message says so.
        term: Option<Term>,
    },
    /// Replicates entries, or is a heartbeat if there are none.
    AppendEntries {
        /// The entry before the first.
        prev_log: LogId,
        /// The last one, or `prev_log` if there are none.
        last_log: LogId,
        /// The number of entries.
        entries: usize,
        /// The leader's commit index.
        commit: LogIndex,
    },
    /// A leader's heartbeat, without a log consistency check.
    Heartbeat {
        /// Claims that the receiver's log equals the leader's up to here, and that it is
        /// committed.
        commit: LogIndex,
    },
    /// Sends a snapshot, or a chunk of it.
    InstallSnapshot {
        /// The snapshot's last entry.
        last_log: LogId,
        /// Where the chunk begins, in bytes.
        offset: u64,
        /// Its length, in bytes.
        bytes: u64,
    },
    /// Requests the target of a leadership transfer to campaign immediately.
    TimeoutNow,
    /// Requests a read index from the leader, or is the reply to that.
    ReadIndex,
    /// Accepts entries: claims that the sender's durable log matches the leader's.
    AppendAccepted {
        /// Up to here.
        match_index: LogIndex,
    },
    /// Rejects entries.
    AppendRejected {
        /// The index of the previous entry that was rejected, if the message says so.
        index: Option<LogIndex>,
        /// The sender's last entry that may match, if the message says so.
        hint: Option<LogId>,
    },
    /// A pre-candidate requests a Pre-Vote. Promises nothing.
    PreVote {
        /// The last entry of the pre-candidate.
        last_log: LogId,
    },
    /// The reply to a PreVote. Promises nothing either.
    PreVoteReply {
        /// The sender would grant its vote.
        granted: bool,
    },
    /// Says that the sender's version does not know Pre-Vote. Promises nothing either.
    PreVoteUnknown,
    /// Promises nothing, and claims no term: a reply to a heartbeat, for example.
    Other,
}

impl MessageBody {
    /// The kinds of message, by name.
    pub const KINDS: [&str; 11] = [
        "append",
        "append-reply",
        "request-vote",
        "vote-reply",
        "pre-vote",
        "pre-vote-reply",
        "heartbeat",
        "snapshot",
        "timeout-now",
        "read-index",
        "other",
    ];

    /// Its kind, as an index into [`MessageBody::KINDS`].
    pub fn kind(self) -> u8 {
        match self {
            MessageBody::AppendEntries { .. } => 0,
            MessageBody::AppendAccepted { .. } | MessageBody::AppendRejected { .. } => 1,
            MessageBody::RequestVote { .. } => 2,
            MessageBody::VoteGranted | MessageBody::VoteRefused { .. } => 3,
            MessageBody::PreVote { .. } => 4,
            MessageBody::PreVoteReply { .. } => 5,
            MessageBody::Heartbeat { .. } => 6,
            MessageBody::InstallSnapshot { .. } => 7,
            MessageBody::TimeoutNow => 8,
            MessageBody::ReadIndex => 9,
            MessageBody::PreVoteUnknown | MessageBody::Other => 10,
        }
    }

    /// Whether only the leader of its term sends it, and its receiver resets the election timer.
    pub fn is_from_leader(self) -> bool {
        matches!(
            self,
            MessageBody::AppendEntries { .. }
                | MessageBody::Heartbeat { .. }
                | MessageBody::InstallSnapshot { .. }
        )
    }

    /// Whether it promises nothing, and claims nothing of its sender's term.
    pub fn claims_nothing(self) -> bool {
        matches!(
            self,
            MessageBody::PreVote { .. }
                | MessageBody::PreVoteReply { .. }
                | MessageBody::PreVoteUnknown
                | MessageBody::ReadIndex
                | MessageBody::Other
        )
    }
}
