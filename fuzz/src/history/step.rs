//! One step of one node, as observed from outside.

use raft::{NodeId, Read, Refused};

use crate::base::message::MessageView;
use crate::history::state_machine::StateMachine;
use crate::replica::{Entry, View, Write};

/// One step of one node, as observed from outside.
pub struct Step<'a> {
    /// The node.
    pub node: NodeId,
    /// The message that it received, if that was the input.
    pub received: Option<&'a MessageView>,
    /// The input was a tick.
    pub ticked: bool,
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
}
