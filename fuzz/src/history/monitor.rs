//! Monitors: the interface for everything that checks or describes a run.
//!
//! Promises: a monitor gets facts only; it can name neither a cluster nor a Raft. [`Both`] of two
//! monitors are a monitor, and so is `()`. The oracles, the goals and the narrator are monitors;
//! `recorder.rs` calls them.

use raft::{Ended, Fetch, LogIndex, Membership, NodeId, NodeSet, Progress, Read, Refused, Unread};

use crate::history::degraded_period::DegradedPeriod;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Rolled, Unhindered};
use crate::history::state_machine::StateMachine;
use crate::history::step::Request;
use crate::history::violation::{Verdict, NOTHING};
use crate::history::History;
use crate::replica::{Command, Entry, MessageView, View, Write};
use crate::schedule::event::Event;

/// Gets the events of a run, in order. Each method returns whether there was something to check.
#[allow(unused_variables)]
pub trait Monitor: Default {
    /// A run begins: nothing of an earlier one is left, but allocated memory may be.
    fn begin(&mut self) {
        *self = Self::default();
    }
    /// An event is about to happen.
    fn happens(&mut self, history: &History, event: Event) -> Verdict {
        NOTHING
    }
    /// During a recovery, `event` is about to happen: no schedule contains it.
    fn recovering(&mut self, history: &History, event: Event) -> Verdict {
        NOTHING
    }
    /// A message is about to be processed; the history still has the receiver's state before it.
    fn receiving(&mut self, history: &History, message: &MessageView) -> Verdict {
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
    /// A node has processed a tick of its clock; the history has its state after it.
    fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// The view of `node` has changed.
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
    /// `node` has changed its log by `write`, in memory; new entries are not yet in
    /// [`History::births`].
    fn wrote(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// The progress of `peer` at `leader` has changed; `old` is none at the start of a leadership.
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
    /// After a step that may have changed it, `node` uses `membership`; the history has its log.
    fn configured(&mut self, history: &History, node: NodeId, membership: &Membership) -> Verdict {
        NOTHING
    }
    /// `node` has restored its state machine from a snapshot.
    fn restored(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        NOTHING
    }
    /// `node` has started with this state machine, which has a disk of its own.
    fn machine_opened(
        &mut self,
        history: &History,
        node: NodeId,
        machine: &StateMachine,
    ) -> Verdict {
        NOTHING
    }
    /// The state machine of `node` has applied the entries of a step.
    fn computed(&mut self, history: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        NOTHING
    }
    /// `node` sends a client that waits there the response to its command.
    fn answered(
        &mut self,
        history: &History,
        node: NodeId,
        command: Command,
        found: u64,
    ) -> Verdict {
        NOTHING
    }
    /// `node` sends a client that waits there the response to its read, from this state machine.
    fn served(
        &mut self,
        history: &History,
        node: NodeId,
        number: u64,
        machine: &StateMachine,
    ) -> Verdict {
        NOTHING
    }
    /// The run is over, and no violation has been found.
    fn ended(&mut self, history: &History) -> Verdict {
        NOTHING
    }
    /// `node` has received a request, and refused it or not. The history has the state after that;
    /// `write` is what the node wrote in that step.
    fn requested(
        &mut self,
        history: &History,
        node: NodeId,
        request: &Request,
        refused: Option<&Refused>,
        write: Option<&Write>,
    ) -> Verdict {
        NOTHING
    }
    /// A transfer or a change that `node` had accepted has ended.
    fn request_ended(&mut self, history: &History, node: NodeId, ended: &Ended) -> Verdict {
        NOTHING
    }
    /// `node` has refused a proposal, a membership change or a leadership transfer.
    fn refused(&mut self, history: &History, node: NodeId, refused: &Refused) -> Verdict {
        NOTHING
    }
    /// `node` has answered a read; in the history it is still pending, if it was.
    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        NOTHING
    }
    /// `node` has applied `entry` to its state machine.
    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        NOTHING
    }
    /// A step of `node` is over, in which it sent this many messages.
    fn stepped(&mut self, history: &History, node: NodeId, sent: usize) -> Verdict {
        NOTHING
    }
    /// `write`, or the part of it that a failure left, has reached the disk of `node`.
    fn persisted(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// `node` has been notified that a write failed, and has halted or not.
    fn write_failed(&mut self, history: &History, node: NodeId, halted: bool) -> Verdict {
        NOTHING
    }
    /// A newer message has evicted one from a full link.
    fn evicted(&mut self, history: &History) -> Verdict {
        NOTHING
    }
    /// `node`, which has halted, has processed a further input with this many effects.
    fn stepped_halted(&mut self, history: &History, node: NodeId, done: usize) -> Verdict {
        NOTHING
    }
    /// The disk of `node` lacks data that was reported as durable, as was found when it tried to
    /// start; the history still has that data.
    fn lost(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// `node`, which is down and was removed, has an empty disk: what comes back is a new server
    /// under an old name.
    fn wiped(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// Damaged entries from `index` on have been truncated from the disk of `node`. They were never
    /// reported to it as durable, unless their writes needed no sync.
    fn repaired(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
        NOTHING
    }
    /// The log on the disk of `node` has become shorter at a start: its entries from `index` on,
    /// which it had before, were cut off or are not there. The history has none of them any more.
    fn shortened(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
        NOTHING
    }
    /// The disk of `node` answers a read of its log.
    fn log_read(
        &mut self,
        history: &History,
        node: NodeId,
        fetch: &Fetch,
        entries: &Result<Vec<Entry>, Unread>,
    ) -> Verdict {
        NOTHING
    }
    /// Something has happened in the store behind the disk of `node`: for stories.
    fn stored(&mut self, history: &History, node: NodeId, note: &str) -> Verdict {
        NOTHING
    }
    /// The store behind the disk of `node`, whose files are not damaged, has something else than it
    /// promised, or does not start.
    fn misread(&mut self, history: &History, node: NodeId, difference: &str) -> Verdict {
        NOTHING
    }
    /// `node` has stopped and lost this many pending writes.
    fn stopped(&mut self, history: &History, node: NodeId, lost: usize) -> Verdict {
        NOTHING
    }
    /// `node`, which is down, has the other version now.
    fn upgraded(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// `node` has started from its disk.
    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        NOTHING
    }
    /// The events are over, and a period begins in which `minority` is degraded.
    fn degraded(&mut self, history: &History, minority: NodeSet) -> Verdict {
        NOTHING
    }
    /// That period is over.
    fn degraded_period_ended(&mut self, history: &History, period: &DegradedPeriod) -> Verdict {
        NOTHING
    }
    /// The events are over, and the recovery of `core` begins.
    fn healed(&mut self, history: &History, core: NodeSet) -> Verdict {
        NOTHING
    }
    /// The recovery is over.
    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        NOTHING
    }
    /// A quiet period is over.
    fn quiet_period_ended(&mut self, history: &History, quiet: &QuietPeriod) -> Verdict {
        NOTHING
    }
    /// One node of a healthy cluster has been upgraded.
    fn rolled(&mut self, history: &History, rolled: &Rolled) -> Verdict {
        NOTHING
    }
    /// A request that nothing hindered has succeeded, or has had its time.
    fn unhindered_request_ended(&mut self, history: &History, request: &Unhindered) -> Verdict {
        NOTHING
    }
}

/// Defines every method of [`Monitor`] as a call of the macro `$to` with the fields to call, in
/// order.
#[macro_export]
macro_rules! forward_monitor_calls {
    ($to:ident: $($field:tt)*) => {
        fn happens(&mut self, history: &History, event: Event) -> Verdict {
            $to!(self, happens(history, event): $($field)*)
        }
        fn recovering(&mut self, history: &History, event: Event) -> Verdict {
            $to!(self, recovering(history, event): $($field)*)
        }
        fn receiving(&mut self, history: &History, message: &MessageView) -> Verdict {
            $to!(self, receiving(history, message): $($field)*)
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
        fn machine_opened(
            &mut self,
            history: &History,
            node: NodeId,
            machine: &StateMachine,
        ) -> Verdict {
            $to!(self, machine_opened(history, node, machine): $($field)*)
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
        fn requested(
            &mut self,
            history: &History,
            node: NodeId,
            request: &Request,
            refused: Option<&Refused>,
            write: Option<&Write>,
        ) -> Verdict {
            $to!(self, requested(history, node, request, refused, write): $($field)*)
        }
        fn request_ended(&mut self, history: &History, node: NodeId, ended: &Ended) -> Verdict {
            $to!(self, request_ended(history, node, ended): $($field)*)
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
        fn wiped(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, wiped(history, node): $($field)*)
        }
        fn repaired(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
            $to!(self, repaired(history, node, index): $($field)*)
        }
        fn shortened(&mut self, history: &History, node: NodeId, index: LogIndex) -> Verdict {
            $to!(self, shortened(history, node, index): $($field)*)
        }
        fn log_read(
            &mut self,
            history: &History,
            node: NodeId,
            fetch: &Fetch,
            entries: &Result<Vec<Entry>, Unread>,
        ) -> Verdict {
            $to!(self, log_read(history, node, fetch, entries): $($field)*)
        }
        fn stored(&mut self, history: &History, node: NodeId, note: &str) -> Verdict {
            $to!(self, stored(history, node, note): $($field)*)
        }
        fn misread(&mut self, history: &History, node: NodeId, difference: &str) -> Verdict {
            $to!(self, misread(history, node, difference): $($field)*)
        }
        fn stopped(&mut self, history: &History, node: NodeId, lost: usize) -> Verdict {
            $to!(self, stopped(history, node, lost): $($field)*)
        }
        fn upgraded(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, upgraded(history, node): $($field)*)
        }
        fn started(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, started(history, node): $($field)*)
        }
        fn degraded(&mut self, history: &History, minority: NodeSet) -> Verdict {
            $to!(self, degraded(history, minority): $($field)*)
        }
        fn degraded_period_ended(
            &mut self,
            history: &History,
            period: &DegradedPeriod,
        ) -> Verdict {
            $to!(self, degraded_period_ended(history, period): $($field)*)
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
        fn rolled(&mut self, history: &History, rolled: &Rolled) -> Verdict {
            $to!(self, rolled(history, rolled): $($field)*)
        }
        fn unhindered_request_ended(
            &mut self,
            history: &History,
            request: &Unhindered,
        ) -> Verdict {
            $to!(self, unhindered_request_ended(history, request): $($field)*)
        }
    };
}

macro_rules! both {
    ($pair:ident, $method:ident $args:tt: $first:tt $second:tt) => {
        Ok($pair.$first.$method $args? | $pair.$second.$method $args?)
    };
}

/// Two monitors, called in order.
#[derive(Debug, Default)]
pub struct Both<A, B>(pub A, pub B);

impl<A: Clone, B: Clone> Clone for Both<A, B> {
    fn clone(&self) -> Self {
        Both(self.0.clone(), self.1.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
        self.1.clone_from(&source.1);
    }
}

impl<A: Monitor, B: Monitor> Monitor for Both<A, B> {
    fn begin(&mut self) {
        self.0.begin();
        self.1.begin();
    }

    forward_monitor_calls!(both: 0 1);
}

/// A monitor that does nothing.
impl Monitor for () {}
