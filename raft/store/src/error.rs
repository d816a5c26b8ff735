//! What can go wrong: which file, where, and what to do.

use std::fmt;
use std::io;

/// Why a store does not open.
#[derive(Debug)]
pub enum OpenError {
    /// The file system refused.
    Io {
        /// What was done to which file.
        doing: String,
        /// Its error.
        source: io::Error,
    },
    /// A file is damaged: data that was durable may be lost.
    Damaged {
        /// The file.
        file: String,
        /// Where, in bytes.
        offset: u64,
        /// What is wrong.
        what: String,
    },
    /// A file is missing that others need.
    Missing {
        /// The file.
        file: String,
        /// What needs it.
        needed_by: String,
    },
    /// A file is of another version of the format.
    Version {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
        /// The version that this program reads.
        expected: u32,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LOST: &str = "votes or entries that this node promised to keep may be lost: do not \
                            start it again; remove it from the cluster and add a new node, with a \
                            new id and an empty directory";
        match self {
            OpenError::Io { doing, source } => write!(f, "{doing}: {source}"),
            OpenError::Damaged { file, offset, what } => {
                write!(f, "{file}: damaged at byte {offset}: {what}; {LOST}")
            }
            OpenError::Missing { file, needed_by } => {
                write!(f, "{file}: missing, and needed by {needed_by}; {LOST}")
            }
            OpenError::Version { file, found, expected } => write!(
                f,
                "{file}: its format has version {found}, and this program reads version \
                 {expected}: start the program that wrote it"
            ),
        }
    }
}

/// For stores of your own: an error of the file system, wherever it came from.
impl From<io::Error> for OpenError {
    fn from(source: io::Error) -> OpenError {
        OpenError::Io { doing: "cannot open the store".into(), source }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OpenError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// Why writes are not durable. Whether they are on the disk is unknown, and this store takes no
/// more.
#[derive(Debug)]
pub struct SaveError {
    /// What was done to which file.
    pub doing: String,
    /// The file system's error.
    pub source: io::Error,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.source)
    }
}

/// For stores of your own: an error of the file system, wherever it came from.
impl From<io::Error> for SaveError {
    fn from(source: io::Error) -> SaveError {
        SaveError { doing: "cannot write".into(), source }
    }
}

impl std::error::Error for SaveError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
