//! Linearizable reads.
//!
//! Reads (dissertation, 6.4)

use crate::ids::Term;
use crate::stamp::Stamp;

/// A leader knows what is committed once it has committed an entry of its own term.
///
/// `committed` is the term of its last committed entry. Without this: stale reads.
pub fn may_read(committed: Option<Term>, current: Term) -> bool {
    committed == Some(current)
}

/// Only answers to what was sent after the question show that the leader still led then.
///
/// `heard` is the latest moment of which a quorum has answered. Without this: stale reads.
pub fn confirms_read(heard: Stamp, asked: Stamp) -> bool {
    heard >= asked
}

/// An answer to what an earlier life asked is none to what this life asks.
pub fn is_own_read_index(asked_in: u64, life: u64) -> bool {
    asked_in == life
}

/// A lease counts from the question, for the shortest election timeout less two ticks, and less as
/// another server's clock may be faster, and not at all once the lead was offered to another.
///
/// 6.4.1, 3.10: until then no server that answered will vote for another. Clocks may be two ticks
/// out of step, and `drift` is how many ticks another may make in one of this server's. An offer
/// may come to be taken at any time. Without this: stale reads.
pub fn lease_holds(age: u64, election_ticks: u32, drift: u32, transfer_sent: bool) -> bool {
    !transfer_sent && age + 2 < u64::from(election_ticks / drift.max(1))
}

/// A leader reads by lease only if its followers are deaf to candidates meanwhile, which
/// CheckQuorum makes them.
///
/// 6.4.1. Without this: stale reads (raft-rs PR 141).
pub fn has_leases(lease_reads: bool, check_quorum: bool) -> bool {
    lease_reads && check_quorum
}

/// A question is closed by its answer: answers may arrive twice.
pub fn answer_closes_read() -> bool {
    true
}
