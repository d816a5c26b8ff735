//! Reads of the log at run time: the entries that a replica has requested come from its disk.
//!
//! Promises: a read is answered by an event, by a macro, or while the cluster recovers, with what
//! the disk has then: the node may have compacted its log since, or lead no more. A damaged record
//! is read as it was: damage is detected at a start only. Reads are answered in the order of their
//! requests, while the node is awake; a crash forgets them.

use raft::{Fetch, NodeId, Unread};

use crate::cluster::host::is_awake;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, NOTHING};
use crate::replica::{Entry, Input, Replica};

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// The oldest read of a node finds its entries, or at most so many of them, if that is not 0.
    pub(crate) fn complete_read(&mut self, id: NodeId, at_most: u8) -> Verdict {
        let Some(fetch) = self.next_fetch(id) else { return NOTHING };
        let host = &self.hosts[usize::from(id.0)];
        let limit = if at_most == 0 { usize::MAX } else { at_most.into() };
        let entries = host.disk.read(&fetch, limit);
        self.answer_read(id, fetch, entries)
    }

    /// The oldest read of a node fails.
    pub(crate) fn fail_read(&mut self, id: NodeId) -> Verdict {
        match self.next_fetch(id) {
            Some(fetch) => self.answer_read(id, fetch, Err(Unread::Failed)),
            None => NOTHING,
        }
    }

    /// The oldest read of a node that can take the answer.
    fn next_fetch(&mut self, id: NodeId) -> Option<Fetch> {
        let host = &mut self.hosts[usize::from(id.0)];
        if host.fetches.is_empty() || !is_awake(host) {
            return None;
        }
        host.fetches.pop_front()
    }

    fn answer_read(
        &mut self,
        id: NodeId,
        fetch: Fetch,
        entries: Result<Vec<Entry>, Unread>,
    ) -> Verdict {
        self.recorder.log_read(id, &fetch, &entries)?;
        self.input(id, Input::Fetched { fetch, entries })
    }
}
