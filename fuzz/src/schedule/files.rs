//! Files: reading and writing schedules.
//!
//! Promises: a file that cannot be read gives an error of one line that names the file and the
//! reason; a file is written whole or not at all, and never replaces other content.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::base::hash::mix;
use crate::schedule::Schedule;

/// A file that could not be read or written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// The reason.
    pub complaint: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.complaint)
    }
}

impl std::error::Error for FileError {}

fn wrong(path: &Path, complaint: impl fmt::Display) -> FileError {
    // An error of the operating system may span lines; a complaint does not.
    let complaint = complaint.to_string().replace('\n', " ");
    FileError { path: path.into(), complaint }
}

/// The content of a file, which must not be empty nor larger than `limit` bytes.
pub fn read_bytes(path: &Path, limit: usize) -> Result<Vec<u8>, FileError> {
    let file = fs::File::open(path).map_err(|error| wrong(path, plain(&error)))?;
    if file.metadata().is_ok_and(|about| about.is_dir()) {
        return Err(wrong(path, "is a directory"));
    }
    let mut bytes = Vec::new();
    let read = file.take(limit as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|error| wrong(path, plain(&error)))?;
    match bytes.len() {
        0 => Err(wrong(path, "is empty")),
        length if length > limit => Err(wrong(path, format!("is larger than {limit} bytes"))),
        _ => Ok(bytes),
    }
}

/// Reads a schedule: as text if the file's name ends in `.txt`, else as bytes.
pub fn read_schedule(path: &Path) -> Result<Schedule, FileError> {
    if path.extension().is_some_and(|extension| extension == "txt") {
        return read_script(path);
    }
    let bytes = read_bytes(path, Schedule::MAX_BYTES)?;
    Schedule::decode(&bytes).map_err(|error| wrong(path, error))
}

/// The most bytes of a schedule's text form.
const MAX_TEXT: usize = 64 * Schedule::MAX_EVENTS;

/// Reads a schedule as text.
pub fn read_script(path: &Path) -> Result<Schedule, FileError> {
    let bytes = read_bytes(path, MAX_TEXT)?;
    let text = String::from_utf8(bytes).map_err(|_| wrong(path, "is not UTF-8 text"))?;
    Schedule::parse(&text).map_err(|error| wrong(path, error))
}

/// Writes a new file, whole or not at all. An existing file with other content is left alone, and
/// is an error.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .ok_or_else(|| wrong(path, "is not a file name"))?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(wrong(path, "its folder does not exist"));
    }
    if path.is_dir() {
        return Err(wrong(path, "is a directory"));
    }
    let draft = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let outcome = write_synced(&draft, bytes).and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match outcome {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            match fs::read(path).is_ok_and(|there| there == bytes) {
                true => Ok(()),
                false => Err(wrong(path, "exists already with other content")),
            }
        }
        other => other.map_err(|error| wrong(path, plain(&error))),
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// The operating system's reason without its error number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".into(),
        io::ErrorKind::PermissionDenied => "permission denied".into(),
        io::ErrorKind::IsADirectory => "is a directory".into(),
        _ => error.to_string(),
    }
}

/// A name for `bytes`, from a hash of their content.
pub fn content_name(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(bytes.len() as u64, |hash, &byte| mix(hash, u64::from(byte) + 1));
    format!("{hash:016x}")
}

/// The files of a directory, sorted by name, without hidden files, `.md` and `.txt` files.
pub fn schedules_in(directory: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = fs::read_dir(directory).map_err(|error| wrong(directory, plain(&error)))?;
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .filter(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            !name.starts_with('.') && !name.ends_with(".md") && !name.ends_with(".txt")
        })
        .collect();
    paths.sort();
    Ok(paths)
}

/// The schedules of these files of a directory, in the same order.
pub fn read_all(directory: &Path) -> Result<Vec<Schedule>, FileError> {
    schedules_in(directory)?.iter().map(|path| read_schedule(path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("whitewater-{}", std::process::id()));
        fs::create_dir_all(&directory).expect("a temporary directory can be made");
        directory.join(name)
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let path = place("once");
        let _ = fs::remove_file(&path);
        write_new(&path, b"first").unwrap();
        write_new(&path, b"first").unwrap();
        let error = write_new(&path, b"second").unwrap_err();
        assert_eq!(error.complaint, "exists already with other content");
        assert_eq!(fs::read(&path).unwrap(), b"first");
        let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().flatten().collect();
        assert!(left.iter().all(|entry| !entry.file_name().to_string_lossy().ends_with(".tmp")));
    }

    #[test]
    fn an_unreadable_file_gives_an_error_with_the_reason() {
        let complaint = |path: &Path| read_schedule(path).unwrap_err().complaint;
        assert_eq!(complaint(&place("missing")), "does not exist");
        assert_eq!(complaint(place("x").parent().unwrap()), "is a directory");
        fs::write(place("empty"), b"").unwrap();
        assert_eq!(complaint(&place("empty")), "is empty");
        fs::write(place("large"), vec![0; Schedule::MAX_BYTES + 1]).unwrap();
        assert_eq!(complaint(&place("large")), "is larger than 65568 bytes");
    }
}
