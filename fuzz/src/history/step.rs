//! One step of one node, as it looks from outside.

use raft::{NodeId, Read, Refused};

use crate::base::message::MessageView;
use crate::history::state_machine::StateMachine;
use crate::replica::{Entry, View, Write};

/// One step of one node, as it looks from outside.
pub struct Step<'a> {
    /// Who stepped.
    pub node: NodeId,
    /// The message that it received, if that was the input.
    pub received: Option<&'a MessageView>,
    /// The input was a tick.
    pub ticked: bool,
    /// What it shows of itself now.
    pub view: View,
    /// What it wants to be made durable.
    pub write: Option<&'a Write>,
    /// Its state machine.
    pub machine: &'a StateMachine,
    /// The machine has been put into the state of a snapshot.
    pub restored: bool,
    /// What it applied.
    pub applied: &'a [Entry],
    /// Why it refused what it was asked for.
    pub refused: Option<&'a Refused>,
    /// What reads it answered.
    pub reads: &'a [Read],
}
