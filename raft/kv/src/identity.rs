//! Whose data directory this is: two small files beside the log, each replaced as a whole.
//!
//! - `identity`: the server's id, the directory's own random id, the first members, how often the
//!   server has started, and whether a majority of the others has the directory's id on record.
//! - `disks`: the directories' ids of the other servers.
//!
//! A server whose directory was wiped has forgotten votes and entries that others count on, so it
//! must never take part again under its old id. Promises: every server records the id of a peer's
//! directory, durably, before it exchanges the first message with it, and refuses another one; and
//! a server takes part only once a majority of the others has recorded its own. Two majorities of
//! the others of one server have a member in common, so of two directories at most one is ever
//! used. Knows nothing of connections.

use std::collections::BTreeMap;
use std::io;

use bincode::{BorrowDecode, Decode, Encode};
use store::{Directory, Files};

use crate::codec;

const IDENTITY: &str = "identity";
const DISKS: &str = "disks";
const LOG: &str = "log-";
const VERSION: u32 = 1;
/// The memory that the content of a file may take, in bytes.
const MEMORY: usize = 1 << 20;

/// The random id of a data directory.
pub type DiskId = [u8; 16];

/// The content of `identity`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Identity {
    version: u32,
    /// The server's id.
    pub server: u8,
    /// The directory's id.
    pub disk: DiskId,
    /// The addresses of the first members of the cluster.
    pub members: BTreeMap<u8, String>,
    /// How often the server has started.
    pub incarnation: u64,
    /// A majority of the others has this directory's id on record.
    pub is_established: bool,
}

/// Reads the identity in `directory`, or gives it one, and counts this start. `peers` are the
/// servers on the command line; `joins` says that this one is not among the first members.
pub fn start(
    directory: &Directory,
    server: u8,
    peers: &BTreeMap<u8, String>,
    joins: bool,
) -> Result<Identity, String> {
    let path = directory.path().display();
    let names = directory.list().map_err(|error| format!("cannot list {path}: {error}"))?;
    let has_log = names.iter().any(|name| name.starts_with(LOG));
    let mut identity = match names.iter().any(|name| name == IDENTITY) {
        true => read(directory)?,
        false if has_log => {
            return Err(format!(
                "{path} has a log and no file `{IDENTITY}`: files are missing; do not start this \
                 server again, remove it from the cluster and add a new one"
            ));
        }
        false => {
            // Written first: that it is missing later means that it was lost.
            write(directory, DISKS, &BTreeMap::<u8, DiskId>::new())?;
            fresh(server, peers, joins)?
        }
    };
    if identity.server != server {
        return Err(format!("{path} belongs to server {}, not to {server}", identity.server));
    }
    if identity.is_established && !has_log {
        return Err(format!(
            "{path} has lost its log: do not start this server again, remove it from the cluster \
             and add a new one"
        ));
    }
    identity.incarnation += 1;
    save(directory, &identity)?;
    Ok(identity)
}

fn fresh(server: u8, peers: &BTreeMap<u8, String>, joins: bool) -> Result<Identity, String> {
    let mut disk = DiskId::default();
    getrandom::fill(&mut disk).map_err(|error| format!("no random numbers: {error}"))?;
    let mut members = peers.clone();
    if joins {
        members.remove(&server);
    }
    let identity =
        Identity { version: VERSION, server, disk, members, incarnation: 0, is_established: false };
    Ok(identity)
}

/// Replaces the identity in `directory`.
pub fn save(directory: &Directory, identity: &Identity) -> Result<(), String> {
    write(directory, IDENTITY, identity)
}

fn read(directory: &Directory) -> Result<Identity, String> {
    let identity: Identity = read_file(directory, IDENTITY)?;
    match identity.version {
        VERSION => Ok(identity),
        other => Err(format!(
            "{}: its format has version {other}; this program reads {VERSION}",
            directory.path().join(IDENTITY).display()
        )),
    }
}

/// The ids of the other servers' directories.
#[derive(Clone, Debug)]
pub struct Disks {
    directory: Directory,
    known: BTreeMap<u8, DiskId>,
}

impl Disks {
    /// Reads the ids on record, in a directory that has an identity.
    pub fn open(directory: Directory) -> Result<Disks, String> {
        let known = read_file(&directory, DISKS)?;
        Ok(Disks { directory, known })
    }

    /// Whether `server` may have this directory: records it, durably, if none is on record.
    pub fn admits(&mut self, server: u8, disk: DiskId) -> Result<bool, String> {
        if let Some(known) = self.known.get(&server) {
            return Ok(*known == disk);
        }
        let mut known = self.known.clone();
        known.insert(server, disk);
        write(&self.directory, DISKS, &known)?;
        self.known = known;
        Ok(true)
    }
}

/// Writes `value`, after a checksum.
fn write<T: Encode>(directory: &Directory, name: &str, value: &T) -> Result<(), String> {
    let content = codec::encode(value);
    let mut bytes = crc32c::crc32c(&content).to_le_bytes().to_vec();
    bytes.extend(content);
    let path = directory.path().join(name);
    let written = store::replace(directory, name, &bytes);
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn read_file<T: for<'a> BorrowDecode<'a, ()>>(
    directory: &Directory,
    name: &str,
) -> Result<T, String> {
    let path = directory.path().join(name);
    let lost = |what: &str| {
        format!(
            "{} {what}: do not start this server again, remove it from the cluster and add a new \
             one",
            path.display()
        )
    };
    let damaged = || lost("is damaged");
    let bytes = store::read(directory, name).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => lost("is missing"),
        _ => format!("cannot read {}: {error}", path.display()),
    })?;
    let (sum, content) = bytes.split_first_chunk::<4>().ok_or_else(damaged)?;
    if crc32c::crc32c(content) != u32::from_le_bytes(*sum) {
        return Err(damaged());
    }
    codec::decode::<MEMORY, T>(content).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peers() -> BTreeMap<u8, String> {
        (1..=3).map(|id| (id, format!("127.0.0.1:710{id}"))).collect()
    }

    fn directory() -> (tempfile::TempDir, Directory) {
        let temporary = tempfile::tempdir().expect("there is room");
        let directory = Directory::open(temporary.path()).expect("it exists");
        (temporary, directory)
    }

    #[test]
    fn each_start_has_a_number_of_its_own_and_the_first_decides_the_members() {
        let (_keep, directory) = directory();
        let first = start(&directory, 1, &peers(), false).expect("it is fresh");
        let second = start(&directory, 1, &BTreeMap::new(), true).expect("it is known");
        assert_eq!((first.incarnation, second.incarnation), (1, 2));
        assert_eq!(second.members, peers());
        assert_eq!(first.disk, second.disk);
    }

    #[test]
    fn a_server_that_joins_is_not_among_the_first_members() {
        let (_keep, directory) = directory();
        let identity = start(&directory, 3, &peers(), true).expect("it is fresh");
        assert_eq!(identity.members.keys().copied().collect::<Vec<u8>>(), [1, 2]);
    }

    #[test]
    fn a_directory_of_another_server_is_refused() {
        let (_keep, directory) = directory();
        start(&directory, 1, &peers(), false).expect("it is fresh");
        let error = start(&directory, 2, &peers(), false).expect_err("it is not server 2's");
        assert!(error.ends_with("belongs to server 1, not to 2"), "{error}");
    }

    #[test]
    fn a_directory_without_its_log_or_its_identity_is_refused() {
        let (_keep, directory) = directory();
        let mut identity = start(&directory, 1, &peers(), false).expect("it is fresh");
        identity.is_established = true;
        save(&directory, &identity).expect("there is room");
        assert!(start(&directory, 1, &peers(), false).is_err());
        directory.create("log-00000001").expect("there is room");
        assert!(start(&directory, 1, &peers(), false).is_ok());
        directory.remove(IDENTITY).expect("it exists");
        assert!(start(&directory, 1, &peers(), false).is_err());
    }

    #[test]
    fn a_damaged_identity_is_refused_by_its_name() {
        let (keep, directory) = directory();
        start(&directory, 1, &peers(), false).expect("it is fresh");
        let path = keep.path().join(IDENTITY);
        let mut bytes = std::fs::read(&path).expect("it exists");
        bytes[9] ^= 1;
        std::fs::write(&path, bytes).expect("there is room");
        let error = start(&directory, 1, &peers(), false).expect_err("it is damaged");
        assert!(error.contains("identity is damaged"), "{error}");
    }

    #[test]
    fn one_directory_of_a_server_is_admitted_and_remembered() {
        let (_keep, directory) = directory();
        start(&directory, 1, &peers(), false).expect("it is fresh");
        let mut disks = Disks::open(directory.clone()).expect("there are none");
        assert_eq!(disks.admits(2, [1; 16]), Ok(true));
        assert_eq!(disks.admits(2, [2; 16]), Ok(false));
        let mut again = Disks::open(directory.clone()).expect("it is readable");
        assert_eq!(again.admits(2, [2; 16]), Ok(false));
        assert_eq!(again.admits(2, [1; 16]), Ok(true));
        assert_eq!(again.admits(3, [2; 16]), Ok(true));
        directory.remove(DISKS).expect("it exists");
        let error = Disks::open(directory).expect_err("it is lost");
        assert!(error.contains("disks is missing"), "{error}");
    }
}
