//! A log that is read at run time: entries that are on disk only are fetched before they are sent.
//!
//! Only entries that are durable, committed and applied leave the memory: no truncation reaches
//! them, and what is read of them is right whenever it arrives. But it may be late: the
//! term may be over, the follower may need other entries by then, or the snapshot. While a read is
//! pending, the follower is sent heartbeats and no entries.

use crate::entry::{Command, Entry};
use crate::ids::{LogIndex, NodeId};
use crate::io::{Fetch, Output, Unread};
use crate::mark::Mark;
use crate::node::Node;
use crate::progress::Reading;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// Leaves to the disk what is durable, committed and applied, but for the newest entries.
    #[inline]
    pub(crate) fn evict(&mut self) {
        let limits = &self.config.limits;
        if limits.cached_entries == usize::MAX {
            return;
        }
        let applied = if limits.unapplied_bytes == u64::MAX { self.applying } else { self.applied };
        let last = applied.min(self.commit).min(self.on_disk.log);
        self.log.evict(last, limits.cached_entries);
    }

    /// Requests the entries that `to` needs next, from `next` on, unless a read is pending.
    pub(crate) fn fetch(&mut self, to: NodeId, next: LogIndex, output: &mut Output<C>) {
        if self.leader_state.peers[usize::from(to.0)].reading != Reading::No {
            return;
        }
        let limits = &self.config.limits;
        let entries = (self.rules.entries_in_message)(limits.message_entries);
        let count = self.log.evicted_batch(next, entries, limits.message_bytes);
        output.mark(Mark::FetchRequested);
        output.fetches.push(Fetch { to, term: self.term(), first: next, count });
        self.leader_state.peer(to).reading = Reading::Pending;
    }

    /// Whether a read is pending, for this leader.
    pub(crate) fn is_reading(&self) -> bool {
        let reads = self.role == Role::Leader && self.config.limits.cached_entries < usize::MAX;
        reads && self.leader_state.peers.iter().any(|peer| peer.reading == Reading::Pending)
    }

    /// A read has ended.
    pub(crate) fn fetched(
        &mut self,
        fetch: Fetch,
        entries: Result<Vec<Entry<C>>, Unread>,
        output: &mut Output<C>,
    ) {
        self.disk_responded();
        let to = fetch.to;
        if self.role != Role::Leader || !self.peers().contains(to) {
            return output.mark(Mark::FetchedLate);
        }
        let peer = self.leader_state.peer(to);
        let next = peer.progress.next_index;
        if fetch.term == self.hard_state.term {
            peer.reading = Reading::No;
        }
        let (asked, now) = ((fetch.term, fetch.first), (self.term(), next));
        if !(self.rules.fetched_is_current)(asked, now) {
            output.mark(Mark::FetchedLate);
            self.maybe_send_append(to, output);
            return;
        }
        match entries {
            Ok(entries) if !entries.is_empty() => self.send_fetched(to, entries, output),
            Err(Unread::Compacted) if next <= self.log.snapshot().index => {
                output.mark(Mark::FetchFailed);
                self.send_snapshot_chunk(to, output);
            }
            Ok(_) | Err(_) => {
                output.mark(Mark::FetchFailed);
                self.leader_state.peer(to).reading = Reading::Failed;
            }
        }
    }

    fn send_fetched(&mut self, to: NodeId, entries: Vec<Entry<C>>, output: &mut Output<C>) {
        let next = self.leader_state.peers[usize::from(to.0)].progress.next_index;
        match self.previous(next).filter(|_| self.has_room(to)) {
            Some(prev_log) => {
                output.mark(Mark::FetchedSent);
                self.send_entries(to, prev_log, entries, output);
            }
            None => {
                output.mark(Mark::FetchedLate);
                output.recycle(entries);
                self.maybe_send_append(to, output);
            }
        }
    }
}
