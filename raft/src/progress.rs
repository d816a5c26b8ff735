//! A leader's progress for one follower (Figure 2: volatile state on leaders), and its states:
//! probe, replicate, snapshot.
//!
//! Promises: the entries in flight are those between match index and next index, so that a window
//! can bound them. Knows nothing of terms, messages and nodes.

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

/// The progress at the election of a leader with an empty log.
impl Default for Progress {
    fn default() -> Progress {
        Progress::at_election(LogIndex(0))
    }
}

/// How a leader sends to a follower (etcd: probe, replicate, snapshot).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProgressState {
    /// The leader does not know up to where the logs match: it sends one message and waits for the
    /// reply or the next heartbeat.
    Probe {
        /// The message is sent.
        paused: bool,
    },
    /// The logs match up to the entries in flight: the leader sends without waiting for replies
    /// (pipelining; dissertation, 10.2.1).
    Replicate,
    /// The log no longer has the follower's next entry: the leader sends the snapshot that ends at
    /// `last`, in chunks.
    Snapshot {
        /// The snapshot's last entry.
        last: LogIndex,
        /// How many of the snapshot's bytes the follower has acknowledged.
        received: u64,
    },
}

/// A leader's state for one follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Peer {
    pub progress: Progress,
    pub state: ProgressState,
    /// The latest stamp to which it has replied.
    pub acked: Stamp,
    /// It was no member, or there was no election, before this stamp.
    pub since: Stamp,
    /// The entries that it needs next, if they are on disk only.
    pub reading: Reading,
    /// The latest end of a lease by wall clocks that it has acknowledged.
    pub lease: u64,
}

/// A read of the log for a follower. Meanwhile it is sent no entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) enum Reading {
    /// There is none.
    #[default]
    No,
    /// It is requested.
    Pending,
    /// It has failed, and is requested again with the next heartbeat.
    Failed,
}

impl Peer {
    /// The state at an election: a probe.
    pub fn new(progress: Progress) -> Peer {
        Peer {
            progress,
            state: ProgressState::Probe { paused: false },
            acked: Stamp::default(),
            since: Stamp::default(),
            reading: Reading::No,
            lease: 0,
        }
    }

    /// Switches to replicate if no entry is in flight and no snapshot is being sent. Returns
    /// whether a snapshot has arrived.
    pub fn maybe_become_replicate(&mut self) -> bool {
        let Progress { match_index, next_index } = self.progress;
        let (is_snapshot, is_pending) = match self.state {
            ProgressState::Snapshot { last, .. } => (true, match_index < last),
            _ => (false, false),
        };
        if next_index == match_index.next() && !is_pending {
            self.state = ProgressState::Replicate;
        }
        is_snapshot && !is_pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All peers whose indexes are small, each with the entries that a naive leader would list:
    /// those that the follower stores, and those in flight to it.
    fn small_peers() -> impl Iterator<Item = (Peer, Vec<u64>, Vec<u64>)> {
        let states = (0..5).flat_map(|last| {
            let snapshot = ProgressState::Snapshot { last: LogIndex(last), received: 0 };
            [ProgressState::Replicate, ProgressState::Probe { paused: last % 2 == 0 }, snapshot]
        });
        let all = states.flat_map(|state| (0..5).map(move |has| (state, has)));
        all.flat_map(|(state, has)| (0..4).map(move |sent| (state, has, sent))).map(
            |(state, has, sent)| {
                let (match_index, next_index) = (LogIndex(has), LogIndex(has + sent + 1));
                let peer = Peer { state, ..Peer::new(Progress { match_index, next_index }) };
                (peer, (1..=has).collect(), (has + 1..=has + sent).collect())
            },
        )
    }

    #[test]
    fn a_peer_becomes_replicate_as_with_a_naive_leader_that_lists_all_entries() {
        for (peer, has, in_flight) in small_peers() {
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
            let state = match in_flight.is_empty() && !is_installing {
                true => ProgressState::Replicate,
                false => peer.state,
            };
            assert_eq!(after, Peer { state, ..peer });
        }
    }

    #[test]
    fn at_an_election_match_index_is_0_and_the_peer_is_probed_after_the_last_entry() {
        for last in 0..5 {
            let peer = Peer::new(Progress::at_election(LogIndex(last)));
            assert_eq!(peer.progress.match_index, LogIndex(0));
            assert_eq!(peer.progress.next_index, LogIndex(last + 1));
            assert_eq!(peer.state, ProgressState::Probe { paused: false });
        }
    }
}
