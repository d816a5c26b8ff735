//! Findings: the reasons why a run fails, a line each.

use std::fmt;
use std::time::Duration;

use crate::history::Key;
use crate::judge::Complaint;

/// A reason why a run fails.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Finding {
    /// What clients saw on a key is not linearizable.
    NotLinearizable { key: Key, complaint: Complaint },
    /// Acknowledged writes are lost.
    Lost(u64),
    /// A process ended by itself.
    Ended { node: u64, status: String, line: String },
    /// A node with a wiped disk was not refused.
    CameBack { node: u64, status: String, line: String },
    /// A membership change does not finish.
    ChangeStuck { reason: String },
    /// The others elect no leader after the leader was killed.
    NoNewLeader(Duration),
    /// No write is acknowledged, although no fault lasts.
    NotServing { reason: String, after: Duration },
    /// A node does not answer reads after all faults are healed.
    Silent { node: u64, key: Key, reason: String },
    /// The states of two nodes differ.
    StatesDiffer { key: Key, node: u64, value: String, expected: u64 },
    /// The run proves nothing.
    Blind(String),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::NotLinearizable { key, complaint } => {
                write!(f, "{key} is not linearizable: {complaint}")
            }
            Finding::Lost(count) => write!(f, "{count} acknowledged writes are lost"),
            Finding::Ended { node, status, line } => {
                write!(f, "n{node} ended by itself ({status}): {line}")
            }
            Finding::CameBack { node, status, line } => {
                write!(f, "n{node} was not refused with an empty disk ({status}): {line}")
            }
            Finding::ChangeStuck { reason } => {
                write!(f, "a membership change does not finish: {reason}")
            }
            Finding::NoNewLeader(after) => {
                write!(f, "no write was acknowledged {after:?} after the leader was killed")
            }
            Finding::NotServing { reason, after } => {
                write!(f, "no write was acknowledged for {after:?} without a fault: {reason}")
            }
            Finding::Silent { node, key, reason } => {
                write!(f, "n{node} does not answer a read of {key} after all was healed: {reason}")
            }
            Finding::StatesDiffer { key, node, value, expected } => {
                write!(f, "n{node} holds {value} for {key}, a linearizable read saw {expected}")
            }
            Finding::Blind(why) => write!(f, "blind: {why}"),
        }
    }
}
