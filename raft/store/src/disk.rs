//! A real directory as [`Files`].
//!
//! Promises: a sync returns once the device has the data (`fdatasync`, and `fsync` for the
//! directory). A directory may keep a reserve: a file of no use, which is given up when a write
//! finds no space, so that what is small and must be written still can be.

use std::fs;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::files::{File, Files};

const RESERVE: &str = "reserve";

/// A directory.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory at `path`, which is created, durably, if it does not exist.
    pub fn open(path: &Path) -> io::Result<Directory> {
        create(path)?;
        Ok(Directory { path: path.to_path_buf() })
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps `bytes` in reserve, unless it does already.
    pub fn keep_reserve(&self, bytes: u64) -> io::Result<()> {
        let path = self.path.join(RESERVE);
        if fs::metadata(&path).is_ok_and(|found| found.len() >= bytes) {
            return Ok(());
        }
        let file = fs::File::create(&path)?;
        let none = rustix::fs::FallocateFlags::empty();
        let allocated = rustix::fs::fallocate(&file, none, 0, bytes);
        allocated.map_err(|error| {
            let _ = fs::remove_file(&path);
            error.into()
        })
    }

    /// Does `operation`, and again after giving up the reserve if there is no space.
    fn with_reserve<T>(&self, mut operation: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        match operation() {
            Err(error)
                if error.kind() == ErrorKind::StorageFull
                    && fs::remove_file(self.path.join(RESERVE)).is_ok() =>
            {
                operation()
            }
            done => done,
        }
    }
}

/// Creates a directory and those above it, durably.
fn create(path: &Path) -> io::Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let above = path.parent().unwrap_or(Path::new(""));
    create(above)?;
    fs::create_dir(path)?;
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    fs::File::open(above)?.sync_all()
}

/// A file of a [`Directory`].
#[derive(Debug)]
pub struct DirectoryFile {
    file: fs::File,
    directory: Directory,
}

impl Directory {
    fn file(&self, file: fs::File) -> DirectoryFile {
        DirectoryFile { file, directory: self.clone() }
    }
}

impl Files for Directory {
    type File = DirectoryFile;

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string());
            }
        }
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<DirectoryFile> {
        let file = fs::File::options().read(true).write(true).open(self.path.join(name))?;
        Ok(self.file(file))
    }

    fn create(&self, name: &str) -> io::Result<DirectoryFile> {
        let mut options = fs::File::options();
        options.read(true).write(true).create(true).truncate(true);
        let file = self.with_reserve(|| options.open(self.path.join(name)))?;
        Ok(self.file(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with_reserve(|| fs::rename(self.path.join(from), self.path.join(to)))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_directory(&self) -> io::Result<()> {
        fs::File::open(&self.path)?.sync_all()
    }
}

impl File for DirectoryFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.read_exact_at(buffer, offset)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.directory.with_reserve(|| self.file.write_all_at(bytes, offset))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_created_with_those_above_it() {
        let temporary = tempfile::tempdir().expect("there is room");
        let path = temporary.path().join("a/b/c");
        let directory = Directory::open(&path).expect("it can be created");
        let mut file = directory.create("f").expect("there is room");
        file.append(b"one").and_then(|()| file.append(b"two")).expect("there is room");
        assert_eq!(crate::files::read(&directory, "f").expect("it exists"), b"onetwo");
        file.truncate(4).expect("it is longer");
        assert_eq!(file.length().expect("it exists"), 4);
        assert_eq!(Directory::open(&path).expect("it exists").list().expect("readable"), ["f"]);
    }

    #[test]
    fn a_reserve_is_kept_once_and_given_up_for_a_write_without_space() {
        let temporary = tempfile::tempdir().expect("there is room");
        let directory = Directory::open(temporary.path()).expect("it exists");
        directory.keep_reserve(4096).expect("there is room");
        directory.keep_reserve(4096).expect("it is there");
        let path = temporary.path().join(RESERVE);
        assert_eq!(fs::metadata(&path).expect("it exists").len(), 4096);
        let mut tries = 0;
        let mut write = || {
            tries += 1;
            match path.exists() {
                true => Err(io::Error::from(ErrorKind::StorageFull)),
                false => Ok(tries),
            }
        };
        assert_eq!(directory.with_reserve(&mut write).expect("there is room then"), 2);
        let full = || Err::<(), _>(io::Error::from(ErrorKind::StorageFull));
        assert!(directory.with_reserve(full).is_err(), "there is no reserve any more");
    }
}
