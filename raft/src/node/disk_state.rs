//! The state of a server's disk, as far as the server knows it.

use crate::ids::LogIndex;
use crate::io::WriteId;
use crate::state::HardState;

/// A write that is not yet durable, and the state of the disk once it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PendingWrite {
    pub id: WriteId,
    pub state: OnDisk,
}

/// The state that is known to be durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OnDisk {
    pub hard_state: HardState,
    /// The log in memory is durable up to here.
    pub log: LogIndex,
}
