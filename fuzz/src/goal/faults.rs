//! The goals of faults, and of their combinations with the actions of Raft.
//!
//! Promises: as in [`goal`](super). Knows of hosts and disks only what events and the history show.

use raft::{Fetch, LogIndex, NodeId, NodeSet, Progress, Report, Role, Unread};

use crate::goal::fault_state::FaultState;
use crate::goal::list::Goal;
use crate::goal::Goals;
use crate::history::degraded_period::DegradedPeriod;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome};
use crate::history::History;
use crate::replica::{Command, Entry, MessageBody, MessageView, Write};
use crate::schedule::event::{Event, Kind};
use crate::schedule::feature::Feature;
use crate::schedule::Recovery;

impl Goals {
    #[inline(never)]
    pub(super) fn fault(&mut self, history: &History, event: Event) {
        let [a, b, c] = event.operands;
        let node = NodeId(a % 8); // If the operand is a set of nodes, it is not used below.
        let only = NodeSet::only(node);
        let faults = &mut self.fault_state;
        match event.kind {
            Kind::TickAll => self.reach_if(Goal::UnequalClocks, !history.setup.fast.is_empty()),
            Kind::Bridge => {
                self.reach(Goal::Bridged);
                self.cut = true;
            }
            Kind::Clog => faults.clogged = true,
            Kind::Release => self.reach(Goal::ClogReleased),
            Kind::Filter => faults.filtered = true,
            Kind::Heal => {
                (faults.clogged, faults.filtered) = (false, false);
                self.cut = false;
            }
            Kind::Jump => self.reach(Goal::ClockJumped),
            Kind::Fill => drop(faults.full.insert(node)),
            Kind::Free => faults.full = faults.full.without(only),
            Kind::LoseDisk => self.reach(Goal::DiskLost),
            Kind::RestoreBackup => drop(faults.old_copies.insert(node)),
            Kind::Wipe => {
                faults.wiped.insert(node);
                let is_lost = faults.lost.contains(node);
                (faults.lost, faults.old_copies) =
                    (faults.lost.without(only), faults.old_copies.without(only));
                self.reach_if(Goal::LostNameReturned, is_lost);
            }
            Kind::Damage => self.reach(Goal::RecordDamaged),
            Kind::CrashAmid => drop(faults.crashing.insert(node)),
            Kind::Crash => {
                self.reach_if(Goal::GapOnDisk, c > 0);
                let waiting = !self.pending[node].is_empty();
                self.reach_if(Goal::WritesKept, waiting && b > 0);
            }
            Kind::Drop => self.reach(Goal::MessageDropped),
            Kind::Duplicate => self.reach(Goal::MessageDuplicated),
            Kind::Reorder => self.reach(Goal::MessageReordered),
            Kind::FailPersist => self.failing = true,
            Kind::Partition | Kind::Cut => self.cut = true,
            Kind::SetClock => self.clock_set(history, node, b as i8),
            Kind::SyncMachine => faults.restoring = faults.restoring.without(only),
            Kind::Report => {
                self.reported(history, node, NodeId(b), Report::ALL[usize::from(c)]);
            }
            Kind::Restart => self.reach_if(Goal::RecoveryCutShort, b > 0),
            Kind::Pause => {
                faults.paused.insert(node);
                self.reach_if(Goal::LeaderPaused, history.node(node).view.is_leader());
            }
            Kind::Resume => {
                faults.paused = faults.paused.without(only);
                self.reach(Goal::Resumed);
            }
            _ => {}
        }
    }

    /// The transport of `node` reports what became of a message to `to`.
    fn reported(&mut self, history: &History, node: NodeId, to: NodeId, report: Report) {
        let facts = history.node(node);
        if !facts.view.is_leader() {
            return;
        }
        let Progress { match_index, next_index } = facts.progress[to];
        let in_flight = next_index > match_index.next();
        let sends_snapshot = self.fault_state.snapshots[node].contains(to);
        match report {
            Report::Delivered => {}
            Report::Failed => self.reach_if(Goal::FailureReported, in_flight),
            Report::SnapshotDelivered | Report::SnapshotFailed => {
                self.reach_if(Goal::SnapshotReported, sends_snapshot);
            }
        }
    }

    /// `node` restores its state machine, which may have a disk of its own.
    pub(super) fn restoring(&mut self, history: &History, node: NodeId) {
        if history.setup.features.has(Feature::MachineDisk) {
            self.fault_state.restoring.insert(node);
        }
    }

    /// A state machine with a disk of its own has started.
    pub(super) fn machine_started(&mut self, history: &History, node: NodeId, applied: LogIndex) {
        let facts = history.node(node);
        self.reach_if(Goal::MachineAhead, applied > facts.log.last_index());
        let has_snapshot = facts.snapshot.index > LogIndex(0);
        self.reach_if(Goal::MachineAtSnapshot, has_snapshot && applied == facts.snapshot.index);
    }

    pub(super) fn started_during(&mut self, node: NodeId) {
        let has_returned = self.fault_state.wiped.contains(node);
        self.fault_state.wiped = self.fault_state.wiped.without(NodeSet::only(node));
        self.reach_if(Goal::NameReturned, has_returned);
    }

    /// An acknowledgement of a name that has come back has arrived.
    pub(super) fn acknowledged_during(&mut self, history: &History, message: &MessageView) {
        let MessageBody::AppendAccepted { match_index } = message.body else { return };
        let (sender, leader) = (history.node(message.from), history.node(message.to));
        let counts = leader.view.is_leader()
            && leader.view.term() == message.term
            && history.membership_of(leader).members().contains(sender.id);
        let is_emptied = sender.disk.last_index() < match_index;
        self.reach_if(Goal::AckOfEmptiedDisk, counts && is_emptied);
        let is_voter = history.membership_in_force().voters.contains(sender.id);
        let has_all = match_index == leader.view.last_log.index && !is_emptied;
        self.reach_if(Goal::Readmitted, counts && is_voter && has_all);
    }

    /// The disk answers a read of the log.
    pub(super) fn log_read_during(
        &mut self,
        history: &History,
        node: NodeId,
        fetch: &Fetch,
        entries: &Result<Vec<Entry>, Unread>,
    ) {
        let facts = history.node(node);
        let leads = facts.view.is_leader() && facts.view.term() == fetch.term;
        let is_next = facts.progress[fetch.to].next_index == fetch.first;
        match entries {
            Ok(found) if found.is_empty() => {}
            Ok(_) => {
                self.reach_if(Goal::LogRead, leads && is_next);
                self.reach_if(Goal::LogReadLate, !leads);
            }
            Err(Unread::Failed) => self.reach_if(Goal::LogReadFailed, leads),
            Err(Unread::Compacted) => self.reach_if(Goal::LogReadCompacted, leads),
        }
    }

    /// With a tail, a message has left its sender.
    pub(super) fn sent_from_tail(&mut self, history: &History, message: &MessageView) {
        if let MessageBody::AppendEntries { prev_log, entries, .. } = message.body {
            let covered = history.node(message.from).snapshot.index;
            self.reach_if(Goal::TailSent, entries > 0 && prev_log.index < covered);
        }
    }

    pub(super) fn snapshot_sent(&mut self, message: &MessageView) {
        let receivers = &mut self.fault_state.snapshots[message.from];
        match message.body {
            MessageBody::InstallSnapshot { .. } => drop(receivers.insert(message.to)),
            MessageBody::AppendEntries { .. } => {
                *receivers = receivers.without(NodeSet::only(message.to));
            }
            _ => {}
        }
    }

    /// `node` has won an election during the faults in force.
    pub(super) fn won_during(&mut self, history: &History, node: NodeId) {
        let FaultState { paused, full, clogged, filtered, .. } = self.fault_state;
        let leads = |id: NodeId| id != node && history.node(id).view.is_leader();
        self.reach_if(Goal::PausedLeaderReplaced, paused.iter().any(leads));
        self.reach_if(Goal::ElectedWithFullDisk, !full.is_empty());
        self.reach_if(Goal::ElectedWhileClogged, clogged);
        self.reach_if(Goal::ElectedWhileFiltered, filtered);
        let mixed = history.setup_of(node).pre_vote != history.setup.pre_vote;
        self.reach_if(Goal::MixedConfigElected, mixed);
    }

    pub(super) fn received_during(&mut self, history: &History, message: &MessageView) {
        let view = history.node(message.to).view;
        match message.body {
            MessageBody::RequestVote { .. } => {
                let torn = self.fault_state.torn_votes[message.to];
                let matters = torn.is_some_and(|(term, vote)| {
                    term == message.term && term == view.term() && vote != message.from
                });
                self.reach_if(Goal::TornVoteMatters, matters);
            }
            MessageBody::ReadIndex => {
                self.reach_if(Goal::LateReadAnswer, message.term < view.term());
            }
            MessageBody::InstallSnapshot { .. } => {
                let joint = history.membership_of(history.node(message.to)).is_joint();
                self.reach_if(Goal::SnapshotMeetsJoint, joint);
            }
            _ => {}
        }
    }

    pub(super) fn torn(&mut self, node: NodeId, stored: &Write) {
        let vote = stored.hard_state.and_then(|state| Some((state.term, state.vote?)));
        if vote.is_some() {
            self.fault_state.torn_votes[node] = vote;
        }
    }

    pub(super) fn stopped_during(&mut self, node: NodeId) {
        let only = NodeSet::only(node);
        self.reach_if(Goal::CrashedMidStep, self.fault_state.crashing.contains(node));
        self.fault_state.crashing = self.fault_state.crashing.without(only);
        self.reach_if(Goal::RestoreCutShort, self.fault_state.restoring.contains(node));
        self.fault_state.restoring = self.fault_state.restoring.without(only);
        self.fault_state.snapshots[node] = NodeSet::EMPTY;
        self.fault_state.paused = self.fault_state.paused.without(only);
    }

    pub(super) fn failed_during(&mut self, node: NodeId) {
        self.reach_if(Goal::NoSpace, self.fault_state.full.contains(node));
    }

    pub(super) fn lost_permanently(&mut self, node: NodeId) {
        self.fault_state.lost.insert(node);
        self.reach_if(Goal::OldCopyRefused, self.fault_state.old_copies.contains(node));
        self.reach(Goal::StartRefused);
    }

    pub(super) fn committed_during(&mut self) {
        let lost = !self.fault_state.lost.is_empty();
        self.reach_if(Goal::CommittedWithoutLost, lost);
    }

    /// The newest committed change: `joined` and `left` are the nodes that it adds and removes.
    pub(super) fn replaced_during(&mut self, history: &History, joined: NodeSet, left: NodeSet) {
        let replaces_stopped = left.iter().any(|id| !history.node(id).up);
        self.reach_if(Goal::NodeReplaced, replaces_stopped && !joined.is_empty());
    }

    pub(super) fn answered_during(&mut self, history: &History, command: Command) {
        let again = history.clients.times_proposed(command) > 1;
        self.reach_if(Goal::RetryAnswered, again);
    }

    pub(super) fn read_during(&mut self, history: &History, node: NodeId) {
        let setup = &history.setup;
        let leased = setup.lease && setup.check_quorum;
        let leads = history.node(node).view.role == Role::Leader;
        self.reach_if(Goal::LeasedReadUnderDrift, leased && leads && !setup.fast.is_empty());
    }

    pub(super) fn recovered_during(&mut self, history: &History, outcome: &RecoveryOutcome) {
        let recovered = history.has_recovered(outcome.fresh);
        let core = history.setup.recovery == Recovery::Core;
        self.reach_if(Goal::CoreRecovered, recovered && core);
        let all = outcome.core.len() == history.nodes.len();
        self.reach_if(Goal::RecoveredWithoutLost, recovered && !core && !all);
    }

    pub(super) fn quiet(&mut self, quiet: &QuietPeriod) {
        self.reach_if(
            Goal::ReturnedWithoutElection,
            quiet.cut_off.is_some() && quiet.before == quiet.after,
        );
    }

    pub(super) fn degraded_for_long(&mut self, history: &History, period: &DegradedPeriod) {
        let DegradedPeriod { minority, commits, caught_up, disk_hung, .. } = *period;
        self.reach_if(Goal::CommittedWhileDegraded, commits > 0);
        self.reach_if(Goal::CaughtUpWhileDegraded, caught_up > 0);
        let leader = history.newest_leader();
        let is_replaced = leader.is_some_and(|(leader, _)| !minority.contains(leader));
        self.reach_if(Goal::HungLeaderReplaced, disk_hung && is_replaced);
    }
}
