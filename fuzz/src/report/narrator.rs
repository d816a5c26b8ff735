//! The narrator: a monitor that writes down what happens, one line an event.
//!
//! Promises: a line begins with the event, and its consequences follow in the order in which they
//! happen; a consequence without a subject is one of the node that the event is about. The recovery
//! is one line, for which leaders and memberships matter; its steps are kept apart, the last ones.
//! Judges nothing and breaks no lines: [`story`](crate::report::story) formats them.

use std::fmt::Arguments;

use raft::{
    Ended, Fetch, LogId, LogIndex, Membership, NodeId, NodeSet, Read, Refused, Report, Role, Unread,
};

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Rolled, Unhindered};
use crate::history::state_machine::{key_of, written_by, StateMachine};
use crate::history::violation::{membership, Verdict, NOTHING};
use crate::history::{History, PerNode};
use crate::replica::{Command, Entry, MessageBody, MessageView, View, Write};
use crate::report::line::Line;
use crate::report::recovery_steps::RecoverySteps;
use crate::schedule::event::{Event, Kind};
use crate::schedule::operand::{node_set, ALL, SNAPSHOT};

/// In the line of a recovery, further changes of leaders and memberships are only counted.
const CHANGES: usize = 8;

/// A monitor that writes one line an event.
#[derive(Clone, Debug, Default)]
pub struct Narrator {
    lines: Vec<Line>,
    /// The node that the event is about, and the sender of the message that it receives.
    actor: Option<NodeId>,
    sender: Option<NodeId>,
    /// The steps of the recovery, once it has begun.
    recovery: Option<RecoverySteps>,
    /// How many changes of leaders and memberships there were in this period of the recovery.
    changes: usize,
    /// The membership of each node that was narrated last.
    memberships: PerNode<Option<Membership>>,
    /// The highest index that each node has acknowledged and not truncated since.
    acknowledged: PerNode<LogIndex>,
    /// The run is over.
    is_over: bool,
}

impl Narrator {
    /// The lines so far, one an event, and one for the recovery.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The steps of the recovery, if there is one.
    pub fn recovery(&self) -> Option<&RecoverySteps> {
        self.recovery.as_ref()
    }

    /// Whether the run is over, and no step has a violation.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Adds a consequence at `node`.
    fn say(&mut self, node: NodeId, words: Arguments<'_>) -> Verdict {
        let subject = (self.actor != Some(node)).then_some(node);
        let line = match &mut self.recovery {
            Some(steps) => steps.last_mut(),
            None => self.lines.last_mut(),
        };
        if let Some(line) = line {
            line.add(subject, words);
        }
        NOTHING
    }

    /// Adds a consequence at `node` that also the line of the recovery tells.
    fn say_twice(&mut self, node: NodeId, words: Arguments<'_>) -> Verdict {
        self.say(node, words)?;
        if self.recovery.is_none() {
            return NOTHING;
        }
        self.changes += 1;
        match self.changes <= CHANGES {
            true => self.sum_up(Some(node), words),
            false => NOTHING,
        }
    }

    /// Adds the outcome of the recovery, or of a period of it.
    fn conclude(&mut self, words: Arguments<'_>) -> Verdict {
        match std::mem::take(&mut self.changes).checked_sub(CHANGES) {
            None | Some(0) => NOTHING,
            Some(1) => self.sum_up(None, format_args!("one more change like these")),
            Some(more) => self.sum_up(None, format_args!("{more} more changes like these")),
        }?;
        if let Some(steps) = &mut self.recovery {
            steps.end();
        }
        self.sum_up(None, words)
    }

    fn sum_up(&mut self, node: Option<NodeId>, words: Arguments<'_>) -> Verdict {
        if let Some(line) = self.lines.last_mut() {
            line.add(node, words);
        }
        NOTHING
    }
}

/// The text of an event, without its consequences.
fn opening(event: Event) -> String {
    let [a, b, c] = event.operands;
    match event.kind {
        Kind::Deliver | Kind::Reorder | Kind::Duplicate => {
            format!("n{b} receives a message from n{a}{}", in_flight(event))
        }
        Kind::Drop => format!("a message from n{a} to n{b} is dropped"),
        Kind::Tick => format!("the clock of n{a} ticks"),
        Kind::TickAll => "all clocks tick".into(),
        Kind::Timeout => format!("the election timeout of n{a} elapses"),
        Kind::Propose if b == 1 => format!("a client repeats the last command at n{a}"),
        Kind::Propose if b > 0 => {
            format!("a client repeats the last command but {} at n{a}", b - 1)
        }
        Kind::Propose => format!("a client proposes a command to n{a}"),
        Kind::Persist => format!("the oldest write of n{a} becomes durable"),
        Kind::FailPersist => format!("the oldest write of n{a} fails"),
        Kind::Crash => format!("n{a} crashes"),
        Kind::Restart if b > 0 => format!("n{a} restarts, and crashes again before it runs"),
        Kind::Restart => format!("n{a} restarts"),
        Kind::Upgrade => format!("an operator changes the version of n{a}"),
        Kind::Partition => format!("{{{}}} is partitioned from the others", node_set(a)),
        Kind::Cut => format!("the link from n{a} to n{b} is cut"),
        Kind::Bridge => {
            format!("{{{}}} and the others are partitioned, and only n{a} sees both", node_set(b))
        }
        Kind::Clog => format!("the link from n{a} to n{b} is clogged"),
        Kind::Release => format!("the link from n{a} to n{b} is released"),
        Kind::Filter => {
            let name = MessageBody::KINDS.get(usize::from(a)).copied().unwrap_or_default();
            format!("from now on every {name} message is dropped")
        }
        Kind::Heal => "all links are healed".into(),
        Kind::Pause => format!("n{a} is paused"),
        Kind::SetClock => {
            let (by, way) = (b as i8, if (b as i8) < 0 { "back" } else { "forward" });
            format!("the wall clock of n{a} is set {way} by {}", by.unsigned_abs())
        }
        Kind::Resume => format!("n{a} is resumed"),
        Kind::Jump => format!("the clock of n{a} jumps by {:+} ticks", b as i8),
        Kind::CrashAmid => {
            format!("n{a} is going to crash in its next step, after {b} messages have left")
        }
        Kind::Fill => format!("the disk of n{a} is full"),
        Kind::Free => format!("the disk of n{a} has space again"),
        Kind::Damage => match b {
            ALL => format!("the hard state on the disk of n{a} is damaged"),
            SNAPSHOT => format!("the snapshot on the disk of n{a} is damaged"),
            0 => format!("the last entry on the disk of n{a} is damaged"),
            _ => format!("the entry {b} before the last on the disk of n{a} is damaged"),
        },
        Kind::LoseDisk => format!("n{a} loses its disk"),
        Kind::Wipe => format!("the disk of n{a}, which was removed, is emptied"),
        Kind::RestoreBackup => {
            format!("the disk of n{a} is replaced by a copy from its last start")
        }
        Kind::Read => format!("a client reads at n{a}"),
        Kind::Compact => format!("the log of n{a} is compacted"),
        Kind::Apply => format!("the state machine of n{a} applies what is committed"),
        Kind::Transfer => format!("an operator transfers leadership from n{a} to n{b}"),
        Kind::Change => format!("an operator asks n{a} for the membership {}", members(b, c)),
        Kind::SyncMachine => format!("the state machine of n{a} becomes durable on its own disk"),
        Kind::Fetch => format!("a read of the log of n{a} ends"),
        Kind::FailFetch => format!("a read of the log of n{a} fails"),
        Kind::Report => format!("the transport of n{a} reports that {}", reported(b, c)),
        _ => event.to_string(),
    }
}

/// How a delivery differs from that of the oldest message.
fn in_flight(event: Event) -> String {
    match (event.kind, event.operands[2]) {
        (Kind::Reorder, 1) => ", which overtakes an earlier one".into(),
        (Kind::Reorder, count) => format!(", which overtakes {count} earlier ones"),
        (Kind::Duplicate, _) => ", and a copy stays in flight".into(),
        _ => String::new(),
    }
}

/// The node that an event is about: the receiver of a message.
fn actor(event: Event) -> Option<NodeId> {
    let [a, b, _] = event.operands;
    match event.kind {
        Kind::Deliver | Kind::Reorder | Kind::Duplicate => Some(NodeId(b)),
        Kind::TickAll | Kind::Heal | Kind::Partition | Kind::Filter | Kind::Bridge => None,
        _ => Some(NodeId(a)),
    }
}

/// What a register holds: nothing, or what a command wrote.
fn value(found: u64) -> String {
    match written_by(found) {
        None => "no value".into(),
        Some((command, true)) => format!("no value, deleted by #{command}"),
        Some((command, false)) => format!("the value of #{command}"),
    }
}

/// A requested membership.
fn members(voters: u8, learners: u8) -> String {
    match learners {
        0 => format!("{{{}}}", node_set(voters)),
        _ => format!("{{{}}} with learners {{{}}}", node_set(voters), node_set(learners)),
    }
}

/// What a transport reports of its messages to a node.
fn reported(to: u8, report: u8) -> String {
    match Report::ALL.get(usize::from(report)) {
        Some(Report::Delivered) => format!("a message to n{to} was handed over"),
        Some(Report::Failed) => format!("a message to n{to} failed"),
        Some(Report::SnapshotDelivered) => format!("a snapshot to n{to} was handed over"),
        Some(Report::SnapshotFailed) | None => format!("a snapshot to n{to} failed"),
    }
}

/// A message by the paper's name, with its arguments.
fn message_text(message: &MessageView) -> String {
    let term = message.term;
    match message.body {
        MessageBody::RequestVote { last_log } => {
            format!("RequestVote({term}, last log {last_log})")
        }
        MessageBody::VoteGranted => format!("RequestVoteReply({term}, granted)"),
        MessageBody::VoteRefused { vote, .. } => {
            let vote = vote.map_or(String::new(), |vote| format!(", vote {vote}"));
            format!("RequestVoteReply({term}, refused{vote})")
        }
        MessageBody::AppendEntries { prev_log, entries: 0, commit, .. } => {
            format!("AppendEntries({term}, prev {prev_log}, heartbeat, commit {commit})")
        }
        MessageBody::AppendEntries { prev_log, last_log, entries: 1, commit } => {
            format!("AppendEntries({term}, prev {prev_log}, entry {last_log}, commit {commit})")
        }
        MessageBody::AppendEntries { prev_log, last_log, commit, .. } => {
            let first = prev_log.index.next();
            format!(
                "AppendEntries({term}, prev {prev_log}, entries {first} to {last_log}, commit {commit})"
            )
        }
        MessageBody::AppendAccepted { match_index } => {
            format!("AppendEntriesReply({term}, match {match_index})")
        }
        MessageBody::AppendRejected { index, hint } => {
            format!("AppendEntriesReply({term}, rejected{})", rejected(" ", index, hint))
        }
        MessageBody::InstallSnapshot { last_log, offset, bytes } => {
            let end = offset + bytes;
            format!("InstallSnapshot({term}, last {last_log}, bytes {offset} to {end})")
        }
        MessageBody::TimeoutNow => format!("TimeoutNow({term})"),
        MessageBody::ReadIndex => format!("ReadIndex({term})"),
        MessageBody::Heartbeat { commit } => format!("Heartbeat({term}, commit {commit})"),
        MessageBody::PreVote { last_log } => format!("PreVote({term}, last log {last_log})"),
        MessageBody::PreVoteReply { granted: true } => format!("PreVoteReply({term}, granted)"),
        MessageBody::PreVoteReply { granted: false } => format!("PreVoteReply({term}, refused)"),
        MessageBody::PreVoteUnknown => format!("PreVoteUnknown({term})"),
        MessageBody::Other => format!("a reply that claims nothing ({term})"),
    }
}

/// The same with the end of the lease that the message names, if it names one.
fn with_lease(message: &MessageView) -> String {
    let text = message_text(message);
    match (message.lease, text.strip_suffix(')')) {
        (lease @ 1.., Some(text)) => format!("{text}, lease until {lease})"),
        _ => text,
    }
}

/// What a rejection says, as far as it does.
fn rejected(at: &str, index: Option<LogIndex>, hint: Option<LogId>) -> String {
    let index = index.map_or(String::new(), |index| format!("{at}{index}"));
    hint.map_or(index.clone(), |hint| format!("{index}, hint {hint}"))
}

impl Monitor for Narrator {
    fn happens(&mut self, _: &History, event: Event) -> Verdict {
        self.lines.push(Line::new(Some(event.kind), opening(event)));
        (self.actor, self.sender) = (actor(event), None);
        NOTHING
    }

    fn recovering(&mut self, _: &History, event: Event) -> Verdict {
        if let Some(steps) = &mut self.recovery {
            steps.open(event, opening(event));
            (self.actor, self.sender) = (actor(event), None);
        }
        NOTHING
    }

    fn receiving(&mut self, _: &History, message: &MessageView) -> Verdict {
        let (from, to) = (message.from, message.to);
        let opening = format!("{to} receives a message from {from}");
        let line = match &mut self.recovery {
            Some(steps) => steps.last_mut(),
            None => self.lines.last_mut(),
        };
        if let Some(line) = line.filter(|line| line.text.starts_with(&opening)) {
            let known = format!("{to} receives {} from {from}", with_lease(message));
            line.text = line.text.replacen(&opening, &known, 1);
            self.sender = Some(from);
        }
        NOTHING
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let term = new.term();
        let ends = !new.is_leader() && new.has_led_since(old) && new.commit > old.commit;
        if ends {
            self.say(node, format_args!("commits up to {}", new.commit))?;
        }
        if (old.role, old.term()) != (new.role, term) {
            match new.role {
                Role::Leader => self.say_twice(node, format_args!("becomes LEADER in {term}"))?,
                Role::Candidate => self.say(node, format_args!("becomes candidate in {term}"))?,
                Role::PreCandidate => {
                    self.say(node, format_args!("becomes pre-candidate in {term}"))?
                }
                Role::Follower if old.role.in_paper() != Role::Follower => {
                    self.say(node, format_args!("steps down to follower in {term}"))?
                }
                Role::Follower if old.term() == term => {
                    self.say(node, format_args!("becomes follower again"))?
                }
                Role::Follower => self.say(node, format_args!("adopts {term}"))?,
            };
        }
        match new.hard_state.vote {
            Some(vote) if new.hard_state != old.hard_state && vote != node => {
                match self.sender == Some(vote) {
                    true => self.say(node, format_args!("grants its vote"))?,
                    false => self.say(node, format_args!("grants its vote to {vote}"))?,
                };
            }
            _ => {}
        }
        match ends || new.commit == old.commit {
            true => NOTHING,
            false => self.say(node, format_args!("commits up to {}", new.commit)),
        }
    }

    fn pre_candidacy_changed(&mut self, _: &History, node: NodeId, new: &View) -> Verdict {
        match new.role {
            Role::PreCandidate => {
                self.say(node, format_args!("becomes pre-candidate in {}", new.term()))
            }
            _ => self.say(node, format_args!("becomes follower again")),
        }
    }

    fn writing(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        if let Some(index) = write.truncate_from {
            self.say(node, format_args!("truncates its log from {index} on"))?;
        }
        match &write.snapshot {
            Some(snapshot) => {
                let tail = match write.tail {
                    0 => String::new(),
                    tail => format!(", with a tail of {tail}"),
                };
                self.say(node, format_args!("stores a snapshot up to {}{tail}", snapshot.last))
            }
            None => NOTHING,
        }
    }

    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        match history.setup.slow_apply {
            true => self.say(node, format_args!("applies {}", entry.id)),
            false => NOTHING,
        }
    }

    fn refused(&mut self, _: &History, node: NodeId, refused: &Refused) -> Verdict {
        self.say(node, format_args!("refuses: {refused}"))
    }

    fn wrote(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        match (write.entries.first(), write.entries.last()) {
            (Some(first), Some(last)) if first.id != last.id => {
                self.say(node, format_args!("appends {} to {}", first.id, last.id))
            }
            (Some(first), _) => self.say(node, format_args!("appends {}", first.id)),
            _ => NOTHING,
        }?;
        match write.sync {
            true => NOTHING,
            false => self.say(node, format_args!("does not sync the write")),
        }
    }

    fn sent(&mut self, history: &History, message: &MessageView) -> Verdict {
        let (from, to) = (message.from, message.to);
        let is_reply = self.actor == Some(from) && self.sender == Some(to);
        match message.body {
            MessageBody::VoteGranted if is_reply => self.say(from, format_args!("reply to {to}")),
            MessageBody::VoteGranted => self.say(from, format_args!("sends its vote to {to}")),
            MessageBody::VoteRefused { vote, .. } => {
                let view = history.node(from).view;
                let own = view.hard_state.vote.filter(|_| view.term() == message.term);
                match vote.or(own).filter(|&vote| vote != to) {
                    Some(vote) => self.say(
                        from,
                        format_args!(
                            "refuses its vote, which in {} is that of {vote}",
                            message.term
                        ),
                    ),
                    None => self.say(from, format_args!("refuses its vote")),
                }
            }
            MessageBody::AppendAccepted { match_index } => {
                let acknowledged = &mut self.acknowledged[from];
                *acknowledged = match_index.max(*acknowledged);
                self.say(from, format_args!("acknowledges up to {match_index}"))
            }
            MessageBody::AppendRejected { index, hint } => {
                self.say(from, format_args!("rejects{}", rejected(" at ", index, hint)))
            }
            MessageBody::PreVote { .. } => self.say(from, format_args!("sends PreVote to {to}")),
            MessageBody::PreVoteReply { granted: true } => {
                self.say(from, format_args!("grants the Pre-Vote"))
            }
            MessageBody::PreVoteUnknown => self.say(from, format_args!("does not know Pre-Vote")),
            MessageBody::PreVoteReply { granted: false } => {
                self.say(from, format_args!("refuses the Pre-Vote"))
            }
            _ => NOTHING,
        }
    }

    fn configured(&mut self, history: &History, node: NodeId, now: &Membership) -> Verdict {
        let said = &mut self.memberships[node];
        if *said == Some(*now) || (said.is_none() && *now == history.membership) {
            *said = Some(*now);
            return NOTHING;
        }
        *said = Some(*now);
        self.say_twice(node, format_args!("uses the membership {}", membership(now)))
    }

    fn log_read(
        &mut self,
        _: &History,
        node: NodeId,
        fetch: &Fetch,
        entries: &Result<Vec<Entry>, Unread>,
    ) -> Verdict {
        let Fetch { to, term, first, .. } = fetch;
        match entries.as_ref().map(|entries| entries.last()) {
            Ok(Some(last)) if last.id.index > *first => {
                let last = last.id;
                self.say(
                    node,
                    format_args!("reads {first} to {last}, requested for {to} in {term}"),
                )
            }
            Ok(Some(last)) => {
                self.say(node, format_args!("reads {}, requested for {to} in {term}", last.id))
            }
            Ok(None) | Err(Unread::Failed) => {
                self.say(node, format_args!("reads nothing from {first} on for {to}"))
            }
            Err(Unread::Compacted) => self
                .say(node, format_args!("finds that {first}, requested for {to}, was compacted")),
        }
    }

    fn restored(&mut self, _: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        self.say(node, format_args!("installs the snapshot up to {}", machine.applied))
    }

    fn read(&mut self, _: &History, node: NodeId, read: &Read) -> Verdict {
        let number = read.id.0;
        match read.answer {
            Ok(index) => self.say(node, format_args!("gives read #{number} the index {index}")),
            Err(refused) => self.say(node, format_args!("refuses read #{number}: {refused}")),
        }
    }

    fn answered(&mut self, _: &History, node: NodeId, command: Command, found: u64) -> Verdict {
        self.say(node, format_args!("answers command #{command}: {}", value(found)))
    }

    fn served(
        &mut self,
        _: &History,
        node: NodeId,
        number: u64,
        machine: &StateMachine,
    ) -> Verdict {
        let found = machine.value(key_of(number));
        self.say(node, format_args!("answers read #{number}: {}", value(found)))
    }

    fn write_failed(&mut self, _: &History, node: NodeId, halted: bool) -> Verdict {
        match halted {
            true => self.say(node, format_args!("halts")),
            false => self.say(node, format_args!("does not halt")),
        }
    }

    fn stepped_halted(&mut self, _: &History, node: NodeId, done: usize) -> Verdict {
        match done {
            0 => self.say(node, format_args!("does nothing, as it has halted")),
            _ => self.say(node, format_args!("acts although it has halted")),
        }
    }

    fn persisted(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        if let Some(index) = write.truncate_from {
            self.acknowledged[node] = index.previous().min(self.acknowledged[node]);
        }
        NOTHING
    }

    fn lost(&mut self, _: &History, node: NodeId) -> Verdict {
        self.say(node, format_args!("finds that its disk lacks what was reported as durable"))
    }

    fn wiped(&mut self, _: &History, node: NodeId) -> Verdict {
        self.acknowledged[node] = LogIndex(0);
        NOTHING
    }

    fn repaired(&mut self, _: &History, node: NodeId, index: LogIndex) -> Verdict {
        let acknowledged = self.acknowledged[node];
        self.acknowledged[node] = index.previous().min(acknowledged);
        match acknowledged >= index {
            true => self.say(node, format_args!(
                "removes the damaged entries from {index} on, although it has acknowledged up to {acknowledged}"
            )),
            false => self.say(node, format_args!("removes the damaged entries from {index} on")),
        }
    }

    fn stored(&mut self, _: &History, node: NodeId, note: &str) -> Verdict {
        self.say(node, format_args!("{note}"))
    }

    fn stopped(&mut self, _: &History, node: NodeId, lost: usize) -> Verdict {
        match lost {
            0 => NOTHING,
            1 => self.say(node, format_args!("loses a pending write")),
            _ => self.say(node, format_args!("loses {lost} pending writes")),
        }
    }

    fn healed(&mut self, history: &History, core: NodeSet) -> Verdict {
        let nodes = match core.len() == history.nodes.len() {
            true => "all nodes run".into(),
            false => format!("{core} run, the others are lost for good"),
        };
        let text = format!("recovery: {nodes}, all links work, and clocks tick in turn");
        self.lines.push(Line::new(None, text));
        (self.actor, self.sender) = (None, None);
        self.recovery = Some(RecoverySteps::default());
        NOTHING
    }

    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        let RecoveryOutcome { ticks, differing, .. } = outcome;
        match (history.has_recovered(outcome.fresh), differing) {
            (true, None) => {
                self.conclude(format_args!("the cluster has converged after {ticks} ticks"))
            }
            (true, Some((one, other))) => self.conclude(format_args!(
                "after {ticks} ticks a new command is committed, but {one} and {other} differ"
            )),
            (false, _) => self.conclude(format_args!("no new command is committed and applied")),
        }
    }

    fn quiet_period_ended(&mut self, _: &History, quiet: &QuietPeriod) -> Verdict {
        match quiet.cut_off {
            Some(node) => {
                self.conclude(format_args!("{node} is cut off for a while, and reconnects"))
            }
            None => self.conclude(format_args!("{} ticks without a fault", quiet.ticks)),
        }
    }

    fn request_ended(&mut self, _: &History, node: NodeId, ended: &Ended) -> Verdict {
        match *ended {
            Ended::Transfer { to, done: true } => {
                self.say(node, format_args!("has transferred leadership to {to}"))
            }
            Ended::Transfer { to, done: false } => {
                self.say(node, format_args!("gives up the transfer to {to}"))
            }
            Ended::Change { done: true, .. } => self.say(node, format_args!("finishes the change")),
            Ended::Change { done: false, .. } => {
                self.say(node, format_args!("gives up the change"))
            }
        }
    }

    fn degraded(&mut self, history: &History, minority: NodeSet) -> Verdict {
        let kind = history.setup.degraded;
        let text = format!("a period begins with {minority} degraded ({kind}); clients go on");
        self.lines.push(Line::new(None, text));
        (self.actor, self.sender) = (None, None);
        self.recovery = Some(RecoverySteps::default());
        NOTHING
    }

    fn degraded_period_ended(&mut self, _: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { ticks, commits, .. } = *period;
        self.conclude(format_args!("after {ticks} ticks {commits} new commands are committed"))
    }

    fn upgraded(&mut self, history: &History, node: NodeId) -> Verdict {
        let version = history.node(node).version;
        self.say(node, format_args!("gets {version}"))
    }

    fn rolled(&mut self, _: &History, rolled: &Rolled) -> Verdict {
        self.conclude(format_args!("{} is upgraded", rolled.node))
    }

    fn unhindered_request_ended(&mut self, _: &History, request: &Unhindered) -> Verdict {
        let Unhindered { request, succeeded, .. } = request;
        let outcome = if *succeeded { "succeeds" } else { "does not succeed" };
        self.conclude(format_args!("{request} {outcome}"))
    }

    fn ended(&mut self, _: &History) -> Verdict {
        self.is_over = true;
        NOTHING
    }

    fn machine_opened(&mut self, _: &History, node: NodeId, machine: &StateMachine) -> Verdict {
        let applied = machine.applied;
        self.say(
            node,
            format_args!("its state machine starts with what it had applied up to {applied}"),
        )
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let view = history.node(node).view;
        self.say(node, format_args!("is in {} with its log up to {}", view.term(), view.last_log))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::fixtures::*;
    use crate::history::recorder::Recorder;

    /// The last line, after n1 has removed damaged entries from 2 on in a restart.
    fn repaired(before: impl FnOnce(&mut Recorder<Narrator>)) -> String {
        let mut run = cluster::<Narrator>(2);
        run.stores(1, &write(1, &[(1, 0), (1, 7)])).expect("a narrator judges nothing");
        before(&mut run);
        run.happens(Event::new(Kind::Restart, &[1])).expect("it judges nothing");
        run.repaired(NodeId(1), LogIndex(2)).expect("it judges nothing");
        run.monitor.lines().last().expect("there is a line").text.clone()
    }

    fn acknowledges(run: &mut Recorder<Narrator>) {
        let body = MessageBody::AppendAccepted { match_index: LogIndex(2) };
        run.sends(says(1, 0, 1, body)).expect("it judges nothing");
    }

    #[test]
    fn of_damaged_entries_only_what_is_known_is_told() {
        let removed = "n1 restarts: removes the damaged entries from 2 on";
        assert_eq!(repaired(|_| ()), removed);
        let promised = format!("{removed}, although it has acknowledged up to 2");
        assert_eq!(repaired(acknowledges), promised);
        let other_entries = repaired(|run| {
            acknowledges(run);
            run.stores(1, &overwrite(2, &[(2, 0)])).expect("it judges nothing");
        });
        assert_eq!(other_entries, removed);
    }

    #[test]
    fn a_message_is_told_before_what_it_causes() {
        let mut run = cluster::<Narrator>(2);
        run.happens(Event::new(Kind::Deliver, &[0, 1])).expect("it judges nothing");
        run.receiving(&says(0, 1, 1, MessageBody::TimeoutNow)).expect("it judges nothing");
        run.writes(1, &overwrite(1, &[(1, 0)])).expect("it judges nothing");
        let line = &run.monitor.lines()[0].text;
        let expected = "n1 receives TimeoutNow(term 1) from n0: truncates its log from 1 on; ";
        assert!(line.starts_with(expected), "{line}");
    }

    #[test]
    fn in_the_line_of_a_recovery_changes_beyond_a_few_are_counted() {
        let mut run = cluster::<Narrator>(2);
        run.healed(set(&[0, 1])).expect("it judges nothing");
        for term in 1..=10 {
            run.recovering(Event::new(Kind::Tick, &[0])).expect("it judges nothing");
            run.becomes(0, Role::Leader, term).expect("it judges nothing");
        }
        run.recovered(&RecoveryOutcome::default()).expect("it judges nothing");
        let line = &run.monitor.lines()[0].text;
        assert!(
            line.contains("n0 becomes LEADER in term 8; 2 more changes like these; "),
            "{line}"
        );
        let (title, steps) = run.monitor.recovery().expect("it has begun").told();
        assert_eq!(title, "its last 10 ticks are alike, numbers aside:");
        assert_eq!(steps, ["the clock of n0 ticks: becomes LEADER in term 10"]);
    }
}
