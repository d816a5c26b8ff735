//! Snapshots, a file each.
//!
//! | bytes    | content                                                     |
//! |----------|-------------------------------------------------------------|
//! | 0..8     | `raftsnap`                                                  |
//! | 8..12    | the version of this format: 1                               |
//! | 12..28   | index and term of the last entry                            |
//! | 28..52   | voters, outgoing voters, learners: a bit each               |
//! | 52..60   | how many bytes of state follow                              |
//! | 60..     | the state                                                   |
//!
//! Numbers are little-endian. The file's checksum is in the log, with the mark that puts the
//! snapshot in force. Promises: a file has its final name only once its content is durable. Knows
//! nothing of the log.

use std::io;
use std::sync::Arc;

use raft::{LogId, Membership, Snapshot};

use crate::files::{File, Files, TEMPORARY};
use crate::record::Mark;
use crate::rules::Rules;

const MAGIC: &[u8; 8] = b"raftsnap";
const VERSION: u32 = 1;
const HEADER: usize = 60;
const PREFIX: &str = "snapshot-";

/// The name of the file of the snapshot whose last entry is at `index`, of `term`.
pub fn name(index: u64, term: u64) -> String {
    format!("{PREFIX}{index:016x}-{term:016x}")
}

/// Whether a file of this name is a snapshot.
pub fn is_snapshot(name: &str) -> bool {
    name.starts_with(PREFIX) && !name.ends_with(TEMPORARY)
}

/// Saves a snapshot durably. It is not in force before the log has its mark.
pub fn save<F: Files>(files: &F, snapshot: &Snapshot, rules: &Rules) -> io::Result<Mark> {
    let LogId { index, term } = snapshot.last;
    let bytes = encode(snapshot);
    let mark = Mark { index: index.0, term: term.0, checksum: crc32c::crc32c(&bytes) };
    let name = name(mark.index, mark.term);
    let temporary = format!("{name}{TEMPORARY}");
    let mut file = files.create(&temporary)?;
    file.write_at(0, &bytes)?;
    if rules.syncs_snapshot_before_rename {
        file.sync()?;
    }
    files.rename(&temporary, &name)?;
    if rules.syncs_directory {
        files.sync_directory()?;
    }
    Ok(mark)
}

fn encode(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + snapshot.data.len());
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    let LogId { index, term } = snapshot.last;
    let [voters, outgoing, learners] = snapshot.membership.bits();
    for number in [index.0, term.0, voters, outgoing, learners, snapshot.data.len() as u64] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend_from_slice(&snapshot.data);
    bytes
}

/// The snapshot in a file's `bytes`, or what is wrong with them.
pub fn decode(bytes: &[u8], mark: Mark, rules: &Rules) -> Result<Arc<Snapshot>, String> {
    if bytes.len() < HEADER || &bytes[..8] != MAGIC {
        return Err("it is no snapshot, or cut".into());
    }
    let version = u32::from_le_bytes([8, 9, 10, 11].map(|at| bytes[at]));
    if version != VERSION {
        return Err(format!("its format has version {version}; this program reads {VERSION}"));
    }
    if rules.checks_checksums && crc32c::crc32c(bytes) != mark.checksum {
        return Err("its checksum is wrong".into());
    }
    let number = |place: usize| {
        let at = 12 + 8 * place;
        u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|more| bytes[at + more]))
    };
    let last = LogId::new(number(1), number(0));
    if (last.index.0, last.term.0) != (mark.index, mark.term) {
        return Err(format!("it is the snapshot of {last}"));
    }
    let data = &bytes[HEADER..];
    if data.len() as u64 != number(5) {
        return Err(format!("it has {} bytes of state instead of {}", data.len(), number(5)));
    }
    let membership = Membership::from_bits([number(2), number(3), number(4)]);
    Ok(Arc::new(Snapshot { last, membership, data: data.into() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use raft::NodeSet;

    fn snapshot() -> Snapshot {
        let membership = Membership {
            voters: NodeSet::first(3),
            outgoing: NodeSet::first(2),
            learners: NodeSet::from_bits(16),
        };
        Snapshot { last: LogId::new(3, 70), membership, data: Arc::from(*b"the state") }
    }

    fn mark(bytes: &[u8]) -> Mark {
        Mark { index: 70, term: 3, checksum: crc32c::crc32c(bytes) }
    }

    #[test]
    fn a_snapshot_is_read_back() {
        let bytes = encode(&snapshot());
        let read = decode(&bytes, mark(&bytes), &Rules::DURABLE);
        assert_eq!(read.as_deref(), Ok(&snapshot()));
    }

    #[test]
    fn another_version_is_refused_by_its_number() {
        let mut bytes = encode(&snapshot());
        bytes[8] = 9;
        let error = decode(&bytes, mark(&bytes), &Rules::DURABLE).expect_err("it is refused");
        assert_eq!(error, "its format has version 9; this program reads 1");
    }

    #[test]
    fn a_damaged_or_cut_snapshot_is_refused() {
        let bytes = encode(&snapshot());
        let mark = mark(&bytes);
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 1;
            assert!(decode(&damaged, mark, &Rules::DURABLE).is_err());
            assert!(decode(&bytes[..place], mark, &Rules::DURABLE).is_err());
        }
        let other = Mark { index: 71, ..mark };
        assert!(decode(&bytes, other, &Rules::DURABLE).is_err());
    }
}
