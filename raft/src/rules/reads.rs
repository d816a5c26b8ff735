//! Linearizable reads (dissertation, 6.4).

use crate::ids::Term;
use crate::stamp::Stamp;

/// A leader knows which entries are committed once it has committed an entry of its own term.
///
/// `committed` is the term of its last committed entry. Without this: stale reads.
pub fn may_read(committed: Option<Term>, current: Term) -> bool {
    committed == Some(current)
}

/// Only replies to messages that were sent after the read show that the leader still led then.
///
/// `acked` is the latest stamp to which a quorum replied, `since` the stamp of the read. Without
/// this: stale reads.
pub fn confirms_read(acked: Stamp, since: Stamp) -> bool {
    acked >= since
}

/// A reply to a request of an earlier incarnation is no reply to a request of this one.
pub fn is_own_read_index(nonce_incarnation: u64, incarnation: u64) -> bool {
    nonce_incarnation == incarnation
}

/// A lease starts when the acknowledged message was sent. It lasts for the shortest election
/// timeout, divided by the clock drift, less two ticks; there is none once TimeoutNow was sent.
///
/// 6.4.1, 3.10: until then no server that replied votes for another. The clocks may be two ticks
/// out of step, and `drift` is how many ticks another clock may make per tick of this server's. A
/// TimeoutNow may arrive at any time. Without this: stale reads.
pub fn lease_holds(age: u64, election_ticks: u32, drift: u32, transfer_sent: bool) -> bool {
    !transfer_sent && age + 2 < u64::from(election_ticks / drift.max(1))
}

/// A leader reads by lease only with CheckQuorum, with which its followers disregard candidates
/// meanwhile.
///
/// 6.4.1. Without this: stale reads (raft-rs PR 141).
pub fn has_leases(lease_reads: bool, check_quorum: bool) -> bool {
    lease_reads && check_quorum
}

/// A forwarded read is no longer pending after its reply: a reply may arrive twice.
pub fn answer_closes_read() -> bool {
    true
}
