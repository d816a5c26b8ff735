//! The outcome of a recovery, and of the quiet periods and the requests after it.

use raft::{NodeId, NodeSet, Term};

use crate::history::step::Request;
use crate::replica::Command;

/// The number of commands that are proposed in a quiet period.
pub const QUIET_COMMANDS: u32 = 2;

/// The outcome of a recovery.
#[derive(Clone, Debug, Default)]
pub struct RecoveryOutcome {
    /// The nodes that run.
    pub core: NodeSet,
    /// Commands from this number on were proposed during the recovery.
    pub fresh: Command,
    /// A new read was answered, or this Raft does not support reads.
    pub has_read: bool,
    /// No message is in flight, no write is pending, and no entry is left to apply.
    pub is_quiet: bool,
    /// The leader and a node whose log, commit index or state machine differs.
    pub differing: Option<(NodeId, NodeId)>,
    /// The duration, in ticks of each clock.
    pub ticks: u32,
    /// The length of a cycle at the end: over this many ticks the nodes showed the same views as in
    /// the ticks before, terms excepted. 0 if there is no cycle.
    pub repeats: u32,
}

/// The outcome of a period with only ticks and a few commands.
#[derive(Clone, Copy, Debug)]
pub struct QuietPeriod {
    /// The leader and its term at the beginning.
    pub before: Option<(NodeId, Term)>,
    /// The leader and its term at the end.
    pub after: Option<(NodeId, Term)>,
    /// The duration, in ticks of each clock.
    pub ticks: u32,
    /// The number of messages sent.
    pub messages: u64,
    /// The node that was partitioned during its first part, if any.
    pub cut_off: Option<NodeId>,
    /// The leader and a node whose log, commit index or state machine differs at the end.
    pub differing: Option<(NodeId, NodeId)>,
}

/// The upgrade of one node of a healthy cluster. Leaders are given with their terms.
#[derive(Clone, Copy, Debug)]
pub struct Rolled {
    /// The node.
    pub node: NodeId,
    /// The leader before.
    pub before: Option<(NodeId, Term)>,
    /// The leader at the end of the time in which the node was down.
    pub during: Option<(NodeId, Term)>,
    /// The leader at the end.
    pub after: Option<(NodeId, Term)>,
    /// Whether a command was committed while the node was down; none if it could not be spared, and
    /// started at once.
    pub committed: Option<bool>,
    /// At the end there is a leader, and all members have its log.
    pub has_converged: bool,
    /// How long that took, or how long it had, in ticks of each clock after the start.
    pub ticks: u32,
}

/// A request that nothing hinders: the cluster has recovered, and all nodes are reachable.
#[derive(Clone, Copy, Debug)]
pub struct Unhindered {
    /// The leader that got it.
    pub leader: NodeId,
    /// What was requested.
    pub request: Request,
    /// It has succeeded: the target leads, the membership is committed, or the read is answered.
    pub succeeded: bool,
    /// How long that took, or how long it had, in ticks of each clock.
    pub ticks: u32,
}
