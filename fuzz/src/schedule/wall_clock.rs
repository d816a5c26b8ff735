//! Wall clocks: what leases by them may rely on.
//!
//! Promises: with the feature `wall-clock`, every clock is within half of [`LEASE`]'s `max_skew` of
//! true time, which a tick of all clocks advances by one. Within that, a clock drifts and is set as
//! events say.

use raft::WallLease;

/// The length of a lease, and the bound on the difference of two clocks, in ticks. Both are small:
/// a new leader waits for at most [`LONGEST_WAIT`] ticks, so that schedules are short.
pub const LEASE: WallLease = WallLease { duration: 4, max_skew: 4 };

/// How far a clock may be from true time.
pub const FARTHEST: i8 = (LEASE.max_skew / 2) as i8;

/// What the clocks show at first.
pub const START: u64 = 100;

/// A new leader waits for at most so many ticks of all clocks. A voter that has just started
/// reports a lease and the bound more than its clock shows; the new leader's clock must show the
/// bound more than that, and may show the bound less than the voter's.
pub const LONGEST_WAIT: u32 = (LEASE.duration + 3 * LEASE.max_skew) as u32;
