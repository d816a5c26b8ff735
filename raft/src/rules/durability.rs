//! Durability: what must be on the disk before a message promises it (5.6; Figure 2: "Updated on
//! stable storage before responding to RPCs").

use crate::ids::LogIndex;
use crate::state::HardState;

/// What a server promises to other servers, and to itself, on the strength of its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// A RequestVote: the candidate grants no other vote in its term.
    Candidacy,
    /// A candidate's own vote, counted.
    OwnVote,
    /// A vote granted to another server.
    Vote,
    /// An accepted AppendEntries: the logs are equal up to the match index.
    Acknowledgement,
}

/// Term and vote are written unchanged. Without this: a second vote after a crash.
pub fn recorded(state: HardState) -> HardState {
    state
}

/// Term and vote are restored unchanged after a crash. Without this: a second vote after a crash.
pub fn restored(state: HardState) -> HardState {
    state
}

/// Every promise waits until all earlier writes of the server are durable.
///
/// Writes become durable in order, so waiting for the last one covers term, vote and log. A
/// RequestVote waits too: otherwise, after a crash, the server could campaign in the same term with
/// a shorter log while votes for the longer log are in flight. Without this: no Election Safety, no
/// Leader Completeness.
pub fn waits_for_disk(_promise: Promise) -> bool {
    true
}

/// After a failed write the disk's content is unknown, so the server can promise nothing more.
pub fn survives_failed_write() -> bool {
    false
}

/// A halted server processes no input.
pub fn runs_after_halt() -> bool {
    false
}

/// After a start, only the entries that a snapshot covers are known to be committed.
///
/// Figure 2: commitIndex is volatile. The entries after the snapshot may be uncommitted, even those
/// that the state machine has applied: it has applied what was committed there, and the log may
/// have lost the write by which that replaced an entry of a deposed leader.
pub fn commit_at_start(snapshot: LogIndex, _last: LogIndex, _applied: LogIndex) -> LogIndex {
    snapshot
}
