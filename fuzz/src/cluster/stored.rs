//! The cluster with a real store behind each disk: what an event does to the store, and what the
//! image learns of it.
//!
//! Promises: the image of a disk has what its store has reported as durable, in the order of the
//! reports. Writes that failed, or were being saved when the node stopped, are in doubt until the
//! next start, which decides how many of them are there; all of this without a store compiles to
//! nothing. A start whose store has anything else is shown to the oracles.

use raft::{NodeId, WriteId};

use crate::base::hash::mix;
use crate::cluster::disk::{torn_part, Disk};
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{ballot, Verdict, Violation, HELD, NOTHING};
use crate::replica::driver::Driver;
use crate::replica::node_storage::{NodeStorage, Opened, StorageCounts, StorageGoal};
use crate::replica::{Durable, Input, Replica, Write};
use crate::schedule::event::Kind;
use crate::schedule::operand::{ALL, TRUNCATION};

/// What a start from a store has led to.
pub(crate) enum Start {
    /// The image has what the store has.
    AsPromised,
    /// The image has what the store has, and that is not what it promised.
    Otherwise(String),
    /// The node does not run.
    Failed,
}

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// What decides about the faults of the current event at a node: the event with its operands,
    /// and for events with few operands how often the node has started. No more, so that a schedule
    /// that becomes shorter keeps its faults where it can.
    fn fate(&self, id: NodeId) -> u64 {
        let last = self.trace.last();
        let event = last.map_or(0, |event| u32::from_le_bytes(event.to_record()));
        let has_many = last.is_some_and(|it| it.kind == Kind::Crash && it.operands[1] != ALL);
        let starts = self.hosts[usize::from(id.0)].disk.image.incarnation;
        mix(mix(u64::from(event), id.0.into()), if has_many { 0 } else { starts })
    }

    /// The oldest pending write is saved, or several at once; with a fault, that may fail.
    pub(crate) fn save(&mut self, id: NodeId, is_faulty: bool) -> Verdict {
        let fault = is_faulty.then(|| self.fate(id));
        let host = &mut self.hosts[usize::from(id.0)];
        let Some(front) = host.disk.pending.front() else { return NOTHING };
        let count = group_size(front.id.0, host.disk.pending.len());
        let (mut awaited, mut group) = (Vec::new(), Vec::with_capacity(count));
        for _ in 0..count {
            let Some((write, is_reported)) = host.disk.pop() else { break };
            awaited.extend((!is_reported).then_some(write.id));
            group.push(write);
        }
        match host.storage.save(&group, fault) {
            Err(reason) => {
                host.in_doubt.append(&mut group);
                self.recorder.stored(id, &format!("its store fails: {reason}"))?;
                self.recorder.persisted(id, &Write::default())?;
                return match awaited.first() {
                    Some(&first) => self.step(id, Input::PersistFailed(first)),
                    None => HELD,
                };
            }
            Ok(true) => {
                self.recorder.stored(id, "an operation fails, and its store goes on")?;
            }
            Ok(false) if is_faulty => {
                self.recorder.stored(id, "its store needs no operation that fails")?;
            }
            Ok(false) => {}
        }
        if count > 1 {
            self.recorder.stored(id, &format!("its store saves {count} writes at once"))?;
        }
        self.report(id, group, &awaited)
    }

    /// A group of writes is durable. Their node hears of the last one, which means all; or of one
    /// after the other, if a later one truncates: an entry that it removes is never durable for
    /// those who look at the disk, although its acknowledgement is harmless.
    fn report(&mut self, id: NodeId, group: Vec<Write>, awaited: &[WriteId]) -> Verdict {
        let truncates = group.iter().skip(1).any(|write| write.truncate_from.is_some());
        // What is saved and not yet reported is in doubt: the node may stop in between.
        self.hosts[usize::from(id.0)].in_doubt.extend(group.iter().cloned());
        for write in group {
            if !self.recorder.history.node(id).up {
                break;
            }
            let host = &mut self.hosts[usize::from(id.0)];
            host.in_doubt.remove(0);
            host.disk.store(&write);
            host.disk.confirm_all();
            self.recorder.persisted(id, &write)?;
            let name = write.id;
            R::recycle(&mut self.output, write);
            if awaited.contains(&name) && (truncates || awaited.last() == Some(&name)) {
                self.step(id, Input::Persisted(name))?;
            }
        }
        HELD
    }

    /// A node has stopped: its `kept` oldest pending writes were saved, and the others were being
    /// saved.
    pub(crate) fn stop_store(&mut self, id: NodeId, kept: usize) -> Verdict {
        let fate = self.fate(id);
        let host = &mut self.hosts[usize::from(id.0)];
        let pending: Vec<Write> = host.disk.pending.drain(..).collect();
        host.disk.lose();
        let (saved, unfinished) = pending.split_at(kept.min(pending.len()));
        let is_saved = saved.is_empty() || host.storage.save(saved, None).is_ok();
        let note = host.storage.stop(unfinished, fate);
        // Nothing is known to be durable behind what is in doubt.
        let is_known = is_saved && host.in_doubt.is_empty();
        let known = if is_known { saved } else { &[] };
        host.in_doubt.extend_from_slice(&pending[known.len()..]);
        for write in known {
            self.hosts[usize::from(id.0)].disk.store(write);
            self.recorder.persisted(id, write)?;
        }
        self.recorder.stored(id, &note)?;
        self.recorder.stopped(id, 0)
    }

    /// Starts the store of a node, unless it is interrupted.
    pub(crate) fn start_store(
        &mut self,
        id: NodeId,
        is_interrupted: bool,
    ) -> Result<Start, Box<Violation>> {
        let interruption = is_interrupted.then(|| self.fate(id));
        let host = &mut self.hosts[usize::from(id.0)];
        let opened = host.storage.open(interruption);
        let is_damaged = host.storage.is_damaged();
        match opened {
            Opened::Interrupted(note) => {
                self.recorder.stored(id, &note)?;
                Ok(Start::Failed)
            }
            Opened::Refused(reason) => {
                self.recorder.stored(id, &format!("its store refuses to start: {reason}"))?;
                if !is_damaged {
                    self.recorder.misread(id, &format!("its store refuses to start: {reason}"))?;
                }
                self.recorder.lost(id)?;
                let host = &mut self.hosts[usize::from(id.0)];
                host.storage.reach(StorageGoal::DamageRefused);
                host.unrecoverable = true;
                Ok(Start::Failed)
            }
            Opened::Read(found) => {
                if self.learn(id, &found)? {
                    if is_damaged {
                        let host = &mut self.hosts[usize::from(id.0)];
                        host.storage.reach(StorageGoal::DamageHarmless);
                    }
                    return Ok(Start::AsPromised);
                }
                if is_damaged {
                    self.recorder.lost(id)?;
                }
                let image = &mut self.hosts[usize::from(id.0)].disk.image;
                let difference = difference(image, &found);
                let (commit, incarnation) = (image.commit, image.incarnation);
                *image = Durable { commit, incarnation, ..*found };
                Ok(Start::Otherwise(difference))
            }
        }
    }

    /// A store has `found`: this decides which of the writes in doubt are there. False if it is not
    /// what was promised, with any of them.
    fn learn(&mut self, id: NodeId, found: &Durable) -> Result<bool, Box<Violation>> {
        let host = &mut self.hosts[usize::from(id.0)];
        let in_doubt = std::mem::take(&mut host.in_doubt);
        let Some(parts) = surviving(&host.disk, &in_doubt, found, R::CAPABILITIES.torn_writes)
        else {
            return Ok(false);
        };
        if !in_doubt.is_empty() {
            let (kept, lost) = (StorageGoal::InDoubtKept, StorageGoal::InDoubtLost);
            host.storage.reach(if parts.is_empty() { lost } else { kept });
        }
        for part in &parts {
            self.hosts[usize::from(id.0)].disk.store(part);
            self.recorder.persisted(id, part)?;
        }
        if !parts.is_empty() {
            self.recorder.learned(id);
        }
        Ok(true)
    }

    /// A bit flips in a file of a node's store.
    pub(crate) fn damage_store(&mut self, id: NodeId) -> Verdict {
        let fate = self.fate(id);
        match self.hosts[usize::from(id.0)].storage.damage(fate) {
            Some(note) => self.recorder.stored(id, &note),
            None => NOTHING,
        }
    }

    /// Nothing is in doubt any more: a node that halts stops, the power of each such node fails,
    /// and what its disk has then is known.
    pub(crate) fn learn_all(&mut self) -> Verdict {
        for id in (0..self.setup.nodes).map(NodeId) {
            if self.hosts[usize::from(id.0)].in_doubt.is_empty() {
                continue;
            }
            if self.recorder.history.node(id).up {
                self.crash_handler(id)?;
            }
            let fate = self.fate(id);
            let host = &mut self.hosts[usize::from(id.0)];
            host.storage.lose_power(fate);
            if let Some(found) = host.storage.peek() {
                self.learn(id, &found)?;
            }
        }
        HELD
    }

    /// Whether a membership change may be on a disk that the history does not know there.
    pub(crate) fn may_hide_change(&self) -> bool {
        let hides = |write: &Write| write.changes_membership() || write.snapshot.is_some();
        self.hosts.iter().any(|host| host.in_doubt.iter().any(hides))
    }

    /// After an event: which goals it has reached is a path, and a part of the digest.
    pub(super) fn note_storage(&mut self, kind: Kind) {
        let counts = self.storage_goals();
        let before = std::mem::replace(&mut self.storage_goals, counts);
        for (goal, (count, before)) in counts.0.iter().zip(before.0).enumerate() {
            if *count > before {
                self.paths.stored(kind, goal);
                self.digest = mix(self.digest, mix(goal as u64, count - before));
            }
        }
    }

    /// How often each goal of a storage was reached in this run.
    pub fn storage_goals(&self) -> StorageCounts {
        let mut counts = StorageCounts::default();
        if R::Storage::IS_REAL {
            self.hosts.iter().for_each(|host| counts.add(&host.storage.goals()));
        }
        counts
    }
}

/// How many of the pending writes are saved at once.
fn group_size(first: u64, pending: usize) -> usize {
    match mix(mix(first, pending as u64), first) >> 32 {
        draw if draw % 2 == 0 => pending,
        _ => 1,
    }
}

/// The writes in doubt that are on a disk with the content `found`: a prefix of them, and perhaps a
/// part of the next one. None if it has something else.
fn surviving(disk: &Disk, in_doubt: &[Write], found: &Durable, tears: bool) -> Option<Vec<Write>> {
    if disk.image.has_content_of(found) {
        return Some(Vec::new());
    }
    let (mut disk, mut parts) = (disk.clone(), Vec::new());
    for write in in_doubt {
        let torn = (1..2 + write.entries.len().min(usize::from(TRUNCATION) - 3) as u8)
            .chain([TRUNCATION])
            .filter(|_| tears);
        for torn in torn.chain([ALL]) {
            let part = torn_part(write.clone(), torn, Driver::CORRECT);
            let mut with = disk.clone();
            with.store(&part);
            if with.image.has_content_of(found) {
                parts.push(part);
                return Some(parts);
            }
        }
        disk.store(write);
        parts.push(write.clone());
    }
    None
}

/// The first difference between what a disk promised and what its store has.
fn difference(promised: &Durable, found: &Durable) -> String {
    if promised.hard_state != found.hard_state {
        let [promised, found] = [promised, found].map(|disk| ballot(&disk.hard_state));
        return format!("its store has {found} instead of {promised}");
    }
    let last = |disk: &Durable| disk.snapshot.as_ref().map(|snapshot| snapshot.last);
    if last(promised) != last(found) {
        let text =
            |disk| last(disk).map_or("no snapshot".into(), |id| format!("a snapshot up to {id}"));
        return format!("its store has {} instead of {}", text(found), text(promised));
    }
    if promised.snapshot != found.snapshot {
        return "the snapshot in its store has another content".into();
    }
    let at = |place: usize, disk: &Durable| {
        disk.entries.get(place).map_or("no entry".into(), |entry| format!("entry {}", entry.id))
    };
    let place = promised.entries.iter().zip(&found.entries).position(|(one, other)| one != other);
    let place = place.unwrap_or(promised.entries.len().min(found.entries.len()));
    match (at(place, promised), at(place, found)) {
        (promised, found) if promised == found => {
            format!("{found} in its store has another payload")
        }
        (promised, found) => format!("its store has {found} where it promised {promised}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{Entry, HardState, LogId, LogIndex, Payload, Term};

    fn append(first: u64, last: u64, term: u64, truncates: bool) -> Write {
        let entry = |index| Entry { id: LogId::new(term, index), payload: Payload::Command(index) };
        Write {
            hard_state: Some(HardState { term: Term(term), vote: None }),
            truncate_from: truncates.then_some(LogIndex(first)),
            entries: (first..=last).map(entry).collect(),
            ..Write::default()
        }
    }

    /// The content of a disk after these writes.
    fn after(writes: &[Write]) -> Disk {
        let mut disk = Disk::default();
        writes.iter().for_each(|write| disk.store(write));
        disk
    }

    #[test]
    fn of_the_writes_in_doubt_a_prefix_may_be_there() {
        let promised = after(&[append(1, 3, 1, false)]);
        let in_doubt = [append(3, 4, 2, true), append(5, 5, 3, false)];
        for count in 0..=in_doubt.len() {
            let all = [&[append(1, 3, 1, false)], &in_doubt[..count]].concat();
            let parts = surviving(&promised, &in_doubt, &after(&all).image, true);
            assert_eq!(parts.as_deref(), Some(&in_doubt[..count]));
        }
        let only_second = after(&[append(1, 3, 1, false), append(5, 5, 3, false)]).image;
        assert_eq!(surviving(&promised, &in_doubt, &only_second, true), None);
        assert_eq!(surviving(&promised, &in_doubt, &Durable::default(), true), None);
    }

    #[test]
    fn of_the_next_write_in_doubt_a_part_may_be_there_if_the_raft_allows_that() {
        let promised = after(&[append(1, 3, 1, false)]);
        let write = append(2, 3, 2, true);
        for torn in [1, 2, 3] {
            let part = torn_part(write.clone(), torn, Driver::CORRECT);
            let found = after(&[append(1, 3, 1, false), part.clone()]).image;
            let in_doubt = [write.clone()];
            let parts = surviving(&promised, &in_doubt, &found, true).expect("it is a part");
            let mut disk = promised.clone();
            parts.iter().for_each(|part| disk.store(part));
            assert!(disk.image.has_content_of(&found), "{torn}");
            assert_eq!(surviving(&promised, &in_doubt, &found, false), None, "{torn}");
        }
    }

    #[test]
    fn a_difference_is_named_where_it_begins() {
        let promised = after(&[append(1, 3, 1, false)]).image;
        let with = |writes: &[Write]| difference(&promised, &after(writes).image);
        let term = with(&[append(1, 3, 2, false)]);
        assert_eq!(term, "its store has term 2, no vote instead of term 1, no vote");
        let short = with(&[append(1, 2, 1, false)]);
        assert_eq!(short, "its store has no entry where it promised entry 3@1");
        let mut other = promised.clone();
        other.entries[1].payload = Payload::Noop;
        assert_eq!(difference(&promised, &other), "entry 2@1 in its store has another payload");
    }

    #[test]
    fn groups_are_one_write_or_all_that_are_pending() {
        let sizes: Vec<usize> = (0..100).map(|first| group_size(first, 3)).collect();
        assert!(sizes.iter().all(|size| [1, 3].contains(size)));
        assert!(sizes.contains(&1) && sizes.contains(&3));
        assert_eq!(group_size(7, 1), 1);
    }
}
