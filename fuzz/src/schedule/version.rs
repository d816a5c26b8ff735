//! Versions of the software, for rolling upgrades.
//!
//! Promises: a node has one version at a time, and another only after another start. Knows nothing
//! of what differs: the configuration of a version is in `setup.rs`, and its Raft is up to the
//! adapter.

use std::fmt;

/// The version under which a node starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The one before the upgrade.
    Older,
    /// The one after it; the only one of a cluster that is not upgraded.
    #[default]
    Newer,
}

impl Version {
    /// The version after an upgrade, or a roll-back.
    #[must_use]
    pub fn other(self) -> Version {
        match self {
            Version::Older => Version::Newer,
            Version::Newer => Version::Older,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Version::Older => "the older version",
            Version::Newer => "the newer version",
        })
    }
}
