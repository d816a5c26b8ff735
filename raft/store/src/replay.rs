//! The state that a sequence of records leads to.
//!
//! Promises: the records of a log lead to the term, the vote, the snapshot and the entries that
//! were saved; records that no store writes in this order are refused. Knows nothing of files.

use raft::{Entry, HardState, LogIndex};

use crate::record::{entry, Mark, Record, Start, Stored, VERSION};

/// The state after some records.
#[derive(Clone, Debug)]
pub struct State<C> {
    /// Term and vote.
    pub hard_state: HardState,
    /// The snapshot in force.
    pub mark: Option<Mark>,
    /// The index before that of the first entry.
    pub start: u64,
    /// The entries.
    pub entries: Vec<Entry<C>>,
    /// The highest index of an entry among the records since [`State::take_highest`].
    highest: u64,
}

impl<C: Stored> State<C> {
    /// The state at the beginning of the first segment that there is.
    pub fn at(start: &Start) -> State<C> {
        State {
            hard_state: start.vote.into(),
            mark: start.mark,
            start: start.last,
            entries: Vec::new(),
            highest: 0,
        }
    }

    /// The index of the last entry.
    pub fn last(&self) -> u64 {
        self.start + self.entries.len() as u64
    }

    /// The beginning of a segment in this state, which continues `previous`.
    pub fn to_start(&self, previous: Option<(u32, u32)>) -> Start {
        Start {
            version: VERSION,
            previous,
            vote: self.hard_state.into(),
            mark: self.mark,
            last: self.last(),
        }
    }

    /// The highest index of an entry among the records since the last call.
    pub fn take_highest(&mut self) -> u64 {
        std::mem::take(&mut self.highest)
    }

    /// Applies a record, or says why it cannot follow those before it.
    pub fn apply(&mut self, record: &Record<'_>) -> Result<(), String> {
        match record {
            Record::Start(start) if *start == self.to_start(start.previous) => Ok(()),
            Record::Start(start) => Err(format!(
                "a segment begins with {:?}, and the one before it ends with {:?}",
                start,
                self.to_start(start.previous)
            )),
            Record::HardState(vote) => {
                self.hard_state = (*vote).into();
                Ok(())
            }
            Record::Truncate(from) => self.truncate(*from),
            Record::Snapshot(mark) => {
                self.compact(*mark);
                Ok(())
            }
            Record::Noop(_) | Record::Command(..) | Record::Change(..) => {
                entry(record)?.map_or(Ok(()), |entry| self.append(entry))
            }
        }
    }

    fn truncate(&mut self, from: u64) -> Result<(), String> {
        let Some(kept) = from.checked_sub(1) else {
            return Err("a truncation from index 0".into());
        };
        self.entries.truncate(kept.saturating_sub(self.start) as usize);
        self.start = self.start.min(kept);
        Ok(())
    }

    fn compact(&mut self, mark: Mark) {
        let covered = mark.index.saturating_sub(self.start) as usize;
        self.entries.drain(..covered.min(self.entries.len()));
        self.start = self.start.max(mark.index);
        self.mark = Some(mark);
    }

    fn append(&mut self, entry: Entry<C>) -> Result<(), String> {
        let LogIndex(index) = entry.id.index;
        if Some(index) != self.last().checked_add(1) {
            return Err(format!("entry {} follows index {}", entry.id, self.last()));
        }
        self.highest = self.highest.max(index);
        self.entries.push(entry);
        Ok(())
    }
}
