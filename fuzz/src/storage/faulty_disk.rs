//! One node's store over files that crash and lie.
//!
//! Promises: which fault happens, and what a crash leaves, follows from the numbers that the
//! cluster gives. What a write contains is decided by the store: here it only fails or not.

use std::fmt;

use store::faulty::{Draws, Fault, FaultyFiles, Machine};
use store::{Counters, OpenError, Storage, WalStore};

use crate::replica::machine_store::InMemory;
use crate::replica::node_storage::{NodeStorage, Opened, StorageCounts, StorageGoal};
use crate::replica::{Durable, Write};
use crate::storage::stored_command::{read, stored, StoredCommand};

/// A store and the state that it has read, as [`Storage::open`] returns them.
pub type OpenedStore<S> = Result<(S, raft::Durable<StoredCommand>), OpenError>;

/// How a store is opened.
pub struct Opener<S>(
    /// The function that opens it.
    pub fn(FaultyFiles) -> OpenedStore<S>,
);

impl<S> Clone for Opener<S> {
    fn clone(&self) -> Self {
        Opener(self.0)
    }
}

impl<S: Storage<StoredCommand, FaultyFiles>> Default for Opener<S> {
    fn default() -> Self {
        Opener(S::open)
    }
}

/// A store that can be copied with its files, so that a search can go on from one state twice.
pub trait InFiles {
    /// The same store over a copy of its files.
    fn in_files(&self, files: FaultyFiles) -> Self;
}

impl InFiles for WalStore<FaultyFiles> {
    fn in_files(&self, files: FaultyFiles) -> Self {
        WalStore::in_files(self, files).expect("a copy has all files")
    }
}

/// A machine with a store on it.
pub struct FaultyDisk<S> {
    machine: Machine,
    opener: Opener<S>,
    /// While the node runs.
    store: Option<S>,
    /// A save has failed: the store takes no more.
    has_failed: bool,
    /// What earlier processes have done.
    past: Counters,
    is_damaged: bool,
    /// The goals that the machine does not count.
    goals: StorageCounts,
}

impl<S: Storage<StoredCommand, FaultyFiles> + InFiles> Clone for FaultyDisk<S> {
    fn clone(&self) -> Self {
        let machine = self.machine.clone();
        // One that has failed does nothing more; only what it has done counts.
        let store = self.store.as_ref().filter(|_| !self.has_failed);
        let past = if store.is_none() { self.counters() } else { self.past };
        let store = store.map(|store| store.in_files(machine.files()));
        let (opener, goals) = (self.opener.clone(), self.goals);
        let (has_failed, is_damaged) = (self.has_failed, self.is_damaged);
        FaultyDisk { machine, opener, store, has_failed, past, is_damaged, goals }
    }
}

impl<S> fmt::Debug for FaultyDisk<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.machine.fmt(f)
    }
}

/// The operation of a save that a fault hits: often one of the first two, which are the write and
/// the sync of a batch; with a snapshot there are more.
fn place(writes: &[Write], draws: &mut Draws) -> u64 {
    let of = match writes.iter().any(|write| write.snapshot.is_some()) {
        true => 9,
        false => [2, 3, 6][draws.below(3)],
    };
    draws.below(of) as u64
}

/// The process ends with the run: a store that writes when it is dropped writes nothing.
impl<S> Drop for FaultyDisk<S> {
    fn drop(&mut self) {
        self.machine.end_process();
    }
}

/// What is wrong, without what to do.
fn in_short(error: &OpenError) -> String {
    error.to_string().split(';').next().unwrap_or_default().into()
}

impl<S: Storage<StoredCommand, FaultyFiles>> FaultyDisk<S> {
    fn arm(&self, after: u64, fault: Fault, draws: &mut Draws) {
        self.machine.arm(after, fault, Draws::new(draws.next_number()));
    }

    /// The store saves, if there is one.
    fn try_save(&mut self, writes: &[Write]) -> Result<(), String> {
        let store = self.store.as_mut().filter(|_| !self.has_failed);
        let store = store.ok_or("an earlier write failed")?;
        let writes: Vec<_> = writes.iter().map(stored).collect();
        store.save(&writes).map_err(|error| error.to_string())
    }

    /// What all processes have done.
    fn counters(&self) -> Counters {
        let now = self.store.as_ref().map_or(Counters::default(), Storage::counters);
        Counters {
            entries: self.past.entries + now.entries,
            groups: self.past.groups + now.groups,
            bytes: self.past.bytes + now.bytes,
            snapshots: self.past.snapshots + now.snapshots,
            rotations: self.past.rotations + now.rotations,
            compacted: self.past.compacted + now.compacted,
            torn_tails: self.past.torn_tails + now.torn_tails,
        }
    }

    /// The process ends, or the power fails; says which.
    fn end(&mut self, draws: &mut Draws) -> String {
        self.past = self.counters();
        self.has_failed = false;
        // It is dropped when its process is gone: a store that writes then does no harm.
        let _store = self.store.take();
        let has_unsynced = self.machine.has_unsynced();
        if draws.below(3) == 0 {
            self.machine.end_process();
            self.goals.0[StorageGoal::ProcessEnded as usize] += u64::from(has_unsynced);
            return "its process ends, and the page cache stays".into();
        }
        let before = self.machine.effects();
        self.lose_power(draws.next_number());
        let after = self.machine.effects();
        let sectors = after.lost_sectors - before.lost_sectors;
        match (sectors, after.lost_names - before.lost_names) {
            (0, 0) => "its power fails".into(),
            (sectors, 0) => format!("its power fails, and unsynced sectors are lost ({sectors})"),
            (0, names) => format!("its power fails, and unsynced names are lost ({names})"),
            (sectors, names) => {
                format!("its power fails, and unsynced sectors ({sectors}) and names ({names}) are lost")
            }
        }
    }
}

impl<S: Storage<StoredCommand, FaultyFiles>> NodeStorage for FaultyDisk<S> {
    type Options = Opener<S>;
    type Machine = InMemory;

    const IS_REAL: bool = true;

    fn new(opener: &Opener<S>) -> Self {
        FaultyDisk {
            machine: Machine::default(),
            opener: opener.clone(),
            store: None,
            has_failed: false,
            past: Counters::default(),
            is_damaged: false,
            goals: StorageCounts::default(),
        }
    }

    fn fill(&mut self, is_full: bool) {
        self.machine.fill(is_full);
    }

    fn save(&mut self, writes: &[Write], fault: Option<u64>) -> Result<bool, String> {
        if let Some(seed) = fault {
            let mut draws = Draws::new(seed);
            let after = place(writes, &mut draws);
            self.arm(after, Fault::Error, &mut draws);
        }
        let saved = self.try_save(writes);
        let is_hit = fault.is_some() && !self.machine.disarm();
        match &saved {
            Ok(()) if is_hit => self.reach(StorageGoal::FaultSurvived),
            Ok(()) => {}
            Err(_) => self.has_failed = true,
        }
        self.goals.0[StorageGoal::GroupSaved as usize] += u64::from(writes.len() > 1);
        saved.map(|()| is_hit)
    }

    fn stop(&mut self, unfinished: &[Write], fate: u64) -> String {
        let mut draws = Draws::new(fate);
        if !unfinished.is_empty() && self.store.is_some() && !self.has_failed {
            let after = place(unfinished, &mut draws);
            self.arm(after, Fault::Crash, &mut draws);
            let _ = self.try_save(unfinished);
            self.goals.0[StorageGoal::CrashedAmidSave as usize] +=
                u64::from(!self.machine.disarm());
        }
        self.end(&mut draws)
    }

    fn lose_power(&mut self, fate: u64) {
        let has_unsynced = self.machine.has_unsynced();
        self.machine.lose_power(&mut Draws::new(fate).fate());
        self.goals.0[StorageGoal::PowerFailed as usize] += u64::from(has_unsynced);
    }

    fn open(&mut self, interruption: Option<u64>) -> Opened {
        let no_space = self.machine.effects().no_space;
        let mut draws = interruption.map(Draws::new);
        if let Some(draws) = &mut draws {
            let fault = [Fault::Crash, Fault::Crash, Fault::Error][draws.below(3)];
            let after = draws.below(6) as u64;
            self.arm(after, fault, draws);
        }
        let opened = (self.opener.0)(self.machine.files());
        if let Some(draws) = &mut draws {
            let is_hit = !self.machine.disarm();
            self.goals.0[StorageGoal::StartInterrupted as usize] += u64::from(is_hit);
            self.store = opened.ok().map(|(store, _)| store);
            return Opened::Interrupted(self.end(draws));
        }
        match opened {
            Ok((store, durable)) => {
                self.store = Some(store);
                Opened::Read(Box::new(read(durable)))
            }
            Err(error) => {
                self.machine.end_process();
                match self.machine.effects().no_space > no_space {
                    true => Opened::Interrupted(format!("its store does not start: {error}")),
                    false => Opened::Refused(in_short(&error)),
                }
            }
        }
    }

    fn peek(&self) -> Option<Durable> {
        let copy = self.machine.clone();
        copy.fill(false);
        copy.end_process();
        let (_, durable) = (self.opener.0)(copy.files()).ok()?;
        Some(read(durable))
    }

    fn damage(&mut self, place: u64) -> Option<String> {
        let mut draws = Draws::new(place);
        let (file, byte) = self.machine.flip_bit(&mut |count| draws.below(count))?;
        self.is_damaged = true;
        Some(format!("a bit flips in byte {byte} of {file}"))
    }

    fn is_damaged(&self) -> bool {
        self.is_damaged
    }

    fn reach(&mut self, goal: StorageGoal) {
        self.goals.0[goal as usize] += 1;
    }

    fn goals(&self) -> StorageCounts {
        let (mut goals, counters, effects) = (self.goals, self.counters(), self.machine.effects());
        for (goal, count) in [
            (StorageGoal::SnapshotSaved, counters.snapshots),
            (StorageGoal::Rotated, counters.rotations),
            (StorageGoal::Compacted, counters.compacted),
            (StorageGoal::TornTailDropped, counters.torn_tails),
            (StorageGoal::WriteTorn, effects.torn_writes),
            (StorageGoal::SyncFailed, effects.failed_syncs),
            (StorageGoal::DirectorySyncFailed, effects.failed_directory_syncs),
            (StorageGoal::OutOfSpace, effects.no_space),
            (StorageGoal::SectorsLost, effects.lost_sectors),
            (StorageGoal::NamesLost, effects.lost_names),
            (StorageGoal::BitFlipped, effects.flipped_bits),
        ] {
            goals.0[goal as usize] += count;
        }
        goals
    }
}
