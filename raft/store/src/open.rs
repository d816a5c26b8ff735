//! Reading a log: which files belong to it, and what they hold.
//!
//! The newest segment whose first batch is whole leads to those before it, each of which says which
//! segment it continues and from where. Files that are not on this way are what crashes left over.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use raft::{Durable, Snapshot};

use crate::error::OpenError;
use crate::files::{self, Files};
use crate::record::{self, Mark, Record, Start, Stored, VERSION};
use crate::replay::State;
use crate::rules::Rules;
use crate::sector::{self, Batch, Tail};
use crate::snapshot;

const PREFIX: &str = "log-";
/// Most segments' first batches, which say where the segment belongs, are within this many bytes.
const FIRST: u64 = 64 << 10;

/// The name of a segment's file.
pub fn segment_name(number: u32) -> String {
    format!("{PREFIX}{number:08x}")
}

fn segment_number(name: &str) -> Option<u32> {
    let number = u32::from_str_radix(name.strip_prefix(PREFIX)?, 16).ok()?;
    (segment_name(number) == name).then_some(number)
}

/// A log as read.
pub struct Recovered<C> {
    /// The state that its records lead to.
    pub state: State<C>,
    /// The snapshot in force.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The segments, oldest first, each with the highest index of an entry in it.
    pub segments: Vec<(u32, u64)>,
    /// The highest number of a segment's file, in use or not.
    pub highest: u32,
    /// What the next segment begins with.
    pub next: Start,
    /// The records of the last batch, which the next segment repeats.
    pub repeated: Vec<u8>,
    /// Files that crashes have left over.
    pub unused: Vec<String>,
    /// How many batches are unfinished.
    pub torn_tails: u64,
}

impl<C: Stored> Recovered<C> {
    /// The number of a new segment.
    pub fn next_number(&self) -> Result<u32, OpenError> {
        let next = self.highest.checked_add(1);
        next.ok_or_else(|| damaged(segment_name(self.highest), 0, "no number can follow its own"))
    }

    /// The durable state from which a node starts.
    pub fn into_durable(self) -> Durable<C> {
        let State { hard_state, entries, .. } = self.state;
        Durable { hard_state, snapshot: self.snapshot, entries, ..Durable::default() }
    }
}

/// Reads the log in `files`.
pub fn recover<C: Stored, F: Files>(files: &F, rules: &Rules) -> Result<Recovered<C>, OpenError> {
    let names = files.list().map_err(failed("list the directory"))?;
    let numbers: BTreeSet<u32> = names.iter().filter_map(|name| segment_number(name)).collect();
    let (chain, unfinished) = chain(files, &numbers, rules)?;
    let mut recovered = replay(files, &chain, rules)?;
    recovered.torn_tails += unfinished;
    recovered.highest = numbers.last().copied().unwrap_or(0);
    if chain.is_empty() {
        if let Some(found) = names.iter().find(|name| snapshot::is_snapshot(name)) {
            return Err(missing(segment_name(1), found));
        }
    }
    recovered.snapshot = read_snapshot(files, &recovered, rules)?;
    let mark = recovered.state.mark;
    let in_use = |name: &String| match segment_number(name) {
        Some(number) => chain.iter().any(|segment| segment.number == number),
        None => mark.is_some_and(|mark| *name == snapshot::name(mark.index, mark.term)),
    };
    let is_ours = |name: &String| {
        let base = name.trim_end_matches(files::TEMPORARY);
        segment_number(base).is_some() || snapshot::is_snapshot(base)
    };
    recovered.unused = names.into_iter().filter(|name| is_ours(name) && !in_use(name)).collect();
    Ok(recovered)
}

/// A segment that belongs to the log.
struct Segment {
    number: u32,
    start: Start,
    /// How many of its batches count; none means all.
    count: Option<u32>,
}

/// The segments that belong to the log, oldest first, and how many newer ones are unfinished.
fn chain<F: Files>(
    files: &F,
    numbers: &BTreeSet<u32>,
    rules: &Rules,
) -> Result<(Vec<Segment>, u64), OpenError> {
    let (mut chain, mut unfinished) = (Vec::new(), 0);
    // A segment whose first batch is unfinished was never used.
    let mut newest = None;
    for &number in numbers.iter().rev() {
        newest = first_batch(files, number, rules)?.map(|start| (number, None, start));
        if newest.is_some() {
            break;
        }
        unfinished += 1;
    }
    while let Some((number, count, start)) = newest {
        newest = match start.previous {
            Some((before, _)) if before >= number => {
                let what = "it continues a segment that is not older";
                return Err(damaged(segment_name(number), 0, what));
            }
            Some((before, count)) if numbers.contains(&before) => {
                let start = first_batch(files, before, rules)?;
                let start = start.ok_or_else(|| cut(before, 0))?;
                Some((before, Some(count), start))
            }
            _ => None,
        };
        chain.insert(0, Segment { number, start, count });
    }
    Ok((chain, unfinished))
}

/// The first record of a segment, if its first batch is whole.
fn first_batch<F: Files>(
    files: &F,
    number: u32,
    rules: &Rules,
) -> Result<Option<Start>, OpenError> {
    let (mut batches, mut tail) = read_segment(files, number, FIRST, 1, rules)?;
    if batches.is_empty() {
        (batches, tail) = read_segment(files, number, u64::MAX, 1, rules)?;
    }
    if let Tail::Damaged { offset, what } = tail {
        return Err(damaged(segment_name(number), offset, what));
    }
    let Some(first) = batches.first() else { return Ok(None) };
    let mut start = None;
    let is_start = |record: Record<'_>| {
        match record {
            Record::Start(found) if start.is_none() => start = Some(found),
            _ => {}
        }
        Ok(())
    };
    // Records of another version need not be readable, except for the first.
    let read = record::decode(&first.payload, is_start);
    match (start, read) {
        (Some(Start { version, .. }), _) if version != VERSION => Err(OpenError::Version {
            file: segment_name(number),
            found: version,
            expected: VERSION,
        }),
        (Some(start), Ok(())) => Ok(Some(start)),
        (_, read) => {
            let what = read.err().unwrap_or("it does not begin with a start record".into());
            Err(damaged(segment_name(number), first.offset, what))
        }
    }
}

/// At most `limit` batches in the first `length` bytes.
fn read_segment<F: Files>(
    files: &F,
    number: u32,
    length: u64,
    limit: usize,
    rules: &Rules,
) -> Result<(Vec<Batch>, Tail), OpenError> {
    let name = segment_name(number);
    let bytes = files::read_first(files, &name, length);
    let bytes = bytes.map_err(failed(&format!("read {name}")))?;
    Ok(sector::scan(number, &bytes, limit, rules.checks_checksums))
}

fn replay<C: Stored, F: Files>(
    files: &F,
    chain: &[Segment],
    rules: &Rules,
) -> Result<Recovered<C>, OpenError> {
    let fresh =
        Start { version: VERSION, previous: None, vote: Default::default(), mark: None, last: 0 };
    let mut recovered = Recovered {
        state: State::at(chain.first().map_or(&fresh, |segment| &segment.start)),
        snapshot: None,
        segments: Vec::new(),
        highest: 0,
        next: fresh,
        repeated: Vec::new(),
        unused: Vec::new(),
        torn_tails: 0,
    };
    for segment in chain {
        let limit = segment.count.map_or(usize::MAX, |count| count as usize);
        let (mut batches, tail) = read_segment(files, segment.number, u64::MAX, limit, rules)?;
        match tail {
            Tail::Damaged { offset, what } => {
                return Err(damaged(segment_name(segment.number), offset, what));
            }
            Tail::Torn => {
                recovered.torn_tails += 1;
                if !rules.keeps_all_whole_batches && batches.len() > 1 {
                    batches.pop();
                }
            }
            Tail::Clean => {}
        }
        if segment.count.is_some_and(|count| (batches.len() as u32) < count) {
            return Err(cut(segment.number, batches.len()));
        }
        replay_segment(segment, &batches, &mut recovered, rules)?;
    }
    Ok(recovered)
}

fn replay_segment<C: Stored>(
    segment: &Segment,
    batches: &[Batch],
    recovered: &mut Recovered<C>,
    rules: &Rules,
) -> Result<(), OpenError> {
    let state = &mut recovered.state;
    for (place, batch) in batches.iter().enumerate() {
        let previous = match place {
            0 => segment.start.previous,
            _ => Some((segment.number, place as u32)),
        };
        recovered.next = state.to_start(previous);
        recovered.repeated.clear();
        let replayed = record::decode(&batch.payload, |record| {
            state.apply(&record)?;
            if !matches!(record, Record::Start(_)) {
                record::encode(&record, &mut recovered.repeated);
            }
            Ok(())
        });
        replayed.map_err(|what| damaged(segment_name(segment.number), batch.offset, what))?;
    }
    if !rules.rewrites_last_batch {
        recovered.next = state.to_start(Some((segment.number, batches.len() as u32)));
        recovered.repeated.clear();
    }
    recovered.segments.push((segment.number, state.take_highest()));
    Ok(())
}

fn read_snapshot<C: Stored, F: Files>(
    files: &F,
    recovered: &Recovered<C>,
    rules: &Rules,
) -> Result<Option<Arc<Snapshot>>, OpenError> {
    let state = &recovered.state;
    let covered = state.mark.map_or(0, |mark| mark.index);
    if state.start > covered {
        let first = recovered.segments.first().map_or(1, |(number, _)| *number);
        let before = segment_name(first.saturating_sub(1));
        return Err(missing(before, &segment_name(first)));
    }
    let Some(mark) = state.mark else { return Ok(None) };
    let Mark { index, term, .. } = mark;
    let name = snapshot::name(index, term);
    let bytes = match files::read(files, &name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(missing(name, "the log's last segment"));
        }
        read => read.map_err(failed(&format!("read {name}")))?,
    };
    let decoded = snapshot::decode(&bytes, mark, rules);
    decoded.map(Some).map_err(|what| damaged(name, 0, what))
}

/// An error of the file system, while `doing` something.
pub fn failed(doing: &str) -> impl FnOnce(io::Error) -> OpenError {
    let doing = format!("cannot {doing}");
    move |source| OpenError::Io { doing, source }
}

fn damaged(file: String, offset: u64, what: impl Into<String>) -> OpenError {
    OpenError::Damaged { file, offset, what: what.into() }
}

fn missing(file: String, needed_by: &str) -> OpenError {
    OpenError::Missing { file, needed_by: needed_by.into() }
}

/// A segment of which a later one says that it has more batches.
fn cut(number: u32, batches: usize) -> OpenError {
    let what = format!("batch {batches} is missing, which a later segment continues");
    damaged(segment_name(number), 0, what)
}
