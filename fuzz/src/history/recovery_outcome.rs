//! The facts of a recovery: what came of the time to settle, and of the calm after it.

use raft::{NodeId, NodeSet, Term};

use crate::replica::Command;

/// Commands that are asked for while nothing else happens.
pub const QUIET_COMMANDS: u32 = 2;

/// What came of the time to settle.
#[derive(Clone, Debug, Default)]
pub struct RecoveryOutcome {
    /// Who runs.
    pub core: NodeSet,
    /// Commands from here on were proposed in it.
    pub fresh: Command,
    /// A fresh read was answered, or this Raft does not read.
    pub has_read: bool,
    /// No message is in flight, no write pending, nothing left to apply.
    pub is_quiet: bool,
    /// Two nodes whose logs or state machines differ.
    pub differing: Option<(NodeId, NodeId)>,
    /// How long it took, in ticks of each clock.
    pub ticks: u32,
    /// Over so many of the last ticks the nodes showed what they had shown before, terms apart: 0
    /// if they did not.
    pub repeats: u32,
}

/// What came of a time in which nothing happened but ticks and a few commands.
#[derive(Clone, Copy, Debug)]
pub struct QuietPeriod {
    /// Who led, and in which term, when it began.
    pub before: Option<(NodeId, Term)>,
    /// Who leads when it is over.
    pub after: Option<(NodeId, Term)>,
    /// How long it was, in ticks of each clock.
    pub ticks: u32,
    /// Messages that were sent in it.
    pub messages: u64,
    /// Who was cut off during a first part of it, if anyone was.
    pub cut_off: Option<NodeId>,
    /// Two nodes whose logs or state machines differ when it is over.
    pub differing: Option<(NodeId, NodeId)>,
}
