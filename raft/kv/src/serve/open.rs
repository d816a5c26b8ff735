//! Opening what a server keeps in its data directory, and starting from it.

use std::fs::File;
use std::path::Path;

use raft::{Config, Durable, Limits, Membership, NodeId};
use store::{Directory, Storage, WalStore};

use crate::command::Command;
use crate::identity::{self, Disks};
use crate::serve::args::Args;
use crate::server::{Policy, Server, Settings};

/// A log on the disk.
pub type Store = Box<dyn Storage<Command, Directory> + Send>;

fn open_store(
    args: &Args,
    directory: Directory,
) -> Result<(Store, Durable<Command>), store::OpenError> {
    #[cfg(feature = "redb")]
    if args.redb {
        let (store, durable) = crate::redb_store::RedbStore::open(directory)?;
        return Ok((Box::new(store), durable));
    }
    let _ = args;
    let (store, durable) = WalStore::open(directory)?;
    Ok((Box::new(store), durable))
}

/// A server that can start, and what is in its data directory.
pub struct Opened {
    pub server: Server,
    pub store: Store,
    pub directory: Directory,
    pub identity: identity::Identity,
    pub disks: Disks,
    /// Held until the process ends.
    pub _lock: File,
}

/// Reads the data directory.
pub fn open(args: &Args) -> Result<Opened, String> {
    let path = args.data.display();
    let failed = |error: std::io::Error| format!("cannot open {path}: {error}");
    let directory = Directory::open(&args.data).map_err(failed)?;
    let lock = lock(&args.data)?;
    let identity = identity::start(&directory, args.id, &args.peers, args.join)?;
    let disks = Disks::open(directory.clone())?;
    let (store, durable) =
        open_store(args, directory.clone()).map_err(|error| format!("{path}: {error}"))?;
    let voters = identity.members.keys().map(|id| NodeId(*id)).collect();
    let config = Config {
        incarnation: identity.incarnation,
        jitter: u64::from_le_bytes(*identity.disk.first_chunk().ok_or("no disk id")?),
        pre_vote: true,
        check_quorum: true,
        limits: Limits { message_entries: 4096, ..Limits::DEFAULT },
        ..Config::new(NodeId(args.id), Membership::new(voters))
    };
    let ticks = |milliseconds: u64| (milliseconds / args.tick_ms).max(1);
    let settings = Settings {
        patience: ticks(args.timeout_ms),
        operation_patience: ticks(30_000),
        resend: ticks(600),
        policy: Policy {
            entries: args.snapshot_entries.max(1),
            retained: (args.snapshot_entries / 10).min(10_000),
            ..Policy::default()
        },
        ..Settings::default()
    };
    let server = Server::start(config, durable, identity.members.clone(), settings)
        .map_err(|error| format!("{path}: {error}"))?;
    Ok(Opened { server, store, directory, identity, disks, _lock: lock })
}

/// One process at a time uses a data directory.
fn lock(data: &Path) -> Result<File, String> {
    let path = data.join("lock");
    let failed = |error: std::io::Error| format!("cannot lock {}: {error}", path.display());
    let file = File::options().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(format!("{} is in use by another process", data.display()))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_used_by_one_process_at_a_time() {
        let temporary = tempfile::tempdir().expect("there is room");
        let held = lock(temporary.path()).expect("it is free");
        let error = lock(temporary.path()).expect_err("it is held");
        assert!(error.ends_with("is in use by another process"), "{error}");
        drop(held);
        assert!(lock(temporary.path()).is_ok());
    }
}
