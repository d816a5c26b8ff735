//! The faults that are in force, as far as goals need them.

use raft::{NodeId, NodeSet, Term};

use crate::history::PerNode;

/// The faults of hosts and links in force, as far as goals need them.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultState {
    pub paused: NodeSet,
    pub full: NodeSet,
    /// Nodes that crash in their next step.
    pub crashing: NodeSet,
    /// Nodes whose disks lost durable data.
    pub lost: NodeSet,
    /// Nodes whose disks were replaced by older copies.
    pub old_copies: NodeSet,
    /// Nodes whose disks were emptied, and that have not started since.
    pub wiped: NodeSet,
    /// The receivers to which each node has sent a chunk of a snapshot, and no entries since.
    pub snapshots: PerNode<NodeSet>,
    /// Nodes whose state machines are being restored from a snapshot.
    pub restoring: NodeSet,
    pub clogged: bool,
    pub filtered: bool,
    /// The vote that a torn write left on a disk, and its term.
    pub torn_votes: PerNode<Option<(Term, NodeId)>>,
    /// The event that is happening is a read.
    pub reading: bool,
    /// The term in which each candidate got a vote that reported a lease by a wall clock.
    pub leases_reported: PerNode<Term>,
}
