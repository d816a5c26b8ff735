//! A log as an oracle sees it: prefix hashes, and the memberships in its entries.
//!
//! Promises: two logs agree up to an index exactly if their hashes there are equal; the cost of an
//! update is proportional to what it changes. Entries that a snapshot replaces remain in the chain.
//! Knows nothing of nodes.

use raft::{LogId, LogIndex, Membership, Payload, Snapshot, Term};

use crate::base::cloning::clone_by_field;
use crate::base::hash::mix;
use crate::history::state_machine::state_of;
use crate::replica::{Command, Entry, Write};

/// One entry of a log as an oracle needs it.
///
/// The default is the place before the first entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The entry's term.
    pub term: Term,
    /// Hash of the log up to and including the entry.
    pub prefix: u64,
}

impl Link {
    const START: Link = Link { term: Term(0), prefix: 0x5eed };

    /// The entry that follows this one.
    pub fn then(self, entry: &Entry) -> Link {
        let command = command_of(entry);
        let term = entry.id.term;
        Link { term, prefix: mix(mix(self.prefix, term.0), command) }
    }
}

impl Default for Link {
    fn default() -> Link {
        Link::START
    }
}

/// The command of an entry; 0 for a no-op, which no client proposes, and a number above all
/// commands for a membership change.
pub fn command_of(entry: &Entry) -> Command {
    match entry.payload {
        Payload::Noop => 0,
        Payload::Command(command) => command,
        Payload::Change(Membership { voters, outgoing, learners }) => {
            let sets = [voters, outgoing, learners];
            CHANGES | sets.iter().fold(0, |hash, set| mix(hash, set.bits()))
        }
    }
}

/// Results of [`command_of`] from here on denote membership changes.
const CHANGES: Command = 1 << 63;

/// Whether a result of [`command_of`] denotes a client's command.
pub fn is_command(command: Command) -> bool {
    (1..CHANGES).contains(&command)
}

/// A log as a chain of prefix hashes, with the memberships in its entries. It also contains the
/// entries that a snapshot has replaced.
#[derive(Debug, Default)]
pub struct LogChain {
    links: Vec<Link>,
    changes: Vec<(LogIndex, Membership)>,
}

clone_by_field!(LogChain; links, changes);

impl LogChain {
    /// Index of the last entry.
    pub fn last_index(&self) -> LogIndex {
        LogIndex(self.links.len() as u64)
    }

    /// Identity of the last entry.
    pub fn last(&self) -> LogId {
        let term = self.links.last().map_or(Term(0), |link| link.term);
        LogId { term, index: self.last_index() }
    }

    /// The entry at `index`; the place before the first entry counts as one.
    pub fn at(&self, index: LogIndex) -> Option<Link> {
        match index.0.checked_sub(1) {
            None => Some(Link::START),
            Some(position) => self.links.get(position as usize).copied(),
        }
    }

    /// Whether this log and `other` are the same up to `index`, and reach it.
    pub fn agrees(&self, other: &LogChain, index: LogIndex) -> bool {
        self.at(index).is_some() && self.at(index) == other.at(index)
    }

    /// The newest membership at or before `index`.
    pub fn membership_at(&self, index: LogIndex) -> Option<&Membership> {
        let newest = self.changes.iter().rfind(|(from, _)| *from <= index);
        newest.map(|(_, membership)| membership)
    }

    /// The newest membership change, and the one before it.
    pub fn changes(&self) -> [Option<(LogIndex, Membership)>; 2] {
        let mut newest = self.changes.iter().rev().copied();
        [newest.next(), newest.next()]
    }

    /// The index of the newest membership change; 0 if there is none.
    pub fn last_change(&self) -> LogIndex {
        self.changes.last().map_or(LogIndex(0), |(index, _)| *index)
    }

    /// All membership changes, from the newest on.
    pub fn all_changes(&self) -> impl Iterator<Item = (LogIndex, Membership)> + '_ {
        self.changes.iter().rev().copied()
    }

    pub(crate) fn clear(&mut self) {
        self.links.clear();
        self.changes.clear();
    }

    pub(crate) fn truncate(&mut self, length: usize) {
        self.links.truncate(length);
        while self.changes.last().is_some_and(|(index, _)| index.0 > length as u64) {
            self.changes.pop();
        }
    }

    pub(crate) fn write(&mut self, write: &Write, committed: &LogChain) {
        if let Some(index) = write.truncate_from {
            self.truncate(index.previous().0 as usize);
        }
        if let Some(snapshot) = &write.snapshot {
            self.install(snapshot, committed);
        }
        let mut link = self.links.last().copied().unwrap_or(Link::START);
        for entry in &write.entries {
            link = link.then(entry);
            self.links.push(link);
            if let Payload::Change(membership) = entry.payload {
                self.changes.push((entry.id.index, membership));
            }
        }
    }

    /// A snapshot replaces the log up to its last entry by the committed log. Later entries stay.
    fn install(&mut self, snapshot: &Snapshot, committed: &LogChain) {
        let last = snapshot.last.index;
        if self.at(last) == committed.at(last) && self.at(last).is_some() {
            return;
        }
        let kept = self.links.split_off(self.links.len().min(last.0 as usize));
        let later = self.changes.iter().filter(|(index, _)| *index > last).copied();
        let later: Vec<_> = later.collect();
        self.become_equal(committed, last);
        // Placeholders for entries that no node has committed; an oracle judges such a snapshot.
        let unknown = Link { term: snapshot.last.term, prefix: state_of(&snapshot.data) };
        self.links.resize(last.0 as usize, unknown);
        self.links.extend(kept);
        self.changes.extend(later);
    }

    /// Becomes equal to `other` up to `last`; the cost is proportional to the difference.
    pub(crate) fn become_equal(&mut self, other: &LogChain, last: LogIndex) {
        let mut same = self.links.len().min(other.links.len()).min(last.0 as usize);
        while same > 0 && self.links[same - 1] != other.links[same - 1] {
            same -= 1;
        }
        self.truncate(same);
        self.extend(other, last);
    }

    /// Appends the entries of `other` beyond the end of this log, up to `last`.
    pub(crate) fn extend(&mut self, other: &LogChain, last: LogIndex) {
        let (from, to) = (self.links.len(), other.links.len().min(last.0 as usize));
        let Some(new) = other.links.get(from..to) else { return };
        self.links.extend_from_slice(new);
        let within = |index: LogIndex| (from as u64..to as u64).contains(&index.previous().0);
        self.changes.extend(other.changes.iter().filter(|(index, _)| within(*index)));
    }
}
