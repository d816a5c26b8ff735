//! The log in memory, and which part of it has not yet been handed to a write.
//!
//! Promises: indexes are contiguous from the one after the snapshot's last; every look-up is at
//! most logarithmic, and so is every question about sizes. Knows nothing of terms beyond those in
//! its entries, and nothing of commitment.

use crate::entry::{Command, Entry, Payload};
use crate::ids::{LogId, LogIndex, Term};

/// A server's log. What no write has been asked for yet is kept as a difference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log<C> {
    /// The last entry that a snapshot stands for.
    start: LogId,
    entries: Vec<Entry<C>>,
    /// Bytes of all entries up to each, counted from `start`.
    sizes: Vec<u64>,
    /// Bytes of what was ever compacted away, so that differences of `sizes` stay right.
    compacted: u64,
    written: LogIndex,
    truncated_from: Option<LogIndex>,
}

impl<C: Command> Log<C> {
    /// The log as it was made durable, after the snapshot that ends at `start`.
    pub(crate) fn restore(start: LogId, entries: Vec<Entry<C>>) -> Log<C> {
        let mut log = Log {
            start,
            sizes: Vec::with_capacity(entries.len()),
            entries,
            compacted: 0,
            written: LogIndex(0),
            truncated_from: None,
        };
        let mut total = 0;
        log.sizes.extend(log.entries.iter().map(|entry| {
            total += entry.size() as u64;
            total
        }));
        log.written = log.last().index;
        log
    }

    /// The last entry that a snapshot stands for; [`LogId::ZERO`] if there is no snapshot.
    pub fn start(&self) -> LogId {
        self.start
    }

    /// The last entry's identity.
    pub fn last(&self) -> LogId {
        self.entries.last().map_or(self.start, |entry| entry.id)
    }

    fn position(&self, index: LogIndex) -> Option<usize> {
        usize::try_from(index.0.checked_sub(self.start.index.0 + 1)?).ok()
    }

    /// The entry at `index`, unless a snapshot stands for it.
    pub fn get(&self, index: LogIndex) -> Option<&Entry<C>> {
        self.entries.get(self.position(index)?)
    }

    /// The term at `index`, as long as it is known: the place before the first entry has term 0.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if index == self.start.index {
            return Some(self.start.term);
        }
        self.get(index).map(|entry| entry.id.term)
    }

    /// At most `limit` entries from `index` on.
    pub fn from(&self, index: LogIndex, limit: usize) -> &[Entry<C>] {
        let start = self.position(index).unwrap_or(0).min(self.entries.len());
        let end = start.saturating_add(limit).min(self.entries.len());
        &self.entries[start..end]
    }

    /// All entries, from the one after [`Log::start`] on.
    pub fn entries(&self) -> &[Entry<C>] {
        &self.entries
    }

    /// Bytes of the entries after `from`, up to `to`.
    pub fn bytes_between(&self, from: LogIndex, to: LogIndex) -> u64 {
        self.bytes_up_to(to).saturating_sub(self.bytes_up_to(from))
    }

    fn bytes_up_to(&self, index: LogIndex) -> u64 {
        let count = (index.0.saturating_sub(self.start.index.0) as usize).min(self.sizes.len());
        count.checked_sub(1).map_or(self.compacted, |last| self.sizes[last])
    }

    /// As many entries from `index` on as fit in both limits, and one at least.
    pub fn batch(&self, index: LogIndex, max_entries: usize, max_bytes: u64) -> &[Entry<C>] {
        let all = self.from(index, max_entries.max(1));
        let first = self.position(index).unwrap_or(0);
        let before = first.checked_sub(1).map_or(self.compacted, |last| self.sizes[last]);
        let sizes = &self.sizes[first..first + all.len()];
        if sizes.last().is_none_or(|size| size - before <= max_bytes) {
            return all;
        }
        &all[..sizes.partition_point(|size| size - before <= max_bytes).max(1)]
    }

    /// The last entry at or before `bound.index` whose term is at most `bound.term`: where two logs
    /// may still agree. Terms never fall along a log, so this is a binary search. Of what a
    /// snapshot stands for nothing is known: there, it is `bound`.
    pub fn last_at_or_before(&self, bound: LogId) -> LogId {
        if bound.index < self.start.index {
            return bound;
        }
        let within = (bound.index.0 - self.start.index.0) as usize;
        let within = &self.entries[..within.min(self.entries.len())];
        let count = within.partition_point(|entry| entry.id.term <= bound.term);
        count.checked_sub(1).map_or(self.start, |last| within[last].id)
    }

    /// Appends one entry of `term`.
    pub(crate) fn push(&mut self, term: Term, payload: Payload<C>) -> LogId {
        let id = LogId { term, index: self.last().index.next() };
        let entry = Entry { id, payload };
        let before = self.sizes.last().copied().unwrap_or(self.compacted);
        self.sizes.push(before + entry.size() as u64);
        self.entries.push(entry);
        id
    }

    /// Removes the entry at `index` and all that follow it.
    pub(crate) fn truncate_from(&mut self, index: LogIndex) {
        let kept = self.position(index).unwrap_or(0);
        self.entries.truncate(kept);
        self.sizes.truncate(kept);
        if index <= self.written {
            self.truncated_from = Some(self.truncated_from.map_or(index, |other| other.min(index)));
            self.written = index.previous();
        }
    }

    /// A snapshot stands for all entries up to `last` from now on; those behind it stay.
    pub(crate) fn compact(&mut self, last: LogId) {
        let covered = last.index.0.saturating_sub(self.start.index.0) as usize;
        if let Some(position) = covered.checked_sub(1) {
            let covered = self.sizes.get(position).or(self.sizes.last()).copied();
            self.compacted = covered.unwrap_or(self.compacted);
        }
        self.entries.drain(..covered.min(self.entries.len()));
        self.sizes.drain(..covered.min(self.sizes.len()));
        self.start = last;
        self.written = self.written.max(last.index);
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
        let mut log = Log::restore(LogId::ZERO, Vec::new());
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

    #[test]
    fn a_compacted_log_answers_as_before_for_all_that_it_still_has() {
        let whole = log(&[1, 1, 2, 4, 4]);
        for last in 1..=5 {
            let mut compacted = whole.clone();
            compacted.compact(whole.get(LogIndex(last)).expect("it is there").id);
            assert_eq!(compacted.last(), whole.last());
            assert_eq!(compacted.get(LogIndex(last)), None);
            for index in (last..=6).map(LogIndex) {
                assert_eq!(compacted.term_at(index), whole.term_at(index));
                assert_eq!(compacted.from(index.next(), 2), whole.from(index.next(), 2));
                let bytes = |log: &Log<u64>| log.bytes_between(LogIndex(last), index);
                assert_eq!(bytes(&compacted), bytes(&whole), "{last} {index}");
            }
            let bound = LogId::new(4, 5);
            assert_eq!(compacted.last_at_or_before(bound), whole.last_at_or_before(bound));
        }
    }

    #[test]
    fn a_snapshot_beyond_the_end_leaves_an_empty_log_that_goes_on_from_there() {
        let mut log = log(&[1, 1]);
        log.compact(LogId::new(3, 9));
        assert_eq!((log.last(), log.entries().len()), (LogId::new(3, 9), 0));
        assert_eq!(log.push(Term(4), Payload::Noop), LogId::new(4, 10));
        assert_eq!(log.bytes_between(LogIndex(9), LogIndex(10)), 16);
    }

    #[test]
    fn a_batch_keeps_both_limits_and_is_never_empty() {
        let mut log = log(&[1]);
        (0..4u64).for_each(|command| {
            log.push(Term(1), Payload::Command(command));
        });
        let batch = |from, entries, bytes| log.batch(LogIndex(from), entries, bytes).len();
        assert_eq!(batch(1, 9, 1000), 5);
        assert_eq!(batch(1, 2, 1000), 2);
        assert_eq!(batch(1, 9, 16 + 24), 2);
        assert_eq!(batch(2, 9, 16 + 24), 1);
        assert_eq!(batch(2, 9, 0), 1);
    }
}
