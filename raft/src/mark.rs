//! Coverage marks: the branches that a step can take, by name.
//!
//! With the feature `marks`, an [`Output`](crate::Output) holds the marks that its step hit, for
//! coverage reports with names and for coverage-guided search. Without the feature they cost
//! nothing. No decision depends on a mark.

macro_rules! marks {
    ($($mark:ident $name:literal $meaning:literal,)*) => {
        /// A branch that a step can take.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mark {
            $(#[doc = $meaning] $mark,)*
        }

        impl Mark {
            /// All marks, with their names and meanings.
            pub const ALL: [(Mark, &'static str, &'static str); [$($name),*].len()] =
                [$((Mark::$mark, $name, $meaning),)*];
        }
    };
}

marks! {
    // ---- Terms and elections ----
    CandidateDisregarded "candidate-disregarded" "A RequestVote is disregarded: a current leader is believed to exist.",
    FollowerInNewerTerm "follower-in-newer-term" "A follower adopts the newer term of a message.",
    CandidateInNewerTerm "candidate-in-newer-term" "A candidate steps down for a newer term.",
    LeaderInNewerTerm "leader-in-newer-term" "A leader steps down for a newer term.",
    StaleRefused "stale-refused" "A request of an older term is rejected.",
    StaleIgnored "stale-ignored" "A reply of an older term is ignored.",
    QuorumLost "quorum-lost" "CheckQuorum: a leader without replies of a quorum steps down.",
    DiskSilent "disk-silent" "CheckQuorum: a leader whose writes do not become durable steps down.",
    HeartbeatDue "heartbeat-due" "A leader's heartbeat is due.",
    MayNotCampaign "may-not-campaign" "The election timeout elapses at a server that may not campaign.",
    BecamePreCandidate "became-pre-candidate" "A server becomes a pre-candidate.",
    PreVoteGranted "pre-vote-granted" "A Pre-Vote is granted.",
    PreVoteRefused "pre-vote-refused" "A Pre-Vote is refused.",
    PreVoteUnknown "pre-vote-unknown" "A peer of an older version does not know Pre-Vote.",
    BecameCandidate "became-candidate" "A server becomes a candidate.",
    VoteGranted "vote-granted" "A vote is granted.",
    VoteGrantedAgain "vote-granted-again" "The same vote is requested again, and granted.",
    VoteAlreadyGiven "vote-already-given" "A vote is refused: it was given to another candidate.",
    LogTooOld "log-too-old" "A vote is refused: the candidate's log is not up to date.",
    VoteCounted "vote-counted" "A vote is counted, and is not yet enough.",
    VoteLate "vote-late" "A vote reaches a server that is no candidate any more.",
    VoteRefused "vote-refused" "A refusal reaches a candidate.",
    Elected "elected" "A candidate becomes leader.",
    CandidateFollows "candidate-follows" "A candidate discovers the leader of its term.",
    // ---- Requests ----
    NotLeader "not-leader" "A request is refused: only a leader can serve it.",
    Transferring "transferring" "A request is refused: leadership is being transferred.",
    TooMuchUncommitted "too-much-uncommitted" "A command is refused: too much is uncommitted.",
    ChangeInProgress "change-in-progress" "A membership change is refused: another one is in progress.",
    NotCommittedInTerm "not-committed-in-term" "A request is refused: the leader has not committed in its term.",
    Impossible "impossible" "A change or a transfer is refused: there would be no voter, or the target is none.",
    Proposed "proposed" "A leader appends a client's command.",
    // ---- Replication ----
    WindowFull "window-full" "A leader has entries to send, and a follower's in-flight window has no room.",
    CompactedPrefix "compacted-prefix" "An AppendEntries begins below the snapshot.",
    Gap "gap" "An AppendEntries is rejected: the log is too short.",
    Conflict "conflict" "An AppendEntries is rejected: the terms at the previous entry differ.",
    HeartbeatTaken "heartbeat-taken" "An AppendEntries without entries is accepted.",
    AppendedNew "appended-new" "Entries are appended.",
    NothingNew "nothing-new" "An AppendEntries holds only entries that are there already.",
    Truncated "truncated" "Conflicting entries are removed.",
    ChangeUndone "change-undone" "A membership change is removed with its entry.",
    UnverifiedSuffix "unverified-suffix" "The log is longer than what the leader has verified.",
    CommitAdvanced "commit-advanced" "A follower's commit index advances.",
    CommitCapped "commit-capped" "The leader has committed more than the follower may commit.",
    AckLate "ack-late" "An acknowledgement below the match index.",
    AckSame "ack-same" "An acknowledgement at the match index.",
    AckNew "ack-new" "A follower's match index advances.",
    RejectionLate "rejection-late" "A rejection that a newer reply has overtaken.",
    NextDecreased "next-decreased" "A rejection decreases a follower's next index.",
    FetchRequested "fetch-requested" "A follower needs entries that are on disk only.",
    FetchedSent "fetched-sent" "Entries that were read from the disk are sent.",
    FetchedLate "fetched-late" "Entries that were read from the disk are not needed any more.",
    FetchFailed "fetch-failed" "A read of the log has failed, or has found the entries compacted.",
    CommittedOne "committed-one" "A leader commits one entry.",
    CommittedMany "committed-many" "A leader commits several entries at once.",
    NotOfOwnTerm "not-of-own-term" "A quorum stores an entry of an older term, which is not committed by counting (5.4.2).",
    NotAMember "not-a-member" "A reply of a server that is no member, or was none when asked; or to one that does not lead.",
    PeerUnreachable "peer-unreachable" "A message failed, says the transport: entries in flight are sent again.",
    SnapshotFailed "snapshot-failed" "The transport reports that a snapshot failed: it is sent again, from its start.",
    SnapshotDelivered "snapshot-delivered" "The transport reports that a snapshot was handed over, which promises nothing.",
    ReportIgnored "report-ignored" "A report of the transport changes nothing.",
    ApplyLimited "apply-limited" "Committed entries wait for the state machine.",
    // ---- Durability ----
    PromiseHeld "promise-held" "A message waits for the write that it depends on.",
    PromiseReleased "promise-released" "A completed write releases the messages that depend on it.",
    OwnVoteDurable "own-vote-durable" "A candidate's own vote is durable, and counts.",
    Halted "halted" "A failed write halts the server.",
    // ---- Snapshots ----
    Compacted "compacted" "A log is compacted.",
    CompactedAlready "compacted-already" "There is nothing to compact.",
    ChunkSent "chunk-sent" "A chunk of a snapshot is sent.",
    ChunkTaken "chunk-taken" "A chunk of a snapshot is stored.",
    ChunkLate "chunk-late" "A chunk of a snapshot is not the next one.",
    ChunkConfirmed "chunk-confirmed" "A follower reports how much of the snapshot has arrived.",
    SnapshotStale "snapshot-stale" "A snapshot covers only what is committed already.",
    SuffixKept "suffix-kept" "A snapshot is installed, and the entries that follow it are retained.",
    LogReplaced "log-replaced" "A snapshot is installed, and the conflicting log discarded.",
    LogTooShort "log-too-short" "A snapshot is installed beyond the end of the log.",
    // ---- Membership and transfer ----
    ChangedDirectly "changed-directly" "A membership change begins that needs one step.",
    ChangedJointly "changed-jointly" "A membership change begins with joint consensus.",
    CatchUpBegun "catch-up-begun" "A change begins with the catch-up of its new voters.",
    CaughtUp "caught-up" "New voters have caught up, and the change itself begins.",
    CatchUpGivenUp "catch-up-given-up" "New voters do not catch up, and the change is given up.",
    JointLeft "joint-left" "A leader ends joint consensus.",
    LeaderRemoved "leader-removed" "A leader that is no voter any more steps down.",
    TransferBegun "transfer-begun" "A leadership transfer begins.",
    TimeoutNowSent "timeout-now-sent" "TimeoutNow is sent to the target of a transfer.",
    TransferAborted "transfer-aborted" "A leadership transfer is aborted after an election timeout.",
    TimeoutNowTaken "timeout-now-taken" "A server campaigns at once, on TimeoutNow.",
    TimeoutNowIgnored "timeout-now-ignored" "TimeoutNow reaches a server that may not campaign.",
    // ---- Reads ----
    ReadByLease "read-by-lease" "A read is answered by lease.",
    LeaseAwaited "lease-awaited" "A new leader commits nothing: an older leader may have a lease by its wall clock.",
    LeaseAwaitedOut "lease-awaited-out" "The leases of older leaders are over, and a new leader commits.",
    ReadPending "read-pending" "A read waits for a quorum.",
    ReadConfirmed "read-confirmed" "A quorum confirms a read.",
    ReadExpired "read-expired" "A read that no quorum confirms is refused.",
    ReadForwarded "read-forwarded" "A follower forwards a read to its leader.",
    ReadsDropped "reads-dropped" "The term ends, and its pending reads are refused.",
    ReadIndexReplyTaken "read-index-reply-taken" "The leader's reply to a forwarded read arrives.",
    ReadIndexReplyUnknown "read-index-reply-unknown" "A reply arrives to a read that is not pending.",
    ForwardedReadExpired "forwarded-read-expired" "A forwarded read has waited for an election timeout.",
}

/// A set of marks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u128);

impl Marks {
    /// Adds a mark.
    pub fn insert(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }

    /// Whether a mark is in the set.
    pub fn contains(self, mark: Mark) -> bool {
        self.0 >> mark as u32 & 1 == 1
    }

    /// The marks in either set.
    #[must_use]
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// A bit for each mark, by its place in [`Mark::ALL`].
    pub fn bits(self) -> u128 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_has_a_bit_and_a_name_of_its_own() {
        let mut marks = Marks::default();
        for (place, (mark, name, _)) in Mark::ALL.into_iter().enumerate() {
            assert_eq!(mark as usize, place);
            assert!(Mark::ALL[..place].iter().all(|(_, other, _)| *other != name));
            assert!(!marks.contains(mark));
            marks.insert(mark);
            assert!(marks.contains(mark));
        }
        assert_eq!(marks.bits().count_ones() as usize, Mark::ALL.len());
    }
}
