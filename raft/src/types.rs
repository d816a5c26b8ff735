//! The paper's nouns as types: what identifies a node, a term, a place in the log, an entry.
//!
//! Promises: orders and equality are Raft's own, so `a >= b` between two [`LogId`]s *is* the
//! up-to-date rule. Knows nothing of nodes, messages or storage.

use std::fmt;
use std::sync::Arc;

use crate::membership::Membership;

/// The name of one server. At most [`NodeId::LIMIT`] of them exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u8);

impl NodeId {
    /// Identifiers are below this, so that a set of nodes fits one machine word.
    pub const LIMIT: u8 = 64;
}

/// A term: Raft's logical clock (section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term(pub u64);

impl Term {
    /// The term after this one.
    pub fn next(self) -> Term {
        Term(self.0 + 1)
    }
}

/// A place in the log. The first entry has index 1; 0 is the place before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogIndex(pub u64);

impl LogIndex {
    /// The place after this one.
    pub fn next(self) -> LogIndex {
        LogIndex(self.0 + 1)
    }

    /// The place before this one; before 0 there is only 0.
    pub fn previous(self) -> LogIndex {
        LogIndex(self.0.saturating_sub(1))
    }
}

/// What identifies an entry: the term that created it and its place.
///
/// Ordered by term, then index: this order is the up-to-date rule of section 5.4.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId {
    /// The term of the leader that created the entry.
    pub term: Term,
    /// Its place in the log.
    pub index: LogIndex,
}

impl LogId {
    /// The empty log's last entry.
    pub const ZERO: LogId = LogId::new(0, 0);

    /// The entry of `term` at `index`.
    pub const fn new(term: u64, index: u64) -> LogId {
        LogId { term: Term(term), index: LogIndex(index) }
    }
}

/// What a client asks the state machine to do.
pub trait Command: Clone {
    /// How many bytes it counts for, against the limits of [`Config`](crate::Config).
    fn size(&self) -> usize;
}

impl Command for Vec<u8> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Command for &str {
    fn size(&self) -> usize {
        self.len()
    }
}

impl Command for u64 {
    fn size(&self) -> usize {
        size_of::<u64>()
    }
}

/// What an entry carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Payload<C> {
    /// A leader's first entry, which lets it commit what came before (section 8).
    Noop,
    /// A client's command for the state machine.
    Command(C),
    /// Who belongs to the cluster from here on (section 6).
    Change(Membership),
}

/// One log entry (Figure 2: each entry contains a command and the term when received by leader).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entry<C = Vec<u8>> {
    /// Term and index.
    pub id: LogId,
    /// The command, or nothing.
    pub payload: Payload<C>,
}

impl<C: Command> Entry<C> {
    /// How many bytes it counts for: its command's, and those of its identity.
    pub fn size(&self) -> usize {
        let payload = match &self.payload {
            Payload::Noop => 0,
            Payload::Command(command) => command.size(),
            Payload::Change(_) => size_of::<Membership>(),
        };
        size_of::<LogId>() + payload
    }
}

/// The state machine's state after all entries up to one, which stands for them in the log
/// (section 7).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snapshot {
    /// The last entry that it stands for.
    pub last: LogId,
    /// Who belonged to the cluster then.
    pub membership: Membership,
    /// The state machine's state, which only the state machine reads.
    pub data: Arc<[u8]>,
}

/// Figure 2's persistent state besides the log: latest term seen, and the vote given in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HardState {
    /// Latest term the server has seen.
    pub term: Term,
    /// The candidate that received this server's vote in `term`, or none.
    pub vote: Option<NodeId>,
}

/// Which part a server plays in its term (section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Passive: answers leaders and candidates.
    #[default]
    Follower,
    /// Asking for votes.
    Candidate,
    /// Handles all client requests.
    Leader,
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t{}", self.0)
    }
}

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.index, self.term)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Role::Follower => "follower",
            Role::Candidate => "candidate",
            Role::Leader => "LEADER",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_term_is_more_up_to_date_than_a_longer_log() {
        assert!(LogId::new(3, 1) > LogId::new(2, 9));
    }

    #[test]
    fn within_one_term_the_longer_log_is_more_up_to_date() {
        assert!(LogId::new(2, 9) > LogId::new(2, 8));
    }

    #[test]
    fn an_entry_counts_for_the_bytes_of_its_command_and_its_identity() {
        let size = |payload| Entry { id: LogId::ZERO, payload }.size();
        assert_eq!(size(Payload::Command(vec![0; 5])), 16 + 5);
        assert_eq!(size(Payload::Noop), 16);
        assert_eq!(Entry { id: LogId::ZERO, payload: Payload::Command("five!") }.size(), 16 + 5);
    }
}
