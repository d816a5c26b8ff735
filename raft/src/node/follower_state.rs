//! State of a follower: forwarded reads, and a snapshot that is being received.

use crate::ids::LogId;
use crate::io::ReadId;

/// Reads that a follower has forwarded to its leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ForwardedReads {
    pub pending: Vec<ForwardedRead>,
    /// The number of the last ReadIndex request.
    pub last_number: u64,
}

/// A forwarded read that is pending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ForwardedRead {
    pub number: u64,
    pub read: ReadId,
    /// Ticks since it was forwarded.
    pub ticks: u32,
}

/// The chunks of a snapshot that have arrived.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IncomingSnapshot {
    pub last: LogId,
    pub data: Vec<u8>,
}
