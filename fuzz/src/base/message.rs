//! Messages as the harness sees them: what a message means, whoever wrote it.

use raft::{LogId, LogIndex, NodeId, Term};

/// What a message means, whoever wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meaning {
    /// The sender.
    pub from: NodeId,
    /// The receiver.
    pub to: NodeId,
    /// The sender's term when it spoke.
    pub term: Term,
    /// What it says.
    pub speech: Speech,
    /// An entry that the sender names as committed, [`LogId::ZERO`] if it names none: a receiver
    /// that has this very entry may commit up to it, in any term.
    pub committed: LogId,
}

/// What a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speech {
    /// Asks for a vote, and claims this last entry.
    Candidacy {
        /// The candidate's last entry.
        last_log: LogId,
    },
    /// Gives a vote.
    Vote,
    /// Refuses a vote.
    NoVote,
    /// Replicates entries, or is a heartbeat.
    Append {
        /// The entry before the first.
        prev_log: LogId,
        /// The last one, or `prev_log` if there are none.
        last_log: LogId,
        /// How many.
        entries: usize,
        /// The leader's commit index.
        commit: LogIndex,
    },
    /// A leader's sign of life, without a look at the log.
    Heartbeat {
        /// Claims that the receiver's log equals the leader's up to here, and that it is
        /// committed.
        commit: LogIndex,
    },
    /// Sends a snapshot, or a piece of it.
    Snapshot {
        /// The snapshot's last entry.
        last_log: LogId,
        /// Where the piece begins, in bytes.
        offset: u64,
        /// How long it is.
        bytes: u64,
    },
    /// Tells the receiver to stand for election.
    TakeOver,
    /// Asks the leader for an index to read at, or answers that.
    ReadIndex,
    /// Claims that the sender's durable log equals the leader's.
    Ack {
        /// Up to here.
        match_index: LogIndex,
    },
    /// Refuses entries.
    Refusal,
    /// Asks whether an election would succeed (Pre-Vote). Binds nobody.
    PreVote {
        /// The last entry of who asks.
        last_log: LogId,
    },
    /// Answers that. Binds nobody either.
    PreVoteReply {
        /// It would.
        granted: bool,
    },
    /// Binds its sender to nothing, not even to a term: an answer to a heartbeat, for example.
    Other,
}

impl Speech {
    /// The kinds of messages that can be told apart, by name.
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

    /// Its place among [`Speech::KINDS`].
    pub fn kind(self) -> u8 {
        match self {
            Speech::Append { .. } => 0,
            Speech::Ack { .. } | Speech::Refusal => 1,
            Speech::Candidacy { .. } => 2,
            Speech::Vote | Speech::NoVote => 3,
            Speech::PreVote { .. } => 4,
            Speech::PreVoteReply { .. } => 5,
            Speech::Heartbeat { .. } => 6,
            Speech::Snapshot { .. } => 7,
            Speech::TakeOver => 8,
            Speech::ReadIndex => 9,
            Speech::Other => 10,
        }
    }

    /// Whether it promises nothing and claims nothing of its sender's term.
    pub fn binds_nobody(self) -> bool {
        matches!(
            self,
            Speech::PreVote { .. }
                | Speech::PreVoteReply { .. }
                | Speech::ReadIndex
                | Speech::Other
        )
    }
}
