//! The file seam: what a store needs of a file system, and no more.
//!
//! Promises of an implementation: reads see all earlier writes of this process. A crash may lose
//! any write to a file that no [`File::sync`] followed, in any subset of its sectors, and any
//! creation, renaming or removal that no [`Files::sync_directory`] followed. After a failed sync
//! nothing is promised about the writes before it, even if a later sync succeeds. Knows nothing of
//! logs and snapshots.

use std::io;

/// What a disk writes as a whole: a crash leaves a sector as it was, or as it was to be.
pub const SECTOR: usize = 512;

/// One directory of files.
pub trait Files {
    /// An open file.
    type File: File;

    /// The names of all files, in any order.
    fn list(&self) -> io::Result<Vec<String>>;

    /// Opens an existing file.
    fn open(&self, name: &str) -> io::Result<Self::File>;

    /// Creates a file, or empties an existing one.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Renames a file; an existing file of the new name is replaced.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes creations, renamings and removals durable.
    fn sync_directory(&self) -> io::Result<()>;
}

/// One open file.
pub trait File {
    /// Its length, in bytes.
    fn length(&self) -> io::Result<u64>;

    /// Fills `buffer` with the bytes from `offset` on; an error if there are too few.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;

    /// Writes `bytes` at `offset`, beyond its end too.
    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Cuts it, or extends it by zeros.
    fn truncate(&mut self, length: u64) -> io::Result<()>;

    /// Makes its content and length durable.
    fn sync(&mut self) -> io::Result<()>;

    /// Writes `bytes` at its end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_at(self.length()?, bytes)
    }
}

/// All of a file's bytes.
pub fn read<F: Files>(files: &F, name: &str) -> io::Result<Vec<u8>> {
    read_first(files, name, u64::MAX)
}

/// The first `length` bytes of a file, or all if it has fewer.
pub fn read_first<F: Files>(files: &F, name: &str, length: u64) -> io::Result<Vec<u8>> {
    let file = files.open(name)?;
    let mut bytes = vec![0; file.length()?.min(length) as usize];
    file.read_at(0, &mut bytes)?;
    Ok(bytes)
}

/// Replaces the content of `name` durably and as a whole: after a crash it has the old content or
/// the new.
pub fn replace<F: Files>(files: &F, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!("{name}{TEMPORARY}");
    let mut file = files.create(&temporary)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    files.rename(&temporary, name)?;
    files.sync_directory()
}

/// How the names of unfinished files end.
pub const TEMPORARY: &str = ".tmp";
