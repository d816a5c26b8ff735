//! Files in memory that crash and lie, as real disks do: to test a store.
//!
//! A [`Machine`] is a computer with one directory. The store under test gets [`Machine::files`],
//! and the test decides which fault happens when. The faults are those that POSIX and Linux allow:
//!
//! - **The process ends** ([`Machine::end_process`]), as by `kill -9`: the page cache stays. Amid
//!   an operation ([`Fault::Crash`]), a part of it may be done.
//! - **The power fails** ([`Machine::lose_power`]): of each sector that was written since the last
//!   sync of its file, the disk has the old content or any of those written since, and likewise
//!   of each file's length. So writes are torn at sectors, and reordered up to the next sync. Of
//!   the creations, renamings and removals since the last sync of the directory, any are lost; a
//!   renaming is atomic.
//! - **An operation fails** ([`Fault::Error`]): a write after a part of it, a sync after a part of
//!   the data is on the disk. After a failed sync of a file, as on Linux, the process still reads
//!   the new data from the page cache, and **a later sync returns without an error and without the
//!   data**: only a power failure shows it. A directory's changes stay pending.
//! - **No space** ([`Machine::fill`]): a write that makes a file longer fails, after a part of it.
//! - **A flipped bit** ([`Machine::flip_bit`]) in what is durable.
//!
//! ```
//! use store::faulty::{Draws, Machine};
//! use store::{read, File, Files};
//!
//! # fn main() -> std::io::Result<()> {
//! let machine = Machine::default();
//! let files = machine.files();
//! files.create("vote")?.append(b"n1")?; // Neither the file nor the directory is synced.
//! assert_eq!(read(&files, "vote")?, b"n1");
//! machine.lose_power(&mut |_| 0); // Everything that can be lost is lost.
//! assert_eq!(machine.files().list()?, [""; 0]);
//! # Ok(())
//! # }
//! ```
//!
//! Promises: nothing is random: a test chooses every outcome, or draws it from [`Draws`]. What was
//! synced without an error is there, unless a bit of it is flipped. Knows nothing of logs and
//! snapshots.

mod content;
mod draws;
mod names;

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::files::{File, Files};
use content::Content;
pub use draws::{each_outcome, Choose, Draws};
use names::{Change, Names};

/// What happens to one operation. Reading is no operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It fails, once.
    Error,
    /// The process ends amid it: all later operations and reads of this process fail.
    Crash,
}

/// What has happened to the files of a machine, for tests that want to know whether their faults
/// had an effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Operations that were not reads: the number of the next one.
    pub operations: u64,
    /// Writes of which only a part was done.
    pub torn_writes: u64,
    /// Failed syncs of files.
    pub failed_syncs: u64,
    /// Failed syncs of the directory.
    pub failed_directory_syncs: u64,
    /// Operations that found no space.
    pub no_space: u64,
    /// Sectors and lengths that a power failure did not leave as they were written last.
    pub lost_sectors: u64,
    /// Creations, renamings and removals that a power failure has lost.
    pub lost_names: u64,
    /// Flipped bits.
    pub flipped_bits: u64,
}

/// A computer with one directory of files: what a test holds.
#[derive(Debug, Default)]
pub struct Machine(Arc<Mutex<State>>);

/// A copy that shares nothing with the original.
impl Clone for Machine {
    fn clone(&self) -> Machine {
        Machine(Arc::new(Mutex::new(self.state().clone())))
    }
}

/// The files of a [`Machine`], as one process sees them.
#[derive(Clone, Debug)]
pub struct FaultyFiles {
    state: Arc<Mutex<State>>,
    process: u64,
}

/// An open file.
#[derive(Clone, Debug)]
pub struct FaultyFile {
    files: FaultyFiles,
    id: u64,
}

#[derive(Clone, Debug, Default)]
struct State {
    contents: BTreeMap<u64, Content>,
    names: Names,
    /// The number of the process that runs.
    process: u64,
    has_ended: bool,
    is_full: bool,
    /// The number of the operation with a fault, the fault, and what decides about its parts.
    armed: Option<(u64, Fault, Draws)>,
    effects: Effects,
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    // A panic elsewhere leaves no operation half done.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Machine {
    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }

    /// The files, for the process that runs now.
    pub fn files(&self) -> FaultyFiles {
        FaultyFiles { state: self.0.clone(), process: self.state().process }
    }

    /// The operation after `after` more ones meets `fault`. Of a write, a part is done that `draws`
    /// decides; so it is of the sectors that a failed sync leaves. At most one fault is armed.
    pub fn arm(&self, after: u64, fault: Fault, draws: Draws) {
        let mut state = self.state();
        state.armed = Some((state.effects.operations + after, fault, draws));
    }

    /// No fault is armed any more; whether the last one has not happened yet.
    pub fn disarm(&self) -> bool {
        self.state().armed.take().is_some()
    }

    /// The disk is full, or has space again.
    pub fn fill(&self, is_full: bool) {
        self.state().is_full = is_full;
    }

    /// The process ends, and another one begins. All that was written can be read.
    pub fn end_process(&self) {
        let mut state = self.state();
        state.process += 1;
        (state.has_ended, state.armed) = (false, None);
        state.forget_unnamed();
    }

    /// The power fails, and another process begins. `choose` decides about each sector, each length
    /// and each name.
    pub fn lose_power(&self, choose: Choose<'_>) {
        self.end_process();
        let state = &mut *self.state();
        let lost = state.contents.values_mut().map(|content| content.lose_power(choose));
        state.effects.lost_sectors += lost.sum::<u64>();
        state.effects.lost_names += state.names.lose_power(choose);
    }

    /// Whether a power failure could take something away.
    pub fn has_unsynced(&self) -> bool {
        let state = self.state();
        state.names.has_unsynced() || state.contents.values().any(Content::differs)
    }

    /// Flips a bit of what is durable; the process sees it too, unless it has written there since.
    /// Returns the name of the file and the byte, if any file has one.
    pub fn flip_bit(&self, choose: Choose<'_>) -> Option<(String, u64)> {
        let mut state = self.state();
        let durable = state.names.durable();
        let has_bytes = |id: &u64| state.contents.get(id).is_some_and(|it| it.durable_length() > 0);
        let mut files: Vec<(String, u64)> = durable
            .iter()
            .filter(|(_, id)| has_bytes(id))
            .map(|(n, id)| (n.clone(), *id))
            .collect();
        if files.is_empty() {
            return None;
        }
        let (name, id) = files.swap_remove(choose(files.len()));
        let content = state.contents.get_mut(&id)?;
        let byte = choose(content.durable_length());
        content.flip(byte, choose(8) as u32);
        state.effects.flipped_bits += 1;
        Some((name, byte as u64))
    }

    /// What has happened so far.
    pub fn effects(&self) -> Effects {
        self.state().effects
    }
}

fn ended() -> io::Error {
    io::Error::other("the process has ended")
}

fn failed() -> io::Error {
    io::Error::other("an input/output error")
}

fn not_found(name: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("there is no file '{name}'"))
}

impl State {
    /// One more operation, and the fault that it meets.
    fn begin(&mut self) -> Option<(Fault, Draws)> {
        let number = self.effects.operations;
        self.effects.operations += 1;
        let (_, fault, draws) = self.armed.take_if(|(at, ..)| *at == number)?;
        self.has_ended = fault == Fault::Crash;
        Some((fault, draws))
    }

    /// An operation that is done as a whole or not at all.
    fn whole(&mut self, act: impl FnOnce(&mut State) -> io::Result<()>) -> io::Result<()> {
        match self.begin() {
            None => act(self),
            Some((Fault::Error, _)) => Err(failed()),
            Some((Fault::Crash, mut draws)) => {
                if draws.below(2) == 1 {
                    let _ = act(self);
                }
                Err(ended())
            }
        }
    }

    /// The longest part of a write that there is space for.
    fn room(&self, id: u64, end: usize) -> usize {
        match self.is_full {
            true => end.min(self.contents.get(&id).map_or(0, Content::length)),
            false => end,
        }
    }

    fn write(&mut self, id: u64, offset: usize, bytes: &[u8]) -> io::Result<()> {
        let fault = self.begin();
        let room = self.room(id, offset + bytes.len()).saturating_sub(offset);
        let Some(content) = self.contents.get_mut(&id) else { return Ok(()) };
        if room < bytes.len() && fault.is_none() {
            // Blocks are found for a part of it.
            let part = Draws::new(self.effects.operations).below(bytes.len());
            content.write(offset, &bytes[..part.max(room)]);
            self.effects.no_space += 1;
            return Err(io::Error::new(io::ErrorKind::StorageFull, "no space is left"));
        }
        let Some((fault, mut draws)) = fault else {
            content.write(offset, bytes);
            return Ok(());
        };
        let part = draws.part_of(bytes.len());
        content.write(offset, &bytes[..part]);
        self.effects.torn_writes += u64::from(part > 0 && part < bytes.len());
        Err(if fault == Fault::Crash { ended() } else { failed() })
    }

    fn sync(&mut self, id: u64) -> io::Result<()> {
        let fault = self.begin();
        let Some(content) = self.contents.get_mut(&id) else { return Ok(()) };
        match fault {
            None => content.sync(),
            Some((Fault::Crash, mut draws)) => {
                if draws.below(2) == 1 {
                    content.sync();
                }
                return Err(ended());
            }
            Some((Fault::Error, mut draws)) => {
                content.fail_sync(&mut |count| draws.below(count));
                self.effects.failed_syncs += 1;
                return Err(failed());
            }
        }
        Ok(())
    }

    fn sync_directory(&mut self) -> io::Result<()> {
        let before = self.names.has_unsynced();
        let result = self.whole(|state| {
            state.names.sync();
            Ok(())
        });
        let has_failed = result.is_err() && before && !self.has_ended;
        self.effects.failed_directory_syncs += u64::from(has_failed);
        result
    }

    fn create(&mut self, name: &str) -> io::Result<u64> {
        let mut id = 0;
        let created = self.whole(|state| {
            if let Some(existing) = state.names.get(name) {
                id = existing;
                if let Some(content) = state.contents.get_mut(&id) {
                    content.truncate(0);
                }
                return Ok(());
            }
            id = state.contents.last_key_value().map_or(0, |(id, _)| id + 1);
            state.contents.insert(id, Content::default());
            state.names.change(Change::Create { name: name.into(), id });
            Ok(())
        });
        created.map(|()| id)
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.whole(|state| {
            let id = state.names.get(from).ok_or_else(|| not_found(from))?;
            state.names.change(Change::Rename { from: from.into(), to: to.into(), id });
            Ok(())
        })
    }

    fn remove(&mut self, name: &str) -> io::Result<()> {
        self.whole(|state| {
            state.names.get(name).ok_or_else(|| not_found(name))?;
            state.names.change(Change::Remove { name: name.into() });
            Ok(())
        })
    }

    /// Files without a name are gone when no process has them open any more.
    fn forget_unnamed(&mut self) {
        let names = &self.names;
        self.contents.retain(|id, _| names.mention(*id));
    }
}

impl FaultyFiles {
    /// The state, if this process still runs.
    fn state(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = locked(&self.state);
        match state.process == self.process && !state.has_ended {
            true => Ok(state),
            false => Err(ended()),
        }
    }

    fn file(&self, id: u64) -> FaultyFile {
        FaultyFile { files: self.clone(), id }
    }
}

impl Files for FaultyFiles {
    type File = FaultyFile;

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.state()?.names.list())
    }

    fn open(&self, name: &str) -> io::Result<FaultyFile> {
        let id = self.state()?.names.get(name).ok_or_else(|| not_found(name))?;
        Ok(self.file(id))
    }

    fn create(&self, name: &str) -> io::Result<FaultyFile> {
        let id = self.state()?.create(name)?;
        Ok(self.file(id))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state()?.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state()?.remove(name)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.state()?.sync_directory()
    }
}

impl File for FaultyFile {
    fn length(&self) -> io::Result<u64> {
        let state = self.files.state()?;
        Ok(state.contents.get(&self.id).map_or(0, Content::length) as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let state = self.files.state()?;
        let content = state.contents.get(&self.id);
        let bytes = content.and_then(|content| content.read(offset as usize, buffer.len()));
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.files.state()?.write(self.id, offset as usize, bytes)
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        let (id, length) = (self.id, length as usize);
        self.files.state()?.whole(|state| {
            if let Some(content) = state.contents.get_mut(&id) {
                content.truncate(length);
            }
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.files.state()?.sync(self.id)
    }
}
