//! What a server knows of its own disk.

use crate::ids::LogIndex;
use crate::io::WriteId;
use crate::state::HardState;

/// A write that was asked for and is not yet durable, and what is durable once it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PendingWrite {
    pub id: WriteId,
    pub state: OnDisk,
}

/// What this server knows to be on its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OnDisk {
    pub hard_state: HardState,
    /// The log in memory is durable up to here.
    pub log: LogIndex,
}
