//! Leases by wall clocks (LeaseGuard; the leader leases of YugabyteDB).
//!
//! A leader reads without a round trip until the end of the lease that a quorum has acknowledged,
//! and a new leader commits nothing before all leases of older leaders are over. Any quorum of
//! votes and any quorum of acknowledgements have a voter in common, whose vote carries the latest
//! end that it has acknowledged. Times of different clocks are compared only with an allowance of
//! [`WallLease::max_skew`](crate::WallLease::max_skew).

/// A lease is over when the leader's own clock shows its end. Without this: stale reads.
pub fn wall_lease_holds(clock: u64, end: u64) -> bool {
    clock < end
}

/// The end that a follower has acknowledged, by a reply that returns the end that was `asked` for.
///
/// The lease counts from the sending of the request, not from the arrival of the reply at `clock`:
/// what the follower has promised is the end in the request. Without this: stale reads.
pub fn lease_acknowledged(known: u64, asked: u64, _clock: u64, _duration: u64) -> u64 {
    known.max(asked)
}

/// A follower that acknowledges a lease has still acknowledged those before.
///
/// A later request can ask for an earlier end: requests overtake each other, and the leader's clock
/// can be set back. Without this: stale reads.
pub fn lease_promised(earlier: u64, asked: u64) -> u64 {
    earlier.max(asked)
}

/// A server that starts again has forgotten what it has acknowledged: at most a lease that was
/// asked for just before, by a leader whose clock showed `max_skew` more.
///
/// A new server has acknowledged none. Without this: stale reads.
pub fn lease_promised_at_start(clock: u64, duration: u64, max_skew: u64, is_new: bool) -> u64 {
    match is_new {
        true => 0,
        false => clock.saturating_add(duration).saturating_add(max_skew),
    }
}

/// A candidate takes the latest end that a voter reports: one voter suffices.
///
/// Without this: stale reads.
pub fn longest_lease(known: u64, reported: u64) -> u64 {
    known.max(reported)
}

/// The leases of older leaders are over once no clock can show less than their `end` any more.
///
/// The clock of an older leader may be behind by `max_skew`. Until then a new leader commits
/// nothing, so that what the older one has committed is still the newest. Without this: stale
/// reads.
pub fn leases_are_over(clock: u64, end: u64, max_skew: u64) -> bool {
    clock >= end.saturating_add(max_skew)
}
