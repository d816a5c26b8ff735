//! The narrator: a monitor that writes down what happens, one line an event.
//!
//! Promises: a line begins with the event, and its consequences follow in the order in which they
//! happen; a consequence without a subject is one of the node that the event is about. Judges
//! nothing and breaks no lines: [`story`](crate::report::story) formats them.

use std::fmt::Write as _;

use raft::{Ended, LogIndex, Membership, NodeId, NodeSet, Read, Refused, Role};

use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Unhindered};
use crate::history::state_machine::{key_of, written_by, StateMachine};
use crate::history::violation::{membership, Verdict, NOTHING};
use crate::history::{History, PerNode};
use crate::replica::{Command, Entry, MessageBody, MessageView, View, Write};
use crate::schedule::event::{Event, Kind};
use crate::schedule::operand::{node_set, ALL, SNAPSHOT};

/// A monitor that writes one line an event.
#[derive(Clone, Debug, Default)]
pub struct Narrator {
    lines: Vec<String>,
    /// The node that the event is about, and the sender of the message that it receives.
    actor: Option<NodeId>,
    sender: Option<NodeId>,
    /// The last line has no consequences yet.
    is_opening: bool,
    /// The cluster is recovering: only leaders and memberships are narrated.
    recovering: bool,
    /// The membership of each node that was narrated last.
    memberships: PerNode<Option<Membership>>,
}

impl Narrator {
    /// The lines so far, one an event.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Adds a consequence at `node`.
    fn say(&mut self, node: NodeId, words: std::fmt::Arguments<'_>) -> Verdict {
        if self.recovering {
            return NOTHING;
        }
        self.add_of(node, words)
    }

    /// Adds a consequence at `node`, even while the cluster is recovering.
    fn add_of(&mut self, node: NodeId, words: std::fmt::Arguments<'_>) -> Verdict {
        match self.actor == Some(node) {
            true => self.add(words),
            false => self.add(format_args!("{node} {words}")),
        }
    }

    fn add(&mut self, words: std::fmt::Arguments<'_>) -> Verdict {
        if let Some(line) = self.lines.last_mut() {
            let joint = if self.is_opening { ": " } else { "; " };
            let _ = write!(line, "{joint}{words}");
            self.is_opening = false;
        }
        NOTHING
    }

    fn open(&mut self, line: String, actor: Option<NodeId>) {
        self.lines.push(line);
        (self.actor, self.sender, self.is_opening) = (actor, None, true);
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
        Kind::Read => format!("a client reads at n{a}"),
        Kind::Compact => format!("the log of n{a} is compacted"),
        Kind::Apply => format!("the state machine of n{a} applies what is committed"),
        Kind::Transfer => format!("an operator transfers leadership from n{a} to n{b}"),
        Kind::Change => format!("an operator asks n{a} for the membership {}", members(b, c)),
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

/// A message by the paper's name, with its arguments.
fn message_text(message: &MessageView) -> String {
    let term = message.term;
    match message.body {
        MessageBody::RequestVote { last_log } => {
            format!("RequestVote({term}, last log {last_log})")
        }
        MessageBody::VoteGranted => format!("RequestVoteReply({term}, granted)"),
        MessageBody::VoteRefused => format!("RequestVoteReply({term}, refused)"),
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
        MessageBody::AppendRejected => format!("AppendEntriesReply({term}, rejected)"),
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
        MessageBody::Other => format!("a reply that claims nothing ({term})"),
    }
}

impl Monitor for Narrator {
    fn happens(&mut self, _: &History, event: Event) -> Verdict {
        self.open(opening(event), actor(event));
        NOTHING
    }

    fn received(&mut self, _: &History, message: &MessageView) -> Verdict {
        if self.recovering {
            return NOTHING;
        }
        let (from, to) = (message.from, message.to);
        let opening = format!("{to} receives a message from {from}");
        if let Some(line) = self.lines.last_mut().filter(|line| line.starts_with(&opening)) {
            let known = format!("{to} receives {} from {from}", message_text(message));
            *line = line.replacen(&opening, &known, 1);
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
                Role::Leader => self.add_of(node, format_args!("becomes LEADER in {term}"))?,
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
        match write.truncate_from {
            Some(index) => self.say(node, format_args!("truncates its log from {index} on")),
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
        if let Some(snapshot) = &write.snapshot {
            self.say(node, format_args!("stores a snapshot up to {}", snapshot.last))?;
        }
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

    fn sent(&mut self, _: &History, message: &MessageView) -> Verdict {
        let (from, to) = (message.from, message.to);
        let is_reply = self.actor == Some(from) && self.sender == Some(to);
        match message.body {
            MessageBody::VoteGranted if is_reply => self.say(from, format_args!("reply to {to}")),
            MessageBody::VoteGranted => self.say(from, format_args!("sends its vote to {to}")),
            MessageBody::VoteRefused => self.say(from, format_args!("refuses its vote")),
            MessageBody::AppendAccepted { match_index } => {
                self.say(from, format_args!("acknowledges up to {match_index}"))
            }
            MessageBody::AppendRejected => self.say(from, format_args!("rejects")),
            MessageBody::PreVote { .. } => self.say(from, format_args!("sends PreVote to {to}")),
            MessageBody::PreVoteReply { granted: true } => {
                self.say(from, format_args!("grants the Pre-Vote"))
            }
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
        self.add_of(node, format_args!("uses the membership {}", membership(now)))
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

    fn lost(&mut self, _: &History, node: NodeId) -> Verdict {
        self.say(node, format_args!("finds that its disk lacks what it promised to keep"))
    }

    fn repaired(&mut self, _: &History, node: NodeId, index: LogIndex) -> Verdict {
        self.say(
            node,
            format_args!("removes the damaged entries from {index} on, which it never promised"),
        )
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
        self.open(format!("recovery: {nodes}, all links work, and clocks tick in turn"), None);
        self.recovering = true;
        NOTHING
    }

    fn recovered(&mut self, history: &History, outcome: &RecoveryOutcome) -> Verdict {
        let RecoveryOutcome { ticks, differing, .. } = outcome;
        match (history.has_recovered(outcome.fresh), differing) {
            (true, None) => self.add(format_args!("the cluster has converged after {ticks} ticks")),
            (true, Some((one, other))) => self.add(format_args!(
                "after {ticks} ticks a new command is committed, but {one} and {other} differ"
            )),
            (false, _) => self.add(format_args!("no new command is committed and applied")),
        }
    }

    fn quiet_period_ended(&mut self, _: &History, quiet: &QuietPeriod) -> Verdict {
        match quiet.cut_off {
            Some(node) => self.add(format_args!("{node} is cut off for a while, and reconnects")),
            None => self.add(format_args!("{} ticks without a fault", quiet.ticks)),
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
        let line = format!("a period begins with {minority} degraded ({kind}); clients go on");
        self.open(line, None);
        self.recovering = true;
        NOTHING
    }

    fn degraded_period_ended(&mut self, _: &History, period: &DegradedPeriod) -> Verdict {
        let DegradedPeriod { ticks, commits, .. } = *period;
        self.add(format_args!("after {ticks} ticks {commits} new commands are committed"))
    }

    fn unhindered_request_ended(&mut self, _: &History, request: &Unhindered) -> Verdict {
        let Unhindered { request, succeeded, .. } = request;
        let outcome = if *succeeded { "succeeds" } else { "does not succeed" };
        self.add(format_args!("{request} {outcome}"))
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let view = history.node(node).view;
        self.say(node, format_args!("is in {} with its log up to {}", view.term(), view.last_log))
    }
}
