//! Replication and commitment.

use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::Refused;
use crate::membership::Membership;
use crate::progress::Progress;
use crate::state::Role;

// ---- Replication (5.3) ----

/// A new leader assumes nothing about its followers' logs.
///
/// Figure 2: "Reinitialized after election". Without this: commitment without a quorum.
pub fn progress_at_election(_earlier: Progress, last: LogIndex) -> Progress {
    Progress::at_election(last)
}

/// A follower appends only after an entry that matches the leader's.
///
/// Figure 2, AppendEntries 2: "Reply false if log doesn't contain an entry at prevLogIndex whose
/// term matches prevLogTerm"; `own` is the follower's term there. Without this: no Log Matching.
pub fn accepts_append(prev: LogId, own: Option<Term>) -> bool {
    own == Some(prev.term)
}

/// A follower removes entries only from the first conflicting entry on.
///
/// Figure 2, AppendEntries 3. A late, shorter request must not remove entries that a newer request
/// appended and the follower acknowledged. Without this: no State Machine Safety.
pub fn truncate_from(
    _prev: LogIndex,
    conflict: Option<LogIndex>,
    _last: LogIndex,
) -> Option<LogIndex> {
    conflict
}

/// A follower keeps entries that conflict with a request's previous one until it knows what
/// replaces them. It may also remove them at once: the leader has another entry there.
pub fn truncates_at_rejection() -> bool {
    false
}

/// After a rejection a leader goes back as far as the follower's hint says.
///
/// 5.3: "the leader decrements nextIndex and retries"; the hint is the optimisation described
/// there. `prev` is the index that was rejected.
pub fn next_after_rejection(_prev: LogIndex, hinted: LogIndex) -> LogIndex {
    hinted
}

/// A follower acknowledges the entries up to the request's last one, not up to the end of its log.
///
/// 5.3. Entries after the last new one may belong to a deposed leader. Without this: commitment
/// without a quorum.
pub fn acknowledged(last_new: LogIndex, _last: LogIndex) -> LogIndex {
    last_new
}

/// matchIndex "increases monotonically" (Figure 2), though acknowledgements arrive in any order.
pub fn match_after_ack(known: LogIndex, acked: LogIndex) -> LogIndex {
    known.max(acked)
}

/// nextIndex is always above matchIndex (Figure 2, leaders).
pub fn next_after_ack(next: LogIndex, matched: LogIndex) -> LogIndex {
    next.max(matched.next())
}

/// Entries are pipelined while the follower's in-flight window has room, in entries and in bytes.
/// Without this, a slow follower is flooded (dissertation, 10.2.1).
pub fn window_has_room(in_flight: u64, limit: u64) -> bool {
    in_flight < limit.max(1)
}

/// Entries that were read from the disk are sent only if they are what the follower needs next.
///
/// `asked` is the term in which they were requested and the index of the first, `now` the current
/// term and the follower's next index. The answer may be late. Without this: an AppendEntries whose
/// entries do not follow its previous one.
pub fn fetched_is_current(asked: (Term, LogIndex), now: (Term, LogIndex)) -> bool {
    asked == now
}

/// A read of the log that failed is tried again at the next heartbeat.
///
/// Without this: no progress of that follower.
pub fn retries_failed_read() -> bool {
    true
}

/// A leader sends a heartbeat to each follower once per heartbeat interval.
///
/// 5.2. More often wastes messages, and less often lets followers start elections.
pub fn heartbeat_is_due(elapsed: u32, heartbeat_ticks: u32) -> bool {
    elapsed >= heartbeat_ticks
}

// ---- Commitment (5.3, 5.4.2) ----

/// A leader counts itself only for entries that are durable on its own disk, like a follower.
///
/// 5.6. Without this: committed entries that no quorum stores after a crash.
pub fn own_match(durable: LogIndex, _last: LogIndex) -> LogIndex {
    durable
}

/// The index that a quorum has reached: `a majority of matchIndex[i] >= N` (Figure 2, leaders).
pub fn reached(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    membership.reached(acked)
}

/// A leader commits by counting replicas only entries of its own term; older entries are committed
/// with them.
///
/// 5.4.2 and Figure 8: `log[N].term == currentTerm`. Without this: no Leader Completeness.
pub fn may_commit(entry: Term, current: Term) -> bool {
    entry == current
}

/// A follower commits no further than the last entry of this request.
///
/// Figure 2, AppendEntries 5: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit,
/// index of last new entry)". Without this: no State Machine Safety.
pub fn follower_commit(
    commit: LogIndex,
    leader: LogIndex,
    last_new: LogIndex,
    _last: LogIndex,
) -> LogIndex {
    commit.max(leader.min(last_new))
}

/// Only a leader accepts commands; other servers name the leader they know (section 8).
pub fn may_propose(role: Role, leader: Option<NodeId>) -> Result<(), Refused> {
    match role {
        Role::Leader => Ok(()),
        Role::Follower | Role::PreCandidate | Role::Candidate => Err(Refused::NotLeader { leader }),
    }
}

/// TimeoutNow is sent only to a server whose log is complete.
///
/// Dissertation, 3.10: the prior leader "fully updates the target server's log". Otherwise the
/// target loses the election, and the cluster has no leader meanwhile.
pub fn may_send_timeout_now(matched: LogIndex, last: LogIndex) -> bool {
    matched == last
}

/// A message carries no more entries than the limit.
///
/// Dissertation, 10.2.1. Without this, one slow follower's messages block those of all others.
pub fn entries_in_message(limit: usize) -> usize {
    limit
}

/// After an acknowledgement a leader sends at most this many messages with entries: more than one,
/// so that the in-flight window fills, and not so many that it is flooded.
pub fn messages_after_ack() -> usize {
    2
}
