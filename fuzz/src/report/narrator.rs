//! The teller: an monitor that writes down what happens, one line an event.
//!
//! Promises: a line opens with the event and goes on with its consequences, in the order in which
//! they come. Passes no judgement and cuts nothing: [`story`](crate::report::story) sets the page.

use std::fmt::Write as _;

use raft::{LogIndex, Membership, NodeId, NodeSet, Read, Refused, Role};

use crate::history::healing::{Calm, Healing};
use crate::history::monitor::Monitor;
use crate::history::state_machine::{key_of, written_by, Machine};
use crate::history::violation::{membership, Verdict, NOTHING};
use crate::history::{History, PerNode};
use crate::replica::{Command, Entry, Meaning, Speech, View, Write};
use crate::schedule::event::{Event, Kind};
use crate::schedule::operand::{node_set, ALL, SNAPSHOT};

/// An monitor that writes one line an event.
#[derive(Clone, Debug, Default)]
pub struct Teller {
    lines: Vec<String>,
    /// The cluster is recovering: only who leads is worth telling.
    recovering: bool,
    /// What was last said of each node's membership.
    memberships: PerNode<Option<Membership>>,
}

impl Teller {
    /// What has been told, one line an event.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    fn say(&mut self, words: std::fmt::Arguments<'_>) -> Verdict {
        if self.recovering {
            return NOTHING;
        }
        self.add(words)
    }

    fn add(&mut self, words: std::fmt::Arguments<'_>) -> Verdict {
        if let Some(line) = self.lines.last_mut() {
            let joint = if line.ends_with([':', '.']) { " " } else { "; " };
            let _ = write!(line, "{joint}{words}");
        }
        NOTHING
    }
}

/// What an event is, before its consequences are known.
fn opening(event: Event) -> String {
    let [a, b, c] = event.operands;
    match event.kind {
        Kind::Deliver => format!("n{b} hears from n{a}:"),
        Kind::Reorder => format!("n{b} hears from n{a}, {c} earlier ones overtaken:"),
        Kind::Duplicate => format!("n{b} hears from n{a}, and will again:"),
        Kind::Drop => format!("a message from n{a} to n{b} is lost"),
        Kind::Tick => format!("the clock of n{a} ticks"),
        Kind::TickAll => "all clocks tick".into(),
        Kind::Timeout => format!("the election timeout of n{a} elapses"),
        Kind::Propose if b == 1 => format!("a client asks n{a} again for the last command"),
        Kind::Propose if b > 0 => {
            format!("a client asks n{a} again for the last command but {}", b - 1)
        }
        Kind::Propose => format!("a client asks n{a}"),
        Kind::Persist => format!("the oldest write of n{a} is durable"),
        Kind::FailPersist => format!("the oldest write of n{a} fails"),
        Kind::Crash => format!("n{a} crashes"),
        Kind::Restart if b > 0 => format!("n{a} starts, and crashes before it runs"),
        Kind::Restart => format!("n{a} starts"),
        Kind::Partition => format!("{{{}}} is cut off from the others", node_set(a)),
        Kind::Cut => format!("the link from n{a} to n{b} is cut"),
        Kind::Bridge => {
            format!("of {{{}}} and the other side, only n{a} sees both", node_set(b))
        }
        Kind::Clog => format!("the link from n{a} to n{b} is clogged"),
        Kind::Release => format!("the link from n{a} to n{b} lets go"),
        Kind::Filter => {
            let name = Speech::KINDS.get(usize::from(a)).copied().unwrap_or_default();
            format!("from now on every {name} is lost")
        }
        Kind::Heal => "all links work again".into(),
        Kind::Pause => format!("n{a} stands still"),
        Kind::Resume => format!("n{a} goes on"),
        Kind::Jump => format!("the clock of n{a} jumps by {:+}", b as i8),
        Kind::CrashAmid => format!("n{a} will crash in its next step, when {b} messages have left"),
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
        Kind::Compact => format!("the state machine of n{a} hands out its state"),
        Kind::Apply => format!("the state machine of n{a} applies what it was given"),
        Kind::Transfer => format!("n{a} is told to hand the lead to n{b}"),
        Kind::Change => format!("n{a} is told that {} shall be the cluster", members(b, c)),
        _ => event.to_string(),
    }
}

/// What a register held: nothing, or what a command wrote.
fn value(found: u64) -> String {
    match written_by(found) {
        None => "there was nothing".into(),
        Some((command, true)) => format!("there was nothing since #{command}"),
        Some((command, false)) => format!("there was what #{command} wrote"),
    }
}

/// Who shall belong to the cluster.
fn members(voters: u8, learners: u8) -> String {
    match learners {
        0 => format!("{{{}}}", node_set(voters)),
        _ => format!("{{{}}} and, as learners, {{{}}}", node_set(voters), node_set(learners)),
    }
}

/// What a message says, in few words.
fn speech(message: &Meaning) -> String {
    let term = message.term;
    match message.speech {
        Speech::Candidacy { last_log } => format!("RequestVote {term}, log up to {last_log}"),
        Speech::Vote => format!("a vote in {term}"),
        Speech::NoVote => format!("no vote, {term}"),
        Speech::Append { prev_log, entries: 0, commit, .. } => {
            format!("heartbeat {term} after {prev_log}, commit {commit}")
        }
        Speech::Append { prev_log, last_log, commit, .. } => {
            let first = prev_log.index.next();
            format!("AppendEntries {term}, {first} to {last_log} after {prev_log}, commit {commit}")
        }
        Speech::Ack { match_index } => format!("ack {term} up to {match_index}"),
        Speech::Refusal => format!("refusal {term}"),
        Speech::Snapshot { last_log, offset, bytes } => {
            let end = offset + bytes;
            format!("bytes {offset} to {end} of a snapshot up to {last_log}, {term}")
        }
        Speech::TakeOver => format!("TimeoutNow {term}"),
        Speech::ReadIndex => format!("of a read, {term}"),
        Speech::Heartbeat { commit } => format!("heartbeat {term}, commit {commit}"),
        Speech::PreVote { last_log } => format!("Pre-Vote? {term}, log up to {last_log}"),
        Speech::PreVoteReply { granted: true } => format!("would vote, {term}"),
        Speech::PreVoteReply { granted: false } => format!("would not vote, {term}"),
        Speech::Other => "nothing that binds".into(),
    }
}

impl Monitor for Teller {
    fn happens(&mut self, _: &History, event: Event) -> Verdict {
        self.lines.push(opening(event));
        NOTHING
    }

    fn received(&mut self, _: &History, message: &Meaning) -> Verdict {
        self.say(format_args!("{}", speech(message)))
    }

    fn changed(&mut self, _: &History, node: NodeId, old: &View, new: &View) -> Verdict {
        let term = new.term();
        let ends = !new.is_leader() && new.has_led_since(old) && new.commit > old.commit;
        if ends {
            self.say(format_args!("{node} commits up to {}", new.commit))?;
        }
        if (old.role, old.term()) != (new.role, term) {
            match new.role {
                Role::Leader => self.add(format_args!("{node} LEADS {term}"))?,
                Role::Candidate => self.say(format_args!("{node} stands in {term}"))?,
                Role::Follower if old.role != Role::Follower => {
                    self.say(format_args!("{node} steps down in {term}"))?
                }
                Role::Follower => self.say(format_args!("{node} enters {term}"))?,
            };
        }
        match new.hard_state.vote {
            Some(vote) if new.hard_state != old.hard_state && vote != node => {
                self.say(format_args!("{node} votes for {vote}"))?;
            }
            _ => {}
        }
        match ends || new.commit == old.commit {
            true => NOTHING,
            false => self.say(format_args!("{node} commits up to {}", new.commit)),
        }
    }

    fn writing(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        match write.truncate_from {
            Some(index) => self.say(format_args!("{node} removes its entries from {index} on")),
            None => NOTHING,
        }
    }

    fn applied(&mut self, history: &History, node: NodeId, entry: &Entry) -> Verdict {
        match history.setup.slow_apply {
            true => self.say(format_args!("{node} applies {}", entry.id)),
            false => NOTHING,
        }
    }

    fn refused(&mut self, _: &History, _: NodeId, refused: &Refused) -> Verdict {
        self.say(format_args!("refused: {refused}"))
    }

    fn wrote(&mut self, _: &History, node: NodeId, write: &Write) -> Verdict {
        if let Some(snapshot) = &write.snapshot {
            self.say(format_args!("{node} keeps a snapshot up to {}", snapshot.last))?;
        }
        match (write.entries.first(), write.entries.last()) {
            (Some(first), Some(last)) if first.id != last.id => {
                self.say(format_args!("{node} appends {} to {}", first.id, last.id))
            }
            (Some(first), _) => self.say(format_args!("{node} appends {}", first.id)),
            _ => NOTHING,
        }?;
        match write.sync {
            true => NOTHING,
            false => self.say(format_args!("{node} asks for no sync")),
        }
    }

    fn sent(&mut self, _: &History, message: &Meaning) -> Verdict {
        match message.speech {
            Speech::Vote => self.say(format_args!("its vote leaves for {}", message.to)),
            Speech::Ack { match_index } => {
                self.say(format_args!("{} acks up to {match_index}", message.from))
            }
            Speech::PreVote { .. } => self.say(format_args!("it asks {}", message.to)),
            Speech::PreVoteReply { granted: true } => {
                self.say(format_args!("{} would vote for {}", message.from, message.to))
            }
            Speech::PreVoteReply { granted: false } => {
                self.say(format_args!("{} would not", message.from))
            }
            Speech::Refusal | Speech::NoVote => self.say(format_args!("{} refuses", message.from)),
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
        self.add(format_args!("{node} goes by {}", membership(now)))
    }

    fn restored(&mut self, _: &History, node: NodeId, machine: &Machine) -> Verdict {
        self.say(format_args!("{node} goes on from a snapshot up to {}", machine.applied))
    }

    fn read(&mut self, _: &History, _: NodeId, read: &Read) -> Verdict {
        match read.answer {
            Ok(index) => self.say(format_args!("read #{}: whatever stands at {index}", read.id.0)),
            Err(refused) => self.say(format_args!("read #{}: {refused}", read.id.0)),
        }
    }

    fn answered(&mut self, _: &History, _: NodeId, command: Command, found: u64) -> Verdict {
        self.say(format_args!("command #{command} is answered: {}", value(found)))
    }

    fn served(&mut self, _: &History, _: NodeId, number: u64, machine: &Machine) -> Verdict {
        let found = machine.value(key_of(number));
        self.say(format_args!("read #{number} is answered: {}", value(found)))
    }

    fn write_failed(&mut self, _: &History, node: NodeId, halted: bool) -> Verdict {
        match halted {
            true => self.say(format_args!("{node} halts")),
            false => self.say(format_args!("{node} goes on")),
        }
    }

    fn lingered(&mut self, _: &History, node: NodeId, done: usize) -> Verdict {
        match done {
            0 => self.say(format_args!("{node}, halted, heeds nothing")),
            _ => self.say(format_args!("{node}, although halted, acts")),
        }
    }

    fn lost(&mut self, _: &History, node: NodeId) -> Verdict {
        self.say(format_args!("{node} cannot read what it promised to keep"))
    }

    fn repaired(&mut self, _: &History, node: NodeId, index: LogIndex) -> Verdict {
        self.say(format_args!("{node} cuts off {index} and what follows, which it never promised"))
    }

    fn stopped(&mut self, _: &History, node: NodeId, lost: usize) -> Verdict {
        match lost {
            0 => NOTHING,
            1 => self.say(format_args!("{node} loses a write")),
            _ => self.say(format_args!("{node} loses {lost} writes")),
        }
    }

    fn heals(&mut self, history: &History, core: NodeSet) -> Verdict {
        let who = match core.len() == history.nodes.len() {
            true => "all nodes run".into(),
            false => format!("{core} run, the others are lost for good"),
        };
        self.lines.push(format!("at last {who}, all links work, and clocks tick in turn:"));
        self.recovering = true;
        NOTHING
    }

    fn recovered(&mut self, history: &History, healing: &Healing) -> Verdict {
        let Healing { ticks, differing, .. } = healing;
        match (history.has_recovered(healing.fresh), differing) {
            (true, None) => self.add(format_args!("after {ticks} ticks all is well")),
            (true, Some((one, other))) => self.add(format_args!(
                "after {ticks} ticks a fresh command is committed, but {one} and {other} differ"
            )),
            (false, _) => self.add(format_args!("nothing that was asked for comes of it")),
        }
    }

    fn was_calm(&mut self, _: &History, calm: &Calm) -> Verdict {
        match calm.cut_off {
            Some(node) => self.add(format_args!("{node} is cut off for a while, and comes back")),
            None => self.add(format_args!("nothing happens for {} ticks", calm.ticks)),
        }
    }

    fn started(&mut self, history: &History, node: NodeId) -> Verdict {
        let view = history.node(node).view;
        self.say(format_args!("{node} is in {}, with its log up to {}", view.term(), view.last_log))
    }
}
