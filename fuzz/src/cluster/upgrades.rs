//! Upgrades and roll-backs of single nodes.
//!
//! Promises: a node stops, if it runs, and its writes complete unless its disk is full; then it
//! gets the other version, under which it starts next, from the same disk. A correct host does
//! nothing else.

use raft::NodeId;

use crate::base::canary;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::Verdict;
use crate::replica::{Durable, Replica};
use crate::schedule::event::ALL;
use crate::schedule::version::Version;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// A node stops, and is upgraded, or rolled back.
    pub(crate) fn upgrade(&mut self, id: NodeId) -> Verdict {
        if self.recorder.history.node(id).up {
            self.crash(id, ALL, 0)?;
        }
        if self.sut.driver.versions_keep_own_files {
            self.exchange_files(id);
        }
        self.recorder.upgraded(id)
    }

    /// The newer version moves the content of the disk to files of its own, and a copy stays.
    fn exchange_files(&mut self, id: NodeId) {
        let host = &mut self.hosts[usize::from(id.0)];
        let incarnation = host.disk.image.incarnation;
        match self.recorder.history.node(id).version {
            Version::Older => host.left_behind = Some(host.disk.image.clone()),
            Version::Newer => {
                if let Some(left) = host.left_behind.take() {
                    let left = Durable { incarnation, ..left };
                    canary::note(left != host.disk.image);
                    host.disk.image = left;
                }
            }
        }
    }
}
