#!/usr/bin/env bash
# Expected: a commit that returns an error has no effect: neither in the open database nor after it
#           is reopened.
# Happens:  if the disk accepts the writes of a commit and fails its flush, reads of the open
#           database still return the old value, and after the database is closed and reopened they
#           return the value of the refused commit.
# Matters:  the term and the vote of a Raft: a host that continues after the error reads that it has
#           not voted, and after its restart that it has. Treat the commit as in doubt and stop the
#           node: WriteTransaction::commit's docs say that the changes "may already have become
#           durable".
# Version:  redb 4.6.0 (crates.io), whole commits (Durability::Immediate, one phase: the default).
# Source:   https://github.com/cberner/redb: WriteTransaction::commit in src/transactions.rs.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "host"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
redb = "=4.6.0"
TOML
cat > "$work/src/main.rs" <<'RUST'
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use redb::{Database, ReadableDatabase, StorageBackend, TableDefinition};

const HARD_STATE: TableDefinition<&str, u64> = TableDefinition::new("hard state");

/// A disk in memory that accepts every write, and whose flush can fail.
#[derive(Debug, Clone, Default)]
struct Disk {
    bytes: Arc<Mutex<Vec<u8>>>,
    flush_fails: Arc<AtomicBool>,
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.bytes.lock().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let from = offset as usize;
        out.copy_from_slice(&self.bytes.lock().unwrap()[from..from + out.len()]);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.bytes.lock().unwrap().resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        match self.flush_fails.load(SeqCst) {
            true => Err(io::Error::other("the flush failed")),
            false => Ok(()),
        }
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let from = offset as usize;
        self.bytes.lock().unwrap()[from..from + data.len()].copy_from_slice(data);
        Ok(())
    }
}

fn commit(database: &Database, term: u64) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    transaction.open_table(HARD_STATE)?.insert("term", term)?;
    Ok(transaction.commit()?)
}

fn read(database: &Database) -> Result<Option<u64>, redb::Error> {
    let table = database.begin_read()?.open_table(HARD_STATE)?;
    Ok(table.get("term")?.map(|term| term.value()))
}

fn main() -> Result<(), redb::Error> {
    let disk = Disk::default();
    let database = Database::builder().create_with_backend(disk.clone())?;
    println!("commit of term 1: {:?}", commit(&database, 1));
    disk.flush_fails.store(true, SeqCst);
    println!("commit of term 2: {:?}", commit(&database, 2).map_err(|error| error.to_string()));
    disk.flush_fails.store(false, SeqCst);
    println!("read: {:?}", read(&database)?);
    drop(database);
    let database = Database::builder().create_with_backend(disk)?;
    println!("read after reopening: {:?}", read(&database)?);
    Ok(())
}
RUST

unset RUSTFLAGS
export CARGO_TARGET_DIR="$work/target"
cd "$work"
cargo build --quiet || untried "the host does not build"
"$work/target/debug/host" > seen 2>&1 || echo "the host failed" >> seen

echo "version:   redb 4.6.0, $(rustc --version)"
echo "behaviour: after a refused commit reads return the old value, and after reopening the new one"
sed -e '1s/^/seen:      /' -e '2,$s/^/           /' seen

cat > expected <<'TEXT'
commit of term 1: Ok(())
commit of term 2: Err("I/O error: the flush failed")
read: Some(1)
read after reopening: Some(2)
TEXT
if cmp -s seen expected; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
