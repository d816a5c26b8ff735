//! What only a follower keeps: of reads that it passed on, and of a snapshot on its way.

use crate::ids::LogId;
use crate::io::ReadId;

/// A follower's questions to its leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ForwardedReads {
    pub open: Vec<ForwardedRead>,
    pub asked: u64,
}

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ForwardedRead {
    pub number: u64,
    pub read: ReadId,
    pub ticks: u32,
}

/// The first pieces of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct IncomingSnapshot {
    pub last: LogId,
    pub data: Vec<u8>,
}
