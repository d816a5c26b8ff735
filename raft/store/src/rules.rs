//! The decisions on which durability rests, one by one.
//!
//! [`Rules::DURABLE`] is the real table, and the only one that a node uses. Another table is a
//! store with a known mistake, for tests that must find it.

/// The decisions of a [`WalStore`](crate::WalStore).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// A batch that has entries is synced before it is reported as durable.
    pub syncs_entries: bool,
    /// A batch that has a term or a vote is synced before it is reported as durable.
    pub syncs_hard_state: bool,
    /// Term and vote are one record. Otherwise a crash can leave the vote of the new term in the
    /// old one.
    pub writes_term_with_vote: bool,
    /// A truncation is in the batch of the entries that follow it, and before them. Otherwise a
    /// crash can leave the new entries, and not the truncation that must go before them.
    pub truncates_with_entries: bool,
    /// The directory is synced after a file was created or renamed in it. Otherwise a crash can
    /// take the file away.
    pub syncs_directory: bool,
    /// A failed sync ends the store. Otherwise it is tried again, and a second sync can succeed
    /// although the data of the first is lost: the kernel drops the pages that it could not write.
    pub stops_at_failed_sync: bool,
    /// A sector or a snapshot whose checksum is wrong is damaged.
    pub checks_checksums: bool,
    /// Recovery drops an unfinished batch, and nothing before it.
    pub keeps_all_whole_batches: bool,
    /// A snapshot's file gets its name after its content is durable.
    pub syncs_snapshot_before_rename: bool,
    /// Entries are removed after the snapshot that covers them is durable.
    pub compacts_after_snapshot: bool,
    /// At a start, the last batch is written again, elsewhere: that it can be read does not mean
    /// that it is on the disk, if the sync after it failed or never came.
    pub rewrites_last_batch: bool,
}

impl Rules {
    /// The rules of a durable store.
    pub const DURABLE: Rules = Rules {
        syncs_entries: true,
        syncs_hard_state: true,
        writes_term_with_vote: true,
        truncates_with_entries: true,
        syncs_directory: true,
        stops_at_failed_sync: true,
        checks_checksums: true,
        keeps_all_whole_batches: true,
        syncs_snapshot_before_rename: true,
        compacts_after_snapshot: true,
        rewrites_last_batch: true,
    };
}
