//! The log: which entries there are, the newest of them in memory, and which part of it is not yet
//! part of a write.
//!
//! Promises: indexes are contiguous, from the one after the snapshot's last entry on, or from an
//! earlier one: the last entries that the snapshot covers may be kept, as a tail. Terms and sizes
//! of all entries are known; the entries themselves may be on disk only, from the first one on.
//! Every look-up takes logarithmic time at most. Knows nothing of commitment.

use crate::entry::{Command, Entry, Payload};
use crate::ids::{LogId, LogIndex, Term};

/// A server's log. It records the difference from the last write: a truncation and new entries.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Log<C> {
    /// The last entry that a snapshot covers.
    snapshot: LogId,
    /// The index of the first entry, which is at most one above the snapshot's last.
    first: LogIndex,
    /// The terms of the first entries, which are on disk only.
    evicted: Vec<Term>,
    /// The entries after those.
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
    /// The durable log, from the index `first` on, after a snapshot up to the entry `snapshot`.
    pub(crate) fn restore(snapshot: LogId, first: LogIndex, entries: Vec<Entry<C>>) -> Log<C> {
        let mut log = Log {
            snapshot,
            first,
            evicted: Vec::new(),
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
    pub fn snapshot(&self) -> LogId {
        self.snapshot
    }

    /// The index of the first entry. With a tail, the snapshot covers it.
    pub fn first(&self) -> LogIndex {
        self.first
    }

    /// The index of the first entry that is in memory. Those before it must be fetched.
    pub fn cached(&self) -> LogIndex {
        LogIndex(self.first.0 + self.evicted.len() as u64)
    }

    /// The last entry's id.
    pub fn last(&self) -> LogId {
        match (self.entries.last(), self.evicted.last()) {
            (Some(entry), _) => entry.id,
            (None, Some(&term)) => LogId { term, index: self.cached().previous() },
            (None, None) => self.snapshot,
        }
    }

    fn position(&self, index: LogIndex) -> Option<usize> {
        usize::try_from(index.0.checked_sub(self.first.0)?).ok()
    }

    /// The place of `index` among the entries in memory.
    fn place(&self, index: LogIndex) -> Option<usize> {
        self.position(index)?.checked_sub(self.evicted.len())
    }

    /// The entry at `index`, if it is in memory.
    pub fn get(&self, index: LogIndex) -> Option<&Entry<C>> {
        self.entries.get(self.place(index)?)
    }

    /// The term at `index`, if it is known: the place before the first entry of all has term 0. In
    /// front of a tail it is not known.
    pub fn term_at(&self, index: LogIndex) -> Option<Term> {
        if let Some(entry) = self.get(index) {
            return Some(entry.id.term);
        }
        match self.position(index).and_then(|position| self.evicted.get(position)) {
            Some(&term) => Some(term),
            None if index == self.snapshot.index => Some(self.snapshot.term),
            None => (index == LogIndex(0) && self.first == LogIndex(1)).then_some(Term(0)),
        }
    }

    /// At most `limit` entries from `index` on, of those in memory.
    pub fn from(&self, index: LogIndex, limit: usize) -> &[Entry<C>] {
        let start = self.place(index).unwrap_or(0).min(self.entries.len());
        let end = start.saturating_add(limit).min(self.entries.len());
        &self.entries[start..end]
    }

    /// All entries in memory, from [`Log::cached`] on.
    pub fn entries(&self) -> &[Entry<C>] {
        &self.entries
    }

    /// Bytes of the entries after `from`, up to `to`.
    pub fn bytes_between(&self, from: LogIndex, to: LogIndex) -> u64 {
        self.bytes_up_to(to).saturating_sub(self.bytes_up_to(from))
    }

    fn bytes_up_to(&self, index: LogIndex) -> u64 {
        let count = ((index.0 + 1).saturating_sub(self.first.0) as usize).min(self.sizes.len());
        count.checked_sub(1).map_or(self.compacted, |last| self.sizes[last])
    }

    /// As many entries from `index` on as fit in both limits, and at least one, of those in memory.
    pub fn batch(&self, index: LogIndex, max_entries: usize, max_bytes: u64) -> &[Entry<C>] {
        let all = self.from(index, max_entries.max(1));
        &all[..self.fitting(index.max(self.cached()), all.len(), max_bytes)]
    }

    /// How many of the first `count` entries from `index` on have at most this many bytes together:
    /// at least one.
    fn fitting(&self, index: LogIndex, count: usize, max_bytes: u64) -> usize {
        let first = self.position(index).unwrap_or(0);
        let before = first.checked_sub(1).map_or(self.compacted, |last| self.sizes[last]);
        let sizes = &self.sizes[first..first + count];
        if sizes.last().is_none_or(|size| size - before <= max_bytes) {
            return count;
        }
        sizes.partition_point(|size| size - before <= max_bytes).max(1)
    }

    /// How many entries from `index` on must be fetched and fit in both limits: at least one, if
    /// `index` is not in memory.
    pub(crate) fn evicted_batch(
        &self,
        index: LogIndex,
        max_entries: usize,
        max_bytes: u64,
    ) -> usize {
        let count = self.position(index).map_or(0, |first| self.evicted.len() - first);
        self.fitting(index, count.min(max_entries.max(1)), max_bytes)
    }

    /// The last entry at or before `bound.index` whose term is at most `bound.term`: up to there,
    /// two logs may match. Terms never decrease along a log, so this is a binary search. Terms of
    /// compacted entries are unknown: below the first entry, `bound` may match.
    pub fn last_at_or_before(&self, bound: LogId) -> LogId {
        let before = self.first.previous();
        if bound.index < before {
            return bound;
        }
        let within = (bound.index.0 - before.0) as usize;
        let cached = within.saturating_sub(self.evicted.len()).min(self.entries.len());
        let count = self.entries[..cached].partition_point(|entry| entry.id.term <= bound.term);
        if let Some(last) = count.checked_sub(1) {
            return self.entries[last].id;
        }
        let within = &self.evicted[..within.min(self.evicted.len())];
        let index = LogIndex(before.0 + within.partition_point(|term| *term <= bound.term) as u64);
        LogId { term: self.term_at(index).unwrap_or(bound.term), index }
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
        self.entries.truncate(kept.saturating_sub(self.evicted.len()));
        self.evicted.truncate(kept);
        self.sizes.truncate(kept);
        if index <= self.written {
            self.truncated_from = Some(self.truncated_from.map_or(index, |other| other.min(index)));
            self.written = index.previous();
        }
    }

    /// A snapshot covers all entries up to `last` from now on: removes them, but for the last
    /// `tail` of them.
    pub(crate) fn compact(&mut self, last: LogId, tail: u64) {
        let kept = LogIndex(last.index.0.saturating_sub(tail) + 1);
        let removed = kept.0.saturating_sub(self.first.0) as usize;
        if let Some(position) = removed.checked_sub(1) {
            let removed = self.sizes.get(position).or(self.sizes.last()).copied();
            self.compacted = removed.unwrap_or(self.compacted);
        }
        let evicted = removed.min(self.evicted.len());
        self.evicted.drain(..evicted);
        self.entries.drain(..(removed - evicted).min(self.entries.len()));
        self.first = match removed < self.sizes.len() {
            true => LogIndex(self.first.0 + removed as u64),
            false => last.index.next(),
        };
        self.sizes.drain(..removed.min(self.sizes.len()));
        self.snapshot = last;
        self.written = self.written.max(last.index);
    }

    /// Of the entries up to `last`, which are on disk, the oldest leave the memory, as soon as
    /// there are more than twice as many as `limit` in it: so each of them costs constant time.
    pub(crate) fn evict(&mut self, last: LogIndex, limit: usize) {
        let excess = self.entries.len().saturating_sub(limit);
        let count = self.place(last.next()).unwrap_or(0).min(excess);
        if count > limit {
            self.evicted.extend(self.entries.drain(..count).map(|entry| entry.id.term));
        }
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
        let mut log = Log::restore(LogId::ZERO, LogIndex(1), Vec::new());
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
            compacted.compact(whole.get(LogIndex(last)).expect("the entry exists").id, 0);
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
    fn a_tail_keeps_the_last_entries_that_a_snapshot_covers_and_their_look_ups() {
        let whole = log(&[1, 1, 2, 4, 4]);
        let mut tailed = whole.clone();
        tailed.compact(LogId::new(4, 4), 2);
        assert_eq!((tailed.first(), tailed.snapshot()), (LogIndex(3), LogId::new(4, 4)));
        assert!((0..3).all(|index| tailed.term_at(LogIndex(index)).is_none()));
        for index in (3..=6).map(LogIndex) {
            assert_eq!(tailed.get(index), whole.get(index));
            assert_eq!(tailed.from(index, 9), whole.from(index, 9));
            let bytes = |log: &Log<u64>| log.bytes_between(LogIndex(2), index);
            assert_eq!(bytes(&tailed), bytes(&whole), "{index}");
        }
        assert_eq!(tailed.last_at_or_before(LogId::new(3, 5)), LogId::new(2, 3));
        assert_eq!(tailed.last_at_or_before(LogId::new(1, 4)), LogId::new(1, 2));
        tailed.compact(LogId::new(4, 5), 9);
        assert_eq!((tailed.first(), tailed.snapshot()), (LogIndex(3), LogId::new(4, 5)));
        assert_eq!(tailed.push(Term(5), Payload::Noop), LogId::new(5, 6));
    }

    #[test]
    fn a_tail_that_reaches_the_first_entry_of_all_knows_the_term_before_it() {
        let mut log = log(&[1, 1]);
        log.compact(LogId::new(1, 2), 9);
        assert_eq!((log.first(), log.term_at(LogIndex(0))), (LogIndex(1), Some(Term(0))));
        assert_eq!(log.last_at_or_before(LogId::new(0, 2)), LogId::ZERO);
    }

    #[test]
    fn eviction_changes_no_look_up_of_terms_and_sizes() {
        let whole = log(&[1, 1, 2, 4, 4, 4]);
        for (limit, cached, tail) in [(0, 6, 9), (1, 6, 2), (2, 5, 1), (3, 1, 0), (9, 1, 0)] {
            let mut evicting = whole.clone();
            evicting.evict(LogIndex(5), limit);
            assert_eq!(evicting.cached(), LogIndex(cached), "{limit}");
            for (index, term) in (0..=7).flat_map(|index| (0..6).map(move |term| (index, term))) {
                let (index, bound) = (LogIndex(index), LogId::new(term, index));
                assert_eq!(evicting.term_at(index), whole.term_at(index));
                assert_eq!(evicting.last_at_or_before(bound), whole.last_at_or_before(bound));
                let bytes = |log: &Log<u64>| log.bytes_between(LogIndex(1), index);
                assert_eq!(bytes(&evicting), bytes(&whole));
                let in_memory = index >= evicting.cached();
                assert_eq!(evicting.get(index), whole.get(index).filter(|_| in_memory));
            }
            let mut compacted = whole.clone();
            for log in [&mut evicting, &mut compacted] {
                log.compact(LogId::new(4, 4), tail);
            }
            let ends = |log: &Log<u64>| (log.first(), log.last(), log.term_at(LogIndex(3)));
            assert_eq!(ends(&evicting), ends(&compacted));
            for log in [&mut evicting, &mut compacted] {
                log.truncate_from(LogIndex(5));
            }
            assert_eq!(ends(&evicting), ends(&compacted));
            assert_eq!(evicting.push(Term(5), Payload::Noop), LogId::new(5, 5));
        }
    }

    #[test]
    fn what_is_fetched_ends_where_the_entries_in_memory_begin_and_respects_both_limits() {
        let mut log = log(&[1, 1, 1, 1, 1, 1]);
        log.evict(LogIndex(4), 1);
        assert_eq!(log.cached(), LogIndex(5));
        let batch = |index, entries, bytes| log.evicted_batch(LogIndex(index), entries, bytes);
        assert_eq!([batch(1, 9, 999), batch(3, 9, 999), batch(4, 9, 999)], [4, 2, 1]);
        assert_eq!([batch(1, 2, 999), batch(1, 9, 40), batch(1, 9, 0)], [2, 2, 1]);
        assert_eq!(log.batch(LogIndex(5), 9, 16).len(), 1);
    }

    #[test]
    fn a_snapshot_beyond_the_end_leaves_an_empty_log_that_continues_after_it() {
        let mut log = log(&[1, 1]);
        log.compact(LogId::new(3, 9), 0);
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
