//! One step of one node, as observed from outside.

use std::fmt;

use raft::{Ended, NodeId, NodeSet, Read, Refused};

use crate::base::message::MessageView;
use crate::history::state_machine::StateMachine;
use crate::replica::{Command, Entry, View, Write};

/// A request of a client or an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A client's command.
    Propose(Command),
    /// A client's read, by its number.
    Read(u64),
    /// A new membership.
    Change {
        /// The new voters.
        voters: NodeSet,
        /// The new learners.
        learners: NodeSet,
    },
    /// A leadership transfer to this node.
    Transfer(NodeId),
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Propose(command) => write!(f, "command #{command}"),
            Request::Read(number) => write!(f, "read #{number}"),
            Request::Change { voters, learners } if learners.is_empty() => {
                write!(f, "a change to {voters}")
            }
            Request::Change { voters, learners } => {
                write!(f, "a change to {voters}, learners {learners}")
            }
            Request::Transfer(to) => write!(f, "a leadership transfer to {to}"),
        }
    }
}

/// One step of one node, as observed from outside.
pub struct Step<'a> {
    /// The node.
    pub node: NodeId,
    /// The message that it received, if that was the input.
    pub received: Option<&'a MessageView>,
    /// The input was a tick.
    pub ticked: bool,
    /// The request that it received, if that was the input.
    pub request: Option<Request>,
    /// Its view after the step.
    pub view: View,
    /// The write that it requests.
    pub write: Option<&'a Write>,
    /// Its state machine.
    pub machine: &'a StateMachine,
    /// The state machine has been restored from a snapshot.
    pub restored: bool,
    /// The entries that it applied.
    pub applied: &'a [Entry],
    /// The reason why it refused a request.
    pub refused: Option<&'a Refused>,
    /// The reads that it answered.
    pub reads: &'a [Read],
    /// The accepted transfers and changes that have ended.
    pub ended: &'a [Ended],
}
