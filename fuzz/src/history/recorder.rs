//! The recorder: updates the history after each step, and calls the monitor.
//!
//! Promises: [`Recorder`] brings the [`History`] up to date and reports the difference to its
//! monitor; the cost is proportional to the difference.

use raft::{Ended, Fetch, LogIndex, Membership, NodeId, NodeSet, Progress, Unread};

use crate::base::cloning::clone_by_field;
use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Rolled, Unhindered};
use crate::history::state_machine::{key_of, StateMachine};
use crate::history::step::{Request, Step};
use crate::history::violation::{Verdict, Violation};
use crate::history::History;
use crate::replica::{Capabilities, Entry, MessageView, View, Write};
use crate::schedule::event::Event;
use crate::schedule::Setup;

/// Whether a write can change the membership that its node uses.
fn touches_membership(write: &Write) -> bool {
    write.truncate_from.is_some() || write.snapshot.is_some() || write.changes_membership()
}

/// A history and its monitor.
#[derive(Debug, Default)]
pub struct Recorder<M> {
    /// The facts.
    pub history: History,
    /// The monitor of the run.
    pub monitor: M,
}

clone_by_field!(Recorder<M> where M: Clone; history, monitor);

impl<M: Monitor> Recorder<M> {
    /// Begins to record a run, before its first event.
    pub fn begin(&mut self, setup: &Setup, capabilities: &Capabilities) {
        self.history.begin(setup, capabilities);
        self.monitor.begin();
    }

    /// An event is about to happen.
    pub fn happens(&mut self, event: Event) -> Verdict {
        self.history.happens(event);
        self.monitor.happens(&self.history, event)
    }

    /// During a recovery, this is about to happen.
    pub fn recovering(&mut self, event: Event) -> Verdict {
        self.monitor.recovering(&self.history, event)
    }

    /// A message is about to be processed.
    pub fn receiving(&mut self, message: &MessageView) -> Verdict {
        self.monitor.receiving(&self.history, message)
    }

    /// A node has processed one input; `membership` returns the membership that it uses now,
    /// `progress` its progress of a peer, and `sent` the messages that it sent.
    pub fn step(
        &mut self,
        step: &Step<'_>,
        membership: impl FnOnce() -> Option<Membership>,
        progress: impl Fn(NodeId) -> Option<Progress>,
        sent: impl Iterator<Item = MessageView>,
    ) -> Verdict {
        let Step { node, view, .. } = *step;
        let (history, monitor) = (&mut self.history, &mut self.monitor);
        let old = history.node(node).view;
        let (mut checked, mut before) = (0, None);
        if let Some(write) = step.write {
            checked |= monitor.writing(history, node, write)?;
            if write.changes_membership() {
                before = Some(*history.membership_of(history.node(node)));
            }
            history.log_changed(node, write);
        }
        let differs = view != old;
        if differs {
            history.seen(node, view);
        }
        let changed = differs && view.in_paper() != old.in_paper();
        if step.ticked {
            history.ticked(node);
        }
        if let Some(message) = step.received {
            history.received(message);
            checked |= monitor.received(history, message)?;
        }
        if changed {
            checked |= monitor.changed(history, node, &old, &view)?;
            history.leads(node);
            history.role_changed(node);
            if let Some((first, last)) = history.commit(node, before) {
                checked |= monitor.committed(history, node, first, last)?;
            }
        } else if differs {
            checked |= monitor.pre_candidacy_changed(history, node, &view)?;
            history.role_changed(node);
        }
        if step.ticked {
            checked |= monitor.ticked(history, node)?;
        }
        if let Some(write) = step.write {
            checked |= monitor.wrote(history, node, write)?;
            history.born(node, write);
            if touches_membership(write) {
                if let Some(membership) = membership() {
                    checked |= monitor.configured(history, node, &membership)?;
                }
            }
        }
        if view.is_leader() {
            checked |= self.progress(node, view.newly_leads(&old), progress)?;
        }
        let mut count = 0;
        for message in sent {
            checked |= self.monitor.sent(&self.history, &message)?;
            self.history.sent(&message);
            count += 1;
        }
        if step.restored {
            self.history.restored(node, step.machine.applied);
            checked |= self.monitor.restored(&self.history, node, step.machine)?;
        }
        if !step.applied.is_empty() {
            checked |= self.applied(node, step.applied, step.machine)?;
        }
        if let Some(request) = step.request {
            let (refused, write) = (step.refused, step.write);
            let history = &self.history;
            checked |= self.monitor.requested(history, node, &request, refused, write)?;
            if let (Request::Change { voters, .. }, None) = (request, refused) {
                let is_told = self.history.answers_requests;
                self.history.requested(node, is_told.then_some(voters));
            }
        }
        for ended in step.ended {
            if let Ended::Change { .. } = ended {
                self.history.requested(node, None);
            }
            checked |= self.monitor.request_ended(&self.history, node, ended)?;
        }
        if let Some(refused) = step.refused {
            checked |= self.monitor.refused(&self.history, node, refused)?;
        }
        for read in step.reads {
            checked |= self.monitor.read(&self.history, node, read)?;
            self.history.clients.read_answered(read.id.0, read.answer.ok());
        }
        checked |= self.monitor.stepped(&self.history, node, count)?;
        Ok(checked)
    }

    /// A node has started with a state machine that has a disk of its own.
    pub fn machine_opened(&mut self, node: NodeId, machine: &StateMachine) -> Verdict {
        self.history.restored(node, machine.applied);
        self.monitor.machine_opened(&self.history, node, machine)
    }

    /// A state machine has applied entries.
    pub fn applied(&mut self, node: NodeId, entries: &[Entry], machine: &StateMachine) -> Verdict {
        let mut checked = 0;
        for entry in entries {
            checked |= self.monitor.applied(&self.history, node, entry)?;
            self.history.applied(node, entry);
        }
        checked |= self.monitor.computed(&self.history, node, machine)?;
        let at = self.history.incarnation_of(node);
        for &(command, found) in &machine.answers {
            if self.history.clients.awaits_response(command, at) {
                checked |= self.monitor.answered(&self.history, node, command, found)?;
                self.history.clients.respond(command, found);
            }
        }
        Ok(checked)
    }

    /// A client receives the response to its read.
    pub fn served(&mut self, node: NodeId, number: u64, machine: &StateMachine) -> Verdict {
        let found = machine.value(key_of(number));
        let checked = self.monitor.served(&self.history, node, number, machine)?;
        self.history.clients.serve(number, found, machine.applied);
        Ok(checked)
    }

    /// The run is over.
    pub fn ended(&mut self) -> Verdict {
        self.monitor.ended(&self.history)
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
                checked |= self.monitor.progressed(&self.history, leader, peer, old, new)?;
            }
        }
        Ok(checked)
    }

    /// A write, or the part of it that a failure left, has reached a disk.
    pub fn persisted(&mut self, node: NodeId, write: &Write) -> Verdict {
        self.history.persisted(node, write);
        self.monitor.persisted(&self.history, node, write)
    }

    /// A node has been notified that a write failed.
    pub fn write_failed(&mut self, node: NodeId, halted: bool) -> Verdict {
        self.monitor.write_failed(&self.history, node, halted)
    }

    /// A message has been evicted from a full link.
    pub fn evicted(&mut self) -> Verdict {
        self.monitor.evicted(&self.history)
    }

    /// A node that has halted has processed a further input.
    pub fn stepped_halted(&mut self, node: NodeId, done: usize) -> Verdict {
        self.monitor.stepped_halted(&self.history, node, done)
    }

    /// A disk lacks data that was reported as durable.
    pub fn lost(&mut self, node: NodeId) -> Verdict {
        self.history.lost(node);
        self.monitor.lost(&self.history, node)
    }

    /// The disk of a node that is down and was removed has been emptied.
    pub fn wiped(&mut self, node: NodeId) -> Verdict {
        self.history.wiped(node);
        self.monitor.wiped(&self.history, node)
    }

    /// Damaged entries have been truncated from a disk that can be read without them.
    pub fn repaired(&mut self, node: NodeId, index: LogIndex) -> Result<(), Box<Violation>> {
        self.history.shortened(node, index);
        self.monitor.repaired(&self.history, node, index)?;
        self.monitor.shortened(&self.history, node, index).map(drop)
    }

    /// The disk answers a read of the log.
    pub fn log_read(
        &mut self,
        node: NodeId,
        fetch: &Fetch,
        entries: &Result<Vec<Entry>, Unread>,
    ) -> Verdict {
        self.monitor.log_read(&self.history, node, fetch, entries)
    }

    /// Something has happened in the store behind a disk, for stories.
    pub fn stored(&mut self, node: NodeId, note: &str) -> Verdict {
        self.monitor.stored(&self.history, node, note)
    }

    /// Writes of a node that is down, which were in doubt, have turned out to be on its disk.
    pub fn learned(&mut self, node: NodeId) {
        self.history.learned(node);
    }

    /// A store whose files are not damaged has something else than it promised, or does not start.
    pub fn misread(&mut self, node: NodeId, difference: &str) -> Verdict {
        self.monitor.misread(&self.history, node, difference)
    }

    /// A node has stopped.
    pub fn stopped(&mut self, node: NodeId, lost: usize) -> Verdict {
        self.history.stopped(node);
        self.monitor.stopped(&self.history, node, lost)
    }

    /// The events are over, and a period begins in which `minority` is degraded.
    pub fn degraded(&mut self, minority: NodeSet) -> Verdict {
        self.monitor.degraded(&self.history, minority)
    }

    /// That period is over.
    pub fn degraded_period_ended(&mut self, period: &DegradedPeriod) -> Verdict {
        self.monitor.degraded_period_ended(&self.history, period)
    }

    /// The events are over, and the recovery of `core` begins.
    pub fn healed(&mut self, core: NodeSet) -> Verdict {
        self.monitor.healed(&self.history, core)
    }

    /// The recovery is over.
    pub fn recovered(&mut self, outcome: &RecoveryOutcome) -> Verdict {
        self.monitor.recovered(&self.history, outcome)
    }

    /// A quiet period is over.
    pub fn quiet_period_ended(&mut self, quiet: &QuietPeriod) -> Verdict {
        self.monitor.quiet_period_ended(&self.history, quiet)
    }

    /// One node of a healthy cluster has been upgraded.
    pub fn rolled(&mut self, rolled: &Rolled) -> Verdict {
        self.monitor.rolled(&self.history, rolled)
    }

    /// A request that nothing hindered has succeeded, or has had its time.
    pub fn unhindered_request_ended(&mut self, request: &Unhindered) -> Verdict {
        self.monitor.unhindered_request_ended(&self.history, request)
    }

    /// A node that is down is upgraded, or rolled back.
    pub fn upgraded(&mut self, node: NodeId) -> Verdict {
        self.history.upgraded(node);
        self.monitor.upgraded(&self.history, node)
    }

    /// A node has started from its disk.
    pub fn started(&mut self, node: NodeId, view: View, membership: Option<Membership>) -> Verdict {
        self.history.started(node, view);
        let mut checked = self.monitor.started(&self.history, node)?;
        if view.last_log.index < self.history.node(node).disk.last_index() {
            let index = view.last_log.index.next();
            self.history.shortened(node, index);
            checked |= self.monitor.shortened(&self.history, node, index)?;
        }
        match &membership {
            Some(members) => Ok(checked | self.monitor.configured(&self.history, node, members)?),
            None => Ok(checked),
        }
    }
}
