//! Snapshots and compaction.
//!
//! Snapshots (section 7)

use crate::ids::{LogId, LogIndex, Term};
use crate::membership::Memberships;

/// A snapshot stands for entries that were handed out to the state machine, and for no more.
///
/// Without this: a snapshot of uncommitted entries, and State Machine Safety is gone.
pub fn compaction_point(asked: LogIndex, applying: LogIndex, _last: LogIndex) -> Option<LogIndex> {
    (asked <= applying).then_some(asked)
}

/// Entries that a snapshot stands for are neither looked up nor appended again.
///
/// A late request can begin long before the snapshot's last entry. Without this: Log Matching.
pub fn is_compacted(prev: LogIndex, start: LogIndex) -> bool {
    prev < start
}

/// A snapshot of what is committed here already brings nothing.
///
/// Installing it would take back what was applied. Without this: State Machine Safety.
pub fn snapshot_is_committed(snapshot: LogIndex, commit: LogIndex) -> bool {
    snapshot <= commit
}

/// A piece of a snapshot is taken only where the pieces before it end.
pub fn chunk_is_next(received: u64, offset: u64) -> bool {
    received == offset
}

/// Entries behind a snapshot stay, if the snapshot's last entry is in the log as well.
///
/// Figure 13, 6. They may be acknowledged and committed. Without this: Leader Completeness; and
/// with too much of it, Log Matching.
pub fn keeps_suffix(snapshot: LogId, own: Option<Term>) -> bool {
    own == Some(snapshot.term)
}

/// A snapshot says nothing of the current term: its last entry is of an older one.
pub fn term_after_install(current: Term, _snapshot: Term) -> Term {
    current
}

/// Compaction keeps the membership that was in force at the snapshot's last entry.
///
/// If the entries that changed it since are removed, it is in force again.
pub fn forget_memberships(memberships: &mut Memberships, index: LogIndex) {
    memberships.compact(index);
}

/// A follower that lacks what the log no longer holds is sent a snapshot, whoever it is.
///
/// Section 7; `matched` is what the leader knows it to have. Without this: such a follower lags
/// for ever (openraft #1828).
pub fn sends_snapshot(_matched: LogIndex) -> bool {
    true
}
