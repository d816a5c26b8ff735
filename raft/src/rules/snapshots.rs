//! Snapshots and compaction (section 7).

use crate::ids::{LogId, LogIndex, Term};
use crate::membership::Memberships;

/// A snapshot covers only entries that were handed out to the state machine, and that are known to
/// be committed in this log.
///
/// After a restart, a state machine with a disk of its own can be ahead of the commit index, and
/// the log may still have other entries there. Without this, a snapshot covers uncommitted entries:
/// no State Machine Safety.
pub fn compaction_point(
    requested: LogIndex,
    applying: LogIndex,
    commit: LogIndex,
    _last: LogIndex,
) -> Option<LogIndex> {
    (requested <= applying.min(commit)).then_some(requested)
}

/// Entries that a snapshot covers are neither looked up nor appended again.
///
/// A late request can begin long before the snapshot's last entry. Without this: no Log Matching.
pub fn is_compacted(prev: LogIndex, start: LogIndex) -> bool {
    prev < start
}

/// A snapshot that covers only committed entries is not installed.
///
/// Installing it would undo applied entries. Without this: no State Machine Safety.
pub fn snapshot_is_committed(snapshot: LogIndex, commit: LogIndex) -> bool {
    snapshot <= commit
}

/// A chunk of a snapshot is stored only at the end of the chunks before it.
pub fn chunk_is_next(received: u64, offset: u64) -> bool {
    received == offset
}

/// The entries after a snapshot are retained if the log contains the snapshot's last entry.
///
/// Figure 13, 6. They may be acknowledged and committed. If they are discarded: no Leader
/// Completeness; if conflicting entries are retained: no Log Matching.
pub fn keeps_suffix(snapshot: LogId, own: Option<Term>) -> bool {
    own == Some(snapshot.term)
}

/// A tail is kept behind an installed snapshot only if the log contained the snapshot's last entry.
///
/// Only then is it a part of the leader's log. Without this: a log with a gap, or with entries of
/// deposed leaders, which are sent on as if they were committed (hashicorp/raft #697).
pub fn tail_after_install(keeps_log: bool, tail: u64) -> u64 {
    if keeps_log {
        tail
    } else {
        0
    }
}

/// After a restart the log begins with its first entry, which a snapshot may cover.
///
/// `first` is that entry's index, if there is one, and `snapshot` the snapshot's last. Without
/// this: entries at wrong indexes (RATIS-1305).
pub fn first_at_start(first: Option<LogIndex>, snapshot: LogIndex) -> LogIndex {
    first.unwrap_or(snapshot.next())
}

/// The term of an AppendEntries' previous entry is that of the entry, also behind a snapshot.
///
/// With a tail the log has two boundaries: its first entry and the snapshot's last. Without this:
/// followers that lag reject what would bring them up to date, or no Log Matching.
pub fn previous_term(own: Term, _index: LogIndex, _snapshot: LogId) -> Term {
    own
}

/// A snapshot does not change the current term: its last entry may be of an older one.
pub fn term_after_install(current: Term, _snapshot: Term) -> Term {
    current
}

/// Compaction keeps the membership that was in force at the snapshot's last entry.
///
/// If later changes are removed, it is in force again.
pub fn forget_memberships(memberships: &mut Memberships, index: LogIndex) {
    memberships.compact(index);
}

/// Any follower whose next entry is compacted is sent a snapshot.
///
/// Section 7; `matched` is its match index. Without this: such a follower lags permanently
/// (openraft #1828).
pub fn sends_snapshot(_matched: LogIndex) -> bool {
    true
}

/// A transfer of a snapshot continues although there is a newer one.
///
/// Otherwise, while the leader takes snapshots faster than it sends one, a slow follower never
/// receives one whole (ClickHouse PR 112405). Without this: no progress of that follower.
pub fn continues_snapshot() -> bool {
    true
}

/// A snapshot that the transport has handed over is not stored yet.
///
/// Only the receiver's acknowledgement shows that its write is durable. If a leader counts what was
/// delivered: no Leader Completeness.
pub fn match_after_delivery(matched: LogIndex, _snapshot: LogIndex) -> LogIndex {
    matched
}

/// A snapshot that is installed restores the state machine only if the machine is behind it.
///
/// Otherwise it goes back, and applies entries a second time: no State Machine Safety.
pub fn restores_machine(snapshot: LogIndex, applying: LogIndex) -> bool {
    snapshot > applying
}
