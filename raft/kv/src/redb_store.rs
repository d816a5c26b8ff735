//! The durable state in redb, a store that others keep: to compare it with the log of our own.
//!
//! Promises: the same as [`store::WalStore`]: one transaction, and so one sync, for a group of
//! writes.

use std::io;
use std::sync::Arc;

use raft::{Durable, Entry, HardState, LogId, Membership, NodeId, Payload, Snapshot, Term, Write};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use store::{Counters, Directory, OpenError, SaveError, Storage, Stored};

use crate::command::Command;

/// Entries by index: the term, a kind (0 no-op, 1 command, 2 change), and the command's bytes or
/// three sets of servers.
const LOG: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("log");
/// `hard state`: term and vote. `snapshot`: last entry, membership, state.
const STATE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("state");

/// A store in one file of redb.
pub struct RedbStore {
    database: Database,
    counters: Counters,
}

impl Storage<Command, Directory> for RedbStore {
    fn open(files: Directory) -> Result<(RedbStore, Durable<Command>), OpenError> {
        // The server takes a file of this name as a sign that there is a log.
        let path = files.path().join("log-redb");
        let failed = |error: redb::Error| OpenError::Io {
            doing: format!("cannot open {}", path.display()),
            source: io::Error::other(error),
        };
        let database = Database::create(&path).map_err(|error| failed(error.into()))?;
        let durable = read(&database).map_err(failed)?;
        Ok((RedbStore { database, counters: Counters::default() }, durable))
    }

    fn save(&mut self, writes: &[Write<Command>]) -> Result<(), SaveError> {
        self.counters.groups += 1;
        self.counters.entries += writes.iter().map(|write| write.entries.len() as u64).sum::<u64>();
        let saved = self.database.begin_write().map_err(redb::Error::from).and_then(|group| {
            writes.iter().try_for_each(|write| add(&group, write))?;
            group.commit().map_err(redb::Error::from)
        });
        saved.map_err(|error| SaveError {
            doing: "cannot commit".into(),
            source: io::Error::other(error),
        })
    }

    fn counters(&self) -> Counters {
        self.counters
    }
}

fn add(group: &WriteTransaction, write: &Write<Command>) -> Result<(), redb::Error> {
    let mut log = group.open_table(LOG)?;
    let mut state = group.open_table(STATE)?;
    if let Some(HardState { term, vote }) = write.hard_state {
        let mut bytes = term.0.to_le_bytes().to_vec();
        bytes.extend(vote.map(|id| id.0));
        state.insert("hard state", &bytes[..])?;
    }
    if let Some(from) = write.truncate_from {
        log.retain_in(from.0.., |_, _| false)?;
    }
    if let Some(snapshot) = &write.snapshot {
        log.retain_in(..=snapshot.last.index.0, |_, _| false)?;
        let mut bytes = Vec::with_capacity(40 + snapshot.data.len());
        let LogId { index, term } = snapshot.last;
        let [voters, outgoing, learners] = snapshot.membership.bits();
        for number in [index.0, term.0, voters, outgoing, learners] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend_from_slice(&snapshot.data);
        state.insert("snapshot", &bytes[..])?;
    }
    let mut bytes = Vec::new();
    for entry in &write.entries {
        bytes.clear();
        bytes.extend(entry.id.term.0.to_le_bytes());
        match &entry.payload {
            Payload::Noop => bytes.push(0),
            Payload::Command(command) => {
                bytes.push(1);
                bytes.extend_from_slice(&command.to_bytes());
            }
            Payload::Change(change) => {
                bytes.push(2);
                change.bits().iter().for_each(|set| bytes.extend(set.to_le_bytes()));
            }
        }
        log.insert(entry.id.index.0, &bytes[..])?;
    }
    Ok(())
}

fn read(database: &Database) -> Result<Durable<Command>, redb::Error> {
    // A first transaction makes the tables.
    let group = database.begin_write()?;
    group.open_table(LOG)?;
    group.open_table(STATE)?;
    group.commit()?;
    let view = database.begin_read()?;
    let (log, state) = (view.open_table(LOG)?, view.open_table(STATE)?);
    let corrupted = |what: &str| redb::Error::Corrupted(what.into());
    let mut durable = Durable::default();
    if let Some(found) = state.get("hard state")? {
        let (term, vote) = number(found.value()).ok_or(corrupted("hard state"))?;
        let vote = vote.first().map(|id| NodeId(*id));
        durable.hard_state = HardState { term: Term(term), vote };
    }
    if let Some(found) = state.get("snapshot")? {
        durable.snapshot = Some(snapshot(found.value()).ok_or(corrupted("snapshot"))?);
    }
    for item in log.iter()? {
        let (index, bytes) = item?;
        let entry = entry(index.value(), bytes.value());
        durable.entries.push(entry.ok_or(corrupted("log"))?);
    }
    Ok(durable)
}

fn snapshot(bytes: &[u8]) -> Option<Arc<Snapshot>> {
    let (index, rest) = number(bytes)?;
    let (term, rest) = number(rest)?;
    let (membership, data) = membership(rest)?;
    Some(Arc::new(Snapshot { last: LogId::new(term, index), membership, data: data.into() }))
}

fn entry(index: u64, bytes: &[u8]) -> Option<Entry<Command>> {
    let (term, rest) = number(bytes)?;
    let (kind, rest) = rest.split_first()?;
    let payload = match kind {
        0 => Payload::Noop,
        1 => Payload::Command(Command::from_bytes(rest)?),
        2 => Payload::Change(membership(rest)?.0),
        _ => return None,
    };
    Some(Entry { id: LogId::new(term, index), payload })
}

fn number(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    Some((u64::from_le_bytes(*number), rest))
}

fn membership(bytes: &[u8]) -> Option<(Membership, &[u8])> {
    let (voters, rest) = number(bytes)?;
    let (outgoing, rest) = number(rest)?;
    let (learners, rest) = number(rest)?;
    Some((Membership::from_bits([voters, outgoing, learners]), rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::{LogIndex, NodeSet, WriteId};

    #[test]
    fn what_was_saved_is_read_back() {
        let temporary = tempfile::tempdir().expect("there is room");
        let directory = Directory::open(temporary.path()).expect("it exists");
        let entry = |term, index| Entry {
            id: LogId::new(term, index),
            payload: Payload::Command(Command(bytes::Bytes::from(format!("{term} {index}")))),
        };
        let (mut store, durable) = RedbStore::open(directory.clone()).expect("it is empty");
        assert_eq!(durable, Durable::default());
        let write = Write {
            id: WriteId(1),
            hard_state: Some(HardState { term: Term(1), vote: Some(NodeId(2)) }),
            truncate_from: None,
            snapshot: None,
            tail: 0,
            entries: (1..=4).map(|index| entry(1, index)).collect(),
        };
        let membership = Membership::new(NodeSet::first(3));
        let last = LogId::new(1, 1);
        let more = Write {
            id: WriteId(2),
            hard_state: None,
            truncate_from: Some(LogIndex(3)),
            snapshot: Some(Arc::new(Snapshot { last, membership, data: Arc::from(*b"state") })),
            tail: 0,
            entries: vec![Entry { payload: Payload::Change(membership), ..entry(2, 3) }],
        };
        store.save(&[write.clone(), more.clone()]).expect("there is room");
        drop(store);
        let (_, durable) = RedbStore::open(directory).expect("it is readable");
        assert_eq!(durable.hard_state, write.hard_state.expect("it has one"));
        assert_eq!(durable.snapshot, more.snapshot);
        assert_eq!(durable.entries, [entry(1, 2), more.entries[0].clone()]);
    }
}
