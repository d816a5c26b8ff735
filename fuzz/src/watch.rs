//! Watching a run: what observers are shown, and in which order.
//!
//! Promises: after each thing that happens, [`Watch`] brings the [`History`] up to date and shows
//! the difference to its observer, at a cost in what changed. An observer sees facts only; it can
//! name neither a cluster nor a Raft. The oracles and the goals are observers.

use raft::{LogIndex, Membership, NodeId, NodeSet, Progress, Read, Refused};

use crate::event::Event;
use crate::history::History;
use crate::machine::Machine;
use crate::recovery::{Calm, Healing};
use crate::replica::{Capabilities, Entry, Meaning, View, Write};
use crate::schedule::Setup;
use crate::violation::{Verdict, Violation, NOTHING};

/// What can be seen of a run. Each method answers whether there was something to check.
#[allow(unused_variables)]
pub trait Observer {
    /// An event is about to happen.
    fn happens(&mut self, history: &History, event: Event) -> Verdict {
        NOTHING
    }
    /// `node` is about to change its log by `write`: the history still has the old log and view.
    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        NOTHING
    }
    /// A message has been received; the history has the receiver's state after it.
    fn received(&mut self, history: &History, message: &Meaning) -> Verdict {
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
    fn sent(&mut self, history: &History, message: &Meaning) -> Verdict {
        NOTHING
    }
    /// After a step that may have changed it, `node` goes by `membership`; the history has its log.
    fn configured(&mut self, history: &History, node: NodeId, membership: &Membership) -> Verdict {
        NOTHING
    }
    /// `node` has put its state machine into the state of a snapshot.
    fn restored(&mut self, history: &History, node: NodeId, machine: &Machine) -> Verdict {
        NOTHING
    }
    /// The state machine of `node` has come so far.
    fn computed(&mut self, history: &History, node: NodeId, machine: &Machine) -> Verdict {
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
    /// `node`, which has halted, has lived through a further input and done so many things.
    fn lingered(&mut self, history: &History, node: NodeId, done: usize) -> Verdict {
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
    fn heals(&mut self, history: &History, core: NodeSet) -> Verdict {
        NOTHING
    }
    /// The time to settle is over.
    fn recovered(&mut self, history: &History, healing: &Healing) -> Verdict {
        NOTHING
    }
    /// A time in which next to nothing happened is over.
    fn was_calm(&mut self, history: &History, calm: &Calm) -> Verdict {
        NOTHING
    }
}

/// Defines every method of [`Observer`] as a call of the macro `$to` with the fields to ask in
/// order.
#[macro_export]
macro_rules! forward_observations {
    ($to:ident: $($field:tt)*) => {
        fn happens(&mut self, history: &History, event: Event) -> Verdict {
            $to!(self, happens(history, event): $($field)*)
        }
        fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
            $to!(self, writing(history, node, write): $($field)*)
        }
        fn received(&mut self, history: &History, message: &Meaning) -> Verdict {
            $to!(self, received(history, message): $($field)*)
        }
        fn ticked(&mut self, history: &History, node: NodeId) -> Verdict {
            $to!(self, ticked(history, node): $($field)*)
        }
        fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
            $to!(self, changed(history, node, old, new): $($field)*)
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
        fn sent(&mut self, history: &History, message: &Meaning) -> Verdict {
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
        fn restored(&mut self, history: &History, node: NodeId, machine: &Machine) -> Verdict {
            $to!(self, restored(history, node, machine): $($field)*)
        }
        fn computed(&mut self, history: &History, node: NodeId, machine: &Machine) -> Verdict {
            $to!(self, computed(history, node, machine): $($field)*)
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
        fn lingered(&mut self, history: &History, node: NodeId, done: usize) -> Verdict {
            $to!(self, lingered(history, node, done): $($field)*)
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
        fn heals(&mut self, history: &History, core: NodeSet) -> Verdict {
            $to!(self, heals(history, core): $($field)*)
        }
        fn recovered(&mut self, history: &History, healing: &Healing) -> Verdict {
            $to!(self, recovered(history, healing): $($field)*)
        }
        fn was_calm(&mut self, history: &History, calm: &Calm) -> Verdict {
            $to!(self, was_calm(history, calm): $($field)*)
        }
    };
}

macro_rules! both {
    ($pair:ident, $method:ident $args:tt: $first:tt $second:tt) => {
        Ok($pair.$first.$method $args? | $pair.$second.$method $args?)
    };
}

/// Two observers, the first of which is asked first.
impl<A: Observer, B: Observer> Observer for (A, B) {
    forward_observations!(both: 0 1);
}

macro_rules! maybe {
    ($option:ident, $method:ident $args:tt:) => {
        match $option {
            Some(observer) => observer.$method $args,
            None => NOTHING,
        }
    };
}

/// An observer that may be absent.
impl<O: Observer> Observer for Option<O> {
    forward_observations!(maybe:);
}

/// One step of one node, as it looks from outside.
pub struct Step<'a> {
    /// Who stepped.
    pub node: NodeId,
    /// The message that it received, if that was the input.
    pub received: Option<&'a Meaning>,
    /// The input was a tick.
    pub ticked: bool,
    /// What it shows of itself now.
    pub view: View,
    /// What it wants to be made durable.
    pub write: Option<&'a Write>,
    /// Its state machine.
    pub machine: &'a Machine,
    /// The machine has been put into the state of a snapshot.
    pub restored: bool,
    /// What it applied.
    pub applied: &'a [Entry],
    /// Why it refused what it was asked for.
    pub refused: Option<&'a Refused>,
    /// What reads it answered.
    pub reads: &'a [Read],
}

/// Whether a write can change the membership that its node goes by.
fn touches_membership(write: &Write) -> bool {
    write.truncate_from.is_some() || write.snapshot.is_some() || write.changes_membership()
}

/// A history and who watches it.
#[derive(Clone, Debug)]
pub struct Watch<O> {
    /// The facts.
    pub history: History,
    /// Who looks at them.
    pub observer: O,
}

impl<O: Observer> Watch<O> {
    /// Watches nothing yet.
    pub fn new(observer: O) -> Watch<O> {
        Watch { history: History::default(), observer }
    }

    /// Watches a run from before its first event.
    pub fn begin(&mut self, setup: &Setup, capabilities: &Capabilities, observer: O) {
        self.history.begin(setup, capabilities);
        self.observer = observer;
    }

    /// An event is about to happen.
    pub fn happens(&mut self, event: Event) -> Verdict {
        self.observer.happens(&self.history, event)
    }

    /// A node has lived through one input; `membership` tells what it goes by now, `progress` what
    /// it knows of a peer, and `sent` what it sent.
    pub fn step(
        &mut self,
        step: &Step<'_>,
        membership: impl FnOnce() -> Option<Membership>,
        progress: impl Fn(NodeId) -> Option<Progress>,
        sent: impl Iterator<Item = Meaning>,
    ) -> Verdict {
        let Step { node, view, .. } = *step;
        let (history, observer) = (&mut self.history, &mut self.observer);
        let old = history.node(node).view;
        let mut checked = 0;
        if let Some(write) = step.write {
            checked |= observer.writing(history, node, write)?;
            history.log_changed(node, write);
        }
        let changed = view != old;
        if changed {
            history.seen(node, view);
        }
        if let Some(message) = step.received {
            checked |= observer.received(history, message)?;
        }
        if changed {
            checked |= observer.changed(history, node, &old, &view)?;
            history.leads(node);
            if let Some((first, last)) = history.commit(node) {
                checked |= observer.committed(history, node, first, last)?;
            }
        }
        if step.ticked {
            checked |= observer.ticked(history, node)?;
        }
        if let Some(write) = step.write {
            checked |= observer.wrote(history, node, write)?;
            history.born(node, write);
            if touches_membership(write) {
                if let Some(membership) = membership() {
                    checked |= observer.configured(history, node, &membership)?;
                }
            }
        }
        if view.is_leader() {
            checked |= self.progress(node, view.newly_leads(&old), progress)?;
        }
        let mut count = 0;
        for message in sent {
            checked |= self.observer.sent(&self.history, &message)?;
            count += 1;
        }
        if step.restored {
            self.history.restored(node, step.machine.applied);
            checked |= self.observer.restored(&self.history, node, step.machine)?;
        }
        if !step.applied.is_empty() {
            checked |= self.applied(node, step.applied, step.machine)?;
        }
        if let Some(refused) = step.refused {
            checked |= self.observer.refused(&self.history, node, refused)?;
        }
        for read in step.reads {
            checked |= self.observer.read(&self.history, node, read)?;
            self.history.read_answered(read.id.0, read.answer.ok());
        }
        checked |= self.observer.stepped(&self.history, node, count)?;
        Ok(checked)
    }

    /// A state machine has applied entries.
    pub fn applied(&mut self, node: NodeId, entries: &[Entry], machine: &Machine) -> Verdict {
        let mut checked = 0;
        for entry in entries {
            checked |= self.observer.applied(&self.history, node, entry)?;
            self.history.applied(node, entry);
        }
        checked |= self.observer.computed(&self.history, node, machine)?;
        Ok(checked)
    }

    fn progress(
        &mut self,
        leader: NodeId,
        is_new: bool,
        progress: impl Fn(NodeId) -> Option<Progress>,
    ) -> Verdict {
        let mut checked = 0;
        let everyone = NodeSet::first(self.history.nodes.len() as u8);
        for peer in everyone.iter().filter(|&peer| peer != leader) {
            let Some(new) = progress(peer) else {
                self.history.progressed(leader, peer, Progress::default());
                continue;
            };
            let old = self.history.node(leader).progress[peer];
            if is_new || new != old {
                self.history.progressed(leader, peer, new);
                let old = (!is_new).then_some(old);
                checked |= self.observer.progressed(&self.history, leader, peer, old, new)?;
            }
        }
        Ok(checked)
    }

    /// A write, or what of it a failure left, has reached a disk.
    pub fn persisted(&mut self, node: NodeId, write: &Write) -> Verdict {
        self.history.persisted(node, write);
        self.observer.persisted(&self.history, node, write)
    }

    /// A node has been told that a write failed.
    pub fn write_failed(&mut self, node: NodeId, halted: bool) -> Verdict {
        self.observer.write_failed(&self.history, node, halted)
    }

    /// A node that has halted has lived through a further input.
    pub fn lingered(&mut self, node: NodeId, done: usize) -> Verdict {
        self.observer.lingered(&self.history, node, done)
    }

    /// A disk lacks something that was promised to be on it.
    pub fn lost(&mut self, node: NodeId) -> Verdict {
        self.history.lost(node);
        self.observer.lost(&self.history, node)
    }

    /// Damaged entries that were never promised have been cut off a disk.
    pub fn repaired(&mut self, node: NodeId, index: LogIndex) -> Result<(), Box<Violation>> {
        self.history.repaired(node, index);
        self.observer.repaired(&self.history, node, index).map(drop)
    }

    /// A node has stopped.
    pub fn stopped(&mut self, node: NodeId, lost: usize) -> Verdict {
        self.history.stopped(node);
        self.observer.stopped(&self.history, node, lost)
    }

    /// The events are over, and `core` is being healed.
    pub fn heals(&mut self, core: NodeSet) -> Verdict {
        self.observer.heals(&self.history, core)
    }

    /// The time to settle is over.
    pub fn recovered(&mut self, healing: &Healing) -> Verdict {
        self.observer.recovered(&self.history, healing)
    }

    /// A time in which next to nothing happened is over.
    pub fn was_calm(&mut self, calm: &Calm) -> Verdict {
        self.observer.was_calm(&self.history, calm)
    }

    /// A node has started from its disk.
    pub fn started(&mut self, node: NodeId, view: View, membership: Option<Membership>) -> Verdict {
        self.history.started(node, view);
        let checked = self.observer.started(&self.history, node)?;
        match &membership {
            Some(members) => Ok(checked | self.observer.configured(&self.history, node, members)?),
            None => Ok(checked),
        }
    }
}

#[cfg(test)]
#[path = "by_hand.rs"]
pub mod by_hand;
