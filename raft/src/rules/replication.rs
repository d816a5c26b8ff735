//! Replication and commitment.

use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::Refused;
use crate::membership::Membership;
use crate::progress::Progress;
use crate::state::Role;

// ---- Replication (5.3) ----

/// A new leader assumes nothing about its followers' logs.
///
/// Figure 2: "Reinitialized after election". Without this: commits without a quorum.
pub fn progress_at_election(_earlier: Progress, last: LogIndex) -> Progress {
    Progress::at_election(last)
}

/// A follower appends only after an entry that it shares with the leader.
///
/// Figure 2, AppendEntries 2: "Reply false if log doesn't contain an entry at prevLogIndex whose
/// term matches prevLogTerm"; `own` is the follower's term there. Without this: Log Matching.
pub fn accepts_append(prev: LogId, own: Option<Term>) -> bool {
    own == Some(prev.term)
}

/// A follower removes entries only from the first real conflict on.
///
/// Figure 2, AppendEntries 3. A late, shorter request must not remove what a newer one appended
/// and the follower acknowledged. Without this: State Machine Safety.
pub fn truncate_from(
    _prev: LogIndex,
    conflict: Option<LogIndex>,
    _last: LogIndex,
) -> Option<LogIndex> {
    conflict
}

/// A follower acknowledges what the request showed to be equal, not what it happens to have.
///
/// 5.3. Entries behind the last new one may belong to a deposed leader. Without this: commits
/// without a quorum.
pub fn acknowledged(last_new: LogIndex, _last: LogIndex) -> LogIndex {
    last_new
}

/// matchIndex "increases monotonically" (Figure 2), though acknowledgements arrive in any order.
pub fn match_after_ack(known: LogIndex, acked: LogIndex) -> LogIndex {
    known.max(acked)
}

/// nextIndex follows matchIndex and never falls behind it (Figure 2, leaders).
pub fn next_after_ack(next: LogIndex, matched: LogIndex) -> LogIndex {
    next.max(matched.next())
}

/// Entries are sent ahead of their answers as long as the follower's window has room, in entries
/// and in bytes. Without this, a slow follower drowns (dissertation, 10.2.1).
pub fn window_has_room(in_flight: u64, limit: u64) -> bool {
    in_flight < limit.max(1)
}

/// A leader speaks to its followers once a heartbeat interval, if it has nothing new to say.
///
/// 5.2. More often is a waste, and less often makes them stand.
pub fn heartbeat_is_due(elapsed: u32, heartbeat_ticks: u32) -> bool {
    elapsed >= heartbeat_ticks
}

// ---- Commitment (5.3, 5.4.2) ----

/// A leader counts itself for what is durable on its own disk, like any follower.
///
/// 5.6. Without this: committed entries that no quorum holds after a crash.
pub fn own_match(durable: LogIndex, _last: LogIndex) -> LogIndex {
    durable
}

/// The index that a quorum has reached: `a majority of matchIndex[i] >= N` (Figure 2, leaders).
pub fn reached(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    membership.reached(acked)
}

/// A leader commits by counting only entries of its own term; older ones follow with them.
///
/// 5.4.2 and Figure 8: `log[N].term == currentTerm`. Without this: Leader Completeness.
pub fn may_commit(entry: Term, current: Term) -> bool {
    entry == current
}

/// A follower commits no further than the last entry that this request vouches for.
///
/// Figure 2, AppendEntries 5: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit,
/// index of last new entry)". Without this: State Machine Safety.
pub fn follower_commit(
    commit: LogIndex,
    leader: LogIndex,
    last_new: LogIndex,
    _last: LogIndex,
) -> LogIndex {
    commit.max(leader.min(last_new))
}

/// Only a leader takes commands; others name the leader they know (section 8).
pub fn may_propose(role: Role, leader: Option<NodeId>) -> Result<(), Refused> {
    match role {
        Role::Leader => Ok(()),
        Role::Follower | Role::PreCandidate | Role::Candidate => Err(Refused::NotLeader { leader }),
    }
}

/// The lead goes only to a server whose log is complete.
///
/// Dissertation, 3.10: the prior leader "fully updates the target server's log". Otherwise the
/// target asks in vain, and the cluster is without a leader for nothing.
pub fn may_send_timeout_now(matched: LogIndex, last: LogIndex) -> bool {
    matched == last
}

/// A message carries no more entries than it may.
///
/// Dissertation, 10.2.1. Without this, one slow follower's messages block all others.
pub fn entries_in_message(limit: usize) -> usize {
    limit
}

/// An answer makes room for this many messages with entries: more than it took away, so that a
/// window fills, and not so many that it overflows.
pub fn messages_after_ack() -> usize {
    2
}
