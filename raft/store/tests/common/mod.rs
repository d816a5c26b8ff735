//! A naive model of durable state, writes for it, and stores over faulty files.
#![allow(dead_code)] // Each test uses a part of it.

use std::sync::Arc;

use raft::{Durable, Entry, HardState, LogId, LogIndex, Membership, NodeId, NodeSet};
use raft::{Payload, Snapshot, Term, Write, WriteId};
use store::faulty::{Draws, FaultyFiles, Machine};
use store::{OpenError, Options, Rules, WalStore};

pub type Store = WalStore<FaultyFiles>;
pub type State = Durable<u64>;

/// Opens the log of a machine, with segments of this many bytes.
pub fn open(machine: &Machine, segment_bytes: u64) -> Result<(Store, State), OpenError> {
    open_under(Rules::DURABLE, machine, segment_bytes)
}

/// The same, under other rules.
pub fn open_under(
    rules: Rules,
    machine: &Machine,
    segment_bytes: u64,
) -> Result<(Store, State), OpenError> {
    WalStore::open_with(machine.files(), Options { segment_bytes, rules })
}

/// Each rule by name, and the rules without it.
pub fn without_one() -> Vec<(&'static str, Rules)> {
    let all = Rules::DURABLE;
    vec![
        ("syncs_entries", Rules { syncs_entries: false, ..all }),
        ("syncs_hard_state", Rules { syncs_hard_state: false, ..all }),
        ("writes_term_with_vote", Rules { writes_term_with_vote: false, ..all }),
        ("truncates_with_entries", Rules { truncates_with_entries: false, ..all }),
        ("syncs_directory", Rules { syncs_directory: false, ..all }),
        ("stops_at_failed_sync", Rules { stops_at_failed_sync: false, ..all }),
        ("checks_checksums", Rules { checks_checksums: false, ..all }),
        ("keeps_all_whole_batches", Rules { keeps_all_whole_batches: false, ..all }),
        ("syncs_snapshot_before_rename", Rules { syncs_snapshot_before_rename: false, ..all }),
        ("compacts_after_snapshot", Rules { compacts_after_snapshot: false, ..all }),
        ("rewrites_last_batch", Rules { rewrites_last_batch: false, ..all }),
    ]
}

pub fn last(state: &State) -> u64 {
    let start = state.snapshot.as_ref().map_or(0, |snapshot| snapshot.last.index.0);
    start + state.entries.len() as u64
}

/// The state after a write.
pub fn apply(state: &mut State, write: &Write<u64>) {
    state.hard_state = write.hard_state.unwrap_or(state.hard_state);
    if let Some(from) = write.truncate_from {
        state.entries.retain(|entry| entry.id.index < from);
    }
    if let Some(snapshot) = &write.snapshot {
        state.entries.retain(|entry| entry.id.index > snapshot.last.index);
        state.snapshot = Some(snapshot.clone());
    }
    state.entries.extend(write.entries.iter().cloned());
}

pub fn after(state: &State, writes: &[Write<u64>]) -> State {
    let mut state = state.clone();
    writes.iter().for_each(|write| apply(&mut state, write));
    state
}

pub fn empty_write() -> Write<u64> {
    let (hard_state, truncate_from, snapshot) = (None, None, None);
    Write { id: WriteId(0), hard_state, truncate_from, snapshot, tail: 0, entries: Vec::new() }
}

pub fn vote(term: u64, vote: u8) -> Write<u64> {
    let hard_state = Some(HardState { term: Term(term), vote: Some(NodeId(vote)) });
    Write { hard_state, ..empty_write() }
}

/// Entries from this index on, `count` of them, after the removal of those that they replace.
pub fn entries(state: &State, from: u64, count: u64, term: u64) -> Write<u64> {
    let truncate_from = (from <= last(state)).then_some(LogIndex(from));
    let entry = |index| {
        let payload = match index % 5 {
            0 => Payload::Noop,
            1 => Payload::Change(Membership::new(NodeSet::first(3))),
            _ => Payload::Command(index << 32 | term),
        };
        Entry { id: LogId::new(term, index), payload }
    };
    let entries = (from..from + count).map(entry).collect();
    Write { truncate_from, entries, ..empty_write() }
}

/// A snapshot up to this index, of so many bytes.
pub fn snapshot(index: u64, term: u64, bytes: usize) -> Write<u64> {
    let data: Vec<u8> = (0..bytes).map(|byte| (byte as u64 ^ index) as u8).collect();
    let membership = Membership::new(NodeSet::first(3));
    let snapshot = Snapshot { last: LogId::new(term, index), membership, data: data.into() };
    Write { snapshot: Some(Arc::new(snapshot)), ..empty_write() }
}

/// Some write that may follow `state`.
pub fn draw_write(state: &State, draws: &mut Draws) -> Write<u64> {
    let start = state.snapshot.as_ref().map_or(0, |snapshot| snapshot.last.index.0);
    let term = state.hard_state.term.0.max(1);
    match draws.below(10) {
        0..=1 => vote(term + draws.below(2) as u64, draws.below(3) as u8),
        2..=5 => entries(state, last(state) + 1, 1 + draws.below(4) as u64, term),
        6..=7 => {
            let from = start + 1 + draws.below((last(state) - start) as usize + 1) as u64;
            let hard_state = vote(term + 1, 0).hard_state;
            Write { hard_state, ..entries(state, from, draws.below(90) as u64, term + 1) }
        }
        // From the log, or from another node beyond its end.
        8 if last(state) > start => {
            let index = start + 1 + draws.below((last(state) - start) as usize) as u64;
            snapshot(index, term, draws.below(2_000))
        }
        _ => {
            let write = snapshot(last(state) + 1 + draws.below(5) as u64, term, draws.below(600));
            let truncate_from = (last(state) > start).then_some(LogIndex(start + 1));
            Write { truncate_from, ..write }
        }
    }
}
