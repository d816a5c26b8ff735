//! The store: a write-ahead log in segments, and snapshots beside it.
//!
//! Promises: what [`Storage::save`] has returned for is there after any crash, in the order of the
//! calls; a group of writes is there as a whole or not at all. Term and vote are one record. After
//! a failed operation the store takes nothing more. Files that a snapshot covers are removed, so
//! that a log takes little more than two snapshots and what follows them. Knows nothing of nodes.

use std::collections::VecDeque;
use std::io;

use raft::{Durable, Write};

use crate::error::{OpenError, SaveError};
use crate::files::{File, Files, TEMPORARY};
use crate::open::{self, failed, segment_name};
use crate::record::{self, Mark, Record, Start, Stored, VERSION};
use crate::rules::Rules;
use crate::{sector, snapshot, Storage};

/// The options of a [`WalStore`].
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// A segment with this many bytes is followed by a new one.
    pub segment_bytes: u64,
    /// [`Rules::DURABLE`], except in tests.
    pub rules: Rules,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: 16 << 20, rules: Rules::DURABLE }
    }
}

/// What a store has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// How many entries it saved.
    pub entries: u64,
    /// How many groups of writes, each with one sync.
    pub groups: u64,
    /// How many bytes it wrote, snapshots included.
    pub bytes: u64,
    /// How many snapshots it saved.
    pub snapshots: u64,
    /// How many segments it began after the one that it began when it was opened.
    pub rotations: u64,
    /// How many files it removed because a snapshot covers them.
    pub compacted: u64,
    /// How many unfinished batches it found, and dropped, when it was opened.
    pub torn_tails: u64,
}

/// A write-ahead log and snapshots, in one directory.
#[derive(Clone, Debug)]
pub struct WalStore<F: Files> {
    files: F,
    options: Options,
    file: F::File,
    /// The newest segment.
    segment: u32,
    /// How many batches it has, and how many bytes.
    batches: u32,
    length: u64,
    /// All segments, oldest first, each with the highest index of an entry in it.
    segments: VecDeque<(u32, u64)>,
    /// The state after the last batch, as the next segment would begin with it.
    state: Start,
    has_failed: bool,
    counters: Counters,
    payload: Vec<u8>,
    sectors: Vec<u8>,
}

/// What a batch consists of.
#[derive(Clone, Copy, Default)]
struct Parts {
    hard_state: bool,
    entries: bool,
}

impl<C: Stored, F: Files> Storage<C, F> for WalStore<F> {
    fn open(files: F) -> Result<(WalStore<F>, Durable<C>), OpenError> {
        WalStore::open_with(files, Options::default())
    }

    fn save(&mut self, writes: &[Write<C>]) -> Result<(), SaveError> {
        if self.has_failed {
            let source = io::Error::other("an earlier write failed");
            return Err(SaveError { doing: "cannot write".into(), source });
        }
        let saved = self.save_group(writes);
        self.has_failed = saved.is_err();
        saved
    }

    fn counters(&self) -> Counters {
        self.counters
    }
}

impl<F: Files> WalStore<F> {
    /// Opens the log in `files`, and begins a new segment.
    pub fn open_with<C: Stored>(
        files: F,
        options: Options,
    ) -> Result<(WalStore<F>, Durable<C>), OpenError> {
        let recovered = open::recover(&files, &options.rules)?;
        let number = recovered.next_number()?;
        let name = segment_name(number);
        // Unfinished files go first: the disk may be full.
        remove(&files, recovered.unused.iter().filter(|name| name.ends_with(TEMPORARY)));
        let created = files.create(&name);
        let file = created.map_err(failed(&format!("create {name}")))?;
        let counters = Counters { torn_tails: recovered.torn_tails, ..Counters::default() };
        let mut store = WalStore {
            files,
            options,
            file,
            segment: number,
            batches: 0,
            length: 0,
            segments: recovered.segments.iter().copied().collect(),
            state: recovered.state.to_start(None),
            has_failed: false,
            counters,
            payload: Vec::new(),
            sectors: Vec::new(),
        };
        if let Err(source) = store.begin_segment(&recovered.next, &recovered.repeated) {
            // Otherwise every attempt to start on a full disk would leave one more file.
            remove(&store.files, [&name]);
            return Err(failed(&format!("begin {name}"))(source));
        }
        remove(&store.files, &recovered.unused);
        Ok((store, recovered.into_durable()))
    }

    /// The same store over a copy of its files: for tests that continue twice from one state.
    #[cfg(feature = "faulty")]
    pub fn in_files(&self, files: F) -> io::Result<WalStore<F>> {
        let file = files.open(&segment_name(self.segment))?;
        let (segments, state) = (self.segments.clone(), self.state.clone());
        let (payload, sectors) = (self.payload.clone(), self.sectors.clone());
        Ok(WalStore { files, file, segments, state, payload, sectors, ..*self })
    }

    /// The first batch of a new segment: where it begins, and the records that it repeats.
    fn begin_segment(&mut self, start: &Start, repeated: &[u8]) -> io::Result<()> {
        self.payload.clear();
        record::encode(&Record::Start(start.clone()), &mut self.payload);
        self.payload.extend_from_slice(repeated);
        (self.batches, self.length) = (0, 0);
        // A repeated batch may have entries up to the last, and no others.
        let highest = if repeated.is_empty() { 0 } else { self.state.last };
        self.segments.push_back((self.segment, highest));
        self.write_batch()?;
        self.file.sync()?;
        if self.options.rules.syncs_directory {
            self.files.sync_directory()?;
        }
        Ok(())
    }

    fn save_group<C: Stored>(&mut self, writes: &[Write<C>]) -> Result<(), SaveError> {
        if self.length >= self.options.segment_bytes {
            self.rotate()?;
        }
        let rules = self.options.rules;
        let (mut parts, mut superseded) = (Parts::default(), Vec::new());
        self.payload.clear();
        for write in writes {
            if let Some(hard_state) = write.hard_state {
                parts.hard_state = true;
                if !rules.writes_term_with_vote {
                    let term = raft::HardState::from(self.state.vote).term;
                    let vote = raft::HardState { term, ..hard_state }.into();
                    self.push(&Record::HardState(vote));
                    self.finish_batch(parts)?;
                }
                self.state.vote = hard_state.into();
                self.push(&Record::HardState(hard_state.into()));
            }
            if let Some(from) = write.truncate_from {
                self.push(&Record::Truncate(from.0));
                self.state.last = from.0.saturating_sub(1);
                if !rules.truncates_with_entries {
                    self.write_batch().map_err(|source| self.failed("write", source))?;
                }
            }
            if let Some(snapshot) = &write.snapshot {
                superseded.extend(self.state.mark);
                let mark = self.save_snapshot(snapshot)?;
                self.push(&Record::Snapshot(mark));
                self.state.mark = Some(mark);
                self.state.last = self.state.last.max(mark.index);
            }
            for entry in &write.entries {
                parts.entries = true;
                record::encode_entry(entry, &mut self.payload);
                self.state.last = entry.id.index.0;
                if let Some((_, highest)) = self.segments.back_mut() {
                    *highest = self.state.last.max(*highest);
                }
            }
            self.counters.entries += write.entries.len() as u64;
        }
        self.finish_batch(parts)?;
        if writes.iter().any(|write| write.snapshot.is_some()) {
            self.compact(&superseded);
        }
        Ok(())
    }

    fn push(&mut self, record: &Record<'_>) {
        record::encode(record, &mut self.payload);
    }

    /// Begins a new segment, which continues the newest one.
    fn rotate(&mut self) -> Result<(), SaveError> {
        let previous = Some((self.segment, self.batches));
        let next = self.segment.checked_add(1).ok_or_else(|| io::Error::other("no number is left"));
        self.segment = next.map_err(|source| self.failed("continue", source))?;
        self.counters.rotations += 1;
        let created = self.files.create(&segment_name(self.segment));
        self.file = created.map_err(|source| self.failed("create", source))?;
        let start = Start { version: VERSION, previous, ..self.state.clone() };
        self.begin_segment(&start, &[]).map_err(|source| self.failed("begin", source))
    }

    fn save_snapshot(&mut self, snapshot: &raft::Snapshot) -> Result<Mark, SaveError> {
        let rules = self.options.rules;
        if !rules.compacts_after_snapshot {
            let superseded: Vec<Mark> = self.state.mark.into_iter().collect();
            let raft::LogId { index, term } = snapshot.last;
            self.state.mark = Some(Mark { index: index.0, term: term.0, checksum: 0 });
            self.compact(&superseded);
        }
        self.counters.snapshots += 1;
        self.counters.bytes += snapshot.data.len() as u64;
        snapshot::save(&self.files, snapshot, &rules).map_err(|source| {
            let raft::LogId { index, term } = snapshot.last;
            let doing = format!("cannot save {}", snapshot::name(index.0, term.0));
            SaveError { doing, source }
        })
    }

    /// Writes the payload as a batch, and makes it durable.
    fn finish_batch(&mut self, parts: Parts) -> Result<(), SaveError> {
        self.write_batch().map_err(|source| self.failed("write", source))?;
        let rules = self.options.rules;
        let needs_sync = match parts {
            Parts { hard_state: true, .. } => rules.syncs_hard_state,
            Parts { entries: true, .. } => rules.syncs_entries,
            Parts { .. } => true,
        };
        if needs_sync {
            let mut synced = self.file.sync();
            if synced.is_err() && !rules.stops_at_failed_sync {
                synced = self.file.sync();
            }
            synced.map_err(|source| self.failed("sync", source))?;
        }
        self.counters.groups += 1;
        Ok(())
    }

    fn write_batch(&mut self) -> io::Result<()> {
        self.sectors.clear();
        sector::encode(self.segment, self.batches, &self.payload, &mut self.sectors);
        self.file.write_at(self.length, &self.sectors)?;
        self.batches += 1;
        self.length += self.sectors.len() as u64;
        self.counters.bytes += self.sectors.len() as u64;
        self.payload.clear();
        Ok(())
    }

    /// Removes the files that the snapshot in force covers: segments, and the snapshots that it
    /// supersedes.
    fn compact(&mut self, superseded: &[Mark]) {
        let Some(mark) = self.state.mark else { return };
        let mut covered = Vec::new();
        while self.segments.len() > 1 && self.segments[0].1 <= mark.index {
            covered.extend(self.segments.pop_front().map(|(number, _)| segment_name(number)));
        }
        let name = |mark: &Mark| snapshot::name(mark.index, mark.term);
        covered.extend(superseded.iter().map(name).filter(|old| *old != name(&mark)));
        self.counters.compacted += covered.len() as u64;
        remove(&self.files, &covered);
    }

    fn failed(&self, what: &str, source: io::Error) -> SaveError {
        SaveError { doing: format!("cannot {what} {}", segment_name(self.segment)), source }
    }
}

/// Removes files that are not used. One that cannot be removed does no harm, and is tried again at
/// the next start.
fn remove<'a, F: Files>(files: &F, names: impl IntoIterator<Item = &'a String>) {
    for name in names {
        let _ = files.remove(name);
    }
}
