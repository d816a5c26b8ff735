//! The log in memory, and which part of it is not yet part of a write.
//!
//! Promises: indexes are contiguous, from the one after the snapshot's last entry on; every look-up
//! takes logarithmic time at most, sizes included. Knows nothing of terms beyond those in its
//! entries, and nothing of commitment.

use crate::entry::{Command, Entry, Payload};
use crate::ids::{LogId, LogIndex, Term};

/// A server's log. It records the difference from the last write: a truncation and new entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log<C> {
    /// The last entry that a snapshot covers.
    start: LogId,
    entries: Vec<Entry<C>>,
    /// For each entry, the bytes of all entries up to it, starting from `compacted`.
    sizes: Vec<u64>,
    /// Bytes of all entries that were ever compacted, so that differences of `sizes` stay right.
    compacted: u64,
    /// The last entry that is part of a write, or covered by a snapshot.
    written: LogIndex,
    truncated_from: Option<LogIndex>,
}

impl<C: Command> Log<C> {
    /// The durable log, after the snapshot whose last entry is `start`.
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

    /// The last entry that a snapshot covers; [`LogId::ZERO`] if there is no snapshot.
    pub fn start(&self) -> LogId {
        self.start
    }

    /// The last entry's id.
    pub fn last(&self) -> LogId {
        self.entries.last().map_or(self.start, |entry| entry.id)
    }

    fn position(&self, index: LogIndex) -> Option<usize> {
        usize::try_from(index.0.checked_sub(self.start.index.0 + 1)?).ok()
    }

    /// The entry at `index`, unless a snapshot covers it.
    pub fn get(&self, index: LogIndex) -> Option<&Entry<C>> {
        self.entries.get(self.position(index)?)
    }

    /// The term at `index`, if it is known: the place before the first entry has term 0.
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

    /// As many entries from `index` on as fit in both limits, and at least one.
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

    /// The last entry at or before `bound.index` whose term is at most `bound.term`: up to there,
    /// two logs may match. Terms never decrease along a log, so this is a binary search. Terms of
    /// entries that a snapshot covers are unknown: below the snapshot's end the result is `bound`.
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

    /// Removes all entries up to `last`, which a snapshot covers from now on.
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

    /// Returns what changed since the last call: a truncation, and new entries in `buffer`.
    pub(crate) fn take_unwritten(&mut self, buffer: &mut Vec<Entry<C>>) -> Option<LogIndex> {
        buffer.extend_from_slice(self.from(self.written.next(), usize::MAX));
        self.written = self.last().index;
        self.truncated_from.take()
    }

    /// Whether anything changed since the last [`Log::take_unwritten`].
    pub(crate) fn has_unwritten(&self) -> bool {
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
    fn new_entries_are_part_of_one_write_only() {
        let mut log = log(&[1, 1]);
        let mut buffer = Vec::new();
        assert_eq!(log.take_unwritten(&mut buffer), None);
        assert_eq!(buffer.len(), 2);
        assert!(!log.has_unwritten());
    }

    #[test]
    fn only_entries_of_an_earlier_write_need_a_truncation() {
        let mut log = log(&[1, 1]);
        log.truncate_from(LogIndex(2));
        let mut buffer = Vec::new();
        assert_eq!(log.take_unwritten(&mut buffer), None);
        assert_eq!(buffer.len(), 1);
        log.truncate_from(LogIndex(1));
        log.push(Term(2), Payload::Noop);
        buffer.clear();
        assert_eq!(log.take_unwritten(&mut buffer), Some(LogIndex(1)));
        assert_eq!(buffer[0].id, LogId::new(2, 1));
    }

    #[test]
    fn logs_may_match_up_to_the_last_entry_within_index_and_term() {
        let log = log(&[1, 1, 2, 4, 4]);
        assert_eq!(log.last_at_or_before(LogId::new(3, 5)), LogId::new(2, 3));
        assert_eq!(log.last_at_or_before(LogId::new(4, 4)), LogId::new(4, 4));
        assert_eq!(log.last_at_or_before(LogId::new(9, 99)), LogId::new(4, 5));
        assert_eq!(log.last_at_or_before(LogId::new(0, 5)), LogId::ZERO);
    }

    #[test]
    fn look_ups_beyond_either_end_return_nothing() {
        let log = log(&[1]);
        assert!(log.get(LogIndex(0)).is_none());
        assert!(log.from(LogIndex(7), 3).is_empty());
        assert_eq!(log.term_at(LogIndex(2)), None);
    }

    #[test]
    fn compaction_does_not_change_look_ups_of_the_remaining_entries() {
        let whole = log(&[1, 1, 2, 4, 4]);
        for last in 1..=5 {
            let mut compacted = whole.clone();
            compacted.compact(whole.get(LogIndex(last)).expect("the entry exists").id);
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
    fn a_snapshot_beyond_the_end_leaves_an_empty_log_that_continues_after_it() {
        let mut log = log(&[1, 1]);
        log.compact(LogId::new(3, 9));
        assert_eq!((log.last(), log.entries().len()), (LogId::new(3, 9), 0));
        assert_eq!(log.push(Term(4), Payload::Noop), LogId::new(4, 10));
        assert_eq!(log.bytes_between(LogIndex(9), LogIndex(10)), 16);
    }

    #[test]
    fn a_batch_respects_both_limits_and_is_never_empty() {
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
