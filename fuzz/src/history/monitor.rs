//! Monitors: what can be seen of a run, in the order in which it is shown.
//!
//! Promises: an monitor sees facts only; it can name neither a cluster nor a Raft. Two monitors
//! are one, and so is none. The oracles, the goals and the teller are monitors; `watch.rs` shows
//! them the run.

use raft::{LogIndex, Membership, NodeId, NodeSet, Progress, Read, Refused};

use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome};
use crate::history::state_machine::StateMachine;
use crate::history::violation::{Verdict, NOTHING};
use crate::history::History;
use crate::replica::{Command, Entry, MessageView, View, Write};
use crate::schedule::event::Event;

/// What can be seen of a run. Each method answers whether there was something to check.
#[allow(unused_variables)]
pub trait Monitor {
    /// An event is about to happen.
    fn happens(&mut self, history: &History, event: Event) -> Verdict {
        NOTHING
    }
    /// `node` is about to change its log by `write`: the history still has the old log and view.
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// A message has been received; the history has the receiver's state after it.
    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        NOTHING
    }
    /// A node has lived through a tick of its clock; the history has its state after it.
    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// What `node` shows of itself has changed.
    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        NOTHING
    }
    /// `node` has become a pre-candidate, or is one no more, and has changed in nothing that the
    /// paper knows.
    fn pre_candidacy_changed(&mut self, history: &History, node: NodeId, new: &View) -> Verdict {
        NOTHING
    }
    /// `node` is the first to commit the entries from `first` to `last`.
    fn committed(
        &mut self,
        history: &History,
        node: NodeId,
        first: LogIndex,
        last: LogIndex,
    ) -> Verdict {
        NOTHING
    }
    /// `node` has changed its log by `write`, in memory; new entries are not yet in the births.
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// What `leader` knows of `peer` has changed; `old` is none at the start of a leadership.
    fn progressed(
        &mut self,
        history: &History,
        leader: NodeId,
        peer: NodeId,
        old: Option<Progress>,
        new: Progress,
    ) -> Verdict {
        NOTHING
    }
    /// A message has left its sender.
    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        NOTHING
    }
    /// After a step that may have changed it, `node` goes by `membership`; the history has its
    /// log.
    fn configured(&mut self, history: &History, node: NodeId, membership: &Membership) -> Verdict {
        NOTHING
    }
    /// `node` has put its state machine into the state of a snapshot.
    fn restored(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        NOTHING
    }
    /// The state machine of `node` has come so far.
    fn computed(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        NOTHING
    }
    /// A client that waited at `node` is told what its command found.
    fn answered(
        &mut self,
        history: &History,
        node: NodeId,
        command: Command,
        found: u64,
    ) -> Verdict {
        NOTHING
    }
    /// A client that waited at `node` is told what its read found in this machine.
    fn served(
        &mut self,
        history: &History,
        node: NodeId,
        number: u64,
        machine: &StateMachine,
    ) -> Verdict {
        NOTHING
    }
    /// The run is over, and nothing was broken so far.
    fn ended(&mut self, history: &History) -> Verdict {
        NOTHING
    }
    /// `node` has refused a proposal, a change or a transfer.
    fn refused(&mut self, history: &History, node: NodeId, refused: &Refused) -> Verdict {
        NOTHING
    }
    /// `node` has answered a read; the history has it as open still, if it was.
    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        NOTHING
    }
    /// `node` has applied `entry` to its state machine.
    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        NOTHING
    }
    /// A step of `node` is over; it has sent this many messages.
    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        NOTHING
    }
    /// `write`, or what of it a failure left, has reached the disk of `node`.
    fn persisted(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// `node` has been told that a write failed, and has halted or not.
    fn write_failed(&mut self, history: &History, node: NodeId, halted: bool) -> Verdict {
        NOTHING
    }
    /// A message has been pushed out of a full link by a newer one.
    fn evicted(&mut self, history: &History) -> Verdict {
        NOTHING
    }
    /// `node`, which has halted, has lived through a further input and done so many things.
    fn stepped_halted(&mut self, history: &History, node: NodeId, done: usize) -> Verdict {
        NOTHING
    }
    /// The disk of `node` lacks something that was promised to be on it, as was found when it was
    /// to start; the history has it still.
    fn lost(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// Damaged entries from `index` on, of which `node` was never told that they are durable, have
    /// been cut off its disk.
    fn repaired(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
        NOTHING
    }
    /// `node` has stopped and lost this many pending writes.
    fn stopped(&mut self, history: &History, node: NodeId, lost: usize) -> Verdict {
        NOTHING
    }
    /// `node` has started from its disk.
    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// The events are over, and `core` is being healed.
    fn healed(&mut self, history: &History, core: NodeSet) -> Verdict {
        NOTHING
    }
    /// The time to settle is over.
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        NOTHING
    }
    /// A time in which next to nothing happened is over.
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        NOTHING
    }
}

/// Defines every method of [`Monitor`] as a call of the macro `$to` with the fields to ask in
/// order.
#[macro_export]
macro_rules! forward_monitor_calls {
    ($to:ident: $($field:tt)*) => {
        fn happens(&mut self, history: &History, event: Event) -> Verdict {
            $to!(self, happens(history, event): $($field)*)
        }
        fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
            $to!(self, writing(history, node, write): $($field)*)
        }
        fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
            $to!(self, received(history, message): $($field)*)
        }
        fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, ticked(history, node): $($field)*)
        }
        fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
            $to!(self, changed(history, node, old, new): $($field)*)
        }
        fn pre_candidacy_changed(
            &mut self,
            history: &History,
            node: NodeId,
            new: &View,
        ) -> Verdict {
            $to!(self, pre_candidacy_changed(history, node, new): $($field)*)
        }
        fn committed(
            &mut self,
            history: &History,
            node: NodeId,
            first: LogIndex,
            last: LogIndex,
        ) -> Verdict {
            $to!(self, committed(history, node, first, last): $($field)*)
        }
        fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
            $to!(self, wrote(history, node, write): $($field)*)
        }
        fn progressed(
            &mut self,
            history: &History,
            leader: NodeId,
            peer: NodeId,
            old: Option<Progress>,
            new: Progress,
        ) -> Verdict {
            $to!(self, progressed(history, leader, peer, old, new): $($field)*)
        }
        fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
            $to!(self, sent(history, message): $($field)*)
        }
        fn configured(
            &mut self,
            history: &History,
            node: NodeId,
            membership: &Membership,
        ) -> Verdict {
            $to!(self, configured(history, node, membership): $($field)*)
        }
        fn restored(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
            $to!(self, restored(history, node, machine): $($field)*)
        }
        fn computed(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
            $to!(self, computed(history, node, machine): $($field)*)
        }
        fn answered(
            &mut self,
            history: &History,
            node: NodeId,
            command: Command,
            found: u64,
        ) -> Verdict {
            $to!(self, answered(history, node, command, found): $($field)*)
        }
        fn served(
            &mut self,
            history: &History,
            node: NodeId,
            number: u64,
            machine: &StateMachine,
        ) -> Verdict {
            $to!(self, served(history, node, number, machine): $($field)*)
        }
        fn ended(&mut self, history: &History) -> Verdict {
            $to!(self, ended(history): $($field)*)
        }
        fn refused(&mut self, history: &History, node: NodeId, refused: &Refused) -> Verdict {
            $to!(self, refused(history, node, refused): $($field)*)
        }
        fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
            $to!(self, read(history, node, read): $($field)*)
        }
        fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
            $to!(self, applied(history, node, entry): $($field)*)
        }
        fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
            $to!(self, stepped(history, node, sent): $($field)*)
        }
        fn persisted(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
            $to!(self, persisted(history, node, write): $($field)*)
        }
        fn write_failed(&mut self, history: &History, node: NodeId, halted: bool) -> Verdict {
            $to!(self, write_failed(history, node, halted): $($field)*)
        }
        fn evicted(&mut self, history: &History) -> Verdict {
            $to!(self, evicted(history): $($field)*)
        }
        fn stepped_halted(&mut self, history: &History, node: NodeId, done: usize) -> Verdict {
            $to!(self, stepped_halted(history, node, done): $($field)*)
        }
        fn lost(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, lost(history, node): $($field)*)
        }
        fn repaired(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
            $to!(self, repaired(history, node, index): $($field)*)
        }
        fn stopped(&mut self, history: &History, node: NodeId, lost: usize) -> Verdict {
            $to!(self, stopped(history, node, lost): $($field)*)
        }
        fn started(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, started(history, node): $($field)*)
        }
        fn healed(&mut self, history: &History, core: NodeSet) -> Verdict {
            $to!(self, healed(history, core): $($field)*)
        }
        fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
            $to!(self, recovered(history, outcome): $($field)*)
        }
        fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
            $to!(self, quiet_period_ended(history, quiet): $($field)*)
        }
    };
}

macro_rules! both {
    ($pair:ident, $method:ident $args:tt: $first:tt $second:tt) => {
        Ok($pair.$first.$method $args? | $pair.$second.$method $args?)
    };
}

/// Two monitors, the first of which is asked first.
impl<A: Monitor, B: Monitor> Monitor for (A, B) {
    forward_monitor_calls!(both: 0 1);
}

/// Whom nothing is shown.
impl Monitor for () {}
