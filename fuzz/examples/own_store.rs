//! Your own store under our Raft, over files that crash and lie:
//! `cargo run -r -p whitewater --example own_store`.
//!
//! Each is an implementation of [`Storage`]: a state file that is rewritten in place, as many are;
//! the same with a renaming and no sync of the directory; the same done right; and one over the
//! database redb. The mistakes are found, and printed as stories.
//!
//! A start must leave durable what it has read. For the state file, which has its name only after
//! its own sync, a sync of the directory is enough. A database cannot know whether the last sync of
//! an earlier process failed, and then reads pages that are in the page cache alone and that no
//! later sync writes: so its file is copied at each start.

use std::io::{self, ErrorKind};
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, PoisonError};

use redb::{Database, ReadableTable, StorageBackend, TableDefinition};
use whitewater::raft::{Durable, Entry, HardState, LogId, LogIndex, Membership};
use whitewater::raft::{NodeId, Payload, Snapshot, Term, Write};
use whitewater::replica::ours::Ours;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::report::shrink::shrink;
use whitewater::report::story::narrate;
use whitewater::run::Runner;
use whitewater::search::generator::{Generator, Strategy};
use whitewater::storage::{on, OnStore, StoredCommand};
use whitewater::store::faulty::{FaultyFile, FaultyFiles};
use whitewater::store::{read, replace, File, Files};
use whitewater::store::{OpenError, SaveError, Storage, Stored};

// ---- The state of a node as bytes: numbers, and strings of bytes behind their lengths ----

fn put(out: &mut Vec<u8>, number: u64) {
    out.extend(number.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Reads what was put, in the same order.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, length: u64) -> io::Result<&'a [u8]> {
        let cut = self.0.split_at_checked(length as usize);
        let (bytes, rest) = cut.ok_or(io::Error::new(ErrorKind::InvalidData, "it is cut"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn number(&mut self) -> io::Result<u64> {
        Ok(u64::from_le_bytes(self.bytes(8)?.try_into().map_err(io::Error::other)?))
    }

    fn string(&mut self) -> io::Result<&'a [u8]> {
        let length = self.number()?;
        self.bytes(length)
    }
}

fn membership(reader: &mut Reader<'_>) -> io::Result<Membership> {
    let bits = [reader.number()?, reader.number()?, reader.number()?];
    Ok(Membership::from_bits(bits))
}

fn encode_hard_state(state: &HardState) -> Vec<u8> {
    let mut out = Vec::new();
    put(&mut out, state.term.0);
    put(&mut out, state.vote.map_or(0, |id| u64::from(id.0) + 1));
    out
}

fn decode_hard_state(reader: &mut Reader<'_>) -> io::Result<HardState> {
    let (term, vote) = (Term(reader.number()?), reader.number()?);
    Ok(HardState { term, vote: vote.checked_sub(1).map(|id| NodeId(id as u8)) })
}

fn encode_snapshot(snapshot: &Snapshot) -> Vec<u8> {
    let mut out = Vec::new();
    let LogId { term, index } = snapshot.last;
    let sets = snapshot.membership.bits();
    [term.0, index.0].iter().chain(&sets).for_each(|&number| put(&mut out, number));
    put_bytes(&mut out, &snapshot.data);
    out
}

fn decode_snapshot(reader: &mut Reader<'_>) -> io::Result<Snapshot> {
    let last = LogId::new(reader.number()?, reader.number()?);
    let (membership, data) = (membership(reader)?, reader.string()?);
    Ok(Snapshot { last, membership, data: data.into() })
}

fn encode_entry<C: Stored>(entry: &Entry<C>) -> Vec<u8> {
    let mut out = Vec::new();
    let LogId { term, index } = entry.id;
    [term.0, index.0].iter().for_each(|&number| put(&mut out, number));
    match &entry.payload {
        Payload::Noop => put(&mut out, 0),
        Payload::Command(command) => {
            put(&mut out, 1);
            put_bytes(&mut out, &command.to_bytes());
        }
        Payload::Change(members) => {
            put(&mut out, 2);
            members.bits().iter().for_each(|&set| put(&mut out, set));
        }
    }
    out
}

fn decode_entry<C: Stored>(reader: &mut Reader<'_>) -> io::Result<Entry<C>> {
    let id = LogId::new(reader.number()?, reader.number()?);
    let payload = match reader.number()? {
        0 => Payload::Noop,
        1 => {
            let command = C::from_bytes(reader.string()?);
            Payload::Command(command.ok_or(io::Error::other("it is no command"))?)
        }
        _ => Payload::Change(membership(reader)?),
    };
    Ok(Entry { id, payload })
}

/// The index of the last entry that a snapshot covers.
fn covered(snapshot: &Option<Arc<Snapshot>>) -> LogIndex {
    snapshot.as_ref().map_or(LogIndex(0), |snapshot| snapshot.last.index)
}

/// The state after a write.
fn apply<C: Stored>(state: &mut Durable<C>, write: &Write<C>) {
    state.hard_state = write.hard_state.unwrap_or(state.hard_state);
    if let Some(from) = write.truncate_from {
        state.entries.retain(|entry| entry.id.index < from);
    }
    if write.snapshot.is_some() {
        state.snapshot.clone_from(&write.snapshot);
        let covered = covered(&state.snapshot);
        state.entries.retain(|entry| entry.id.index > covered);
    }
    state.entries.extend_from_slice(&write.entries);
}

// ---- A store that keeps all in one file ----

/// How the state file is replaced.
const IN_PLACE: u8 = 0;
const WITHOUT_DIRECTORY_SYNC: u8 = 1;
const AS_A_WHOLE: u8 = 2;

/// The whole state in one file, which is written anew each time.
struct StateFile<C, F, const HOW: u8> {
    files: F,
    state: Durable<C>,
}

const STATE: &str = "state";

fn encode_state<C: Stored>(state: &Durable<C>) -> Vec<u8> {
    let mut out = encode_hard_state(&state.hard_state);
    put(&mut out, u64::from(state.snapshot.is_some()));
    out.extend(state.snapshot.iter().flat_map(|snapshot| encode_snapshot(snapshot)));
    put(&mut out, state.entries.len() as u64);
    out.extend(state.entries.iter().flat_map(encode_entry));
    let mut file = Vec::new();
    put_bytes(&mut file, &out);
    put(&mut file, crc32c::crc32c(&out).into());
    file
}

fn decode_state<C: Stored>(file: &[u8]) -> io::Result<Durable<C>> {
    let mut reader = Reader(file);
    let (content, sum) = (reader.string()?, reader.number()?);
    if u64::from(crc32c::crc32c(content)) != sum || !reader.0.is_empty() {
        return Err(io::Error::new(ErrorKind::InvalidData, "its checksum is wrong"));
    }
    let mut reader = Reader(content);
    let hard_state = decode_hard_state(&mut reader)?;
    let snapshot = match reader.number()? {
        0 => None,
        _ => Some(Arc::new(decode_snapshot(&mut reader)?)),
    };
    let count = reader.number()?;
    let entries = (0..count).map(|_| decode_entry(&mut reader)).collect::<io::Result<_>>()?;
    Ok(Durable { hard_state, snapshot, entries, ..Durable::default() })
}

impl<C: Stored, F: Files, const HOW: u8> Storage<C, F> for StateFile<C, F, HOW> {
    fn open(files: F) -> Result<(Self, Durable<C>), OpenError> {
        files.sync_directory()?;
        let state = match read(&files, STATE) {
            Err(error) if error.kind() == ErrorKind::NotFound => Durable::default(),
            bytes => decode_state(&bytes?)?,
        };
        Ok((StateFile { files, state: state.clone() }, state))
    }

    fn save(&mut self, writes: &[Write<C>]) -> Result<(), SaveError> {
        writes.iter().for_each(|write| apply(&mut self.state, write));
        let bytes = encode_state(&self.state);
        match HOW {
            IN_PLACE => {
                let mut file = self.files.create(STATE)?;
                file.write_at(0, &bytes)?;
                file.sync()?;
                self.files.sync_directory()?;
            }
            WITHOUT_DIRECTORY_SYNC => {
                let mut file = self.files.create("state.new")?;
                file.write_at(0, &bytes)?;
                file.sync()?;
                self.files.rename("state.new", STATE)?;
            }
            _ => replace(&self.files, STATE, &bytes)?,
        }
        Ok(())
    }
}

// ---- A store over a database that others wrote ----

/// What redb needs of a file.
#[derive(Debug)]
struct Backend(Mutex<FaultyFile>);

impl Backend {
    fn file(&self) -> std::sync::MutexGuard<'_, FaultyFile> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StorageBackend for Backend {
    fn len(&self) -> io::Result<u64> {
        self.file().length()
    }

    fn read(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file().read_at(offset, &mut bytes)?;
        Ok(bytes)
    }

    fn set_len(&self, length: u64) -> io::Result<()> {
        self.file().truncate(length)
    }

    fn sync_data(&self, _: bool) -> io::Result<()> {
        self.file().sync()
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file().write_at(offset, bytes)
    }
}

/// Hard state and snapshot, by name.
const META: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("meta");
const ENTRIES: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("entries");

/// A database in one file.
struct Redb<C>(Database, PhantomData<C>);

const DATABASE: &str = "database";

/// The error of a database, as one of a file.
fn failed(error: impl Into<redb::Error>) -> io::Error {
    io::Error::other(error.into())
}

impl<C: Stored> Redb<C> {
    fn load(&self) -> io::Result<Durable<C>> {
        let write = self.0.begin_write().map_err(failed)?;
        let mut state = Durable::default();
        {
            let meta = write.open_table(META).map_err(failed)?;
            if let Some(bytes) = meta.get("hard state").map_err(failed)? {
                state.hard_state = decode_hard_state(&mut Reader(bytes.value()))?;
            }
            if let Some(bytes) = meta.get("snapshot").map_err(failed)? {
                state.snapshot = Some(Arc::new(decode_snapshot(&mut Reader(bytes.value()))?));
            }
            let entries = write.open_table(ENTRIES).map_err(failed)?;
            for row in entries.iter().map_err(failed)? {
                let (_, bytes) = row.map_err(failed)?;
                state.entries.push(decode_entry(&mut Reader(bytes.value()))?);
            }
        }
        write.commit().map_err(failed)?;
        Ok(state)
    }

    fn store(&self, writes: &[Write<C>]) -> io::Result<()> {
        let transaction = self.0.begin_write().map_err(failed)?;
        {
            let mut meta = transaction.open_table(META).map_err(failed)?;
            let mut entries = transaction.open_table(ENTRIES).map_err(failed)?;
            for write in writes {
                if let Some(state) = &write.hard_state {
                    let bytes = encode_hard_state(state);
                    meta.insert("hard state", &*bytes).map_err(failed)?;
                }
                if let Some(from) = write.truncate_from {
                    entries.retain(|index, _| index < from.0).map_err(failed)?;
                }
                if let Some(snapshot) = &write.snapshot {
                    let last = snapshot.last.index.0;
                    entries.retain(|index, _| index > last).map_err(failed)?;
                    meta.insert("snapshot", &*encode_snapshot(snapshot)).map_err(failed)?;
                }
                for entry in &write.entries {
                    let bytes = encode_entry(entry);
                    entries.insert(entry.id.index.0, &*bytes).map_err(failed)?;
                }
            }
        }
        transaction.commit().map_err(failed)
    }
}

impl<C: Stored> Storage<C, FaultyFiles> for Redb<C> {
    fn open(files: FaultyFiles) -> Result<(Self, Durable<C>), OpenError> {
        let bytes = match read(&files, DATABASE) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            bytes => bytes?,
        };
        replace(&files, DATABASE, &bytes)?;
        let backend = Backend(Mutex::new(files.open(DATABASE)?));
        let store =
            Redb(Database::builder().create_with_backend(backend).map_err(failed)?, PhantomData);
        let state = store.load()?;
        Ok((store, state))
    }

    fn save(&mut self, writes: &[Write<C>]) -> Result<(), SaveError> {
        Ok(self.store(writes)?)
    }
}

// ---- Under test ----

/// The first violation in so many schedules, as a story. A store that is not deterministic, such as
/// one that writes its pages in the order of a hash map, may not have it again.
fn first_story<S: Storage<StoredCommand, FaultyFiles>>(schedules: u64) -> Option<String> {
    let sut: SystemUnderTest<OnStore<Ours, S>> = on(S::open);
    let mut runner = Runner::new(sut.clone());
    let mut generator = Generator::new(Strategy::Swarm, 1);
    (0..schedules).find_map(|_| {
        let outcome = runner.run(&generator.schedule(None, 400));
        let violation = outcome.violation?;
        match shrink(&sut, &outcome.resolved) {
            Ok(small) => Some(narrate(&sut, &small.schedule)),
            Err(_) => Some(format!("violated  {violation}.\n")),
        }
    })
}

type OnFile<const HOW: u8> = StateFile<StoredCommand, FaultyFiles, HOW>;

/// [`first_story`] of one store.
type First = fn(u64) -> Option<String>;

/// So many schedules are run on each store.
const SCHEDULES: u64 = 2_000;

fn main() {
    let stores: [(&str, First); 4] = [
        ("a state file that is rewritten in place", first_story::<OnFile<IN_PLACE>>),
        ("no sync of the directory", first_story::<OnFile<WITHOUT_DIRECTORY_SYNC>>),
        ("a state file that is replaced as a whole", first_story::<OnFile<AS_A_WHOLE>>),
        ("redb", first_story::<Redb<StoredCommand>>),
    ];
    for (name, first) in stores {
        println!("== {name}\n");
        match first(SCHEDULES) {
            Some(story) => println!("{story}"),
            None => println!("no violation in {SCHEDULES} schedules\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_mistakes_are_found() {
        let story = first_story::<OnFile<IN_PLACE>>(300).expect("it is found");
        assert!(story.contains("its store refuses to start"), "{story}");
        assert!(first_story::<OnFile<WITHOUT_DIRECTORY_SYNC>>(300).is_some());
    }

    #[test]
    fn a_state_file_that_is_replaced_as_a_whole_is_silent() {
        assert_eq!(first_story::<OnFile<AS_A_WHOLE>>(1_000), None);
    }

    #[test]
    fn redb_is_silent() {
        assert_eq!(first_story::<Redb<StoredCommand>>(40), None);
    }
}
