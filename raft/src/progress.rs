//! What a leader knows of one follower (Figure 2: volatile state on leaders), and how it sends.
//!
//! Promises: what is sent ahead of its answer is known by index, so that a window can bound it.
//! Knows nothing of terms, messages and nodes.

use crate::message::Stamp;
use crate::types::LogIndex;

/// A leader's view of one follower's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Highest log entry known to be replicated, durably, on the follower.
    pub match_index: LogIndex,
    /// The next log entry to send. Invariant: above `match_index`.
    pub next_index: LogIndex,
}

impl Progress {
    /// Figure 2: nextIndex starts at the leader's last index + 1, matchIndex at 0.
    pub fn at_election(last: LogIndex) -> Progress {
        Progress { match_index: LogIndex(0), next_index: last.next() }
    }
}

/// What the leader of an empty log knows at its election.
impl Default for Progress {
    fn default() -> Progress {
        Progress::at_election(LogIndex(0))
    }
}

/// How a leader sends to a follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pace {
    /// It does not know where their logs agree: one message, then wait for its answer.
    Probe {
        /// The message is out.
        waits: bool,
    },
    /// Their logs agree up to what is under way: send on without waiting (pipelining;
    /// dissertation, 10.2.1).
    Replicate,
    /// What the follower lacks is in no log any more: the snapshot that ends at `last`, piece by
    /// piece.
    Snapshot {
        /// The snapshot's last entry.
        last: LogIndex,
        /// How many of its bytes the follower has.
        received: u64,
    },
}

/// All that a leader knows of one follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    pub progress: Progress,
    pub pace: Pace,
    /// The latest moment of which it has answered.
    pub answered: Stamp,
}

impl Peer {
    /// At an election nothing is known but `progress`.
    pub fn new(progress: Progress) -> Peer {
        Peer { progress, pace: Pace::Probe { waits: false }, answered: Stamp::default() }
    }

    /// Once nothing is open between match and next, entries may be sent ahead. Whether a snapshot
    /// has arrived with that.
    pub fn picks_up_pace(&mut self) -> bool {
        let Progress { match_index, next_index } = self.progress;
        let (had_one, lacks) = match self.pace {
            Pace::Snapshot { last, .. } => (true, match_index < last),
            _ => (false, false),
        };
        if next_index == match_index.next() && !lacks {
            self.pace = Pace::Replicate;
        }
        had_one && !lacks
    }
}
