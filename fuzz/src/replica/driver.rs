//! The driver: how a host, and the adapter, treat a Raft and its disk.
//!
//! Promises: [`Driver::CORRECT`] keeps the contract of [`replica`](crate::replica); every other
//! value but `always_sync` and `promises_no_progress` is a seeded bug of the host.

use raft::{LogIndex, Payload};

use crate::base::canary;
use crate::replica::{Durable, Entry, View, Write};
use crate::schedule::version::Version;

/// How the host, and the adapter, treat a Raft. [`Driver::CORRECT`] keeps the contract of
/// [`replica`](crate::replica).
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// A torn write puts its entries on the disk before its hard state.
    pub entries_before_hard_state: bool,
    /// A torn write puts a snapshot on the disk before it removes the entries that conflict with
    /// it.
    pub snapshot_before_truncation: bool,
    /// A snapshot does not contain the sessions of the clients.
    pub forgets_sessions: bool,
    /// After a crash, writes that reached the disk behind a lost one are used.
    pub replays_past_gaps: bool,
    /// A log is truncated at a damaged entry even if that was reported as durable.
    pub truncates_damaged_entries: bool,
    /// A node whose disk is lost starts from an empty one.
    pub restarts_after_disk_loss: bool,
    /// A node whose disk was replaced by an older copy starts from that.
    pub starts_from_old_copy: bool,
    /// A repair that starts again removes as many entries as before once more.
    pub repeats_repair_truncation: bool,
    /// A repeated command is answered with the current state, not with its first response.
    pub re_executes_retries: bool,
    /// A read is answered before the state machine has applied up to its index.
    pub answers_reads_early: bool,
    /// A command that a client sends once is proposed twice.
    pub proposes_twice: bool,
    /// In a batch of entries to apply, the second has the payload of the first.
    pub reuses_batch_buffer: bool,
    /// Before entries are appended, one too many is removed.
    pub truncates_too_far: bool,
    /// A leader's view has a longer log than its writes.
    pub overreports_log: bool,
    /// With a disk of its own, a state machine's applied index is durable at once, and its data
    /// later.
    pub saves_index_alone: bool,
    /// The restore of a state machine from a snapshot makes its applied index durable first.
    pub restores_index_first: bool,
    /// A state machine starts from its own disk even if its node's snapshot is newer.
    pub ignores_log_start: bool,
    /// The newer version keeps its disk in other files: after a roll-back the older one finds the
    /// files that it left.
    pub versions_keep_own_files: bool,
    /// The older version reads membership changes on its disk as no-ops.
    pub older_skips_changes: bool,
    /// A state machine of the older version skips the commands that it does not know.
    pub older_skips_commands: bool,
    /// Wall clocks differ by more than the bound.
    pub clocks_exceed_bound: bool,
    /// The Raft may fail to make progress, so a run never ends with a recovery. Not a bug: some
    /// legal variants of a Raft are like that.
    pub promises_no_progress: bool,
    /// Every write is synced, whatever the Raft requests. Not a bug: it hides bugs of unsynced
    /// writes.
    pub always_sync: bool,
}

impl Driver {
    /// The correct host.
    pub const CORRECT: Driver = Driver {
        entries_before_hard_state: false,
        snapshot_before_truncation: false,
        forgets_sessions: false,
        replays_past_gaps: false,
        truncates_damaged_entries: false,
        restarts_after_disk_loss: false,
        starts_from_old_copy: false,
        repeats_repair_truncation: false,
        re_executes_retries: false,
        answers_reads_early: false,
        proposes_twice: false,
        reuses_batch_buffer: false,
        truncates_too_far: false,
        overreports_log: false,
        saves_index_alone: false,
        restores_index_first: false,
        ignores_log_start: false,
        versions_keep_own_files: false,
        older_skips_changes: false,
        older_skips_commands: false,
        clocks_exceed_bound: false,
        promises_no_progress: false,
        always_sync: false,
    };
}

impl Driver {
    /// How a node of this version is treated. Not inlined: the flags would be combined one by one
    /// at each step, although they are needed only at a start.
    #[cold]
    #[inline(never)]
    pub(crate) fn under(self, version: Version) -> Driver {
        match version {
            Version::Older => self,
            Version::Newer => {
                Driver { older_skips_changes: false, older_skips_commands: false, ..self }
            }
        }
    }

    /// A disk, before a node starts from it.
    pub(crate) fn on_start(self, disk: &mut Durable) {
        if self.older_skips_changes {
            let changes = disk.entries.iter_mut().map(|entry| &mut entry.payload);
            let changes = changes.filter(|payload| matches!(payload, Payload::Change(_)));
            changes.for_each(|payload| {
                canary::note(true);
                *payload = Payload::Noop;
            });
        }
    }

    /// A write, before the disk receives it.
    #[inline]
    pub(crate) fn on_write(&self, write: &mut Write) {
        write.sync |= self.always_sync;
        if let Some(first) = write.entries.first().filter(|_| self.truncates_too_far) {
            let from = Some(first.id.index.previous().max(LogIndex(1)));
            canary::note(from != write.truncate_from);
            write.truncate_from = from;
        }
    }

    /// Entries, before a state machine receives them.
    #[inline]
    pub(crate) fn on_apply<'a>(
        &self,
        entries: &'a [Entry],
        buffer: &'a mut Vec<Entry>,
    ) -> &'a [Entry] {
        match self.reuses_batch_buffer && entries.len() > 1 {
            true => garbled(entries, buffer),
            false => entries,
        }
    }

    /// A replica's view, before the monitors receive it.
    #[inline]
    pub(crate) fn on_view(&self, mut view: View) -> View {
        let more = self.overreports_log && canary::note(view.is_leader());
        view.last_log.index.0 += u64::from(more);
        view
    }
}

/// The entries, the second with the payload of the first.
#[cold]
fn garbled<'a>(entries: &[Entry], buffer: &'a mut Vec<Entry>) -> &'a [Entry] {
    buffer.extend_from_slice(entries);
    canary::note(buffer[1].payload != buffer[0].payload);
    buffer[1].payload = buffer[0].payload;
    buffer
}
