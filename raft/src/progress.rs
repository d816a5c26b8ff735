//! What a leader knows of one follower (Figure 2: volatile state on leaders), and how it sends.
//!
//! Promises: what is sent ahead of its answer is known by index, so that a window can bound it.
//! Knows nothing of terms, messages and nodes.

use crate::ids::LogIndex;
use crate::stamp::Stamp;

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
pub enum ProgressState {
    /// It does not know where their logs agree: one message, then wait for its answer.
    Probe {
        /// The message is out.
        paused: bool,
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
    pub state: ProgressState,
    /// The latest moment of which it has answered.
    pub answered: Stamp,
}

impl Peer {
    /// At an election nothing is known but `progress`.
    pub fn new(progress: Progress) -> Peer {
        Peer { progress, state: ProgressState::Probe { paused: false }, answered: Stamp::default() }
    }

    /// Once nothing is open between match and next, entries may be sent ahead. Whether a snapshot
    /// has arrived with that.
    pub fn maybe_become_replicate(&mut self) -> bool {
        let Progress { match_index, next_index } = self.progress;
        let (had_one, lacks) = match self.state {
            ProgressState::Snapshot { last, .. } => (true, match_index < last),
            _ => (false, false),
        };
        if next_index == match_index.next() && !lacks {
            self.state = ProgressState::Replicate;
        }
        had_one && !lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All peers whose indexes are small, each with the entries that a naive leader would list:
    /// those the follower has, and those under way to it.
    fn small_peers() -> impl Iterator<Item = (Peer, Vec<u64>, Vec<u64>)> {
        let paces = (0..5).flat_map(|last| {
            let snapshot = ProgressState::Snapshot { last: LogIndex(last), received: 0 };
            [ProgressState::Replicate, ProgressState::Probe { paused: last % 2 == 0 }, snapshot]
        });
        let all = paces.flat_map(|state| (0..5).map(move |has| (state, has)));
        all.flat_map(|(state, has)| (0..4).map(move |open| (state, has, open))).map(
            |(state, has, open)| {
                let (match_index, next_index) = (LogIndex(has), LogIndex(has + open + 1));
                let peer = Peer { state, ..Peer::new(Progress { match_index, next_index }) };
                (peer, (1..=has).collect(), (has + 1..=has + open).collect())
            },
        )
    }

    #[test]
    fn a_pace_is_picked_up_as_a_leader_that_lists_all_entries_would_pick_it_up() {
        for (peer, has, under_way) in small_peers() {
            let snapshot = match peer.state {
                ProgressState::Snapshot { last, .. } => Some((1..=last.0).collect::<Vec<u64>>()),
                _ => None,
            };
            let lacks = |entries: &Vec<u64>| entries.iter().any(|entry| !has.contains(entry));
            let is_installing = snapshot.as_ref().is_some_and(lacks);
            let mut after = peer;
            assert_eq!(
                after.maybe_become_replicate(),
                snapshot.is_some() && !is_installing,
                "{peer:?}"
            );
            let state = match under_way.is_empty() && !is_installing {
                true => ProgressState::Replicate,
                false => peer.state,
            };
            assert_eq!(after, Peer { state, ..peer });
        }
    }

    #[test]
    fn at_an_election_nothing_is_known_and_the_next_entry_is_to_be_sent() {
        for last in 0..5 {
            let peer = Peer::new(Progress::at_election(LogIndex(last)));
            assert_eq!(peer.progress.match_index, LogIndex(0));
            assert_eq!(peer.progress.next_index, LogIndex(last + 1));
            assert_eq!(peer.state, ProgressState::Probe { paused: false });
        }
    }
}
