//! The paper's identifiers: of a node, a term, a place in the log, an entry.
//!
//! Promises: order and equality are Raft's own, so `a >= b` between two [`LogId`]s *is* the
//! up-to-date rule. Knows nothing of entries, nodes, messages or storage.

use std::fmt;

/// The id of one server. There are at most [`NodeId::LIMIT`] of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u8);

impl NodeId {
    /// Ids are below this, so that a set of nodes fits one machine word.
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

    /// The place before this one; 0 for 0.
    pub fn previous(self) -> LogIndex {
        LogIndex(self.0.saturating_sub(1))
    }
}

/// The id of an entry: the term that created it and its place.
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

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "term {}", self.0)
    }
}

impl fmt::Display for LogIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.index, self.term.0)
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
}
