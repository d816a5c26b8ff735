//! How a server is set up.
//!
//! All servers of a cluster should agree on everything but their names: safety does not need that,
//! except where a field says so.

use crate::ids::NodeId;
use crate::membership::Membership;

/// How one server is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// This server's name.
    pub id: NodeId,
    /// Who belongs to the cluster before the first entry of the log; the same for all who ever
    /// join.
    pub membership: Membership,
    /// The shortest election timeout, in ticks. Each wait lasts this long, and up to as long again:
    /// how much is drawn from `id`, the term and `jitter`.
    pub election_ticks: u32,
    /// Ticks between a leader's heartbeats. Well below `election_ticks`.
    pub heartbeat_ticks: u32,
    /// Seed of the spread of election timeouts.
    pub jitter: u64,
    /// Election priority: a server waits so many more election timeouts before it stands, so that
    /// those with 0 come first. Price: if they are all gone, electing a leader takes longer.
    pub handicap: u32,
    /// Tells the lives of this server apart, in answers to what an earlier life asked: a number
    /// that it has not had before, counted or random.
    pub life: u64,
    /// Ask whether an election would succeed before standing (dissertation, 9.6). Price: a round
    /// trip an election.
    pub pre_vote: bool,
    /// As a leader, step down when no quorum has answered for an election timeout (6.2); as anyone,
    /// turn a deaf ear to candidates as long as a leader is heard of (4.2.3). Price: a cluster
    /// whose leader can send and not hear takes that much longer to replace it.
    pub check_quorum: bool,
    /// Answer reads without a round trip as long as a quorum was heard of within two ticks less
    /// than `election_ticks` (6.4.1), divided by `clock_drift`. Needs `check_quorum` and this on
    /// all servers; else reads can be stale. Price: a server that starts, or that is told to
    /// campaign, waits for an election timeout of silence.
    pub lease_reads: bool,
    /// How many ticks another server's clock may make while this one's makes one: 1 if they drift
    /// apart by less than a tick in an election timeout. If a clock is faster than this says, reads
    /// by lease can be stale.
    pub clock_drift: u32,
    /// How much of what may be under way.
    pub limits: Limits,
}

/// Bounds on what a server sends, keeps and hands out at once. Bytes are those of
/// [`Entry::size`](crate::Entry::size).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Entries in one AppendEntries; one at least is sent.
    pub message_entries: usize,
    /// Bytes of entries in one AppendEntries; one entry at least is sent.
    pub message_bytes: u64,
    /// Bytes of one piece of a snapshot; at least 1.
    pub chunk_bytes: usize,
    /// Entries on their way to a follower and not yet acknowledged; one at least is sent.
    pub inflight_entries: u64,
    /// Bytes of them.
    pub inflight_bytes: u64,
    /// Bytes of a leader's uncommitted entries, beyond which it refuses proposals. When nothing is
    /// uncommitted, it takes one of any size.
    pub uncommitted_bytes: u64,
    /// Bytes of committed entries handed out and not yet applied, beyond which no more are handed
    /// out. A host that is not slow can leave it without bound and never step
    /// [`Input::Applied`](crate::Input::Applied).
    pub unapplied_bytes: u64,
}

impl Limits {
    /// What suits a local network.
    pub const DEFAULT: Limits = Limits {
        message_entries: 64,
        message_bytes: 1 << 20,
        chunk_bytes: 1 << 20,
        inflight_entries: 4096,
        inflight_bytes: 16 << 20,
        uncommitted_bytes: 64 << 20,
        unapplied_bytes: u64::MAX,
    };
}

impl Config {
    /// A server of a cluster of `membership`, with everything optional off.
    pub fn new(id: NodeId, membership: Membership) -> Config {
        Config {
            id,
            membership,
            election_ticks: 10,
            heartbeat_ticks: 2,
            jitter: 0,
            handicap: 0,
            life: 0,
            pre_vote: false,
            check_quorum: false,
            lease_reads: false,
            clock_drift: 1,
            limits: Limits::DEFAULT,
        }
    }
}
