//! Goals: situations that a campaign must reach; a campaign that does not reach them is blind.
//!
//! Promises: each goal is counted when its situation occurs, from facts alone. A goal is not a
//! property of Raft: it measures the harness. The list below is the only one.

use std::collections::VecDeque;

use raft::{LogId, LogIndex, NodeId, Progress, Read, Refused, Role, Term};

use crate::base::counts::Counts;
use crate::history::log_chain::is_command;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome};
use crate::history::state_machine::StateMachine;
use crate::history::violation::{Verdict, NOTHING};
use crate::history::{History, PerNode};
use crate::replica::{Command, Entry, MessageBody, MessageView, View, Write};
use crate::schedule::event::{Event, Kind};

mod mishaps;

use mishaps::Mishaps;

macro_rules! goals {
    ($($name:ident = $text:literal, $message_view:literal;)*) => {
        /// A situation that a campaign should reach.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Goal { $(#[doc = $message_view] $name,)* }

        /// Name and meaning of every goal, in order.
        pub const GOALS: [(&str, &str); [$($text),*].len()] = [$(($text, $message_view)),*];
    };
}

goals! {
    LeaderElected = "leader-elected", "A node has won an election.";
    LeaderReplaced = "leader-replaced", "A node has won after another node had led.";
    LateLeader = "late-leader", "A node has won the election of a term after a later term had a leader.";
    SplitVote = "split-vote", "Two nodes are candidates in the same term.";
    StaleLeader = "stale-leader", "Two running nodes are leaders, in different terms.";
    LeaderDeposed = "leader-deposed", "A leader has stepped down.";
    StaleVote = "stale-vote", "A candidate has received a vote from an earlier term.";
    RepeatedVote = "repeated-vote", "A candidate has received a vote from the same voter twice.";
    LateVote = "late-vote", "A vote was sent after its voter had adopted a later term.";
    StaleAppend = "stale-append", "AppendEntries of a deposed leader has arrived.";
    LateAck = "late-ack", "An acknowledgement has arrived after a higher one.";
    Refusal = "refusal", "A rejection of AppendEntries has arrived.";
    CommandCommitted = "command-committed", "An entry with a command is committed.";
    OldTermCommitted = "old-term-committed", "An entry is committed by a leader of a later term.";
    FigureEight = "figure-eight", "A quorum holds an entry of an older term that must not be committed by counting replicas.";
    CommitBeforeOwnDisk = "commit-before-own-disk", "A leader has committed an entry that its own disk lacks.";
    Conflict = "conflict", "A follower has removed entries of a deposed leader.";
    DurableConflict = "durable-conflict", "Such entries have been removed from a disk.";
    OverlappingWrites = "overlapping-writes", "A node has requested a write while another was pending.";
    WritesLost = "writes-lost", "A crash has lost writes that were not durable.";
    WritesKept = "writes-kept", "A crash has kept a write that was not yet reported as durable.";
    WriteFailed = "write-failed", "A write has failed and halted its node.";
    WriteTorn = "write-torn", "A failing write has left a part of itself on the disk.";
    RestartWithLog = "restart-with-log", "A node has started with entries on its disk.";
    RestartWithVote = "restart-with-vote", "A node has started with a vote on its disk.";
    MessageDropped = "message-dropped", "A message has been lost.";
    MessageDuplicated = "message-duplicated", "A message has been delivered, and a copy of it is still in flight.";
    MessageReordered = "message-reordered", "A message has overtaken another.";
    ElectedWhileCut = "elected-while-cut", "A node has won an election while links were cut.";
    CommittedWhileCut = "committed-while-cut", "An entry was committed while links were cut.";
    CommittedWhileDown = "committed-while-down", "An entry was committed while a node was down.";
    SnapshotTaken = "snapshot-taken", "A node has written a snapshot.";
    SnapshotInstalled = "snapshot-installed", "A node has restored its state machine from another node's snapshot.";
    SnapshotOverConflict = "snapshot-over-conflict", "A snapshot has replaced a conflicting log.";
    SnapshotDuringChange = "snapshot-during-change", "A node has written a snapshot while it used an uncommitted membership.";
    RestartFromSnapshot = "restart-from-snapshot", "A node has started from a snapshot.";
    ChangeCommitted = "change-committed", "A membership change is committed.";
    JointCommitted = "joint-committed", "Joint consensus is committed.";
    JointCommittedWhileCut = "joint-committed-while-cut", "Joint consensus was committed while links were cut.";
    ElectedInJoint = "elected-in-joint", "A node has won an election in joint consensus.";
    ChangeUndone = "change-undone", "An uncommitted membership change has been removed from a log.";
    LeaderRemoved = "leader-removed", "A leader has committed its own removal.";
    LearnerPromoted = "learner-promoted", "A learner has become a voter.";
    LeadershipTransferred = "leadership-transferred", "A node has won the election that TimeoutNow started.";
    CommandRefused = "command-refused", "A leader has refused a command because too much was uncommitted.";
    ChangeRefused = "change-refused", "A leader has refused a membership change because it came too early.";
    ReadAnswered = "read-answered", "A leader has answered a read.";
    ReadAtFollower = "read-at-follower", "A follower has answered a read.";
    ReadByOldLeader = "read-by-old-leader", "A leader has answered a read although a later term already had a leader.";
    ReadRefused = "read-refused", "A read was refused.";
    AppliedAgain = "applied-again", "A command that is in the log twice was applied a second time.";
    AppliedLate = "applied-late", "A state machine applies entries far behind the commit index.";
    LeadershipGivenUp = "leadership-given-up", "A leader has stepped down within its term, for example by CheckQuorum.";
    Recovered = "recovered", "After recovery, a cluster has applied a new command.";
    // Faults.
    Bridged = "bridged", "Two sides of a partition were connected by one node only.";
    ClogReleased = "clog-released", "A clogged link was released.";
    ElectedWhileClogged = "elected-while-clogged", "A node has won an election while a link was clogged.";
    ElectedWhileFiltered = "elected-while-filtered", "A node has won an election while messages of some kind were dropped.";
    MessageEvicted = "message-evicted", "A full link has evicted a message.";
    UnequalClocks = "unequal-clocks", "Clocks have ticked at different rates.";
    ClockJumped = "clock-jumped", "A clock has jumped.";
    Resumed = "resumed", "A paused node was resumed.";
    LeaderPaused = "leader-paused", "A leader was paused.";
    PausedLeaderReplaced = "paused-leader-replaced", "A node has won an election while a leader was paused.";
    CrashedMidStep = "crashed-mid-step", "A node has crashed when a part of the effects of its step was done.";
    LateCrashHandler = "late-crash-handler", "A halted node has received another input.";
    NoSpace = "no-space", "A write has failed because the disk was full.";
    ElectedWithFullDisk = "elected-with-full-disk", "A node has won an election while some disk was full.";
    GapOnDisk = "gap-on-disk", "A crash has kept a write and lost an earlier one.";
    TornVoteMatters = "torn-vote-matters", "A vote from a torn write kept its node from voting for another candidate.";
    RecordDamaged = "record-damaged", "A record on a disk was damaged.";
    DiskLost = "disk-lost", "A disk was lost.";
    DamageRepaired = "damage-repaired", "A damaged entry that was never reported as durable was truncated.";
    StartRefused = "start-refused", "A node whose disk lost durable data did not start.";
    RecoveryCutShort = "recovery-cut-short", "A node has crashed during its restart.";
    CommittedWithoutLost = "committed-without-lost", "An entry was committed after a disk had been lost permanently.";
    NodeReplaced = "node-replaced", "A membership change that replaces a stopped node is committed.";
    MixedConfigElected = "mixed-config-elected", "A node whose configuration differs from the others' has won an election.";
    // Combinations.
    SnapshotMeetsJoint = "snapshot-meets-joint", "A snapshot has arrived at a node in joint consensus.";
    LateReadAnswer = "late-read-answer", "A ReadIndex message or its reply has arrived in a later term.";
    LeasedReadUnderDrift = "leased-read-under-drift", "A leader has served a read by lease while other clocks were faster.";
    RetryAnswered = "retry-answered", "A client that repeated a command has received its response.";
    CoreRecovered = "core-recovered", "A quorum that lost all other nodes permanently has applied a new command.";
    RecoveredWithoutLost = "recovered-without-lost", "A cluster has recovered although some disk was lost.";
    ReturnedWithoutElection = "returned-without-election", "A partitioned follower has reconnected without starting a term.";
}

/// The number of goals.
pub const COUNT: usize = GOALS.len();

/// How often each goal was reached in one run.
#[derive(Clone, Debug, Default)]
pub struct Goals {
    counts: Counts<COUNT>,
    cut: bool,
    votes: PerNode<(Term, raft::NodeSet)>,
    /// The parts of each pending write: a hard state, a truncation, how many entries.
    pending: PerNode<VecDeque<Parts>>,
    failing: bool,
    /// The term of the last TimeoutNow that each node received.
    timeout_now: PerNode<Term>,
    mishaps: Mishaps,
}

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
    fn happens(&mut self, history: &History, event: Event) -> Verdict {
        self.fault(history, event);
        match event.kind {
            Kind::Drop => self.reach(Goal::MessageDropped),
            Kind::Duplicate => self.reach(Goal::MessageDuplicated),
            Kind::Reorder => self.reach(Goal::MessageReordered),
            Kind::FailPersist => self.failing = true,
            Kind::Crash => {
                let waiting = !self.pending[NodeId(event.operands[0])].is_empty();
                self.reach_if(Goal::WritesKept, waiting && event.operands[1] > 0);
            }
            Kind::Partition | Kind::Cut | Kind::Bridge => self.cut = true,
            Kind::Heal => self.cut = false,
            _ => {}
        }
        NOTHING
    }

    fn received(&mut self, history: &History, message: &MessageView) -> Verdict {
        match message.body {
            MessageBody::VoteGranted => self.received_vote(history, message),
            MessageBody::AppendRejected => self.reach(Goal::Refusal),
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
        NOTHING
    }

    fn restored(&mut self, _: &History, _: NodeId, _: &StateMachine) -> Verdict {
        self.reach(Goal::SnapshotInstalled);
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
        let newest = history.node(node).log.changes()[0].map_or(LogIndex(0), |(index, _)| index);
        let undone = write.truncate_from.is_some_and(|index| index <= newest);
        self.reach_if(Goal::ChangeUndone, undone);
        if write.snapshot.is_some() {
            self.reach(Goal::SnapshotTaken);
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
        let late = message.body == MessageBody::VoteGranted
            && message.term < history.node(message.from).view.term();
        self.reach_if(Goal::LateVote, late);
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

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let facts = history.node(node);
        self.reach_if(Goal::RestartWithLog, facts.disk.last_index() > LogIndex(0));
        self.reach_if(Goal::RestartWithVote, facts.disk_state.vote.is_some());
        self.reach_if(Goal::RestartFromSnapshot, facts.snapshot.index > LogIndex(0));
        NOTHING
    }
}
