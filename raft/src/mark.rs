//! Marks: the turns that a step can take, by name.
//!
//! With the feature `marks`, an [`Output`](crate::Output) tells which turns its step took, for
//! coverage that can be read and for search by coverage. Without it they cost nothing. No mark
//! decides anything.

macro_rules! marks {
    ($($mark:ident $name:literal $meaning:literal,)*) => {
        /// A turn that a step can take.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Mark {
            $(#[doc = $meaning] $mark,)*
        }

        impl Mark {
            /// All marks, with their names and what they mean.
            pub const ALL: [(Mark, &'static str, &'static str); [$($name),*].len()] =
                [$((Mark::$mark, $name, $meaning),)*];
        }
    };
}

marks! {
    // ---- Terms and elections ----
    DeafToCandidate "deaf-to-candidate" "A candidate is turned away for a leader that is heard.",
    FollowerInNewerTerm "follower-in-newer-term" "A follower enters the term of a message.",
    CandidateInNewerTerm "candidate-in-newer-term" "A candidate gives up for a newer term.",
    LeaderInNewerTerm "leader-in-newer-term" "A leader steps down for a newer term.",
    StaleRefused "stale-refused" "A request of an older term is refused.",
    StaleIgnored "stale-ignored" "An answer of an older term is ignored.",
    QuorumLost "quorum-lost" "A leader that no quorum answers steps down.",
    Beat "beat" "A leader's heartbeat is due.",
    MayNotStand "may-not-stand" "The election timeout finds one that may not stand.",
    Probed "probed" "A server asks whether it would be elected.",
    WouldVote "would-vote" "A server would vote for who asks.",
    WouldNotVote "would-not-vote" "A server would not vote for who asks.",
    Stood "stood" "A server stands for election.",
    VoteGiven "vote-given" "A vote is given.",
    VoteGivenAgain "vote-given-again" "The same vote is asked for again, and given.",
    VoteSpent "vote-spent" "A vote is refused: another has it.",
    LogTooOld "log-too-old" "A vote is refused: the candidate's log is older.",
    GrantCounted "grant-counted" "A vote is counted, and is not yet enough.",
    GrantLate "grant-late" "A vote comes to one that does not stand.",
    GrantRefused "grant-refused" "A vote is refused to one that asked.",
    Elected "elected" "A candidate becomes leader.",
    CandidateFollows "candidate-follows" "A candidate finds a leader of its term.",
    // ---- Requests ----
    NotLeader "not-leader" "A request is refused: only a leader can do this.",
    Transferring "transferring" "A request is refused: the lead is on its way to another.",
    TooMuchUncommitted "too-much-uncommitted" "A command is refused: too much is uncommitted.",
    ChangeUnderWay "change-under-way" "A change is refused: there is one under way.",
    TermIsFresh "term-is-fresh" "A request is refused: nothing of the term is committed.",
    Impossible "impossible" "A change or transfer is refused: nobody could vote, or lead.",
    Proposed "proposed" "A leader appends a client's command.",
    // ---- Replication ----
    WindowFull "window-full" "A leader has news, and no room in a follower's window.",
    Covered "covered" "A request begins below the snapshot.",
    Gap "gap" "A request is refused: the log is too short.",
    Conflict "conflict" "A request is refused: the terms before it differ.",
    HeartbeatTaken "heartbeat-taken" "A request without entries is accepted.",
    AppendedNew "appended-new" "Entries are appended.",
    NothingNew "nothing-new" "A request brings only entries that are there.",
    Truncated "truncated" "Conflicting entries are removed.",
    ChangeUndone "change-undone" "A change of membership is removed with its entry.",
    TailBeyond "tail-beyond" "A log is longer than what its leader has vouched for.",
    CommitLearnt "commit-learnt" "A follower's commit index moves.",
    CommitCapped "commit-capped" "A leader has committed more than a follower may.",
    AckLate "ack-late" "An acknowledgement says less than is known.",
    AckSame "ack-same" "An acknowledgement says what is known.",
    AckNew "ack-new" "A follower's match index moves.",
    RefusalLate "refusal-late" "A refusal has been overtaken.",
    NextMoved "next-moved" "A refusal moves a follower's next index back.",
    CommittedOne "committed-one" "A leader commits one entry.",
    CommittedMany "committed-many" "A leader commits several entries at once.",
    NotOfOwnTerm "not-of-own-term" "A quorum has an entry of an older term: it waits (5.4.2).",
    Stranger "stranger" "An answer comes from one that is no member, or to no leader.",
    ApplyingSlowly "applying-slowly" "Committed entries wait for the state machine.",
    // ---- Durability ----
    PromiseHeld "promise-held" "A promise waits for a write.",
    PromiseKept "promise-kept" "A write lets a promise go.",
    OwnVoteDurable "own-vote-durable" "A candidate's own vote is durable, and counts.",
    Halted "halted" "A failed write ends the server's life.",
    // ---- Snapshots ----
    Compacted "compacted" "A log is compacted.",
    CompactedAlready "compacted-already" "There is nothing to compact.",
    PieceSent "piece-sent" "A piece of a snapshot is sent.",
    PieceTaken "piece-taken" "A piece of a snapshot has arrived.",
    PieceLate "piece-late" "A piece of a snapshot does not fit.",
    PieceConfirmed "piece-confirmed" "A follower asks for the next piece.",
    SnapshotKnown "snapshot-known" "A snapshot stands for what is committed already.",
    SuffixKept "suffix-kept" "A snapshot is installed, and the log behind it kept.",
    LogReplaced "log-replaced" "A snapshot is installed over a log that differs.",
    LogTooShort "log-too-short" "A snapshot is installed beyond a log's end.",
    // ---- Membership and transfer ----
    ChangedAtOnce "changed-at-once" "A change begins that needs one step.",
    ChangedJointly "changed-jointly" "A change begins with joint consensus.",
    JointLeft "joint-left" "A leader ends joint consensus.",
    LeaderRemoved "leader-removed" "A leader that is no voter any more steps down.",
    TransferBegun "transfer-begun" "A transfer of the lead begins.",
    HandedOver "handed-over" "The target of a transfer is told to stand.",
    TransferGivenUp "transfer-given-up" "A transfer has taken too long.",
    ToldToStand "told-to-stand" "A server is told to stand.",
    ToldInVain "told-in-vain" "A server is told to stand, and cannot.",
    // ---- Reads ----
    ReadByLease "read-by-lease" "A read is answered by lease.",
    ReadWaits "read-waits" "A read waits for a quorum.",
    ReadConfirmed "read-confirmed" "A quorum confirms a read.",
    ReadPassedOn "read-passed-on" "A follower passes a read on.",
    ReadsDropped "reads-dropped" "The term is over, and with it what was asked.",
    AnswerTaken "answer-taken" "A leader's answer to a read arrives.",
    AnswerUnknown "answer-unknown" "An answer arrives to a question that is not open.",
    QuestionExpired "question-expired" "A question has waited too long.",
}

/// Turns that were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Marks(u128);

impl Marks {
    /// Takes one more turn.
    pub fn take(&mut self, mark: Mark) {
        self.0 |= 1 << mark as u32;
    }

    /// Whether a turn was taken.
    pub fn contains(self, mark: Mark) -> bool {
        self.0 >> mark as u32 & 1 == 1
    }

    /// These turns and those.
    #[must_use]
    pub fn union(self, other: Marks) -> Marks {
        Marks(self.0 | other.0)
    }

    /// A bit for each turn, by its place in [`Mark::ALL`].
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
            marks.take(mark);
            assert!(marks.contains(mark));
        }
        assert_eq!(marks.bits().count_ones() as usize, Mark::ALL.len());
    }
}
