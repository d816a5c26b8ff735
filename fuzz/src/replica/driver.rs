//! The driver: how a host, and the adapter, treat a Raft and its disk.
//!
//! Promises: [`Driver::CORRECT`] keeps the contract of [`replica`](crate::replica); every other
//! value is a seeded bug of the host.

use raft::LogIndex;

use crate::base::canary;
use crate::replica::{Entry, View, Write};

/// How the host, and the adapter, treat a Raft. [`Driver::CORRECT`] keeps the contract of
/// [`replica`](crate::replica).
#[derive(Clone, Copy, Debug)]
pub struct Driver {
    /// A torn write puts its entries on the disk before its hard state.
    pub entries_before_hard_state: bool,
    /// A torn write puts a snapshot on the disk before it removes what that contradicts.
    pub snapshot_before_truncation: bool,
    /// What a snapshot is restored to has forgotten the sessions of its clients.
    pub forgets_sessions: bool,
    /// After a crash, writes that reached the disk without one before them are taken up.
    pub replays_past_gaps: bool,
    /// A log is cut off before a damaged entry, whoever was told that it is durable.
    pub cuts_off_damage: bool,
    /// A node whose disk is lost starts from an empty one.
    pub starts_without_disk: bool,
    /// When a recovery is begun again, what it has cut off is counted off once more.
    pub cuts_off_twice: bool,
    /// A command that is applied again is answered with what it would find now.
    pub answers_retries_anew: bool,
    /// A read is answered before the state machine has applied what it must see.
    pub answers_reads_early: bool,
    /// A command that a client asks for once is passed on twice.
    pub proposes_twice: bool,
    /// In a batch of entries to apply, the second has the payload of the first.
    pub garbles_batches: bool,
    /// Before entries are appended, one too many is removed.
    pub truncates_too_far: bool,
    /// A leader's log is shown longer than it was written.
    pub shows_too_much: bool,
    /// Every write is synced, whatever the Raft says. No harm: it hides what unsynced writes show.
    pub always_sync: bool,
}

impl Driver {
    /// What a host has to do.
    pub const CORRECT: Driver = Driver {
        entries_before_hard_state: false,
        snapshot_before_truncation: false,
        forgets_sessions: false,
        replays_past_gaps: false,
        cuts_off_damage: false,
        starts_without_disk: false,
        cuts_off_twice: false,
        answers_retries_anew: false,
        answers_reads_early: false,
        proposes_twice: false,
        garbles_batches: false,
        truncates_too_far: false,
        shows_too_much: false,
        always_sync: false,
    };
}

impl Driver {
    /// A write as it is asked for.
    #[inline]
    pub(crate) fn on_write(self, write: &mut Write) {
        write.sync |= self.always_sync;
        if let Some(first) = write.entries.first().filter(|_| self.truncates_too_far) {
            let from = Some(first.id.index.previous().max(LogIndex(1)));
            canary::note(from != write.truncate_from);
            write.truncate_from = from;
        }
    }

    /// Entries as they are given to a state machine.
    #[inline]
    pub(crate) fn on_apply<'a>(
        self,
        entries: &'a [Entry],
        buffer: &'a mut Vec<Entry>,
    ) -> &'a [Entry] {
        match self.garbles_batches && entries.len() > 1 {
            true => garbled(entries, buffer),
            false => entries,
        }
    }

    /// A replica as it shows itself.
    #[inline]
    pub(crate) fn on_view(self, mut view: View) -> View {
        let more = self.shows_too_much && canary::note(view.is_leader());
        view.last_log.index.0 += u64::from(more);
        view
    }
}

/// The second entry says what the first does.
#[cold]
fn garbled<'a>(entries: &[Entry], buffer: &'a mut Vec<Entry>) -> &'a [Entry] {
    buffer.extend_from_slice(entries);
    canary::note(buffer[1].payload != buffer[0].payload);
    buffer[1].payload = buffer[0].payload;
    buffer
}
