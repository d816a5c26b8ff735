//! The disk thread: makes writes durable, as many at once as wait.
//!
//! Promises: writes become durable in the order in which they were sent, one sync for a group; the
//! first failure is the last thing that it reports. It also reports how much space is left.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use raft::{Write, WriteId};
use store::{Counters, Directory, Storage};
use tokio::sync::mpsc::UnboundedSender;

use crate::command::Command;

/// How often the space that is left is looked at.
const LOOK: Duration = Duration::from_millis(100);
/// At most this many bytes are kept in reserve.
const RESERVE: u64 = 16 << 20;
/// A group has at most this many writes.
const GROUP: usize = 4096;

/// What the disk thread reports.
#[derive(Debug)]
pub enum Report {
    /// The write with this id, and all before it, is durable.
    Saved(WriteId, Counters),
    /// A write failed, for this reason.
    Failed(String),
    /// This many bytes are left.
    Space(u64),
}

/// Saves what arrives until the sender is gone.
pub fn run(
    mut store: Box<dyn Storage<Command, Directory> + Send>,
    directory: Directory,
    reserve: u64,
    writes: Receiver<Vec<Write<Command>>>,
    reports: UnboundedSender<Report>,
) {
    let mut looked = None;
    loop {
        if looked.is_none_or(|looked: Instant| looked.elapsed() >= LOOK) {
            looked = Some(Instant::now());
            if let Ok(space) = space(directory.path()) {
                let _ = reports.send(Report::Space(space));
                keep_reserve(&directory, reserve, space);
            }
        }
        let mut group = match writes.recv_timeout(LOOK) {
            Ok(group) => group,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        while group.len() < GROUP {
            let Ok(more) = writes.try_recv() else { break };
            group.extend(more);
        }
        let Some(last) = group.last().map(|write| write.id) else { continue };
        let report = match store.save(&group) {
            Ok(()) => Report::Saved(last, store.counters()),
            Err(error) => Report::Failed(error.to_string()),
        };
        let has_failed = matches!(report, Report::Failed(_));
        if reports.send(report).is_err() || has_failed {
            return;
        }
    }
}

/// A part of the space that is kept free is kept for small writes that must not fail: terms, votes
/// and no-ops. It is kept again when there is enough.
fn keep_reserve(directory: &Directory, reserve: u64, space: u64) {
    if space >= reserve {
        if let Err(error) = directory.keep_reserve((reserve / 4).min(RESERVE)) {
            tracing::warn!(%error, "no space is in reserve");
        }
    }
}

fn space(path: &Path) -> std::io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}
