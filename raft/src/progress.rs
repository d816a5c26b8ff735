//! What a leader knows of one follower (Figure 2: volatile state on leaders).

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
