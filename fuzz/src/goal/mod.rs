//! Goals: situations that a campaign must reach; a campaign that does not reach them is blind.
//!
//! Promises: each goal is counted when its situation occurs, from facts alone. A goal is not a
//! property of Raft: it measures the harness. `list.rs` has the only list.

use std::collections::VecDeque;

use raft::{Ended, Fetch, LogId, LogIndex, NodeId, Progress, Read, Refused, Role, Term, Unread};

use crate::base::cloning::clone_by_field;
use crate::base::counts::Counts;
use crate::history::degraded_period::DegradedPeriod;
use crate::history::log_chain::is_command;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Rolled, Unhindered};
use crate::history::state_machine::StateMachine;
use crate::history::step::Request;
use crate::history::violation::{Verdict, NOTHING};
use crate::history::{History, PerNode};
use crate::replica::{Command, Entry, MessageBody, MessageView, View, Write};
use crate::schedule::event::{Event, Kind};
use crate::schedule::feature::Feature;

mod duties;
mod fault_state;
mod faults;
mod list;
mod upgrades;
mod wall_clocks;

pub use crate::goal::list::{Goal, COUNT, GOALS};

use crate::goal::fault_state::FaultState;

/// How often each goal was reached in one run.
#[derive(Debug, Default)]
pub struct Goals {
    counts: Counts<COUNT>,
    cut: bool,
    votes: PerNode<(Term, raft::NodeSet)>,
    /// The parts of each pending write: a hard state, a truncation, how many entries.
    pending: PerNode<VecDeque<Parts>>,
    failing: bool,
    /// The term of the last TimeoutNow that each node received.
    timeout_now: PerNode<Term>,
    fault_state: FaultState,
    /// The nodes whose next start is under another version than their last.
    exchanged: raft::NodeSet,
}

clone_by_field!(Goals; counts, cut, votes, pending, failing, timeout_now, fault_state, exchanged);

impl Goals {
    /// How often each goal was reached.
    pub fn counts(&self) -> &Counts<COUNT> {
        &self.counts
    }

    fn reach(&mut self, goal: Goal) {
        self.counts.0[goal as usize] += 1;
    }

    fn reach_if(&mut self, goal: Goal, reached: bool) {
        self.counts.0[goal as usize] += u64::from(reached);
    }

    fn won(&mut self, history: &History, node: NodeId, term: Term) {
        self.won_during(history, node);
        self.won_among_versions(history);
        self.reach(Goal::LeaderElected);
        let others = history.leaders.iter().any(|leader| leader.is_some_and(|id| id != node));
        self.reach_if(Goal::LeaderReplaced, others);
        self.reach_if(Goal::LateLeader, history.leaders.len() as u64 > term.0 + 1);
        self.reach_if(Goal::StaleLeader, history.current_leaders().count() > 1);
        self.reach_if(Goal::ElectedWhileCut, self.cut);
        let from = self.timeout_now[node];
        self.reach_if(Goal::LeadershipTransferred, from > Term(0) && from.next() == term);
        let joint = history.membership_of(history.node(node)).is_joint();
        self.reach_if(Goal::ElectedInJoint, joint);
    }

    /// The newest committed change of membership is one of the new entries.
    fn change_committed(&mut self, history: &History, node: NodeId) {
        let [Some((_, members)), _] = history.committed_log.changes() else { return };
        let old = history.replaced_in(&history.committed_log);
        self.reach(Goal::ChangeCommitted);
        self.reach_if(Goal::JointCommitted, members.is_joint());
        self.reach_if(Goal::JointCommittedWhileCut, members.is_joint() && self.cut);
        let left = !members.is_joint() && !members.voters.contains(node);
        self.reach_if(Goal::LeaderRemoved, left && old.all_voters().contains(node));
        let promoted = !members.voters.intersection(old.learners).is_empty();
        self.reach_if(Goal::LearnerPromoted, promoted);
        self.reach_if(Goal::VoterCaughtUp, promoted && history.setup.catch_up);
        let joined = members.voters.without(old.all_voters());
        let left = members.outgoing.without(members.voters);
        self.replaced_during(history, joined, left);
    }

    fn received_vote(&mut self, history: &History, message: &MessageView) {
        let view = history.node(message.to).view;
        let stale = view.role == Role::Candidate && message.term < view.term();
        self.reach_if(Goal::StaleVote, stale);
        let (term, voters) = &mut self.votes[message.to];
        if *term != message.term {
            (*term, *voters) = (message.term, raft::NodeSet::EMPTY);
        }
        let repeated = !voters.insert(message.from);
        self.reach_if(Goal::RepeatedVote, repeated);
    }
}

/// Whether a write has a hard state, whether it truncates, and the number of its entries.
type Parts = (bool, bool, usize);

fn parts(write: &Write) -> Parts {
    (write.hard_state.is_some(), write.truncate_from.is_some(), write.entries.len())
}

impl Monitor for Goals {
    fn begin(&mut self) {
        let mut pending = std::mem::take(&mut self.pending);
        pending.iter_mut().for_each(VecDeque::clear);
        *self = Goals { pending, ..Goals::default() };
    }

    fn happens(&mut self, history: &History, event: Event) -> Verdict {
        match event.kind {
            Kind::Deliver | Kind::Tick | Kind::Propose | Kind::Persist | Kind::Apply => {}
            _ => self.fault(history, event),
        }
        self.fault_state.reading = event.kind == Kind::Read;
        NOTHING
    }

    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        self.duty(history, message);
        match message.body {
            MessageBody::VoteGranted => {
                self.received_vote(history, message);
                self.lease_reported(message);
            }
            MessageBody::PreVote { .. } => self.pre_vote_among_versions(history, message),
            MessageBody::AppendRejected { .. } => self.reach(Goal::Refusal),
            MessageBody::TimeoutNow => self.timeout_now[message.to] = message.term,
            MessageBody::RequestVote { .. }
            | MessageBody::ReadIndex
            | MessageBody::InstallSnapshot { .. } => {
                self.received_during(history, message);
            }
            MessageBody::AppendEntries { .. } => {
                let stale = message.term < history.node(message.to).view.term();
                self.reach_if(Goal::StaleAppend, stale);
            }
            MessageBody::AppendAccepted { match_index } => {
                let leader = history.node(message.to);
                let known = leader.progress[message.from].match_index;
                let current = leader.view.is_leader() && leader.view.term() == message.term;
                self.reach_if(Goal::LateAck, current && match_index < known);
                if history.node(message.from).joining {
                    self.acknowledged_during(history, message);
                }
            }
            _ => {}
        }
        NOTHING
    }

    fn changed(&mut self, history: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        if old.role.in_paper() == new.role.in_paper() && old.term() == new.term() {
            return NOTHING;
        }
        match new.role {
            Role::Leader => self.won(history, node, new.term()),
            Role::Candidate => {
                let rival = history.nodes.iter().any(|other| {
                    let view = other.view;
                    other.id != node && view.role == Role::Candidate && view.term() == new.term()
                });
                self.reach_if(Goal::SplitVote, rival);
            }
            Role::Follower | Role::PreCandidate => {
                self.reach_if(Goal::LeaderDeposed, old.is_leader());
                self.reach_if(Goal::LeadershipGivenUp, old.is_leader() && old.term() == new.term());
            }
        }
        NOTHING
    }

    fn committed(&mut self, h: &History, node: NodeId, first: LogIndex, last: LogIndex) -> Verdict {
        let facts = h.node(node);
        let indexes = || (first.0..=last.0).map(LogIndex);
        let new = || indexes().filter_map(|index| Some((index, h.committed_log.at(index)?.term)));
        let command = new().any(|(index, term)| {
            let birth = h.births.get(LogId { term, index });
            birth.is_some_and(|birth| is_command(birth.command))
        });
        self.reach_if(Goal::CommandCommitted, command);
        if h.committed_log.changes()[0].is_some_and(|(index, _)| index >= first) {
            self.change_committed(h, node);
        }
        let old_term = new().any(|(index, term)| {
            h.committed_at(index).is_some_and(|entry| term < entry.commit_term)
        });
        self.reach_if(Goal::OldTermCommitted, old_term);
        let ahead = facts.view.is_leader() && facts.disk.last_index() < last;
        self.reach_if(Goal::CommitBeforeOwnDisk, ahead);
        self.reach_if(Goal::CommittedWhileCut, self.cut);
        self.reach_if(Goal::CommittedWhileDown, h.nodes.iter().any(|node| !node.up));
        self.committed_during();
        self.committed_among_versions(h);
        self.committed_by_clock(h, node);
        NOTHING
    }

    fn restored(&mut self, history: &History, node: NodeId, _: &StateMachine) -> Verdict {
        self.reach(Goal::SnapshotInstalled);
        self.restoring(history, node);
        NOTHING
    }

    fn machine_opened(
        &mut self,
        history: &History,
        node: NodeId,
        machine: &StateMachine,
    ) -> Verdict {
        self.machine_started(history, node, machine.applied);
        NOTHING
    }

    fn computed(&mut self, _: &History, _: NodeId, machine: &StateMachine) -> Verdict {
        self.reach_if(Goal::AppliedAgain, machine.repeated > 0);
        NOTHING
    }

    fn refused(&mut self, _: &History, _: NodeId, refused: &Refused) -> Verdict {
        let early =
            matches!(refused, Refused::ChangeInProgress { .. } | Refused::NotCommittedInTerm);
        self.reach_if(Goal::ChangeRefused, early);
        self.reach_if(Goal::CommandRefused, *refused == Refused::TooMuchUncommitted);
        NOTHING
    }

    fn read(&mut self, history: &History, node: NodeId, read: &Read) -> Verdict {
        let view = history.node(node).view;
        match read.answer {
            Ok(_) if view.is_leader() => {
                self.reach(Goal::ReadAnswered);
                let old = history.leaders.len() as u64 > view.term().0 + 1;
                self.reach_if(Goal::ReadByOldLeader, old);
                self.read_by_clock(history, node, old);
            }
            Ok(_) => self.reach(Goal::ReadAtFollower),
            Err(_) => self.reach(Goal::ReadRefused),
        }
        NOTHING
    }

    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        let late =
            history.setup.slow_apply && history.node(node).view.commit.0 > entry.id.index.0 + 2;
        self.reach_if(Goal::AppliedLate, late);
        NOTHING
    }

    fn writing(&mut self, history: &History, node: NodeId, write: &Write) -> Verdict {
        self.reach_if(Goal::Conflict, write.truncate_from.is_some());
        let newest = history.node(node).log.last_change();
        let undone = write.truncate_from.is_some_and(|index| index <= newest);
        self.reach_if(Goal::ChangeUndone, undone);
        if write.snapshot.is_some() {
            self.reach(Goal::SnapshotTaken);
            self.reach_if(Goal::TailKept, write.tail > 0);
            self.reach_if(Goal::SnapshotOverConflict, write.truncate_from.is_some());
            let uncommitted = newest > history.node(node).view.commit;
            self.reach_if(Goal::SnapshotDuringChange, uncommitted);
        }
        let overlapping = !self.pending[node].is_empty();
        self.reach_if(Goal::OverlappingWrites, overlapping);
        self.pending[node].push_back(parts(write));
        NOTHING
    }

    fn progressed(
        &mut self,
        history: &History,
        leader: NodeId,
        _: NodeId,
        _: Option<Progress>,
        _: Progress,
    ) -> Verdict {
        let facts = history.node(leader);
        let next = facts.log.at(facts.view.commit.next());
        if next.is_none_or(|link| link.term == facts.view.term()) {
            return NOTHING; // No entry of an old term is waiting.
        }
        let reached = history.membership_of(facts).reached(|id| match id == leader {
            true => facts.disk.last_index(),
            false => facts.progress[id].match_index,
        });
        let old = facts.log.at(reached).is_some_and(|link| link.term < facts.view.term());
        self.reach_if(Goal::FigureEight, reached > facts.view.commit && old);
        NOTHING
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let late = matches!(message.body, MessageBody::VoteGranted)
            && message.term < history.node(message.from).view.term();
        self.reach_if(Goal::LateVote, late);
        if history.setup.features.has(Feature::Reports) {
            self.snapshot_sent(message);
        }
        if history.setup.features.has(Feature::Tail) {
            self.sent_from_tail(history, message);
        }
        NOTHING
    }

    fn persisted(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        let whole = self.pending[node].pop_front();
        let stored = parts(write);
        if std::mem::take(&mut self.failing) {
            let torn = stored != Parts::default() && whole != Some(stored);
            self.reach_if(Goal::WriteTorn, torn);
            self.torn(node, write);
        }
        self.reach_if(Goal::DurableConflict, write.truncate_from.is_some());
        NOTHING
    }

    fn write_failed(&mut self, _: &History, node: NodeId, _: bool) -> Verdict {
        self.failed_during(node);
        self.reach(Goal::WriteFailed);
        NOTHING
    }

    fn stepped_halted(&mut self, _: &History, _: NodeId, _: usize) -> Verdict {
        self.reach(Goal::LateCrashHandler);
        NOTHING
    }

    fn lost(&mut self, _: &History, node: NodeId) -> Verdict {
        self.lost_permanently(node);
        NOTHING
    }

    fn repaired(&mut self, _: &History, _: NodeId, _: LogIndex) -> Verdict {
        self.reach(Goal::DamageRepaired);
        NOTHING
    }

    fn evicted(&mut self, _: &History) -> Verdict {
        self.reach(Goal::MessageEvicted);
        NOTHING
    }

    fn answered(&mut self, history: &History, _: NodeId, command: Command, _: u64) -> Verdict {
        self.answered_during(history, command);
        NOTHING
    }

    fn served(&mut self, history: &History, node: NodeId, _: u64, _: &StateMachine) -> Verdict {
        self.read_during(history, node);
        NOTHING
    }

    fn stopped(&mut self, _: &History, node: NodeId, lost: usize) -> Verdict {
        self.stopped_during(node);
        self.reach_if(Goal::WritesLost, lost > 0);
        self.pending[node].clear();
        NOTHING
    }

    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        self.reach_if(Goal::Recovered, history.has_recovered(outcome.fresh));
        self.recovered_during(history, outcome);
        NOTHING
    }

    fn quiet_period_ended(&mut self, _: &History, quiet: &QuietPeriod) -> Verdict {
        self.quiet(quiet);
        NOTHING
    }

    fn degraded_period_ended(&mut self, history: &History, period: &DegradedPeriod) -> Verdict {
        self.degraded_for_long(history, period);
        NOTHING
    }

    fn log_read(
        &mut self,
        history: &History,
        node: NodeId,
        fetch: &Fetch,
        entries: &Result<Vec<Entry>, Unread>,
    ) -> Verdict {
        self.log_read_during(history, node, fetch, entries);
        NOTHING
    }

    fn request_ended(&mut self, _: &History, _: NodeId, ended: &Ended) -> Verdict {
        let given_up = matches!(ended, Ended::Transfer { done: false, .. });
        self.reach_if(Goal::TransferGivenUp, given_up);
        NOTHING
    }

    fn unhindered_request_ended(&mut self, _: &History, request: &Unhindered) -> Verdict {
        let is_read = matches!(request.request, Request::Read(_));
        self.reach_if(Goal::ReadDuringChange, is_read && request.succeeded);
        NOTHING
    }

    fn rolled(&mut self, _: &History, _: &Rolled) -> Verdict {
        self.reach(Goal::UpgradedInTurn);
        NOTHING
    }

    fn upgraded(&mut self, _: &History, node: NodeId) -> Verdict {
        self.gets_other_version(node);
        NOTHING
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        self.started_under(history.node(node).version, node);
        let facts = history.node(node);
        self.reach_if(Goal::RestartWithLog, facts.disk.last_index() > LogIndex(0));
        self.reach_if(Goal::RestartWithVote, facts.disk_state.vote.is_some());
        self.reach_if(Goal::RestartFromSnapshot, facts.snapshot.index > LogIndex(0));
        self.started_during(node);
        NOTHING
    }
}
