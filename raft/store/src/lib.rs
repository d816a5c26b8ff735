//! Durable storage for a Raft node: term, vote, log and snapshots.
//!
//! [`Storage`] is the interface between a node and its store; put your own store there. [`Files`]
//! is the interface between a store and its file system, small enough to be replaced by one that
//! loses, tears and damages what a real disk may: the feature `faulty` has one, to test any store
//! with. [`WalStore`] is a write-ahead log over it, and [`Directory`] a real directory. There is no
//! thread and no runtime: every call blocks until its data is durable.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use raft::{Entry, HardState, LogId, NodeId, Payload, Term, Write, WriteId};
//! use store::{Directory, Storage, WalStore};
//!
//! # let temporary = tempfile::tempdir()?;
//! # let path = temporary.path().join("n1");
//! let directory = Directory::open(&path)?;
//! let (mut store, durable) = WalStore::open(directory)?;
//! assert_eq!(durable, raft::Durable::<Vec<u8>>::default());
//! store.save(&[Write {
//!     id: WriteId(1),
//!     hard_state: Some(HardState { term: Term(1), vote: Some(NodeId(1)) }),
//!     truncate_from: None,
//!     snapshot: None,
//!     tail: 0,
//!     entries: vec![Entry { id: LogId::new(1, 1), payload: Payload::Command(b"x = 7".to_vec()) }],
//! }])?;
//! drop(store);
//!
//! let (_, durable) = WalStore::open(Directory::open(&path)?)?;
//! assert_eq!(durable.hard_state.term, Term(1));
//! assert_eq!(durable.entries[0].payload, Payload::Command(b"x = 7".to_vec()));
//! # Ok(())
//! # }
//! ```
//!
//! # What is in the directory
//!
//! - `log-NNNNNNNN`: the segments of the log, numbered in hexadecimal. Each is a sequence of
//!   batches, see `sector.rs`; a batch is a sequence of records, see `record.rs`; the first record
//!   of a segment says which version of the format it has, which segment it continues, and from
//!   where. Every start begins a new segment.
//! - `snapshot-INDEX-TERM`: the snapshot up to this entry, see `snapshot.rs`.
//! - names that end in `.tmp`: unfinished files, which the next start removes.
//!
//! # After a crash
//!
//! An unfinished batch at the end of the newest segment is dropped: nothing durable can be behind
//! it, since a batch is written only after the one before it is durable. Any other damage is an
//! [`OpenError`], which names the file, the place and what to do. The last whole batch is written
//! again at each start: that it can be read does not mean that it is on the disk, if the sync after
//! it has failed or never came.
//!
//! # After a failed write or sync
//!
//! The store takes nothing more, and the process must end: what failed may or may not be on the
//! disk, and a second sync can succeed although the data of the first is lost. The way back is a
//! new process, which opens the directory as after a crash.

mod disk;
mod error;
#[cfg(feature = "faulty")]
pub mod faulty;
mod files;
mod open;
mod record;
mod replay;
mod rules;
mod sector;
mod snapshot;
mod wal;

use raft::{Durable, Write};

pub use disk::{Directory, DirectoryFile};
pub use error::{OpenError, SaveError};
pub use files::{read, replace, File, Files, SECTOR};
pub use record::Stored;
pub use rules::Rules;
pub use wal::{Counters, Options, WalStore};

/// A store of a node's durable state.
///
/// The contract is the core's: writes become durable in the order of their ids, and each with its
/// parts in the order of [`Write`]'s fields. A store may make a group of writes durable at once.
pub trait Storage<C, F: Files> {
    /// Opens the store in `files`, and reads the state from which the node starts. All of it is
    /// durable when this returns, for the node acts on it: that it can be read is not enough, since
    /// an earlier process may have ended before a sync, or after one that failed.
    fn open(files: F) -> Result<(Self, Durable<C>), OpenError>
    where
        Self: Sized;

    /// Makes `writes` durable, after all earlier ones, before it returns. After an error the store
    /// must not be used again, and how much of `writes` is durable is unknown.
    fn save(&mut self, writes: &[Write<C>]) -> Result<(), SaveError>;

    /// What it has done since it was opened, if it counts that.
    fn counters(&self) -> Counters {
        Counters::default()
    }
}
