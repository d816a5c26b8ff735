//! True time, and the wall clocks of the nodes.
//!
//! Promises: what the clocks show, whether the nodes run or not. Knows no leases.

use raft::NodeId;

use crate::schedule::wall_clock::{FARTHEST, START};
use crate::schedule::Setup;

/// True time, and by how much each clock is ahead of it.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    time: u64,
    ahead: [i8; Setup::MAX_NODES as usize],
    exceeded: bool,
}

impl Clocks {
    /// Before the first event: all clocks are right.
    pub(crate) fn begin() -> Clocks {
        Clocks { time: START, ..Clocks::default() }
    }

    /// True time.
    pub fn time(&self) -> u64 {
        self.time
    }

    /// By how much the clock of `node` is ahead of true time.
    pub fn ahead(&self, node: NodeId) -> i8 {
        self.ahead[usize::from(node.0)]
    }

    /// What the clock of `node` shows.
    pub fn of(&self, node: NodeId) -> u64 {
        self.time.saturating_add_signed(self.ahead(node).into())
    }

    /// Whether no clock was ever farther from true time than the bound allows.
    pub fn are_within_bound(&self) -> bool {
        !self.exceeded
    }

    /// True time advances.
    pub(crate) fn pass(&mut self) {
        self.time += 1;
    }

    /// A clock is set.
    pub(crate) fn set(&mut self, node: NodeId, by: i8) {
        self.ahead[usize::from(node.0)] += by;
        self.exceeded |= self.ahead(node).abs() > FARTHEST;
    }
}
