//! The disk of one node: a durable image, and a queue of writes that are not durable yet.
//!
//! Promises: writes reach the image in the order of their requests; a crash keeps a prefix of the
//! queue; a failing write leaves a prefix of its parts, in the order that [`Write`] documents. A
//! write that need not be synced is reported as durable to its replica as soon as all before it
//! are, and stays in the queue. Damage is detected when the replica starts again: damaged entries
//! that were never reported as durable are truncated; a tail behind the snapshot is dropped up to
//! its last damaged entry; with any other damage the replica does not start. Knows nothing of
//! nodes.

use std::collections::VecDeque;

use raft::{Fetch, HardState, LogIndex, Unread, WriteId};

use crate::base::canary;
use crate::base::cloning::clone_by_field;
use crate::replica::driver::Driver;
use crate::replica::{Durable, Entry, Write};
use crate::schedule::operand::{ALL, SNAPSHOT, TRUNCATION};

/// The disk of one node.
#[derive(Debug, Default)]
pub struct Disk {
    /// What is durable.
    pub image: Durable,
    /// The requested writes that are not durable, oldest first.
    pub pending: VecDeque<Write>,
    /// How many of these were reported as durable to the replica already.
    reported: usize,
    /// It has no space.
    pub full: bool,
    /// It is lost with all its content.
    pub lost: bool,
    /// Its damaged records.
    damage: Damage,
    /// The log was reported as durable to the replica up to here.
    confirmed: LogIndex,
    /// An older copy of it, for an operator who goes back to it.
    copy: Option<Box<Durable>>,
    /// It is lost since an operator has put the copy in its place.
    is_copy: bool,
}

clone_by_field!(Disk; image, pending, reported, full, lost, damage, confirmed, copy, is_copy);

/// Records whose checksums are wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Damage {
    hard_state: bool,
    snapshot: bool,
    entries: Vec<LogIndex>,
}

impl Damage {
    /// The first damaged entry after `covered`, the last one that the snapshot covers.
    fn first_after(&self, covered: LogIndex) -> Option<LogIndex> {
        self.entries.iter().filter(|&&index| index > covered).min().copied()
    }
}

/// The result of reading a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// No record is damaged.
    Yes,
    /// The entries from here on were never reported as durable, and one of them is damaged: they
    /// are truncated.
    Before(LogIndex),
    /// A record that was reported as durable is lost.
    No,
}

impl Disk {
    /// Empties it.
    pub fn clear(&mut self) {
        self.image.hard_state = HardState::default();
        (self.image.commit, self.image.applied) = (LogIndex(0), LogIndex(0));
        self.image.incarnation = 0;
        self.image.joining = false;
        self.image.snapshot = None;
        self.image.entries.clear();
        (self.full, self.lost) = (false, false);
        self.damage = Damage::default();
        self.confirmed = LogIndex(0);
        (self.copy, self.is_copy) = (None, false);
        self.lose();
    }

    /// Loses all pending writes.
    pub fn lose(&mut self) {
        self.pending.clear();
        self.reported = 0;
    }

    /// Removes the oldest pending write; whether it was reported as durable to its replica already.
    pub fn pop(&mut self) -> Option<(Write, bool)> {
        let write = self.pending.pop_front()?;
        let reported = self.reported > 0;
        self.reported -= usize::from(reported);
        Some((write, reported))
    }

    /// The next write to report as durable to the replica although it is not.
    pub fn report_next(&mut self) -> Option<WriteId> {
        let write = self.pending.get(self.reported).filter(|write| !write.sync)?;
        self.reported += 1;
        Some(write.id)
    }

    /// Whether the replica waits for a write.
    pub fn is_awaited(&self) -> bool {
        self.reported < self.pending.len()
    }

    /// The oldest pending write, if the replica waits for it.
    pub fn awaited(&self) -> Option<&Write> {
        self.pending.front().filter(|_| self.reported == 0)
    }

    /// The index before that of the first entry, which may be one that the snapshot covers.
    fn start(&self) -> u64 {
        match self.image.entries.first() {
            Some(first) => first.id.index.previous().0,
            None => self.covered().0,
        }
    }

    /// The last entry that the snapshot covers.
    fn covered(&self) -> LogIndex {
        self.image.snapshot.as_ref().map_or(LogIndex(0), |snapshot| snapshot.last.index)
    }

    /// The last entry.
    fn last(&self) -> LogIndex {
        LogIndex(self.start() + self.image.entries.len() as u64)
    }

    /// The entries that a read finds, at most `limit` of them.
    pub fn read(&self, fetch: &Fetch, limit: usize) -> Result<Vec<Entry>, Unread> {
        let first = fetch.first.previous().0.checked_sub(self.start()).ok_or(Unread::Compacted)?;
        let rest = self.image.entries.get(first as usize..).unwrap_or_default();
        Ok(rest[..rest.len().min(fetch.count).min(limit)].to_vec())
    }

    /// Everything on the disk has been reported as durable to the replica.
    pub fn confirm_all(&mut self) {
        self.confirmed = self.last();
    }

    /// Whether the log was reported as durable to the replica up to `index`.
    pub fn has_confirmed(&self, index: LogIndex) -> bool {
        self.confirmed >= index
    }

    /// Copies it.
    pub fn copy(&mut self) {
        self.copy = Some(Box::new(self.image.clone()));
    }

    /// Whether it has other content than the copy of it.
    pub fn differs_from_copy(&self) -> bool {
        let copy = self.copy.as_deref().filter(|_| !self.lost);
        copy.is_some_and(|copy| !copy.has_content_of(&self.image))
    }

    /// When it is lost, an operator puts the copy in its place. Its host knows that from the number
    /// of starts, which is kept elsewhere as well.
    pub fn replace_by_copy(&mut self) {
        self.is_copy = true;
    }

    fn use_copy(&mut self) {
        let (Some(copy), incarnation) = (self.copy.take(), self.image.incarnation) else { return };
        self.image = Durable { incarnation, ..*copy };
        (self.lost, self.is_copy) = (false, false);
        self.damage = Damage::default();
        self.confirm_all();
    }

    fn truncate(&mut self, from: LogIndex) {
        let kept = from.previous().0.saturating_sub(self.start());
        self.image.entries.truncate(kept as usize);
        self.confirmed = self.confirmed.min(from.previous());
        self.damage.entries.retain(|&index| index < from);
    }

    /// Makes `write` durable.
    pub fn store(&mut self, write: &Write) {
        if let Some(hard_state) = write.hard_state {
            self.image.hard_state = hard_state;
            self.damage.hard_state = false;
        }
        if let Some(index) = write.truncate_from {
            self.truncate(index);
        }
        if let Some(snapshot) = &write.snapshot {
            self.damage.snapshot = false;
            let removed = LogIndex(snapshot.last.index.0.saturating_sub(write.tail));
            self.damage.entries.retain(|&index| index > removed);
            let covered = removed.0.saturating_sub(self.start());
            let covered = self.image.entries.len().min(covered as usize);
            self.image.entries.drain(..covered);
            self.image.snapshot = Some(snapshot.clone());
        }
        self.image.entries.extend_from_slice(&write.entries);
        if let Some(commit) = write.commit {
            self.image.commit = commit;
        }
    }

    /// The record that an operand selects, if there is one: [`ALL`] is the hard state,
    /// [`SNAPSHOT`] the snapshot, and the others count entries from the last, wrapping around.
    pub fn record(&self, selector: u8) -> Option<u8> {
        let entries = self.image.entries.len().min(SNAPSHOT.into());
        match selector {
            _ if self.lost => None,
            ALL => (self.image.hard_state != HardState::default()).then_some(ALL),
            SNAPSHOT => self.image.snapshot.as_ref().map(|_| SNAPSHOT),
            _ if entries == 0 => None,
            _ => Some((usize::from(selector) % entries) as u8),
        }
    }

    /// Whether the node can start again if this record is damaged as well.
    pub fn is_repairable_without(&self, record: u8) -> bool {
        let is_confirmed = match record {
            ALL | SNAPSHOT => true,
            _ => self.entry(record) > self.covered() && self.entry(record) <= self.confirmed,
        };
        self.readable() != Readable::No && !is_confirmed
    }

    /// The entry this many before the last.
    fn entry(&self, before_last: u8) -> LogIndex {
        LogIndex(self.last().0 - u64::from(before_last))
    }

    /// Damages an existing record.
    pub fn damage_record(&mut self, record: u8) {
        match record {
            ALL => self.damage.hard_state = true,
            SNAPSHOT => self.damage.snapshot = true,
            _ => self.damage.entries.push(self.entry(record)),
        }
    }

    /// Whether it can be read.
    pub fn readable(&self) -> Readable {
        match self.damage.first_after(self.covered()) {
            _ if self.lost || self.damage.hard_state || self.damage.snapshot => Readable::No,
            Some(index) if index <= self.confirmed => Readable::No,
            Some(index) => Readable::Before(index),
            None => Readable::Yes,
        }
    }

    /// Reads it, and repairs what can be repaired, under the rules of `driver`.
    pub fn recover(&mut self, driver: Driver) -> Readable {
        self.drop_damaged_tail();
        let readable = self.readable();
        match (readable, self.damage.first_after(self.covered())) {
            (Readable::Before(from), _) => self.repair(from, driver),
            (Readable::No, Some(from))
                if driver.truncates_damaged_entries && canary::note(true) =>
            {
                self.repair(from, driver);
            }
            (Readable::No, _) if driver.starts_from_old_copy && canary::note(self.is_copy) => {
                self.use_copy();
            }
            (Readable::No, _) if driver.restarts_after_disk_loss && canary::note(self.lost) => {
                self.clear();
            }
            _ => {}
        }
        readable
    }

    /// Of the entries that the snapshot covers, drops those up to the last damaged one.
    fn drop_damaged_tail(&mut self) {
        let covered = self.covered();
        let damaged = self.damage.entries.iter().filter(|&&index| index <= covered).max().copied();
        if let Some(last) = damaged {
            let dropped = last.0.saturating_sub(self.start()) as usize;
            self.image.entries.drain(..dropped.min(self.image.entries.len()));
            self.damage.entries.retain(|&index| index > last);
        }
    }

    fn repair(&mut self, from: LogIndex, driver: Driver) {
        let cut = self.last().0.saturating_sub(from.previous().0);
        self.truncate(from);
        self.image.commit = self.image.commit.min(self.last());
        let more = cut > 0 && self.image.entries.len() as u64 >= cut;
        if driver.repeats_repair_truncation && canary::note(more) {
            self.truncate(LogIndex(self.last().next().0 - cut));
        }
    }
}

/// The part of `write` that reaches the disk when it is torn at `torn`, an operand of
/// [`Operand::Torn`](crate::schedule::event::Operand::Torn).
pub fn torn_part(write: Write, torn: u8, driver: Driver) -> Write {
    if driver.entries_before_hard_state || driver.snapshot_before_truncation {
        let reference = tear(write.clone(), torn, Driver::CORRECT);
        return canary::held(tear(write, torn, driver), reference);
    }
    tear(write, torn, Driver::CORRECT)
}

fn tear(mut write: Write, torn: u8, driver: Driver) -> Write {
    let entries_first = driver.entries_before_hard_state;
    if torn == ALL {
        return write;
    }
    write.commit = None;
    if torn == 0 || entries_first {
        write.hard_state = None;
    }
    if torn == 0 || (torn == 1 && !entries_first) {
        write.truncate_from = None;
        write.snapshot = None;
        write.entries.clear();
    }
    if torn == TRUNCATION {
        match driver.snapshot_before_truncation {
            true => write.truncate_from = None,
            false => write.snapshot = None,
        }
        write.entries.clear();
    } else if torn > 1 {
        write.entries.truncate(usize::from(torn - 2));
    }
    write
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{LogId, Membership, NodeId, Payload, Snapshot, Term};
    use std::sync::Arc;

    fn write() -> Write {
        let entry = |index| Entry { id: LogId::new(2, index), payload: Payload::Command(index) };
        Write {
            id: WriteId(1),
            hard_state: Some(HardState { term: Term(2), vote: None }),
            truncate_from: Some(LogIndex(2)),
            snapshot: None,
            tail: 0,
            entries: vec![entry(2), entry(3)],
            commit: Some(LogIndex(1)),
            sync: true,
        }
    }

    #[test]
    fn a_torn_write_leaves_a_prefix_of_its_parts() {
        let parts = |torn| {
            let part = torn_part(write(), torn, Driver::CORRECT);
            (part.hard_state.is_some(), part.truncate_from.is_some(), part.entries.len())
        };
        assert_eq!(parts(0), (false, false, 0));
        assert_eq!(parts(1), (true, false, 0));
        assert_eq!(parts(2), (true, true, 0));
        assert_eq!(parts(3), (true, true, 1));
        assert_eq!(parts(9), (true, true, 2));
        assert_eq!(parts(ALL), (true, true, 2));
    }

    #[test]
    fn storing_a_write_truncates_before_it_appends() {
        let mut disk = Disk::default();
        disk.image.entries =
            (1..=4).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        disk.store(&write());
        let ids: Vec<LogId> = disk.image.entries.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [LogId::new(1, 1), LogId::new(2, 2), LogId::new(2, 3)]);
    }

    #[test]
    fn a_tail_stays_behind_a_snapshot_and_indexes_are_counted_from_it() {
        let mut disk = Disk::default();
        disk.image.entries =
            (1..=4).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        let (last, data) = (LogId::new(1, 3), [].into());
        let snapshot = Snapshot { last, membership: Membership::default(), data };
        disk.store(&Write { snapshot: Some(Arc::new(snapshot)), tail: 2, ..Write::default() });
        let ids: Vec<LogId> = disk.image.entries.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [2, 3, 4].map(|index| LogId::new(1, index)));
        assert_eq!((disk.start(), disk.last()), (1, LogIndex(4)));
        disk.store(&Write { truncate_from: Some(LogIndex(4)), ..Write::default() });
        assert_eq!(disk.last(), LogIndex(3));
    }

    #[test]
    fn damage_behind_the_snapshot_costs_only_the_tail_up_to_there() {
        let mut disk = Disk::default();
        disk.image.entries =
            (1..=4).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        let (last, data) = (LogId::new(1, 3), [].into());
        let snapshot = Snapshot { last, membership: Membership::default(), data };
        disk.store(&Write { snapshot: Some(Arc::new(snapshot)), tail: 3, ..Write::default() });
        disk.confirm_all();
        assert!(disk.is_repairable_without(2) && !disk.is_repairable_without(0));
        disk.damage_record(2);
        assert_eq!(disk.recover(Driver::CORRECT), Readable::Yes);
        let ids: Vec<LogId> = disk.image.entries.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [LogId::new(1, 3), LogId::new(1, 4)]);
        disk.damage_record(1);
        disk.damage_record(0);
        assert_eq!(disk.recover(Driver::CORRECT), Readable::No);
    }

    #[test]
    fn a_read_finds_what_is_there_and_says_if_it_was_compacted() {
        let mut disk = Disk::default();
        disk.image.entries =
            (3..=5).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        let read = |first, count, limit| {
            let fetch = Fetch { to: NodeId(1), term: Term(1), first: LogIndex(first), count };
            disk.read(&fetch, limit).map(|found| found.iter().map(|it| it.id.index.0).collect())
        };
        assert_eq!(read(3, 2, 9), Ok(vec![3, 4]));
        assert_eq!(read(4, 9, 9), Ok(vec![4, 5]));
        assert_eq!((read(4, 2, 1), read(7, 1, 9)), (Ok(vec![4]), Ok(vec![])));
        assert_eq!(read(2, 2, 9), Err(Unread::Compacted));
    }

    #[test]
    fn a_damaged_entry_is_truncated_unless_it_was_reported_as_durable() {
        let mut disk = Disk::default();
        disk.image.entries =
            (1..=3).map(|i| Entry { id: LogId::new(1, i), payload: Payload::Noop }).collect();
        disk.damage_record(0);
        assert_eq!(disk.recover(Driver::CORRECT), Readable::Before(LogIndex(3)));
        assert_eq!((disk.image.entries.len(), disk.readable()), (2, Readable::Yes));
        disk.confirm_all();
        disk.damage_record(1);
        assert_eq!(disk.recover(Driver::CORRECT), Readable::No);
        assert_eq!(disk.image.entries.len(), 2);
        disk.store(&Write { truncate_from: Some(LogIndex(1)), ..Write::default() });
        assert_eq!(disk.readable(), Readable::Yes);
    }

    #[test]
    fn a_damaged_hard_state_or_a_lost_disk_is_unreadable() {
        let mut disk = Disk::default();
        assert_eq!((disk.record(ALL), disk.record(SNAPSHOT), disk.record(3)), (None, None, None));
        disk.store(&write());
        assert_eq!((disk.record(ALL), disk.record(3)), (Some(ALL), Some(1)));
        disk.damage_record(ALL);
        assert_eq!(disk.recover(Driver::CORRECT), Readable::No);
        disk.store(&write());
        assert_eq!(disk.readable(), Readable::Yes);
        disk.lost = true;
        assert_eq!(disk.recover(Driver::CORRECT), Readable::No);
    }

    #[test]
    fn an_unsynced_write_is_reported_as_durable_once_all_before_it_are() {
        let named = |id, sync| Write { id: WriteId(id), sync, ..Write::default() };
        let mut disk = Disk::default();
        disk.pending.extend([named(1, true), named(2, false), named(3, true)]);
        assert_eq!(disk.report_next(), None);
        assert!(disk.awaited().is_some());
        assert_eq!(disk.pop(), Some((named(1, true), false)));
        assert_eq!(disk.report_next(), Some(WriteId(2)));
        assert_eq!(disk.report_next(), None);
        assert!(disk.is_awaited() && disk.awaited().is_none());
        assert_eq!(disk.pop(), Some((named(2, false), true)));
        assert_eq!(disk.awaited(), Some(&named(3, true)));
    }
}
