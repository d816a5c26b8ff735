//! The log in memory, and which part of it has not yet been handed to a write.
//!
//! Promises: indexes are contiguous from 1; every look-up is at most logarithmic. Knows nothing of
//! terms beyond those in its entries, and nothing of commitment.

use crate::types::{Entry, LogId, LogIndex, Payload, Term};

/// A server's log. What no write has been asked for yet is kept as a difference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log<C> {
    entries: Vec<Entry<C>>,
    written: LogIndex,
    truncated_from: Option<LogIndex>,
}

impl<C: Clone> Log<C> {
    /// The log as it was made durable.
    pub(crate) fn restore(entries: Vec<Entry<C>>) -> Log<C> {
        let written = LogIndex(entries.len() as u64);
        Log { entries, written, truncated_from: None }
    }

    /// The last entry's identity; [`LogId::ZERO`] if there is none.
    pub fn last(&self) -> LogId {
        self.entries.last().map_or(LogId::ZERO, |entry| entry.id)
    }

    /// The entry at `index`.
    pub fn get(&self, index: LogIndex) -> Option<&Entry<C>> {
        let position = usize::try_from(index.0.checked_sub(1)?).ok()?;
        self.entries.get(position)
    }

    /// The term at `index`; the place before the first entry has term 0.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == LogIndex(0) {
            return Some(Term(0));
        }
        self.get(index).map(|entry| entry.id.term)
    }

    /// At most `limit` entries from `index` on.
    pub fn from(&self, index: LogIndex, limit: usize) -> &[Entry<C>] {
        let start = (index.0.max(1) - 1).min(self.entries.len() as u64) as usize;
        let end = start.saturating_add(limit).min(self.entries.len());
        &self.entries[start..end]
    }

    /// All entries, from index 1 on.
    pub fn entries(&self) -> &[Entry<C>] {
        &self.entries
    }

    /// The last entry at or before `bound.index` whose term is at most `bound.term`: where two logs
    /// may still agree. Terms never fall along a log, so this is a binary search.
    pub fn last_at_or_before(&self, bound: LogId) -> LogId {
        let within = self.from(LogIndex(1), bound.index.0 as usize);
        let count = within.partition_point(|entry| entry.id.term <= bound.term);
        self.get(LogIndex(count as u64)).map_or(LogId::ZERO, |entry| entry.id)
    }

    /// Appends one entry of `term`.
    pub(crate) fn push(&mut self, term: Term, payload: Payload<C>) -> LogId {
        let id = LogId { term, index: self.last().index.next() };
        self.entries.push(Entry { id, payload });
        id
    }

    /// Removes the entry at `index` and all that follow it.
    pub(crate) fn truncate_from(&mut self, index: LogIndex) {
        self.entries.truncate((index.0.max(1) - 1) as usize);
        if index <= self.written {
            self.truncated_from = Some(self.truncated_from.map_or(index, |other| other.min(index)));
            self.written = index.previous();
        }
    }

    /// Hands out what changed since the last call: a truncation, and new entries into `buffer`.
    pub(crate) fn written(&mut self, buffer: &mut Vec<Entry<C>>) -> Option<LogIndex> {
        buffer.extend_from_slice(self.from(self.written.next(), usize::MAX));
        self.written = self.last().index;
        self.truncated_from.take()
    }

    /// Whether anything changed since the last [`Log::written`].
    pub(crate) fn is_dirty(&self) -> bool {
        self.truncated_from.is_some() || self.written < self.last().index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[u64]) -> Log<u64> {
        let mut log = Log::restore(Vec::new());
        for &term in terms {
            log.push(Term(term), Payload::Noop);
        }
        log
    }

    #[test]
    fn a_change_is_handed_out_once() {
        let mut log = log(&[1, 1]);
        let mut buffer = Vec::new();
        assert_eq!(log.written(&mut buffer), None);
        assert_eq!(buffer.len(), 2);
        assert!(!log.is_dirty());
    }

    #[test]
    fn only_what_was_handed_out_before_needs_a_truncation() {
        let mut log = log(&[1, 1]);
        log.truncate_from(LogIndex(2));
        let mut buffer = Vec::new();
        assert_eq!(log.written(&mut buffer), None);
        assert_eq!(buffer.len(), 1);
        log.truncate_from(LogIndex(1));
        log.push(Term(2), Payload::Noop);
        buffer.clear();
        assert_eq!(log.written(&mut buffer), Some(LogIndex(1)));
        assert_eq!(buffer[0].id, LogId::new(2, 1));
    }

    #[test]
    fn the_place_to_go_on_from_is_the_last_entry_not_beyond_index_and_term() {
        let log = log(&[1, 1, 2, 4, 4]);
        assert_eq!(log.last_at_or_before(LogId::new(3, 5)), LogId::new(2, 3));
        assert_eq!(log.last_at_or_before(LogId::new(4, 4)), LogId::new(4, 4));
        assert_eq!(log.last_at_or_before(LogId::new(9, 99)), LogId::new(4, 5));
        assert_eq!(log.last_at_or_before(LogId::new(0, 5)), LogId::ZERO);
    }

    #[test]
    fn reading_past_either_end_gives_nothing() {
        let log = log(&[1]);
        assert!(log.get(LogIndex(0)).is_none());
        assert!(log.from(LogIndex(7), 3).is_empty());
        assert_eq!(log.term_at(LogIndex(2)), None);
    }
}
