//! The outcome of a period in which a minority was degraded and clients went on.

use raft::{LogIndex, NodeId, NodeSet, Term};

use crate::schedule::Degraded;

/// The outcome of a period in which a minority was degraded. Times are in ticks of each clock.
#[derive(Clone, Debug, Default)]
pub struct DegradedPeriod {
    /// What was wrong.
    pub kind: Degraded,
    /// The nodes with which it was wrong.
    pub minority: NodeSet,
    /// The nodes with which nothing was wrong: a quorum of every membership in force.
    pub healthy: NodeSet,
    /// The duration.
    pub ticks: u32,
    /// How many commands of clients were committed.
    pub commits: u32,
    /// The time since the last of them, or since the beginning.
    pub waited: u32,
    /// The time within which one must be committed.
    pub bound: u32,
    /// A healthy leader that a healthy quorum followed, and that leads no more.
    pub deposed: Option<(NodeId, Term)>,
    /// A degraded node that has not caught up in time, although a healthy leader led all the while.
    pub lagging: Option<Lagging>,
    /// How often a degraded node was seen to have caught up.
    pub caught_up: u32,
    /// A leader whose writes do not complete, in the last tick that was allowed.
    pub without_disk: Option<NodeId>,
    /// Whether a leader's disk hung.
    pub disk_hung: bool,
    /// Whether a healthy leader was established.
    pub was_established: bool,
}

/// A node that has not caught up in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lagging {
    /// The node.
    pub node: NodeId,
    /// What was committed when the time began.
    pub committed: LogIndex,
    /// How much of it the node had then, and how much it has now.
    pub had: LogIndex,
    /// See `had`.
    pub has: LogIndex,
    /// How long it had.
    pub ticks: u32,
}
