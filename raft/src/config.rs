//! The configuration of a server.
//!
//! All servers of a cluster should have the same configuration, except for their ids: safety does
//! not depend on that, except where a field says so.

use crate::ids::NodeId;
use crate::membership::Membership;

/// The configuration of one server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// This server's id.
    pub id: NodeId,
    /// The membership before the first entry of the log; the same for every server that ever
    /// joins.
    pub membership: Membership,
    /// The shortest election timeout, in ticks. Each timeout is at least this long and less than
    /// twice as long: a hash of `id`, the term and `jitter` decides.
    pub election_ticks: u32,
    /// Ticks between a leader's heartbeats. Well below `election_ticks`.
    pub heartbeat_ticks: u32,
    /// Seed of the hash that spreads election timeouts.
    pub jitter: u64,
    /// Election priority: a server's election timeout is longer by this many times
    /// `election_ticks`, so that servers with 0 campaign first. Price: if they are all gone,
    /// electing a leader takes longer.
    pub election_delay: u32,
    /// Number of this incarnation of the server (from start to stop), by which it ignores replies
    /// to requests of earlier incarnations: a number that it has not had before, counted or
    /// random.
    pub incarnation: u64,
    /// It joins a running cluster under a name that `membership` may contain, with an empty disk:
    /// `membership` is no reason to campaign, only one that reaches it in an entry or a snapshot.
    /// Whoever has had this name must be removed by a committed change before, of which every
    /// server has the entry.
    pub joining: bool,
    /// Pre-Vote: become a pre-candidate before becoming a candidate (dissertation, 9.6). Price: a
    /// round trip per election.
    pub pre_vote: bool,
    /// CheckQuorum: as a leader, step down when no quorum has replied for an election timeout
    /// (6.2), or none of its own pending writes has become durable for as long; in any role,
    /// disregard RequestVote while there is a current leader (4.2.3). Price: if a leader can send
    /// and not receive, its cluster replaces it later, by that timeout.
    pub check_quorum: bool,
    /// Catch-up (4.2.1): a new voter is a learner first, until it has caught up with the log, so
    /// that it costs no availability. Price: a change to it takes longer, and is given up if it
    /// does not catch up.
    pub catch_up: bool,
    /// Tail: a compaction leaves this many of the entries that the snapshot covers in the log, so
    /// that a follower that lags by less is sent entries and not the snapshot. Price: room.
    pub tail: u64,
    /// Leases: answer reads without a round trip while a quorum has replied to messages that are
    /// younger than `election_ticks`, divided by `clock_drift`, less two ticks (6.4.1). Requires
    /// `check_quorum` and this on all servers; otherwise reads can be stale. Price: after a start,
    /// and at [`Input::Campaign`](crate::Input::Campaign), a server campaigns only once it has had
    /// no message from a leader for an election timeout.
    pub lease_reads: bool,
    /// How many ticks another server's clock may make per tick of this server's clock: 1 if the
    /// clocks drift apart by less than a tick in an election timeout. If a clock is faster than
    /// that, reads by lease can be stale.
    pub clock_drift: u32,
    /// Leases by wall clocks: answer reads without a round trip while a quorum has promised to wait
    /// for this leader's lease. The same on all servers. Price: a new leader commits nothing before
    /// the leases of its predecessors are over, for up to `duration + 2 * max_skew`, and once a
    /// voter has restarted up to `duration + 3 * max_skew`. So election timeouts should be longer.
    pub wall_lease: Option<WallLease>,
    /// With leases by wall clocks: what this server's clock shows at the start. Later readings are
    /// [`Input::Clock`](crate::Input::Clock).
    pub clock: u64,
    /// Limits on entries and bytes.
    pub limits: Limits,
}

/// Leases by wall clocks, in any unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WallLease {
    /// How long a lease lasts, from the sending of the message that asks for it.
    pub duration: u64,
    /// No clock ever shows less than any clock, itself included, has shown before, minus this. So
    /// clocks may drift and may be set back, within bounds: for example, all are within half of
    /// this of the true time. Otherwise reads by lease can be stale; nothing else depends on it.
    pub max_skew: u64,
}

/// Limits on messages, in-flight windows, uncommitted and unapplied entries. Bytes are those of
/// [`Entry::size`](crate::Entry::size).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Entries in one AppendEntries; at least one is sent.
    pub message_entries: usize,
    /// Bytes of entries in one AppendEntries; at least one entry is sent.
    pub message_bytes: u64,
    /// Bytes of one chunk of a snapshot; at least 1.
    pub chunk_bytes: usize,
    /// In-flight window: entries sent to a follower and not yet acknowledged; at least one is sent.
    pub inflight_entries: u64,
    /// The same window, in bytes.
    pub inflight_bytes: u64,
    /// Bytes of a leader's uncommitted entries beyond which it refuses commands. When no entry is
    /// uncommitted, it accepts a command of any size.
    pub uncommitted_bytes: u64,
    /// Bytes of committed entries handed out and not yet applied beyond which no more are handed
    /// out. A host that applies entries at once can leave this unlimited and never step
    /// [`Input::Applied`](crate::Input::Applied).
    pub unapplied_bytes: u64,
    /// Entries that are durable and applied and stay in memory all the same, about; those before
    /// them are read from the disk when a follower needs them, see
    /// [`Output::fetches`](crate::Output::fetches).
    pub cached_entries: usize,
}

impl Limits {
    /// Limits for a local network.
    pub const DEFAULT: Limits = Limits {
        message_entries: 64,
        message_bytes: 1 << 20,
        chunk_bytes: 1 << 20,
        inflight_entries: 4096,
        inflight_bytes: 16 << 20,
        uncommitted_bytes: 64 << 20,
        unapplied_bytes: u64::MAX,
        cached_entries: usize::MAX,
    };
}

impl Config {
    /// Server `id` of a cluster of `membership`, without optional features.
    pub fn new(id: NodeId, membership: Membership) -> Config {
        Config {
            id,
            membership,
            election_ticks: 10,
            heartbeat_ticks: 2,
            jitter: 0,
            election_delay: 0,
            incarnation: 0,
            joining: false,
            pre_vote: false,
            check_quorum: false,
            catch_up: false,
            tail: 0,
            lease_reads: false,
            clock_drift: 1,
            wall_lease: None,
            clock: 0,
            limits: Limits::DEFAULT,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durable, Input, Node, NodeSet, Output, Role};

    /// The ticks until each of three servers campaigns for the first time.
    fn timeouts(jitter: impl Fn(NodeId) -> u64) -> Vec<u32> {
        let membership = Membership::new(NodeSet::first(3));
        let timeout = |id| {
            let config = Config { jitter: jitter(id), ..Config::new(id, membership) };
            let mut node: Node = Node::start(config, Durable::default());
            let (mut output, mut ticks) = (Output::default(), 0);
            while node.status().role == Role::Follower {
                node.step(Input::Tick, &mut output);
                ticks += 1;
            }
            ticks
        };
        NodeSet::first(3).iter().map(timeout).collect()
    }

    #[test]
    fn election_timeouts_differ_although_the_jitter_is_chosen_by_id() {
        for timeouts in [timeouts(|_| 0), timeouts(|id| id.0.into())] {
            assert!(timeouts[0] != timeouts[1] || timeouts[1] != timeouts[2], "{timeouts:?}");
        }
    }
}
