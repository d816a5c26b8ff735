//! Durability: what must be on the disk before it is promised.
//!
//! Durability (5.6, Figure 2: "Updated on stable storage before responding to RPCs")

use super::Promise;
use crate::ids::LogIndex;
use crate::state::HardState;

/// Term and vote are written as they are. Without this: a second vote after a crash.
pub fn recorded(state: HardState) -> HardState {
    state
}

/// Term and vote are taken up after a crash as they were written. Without this: likewise.
pub fn restored(state: HardState) -> HardState {
    state
}

/// Every promise waits until all that the server wrote before it is durable.
///
/// Writes become durable in order, so waiting for the last one covers term, vote and log. A
/// candidacy waits too: after a crash the same term must not be contested with a shorter log while
/// votes for the longer one are under way. Without this: Election Safety, Leader Completeness.
pub fn waits_for_disk(_promise: Promise) -> bool {
    true
}

/// After a failed write the disk's content is unknown, so nothing can be promised any more.
pub fn survives_failed_write() -> bool {
    false
}

/// A server that has halted lives through nothing any more.
pub fn runs_after_halt() -> bool {
    false
}

/// After a start, nothing is known to be committed but what a snapshot stands for.
///
/// Figure 2: commitIndex is volatile. What follows in the log may never have been committed.
pub fn commit_at_start(snapshot: LogIndex, _last: LogIndex) -> LogIndex {
    snapshot
}
