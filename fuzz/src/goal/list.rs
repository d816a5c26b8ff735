//! The list of goals: a further one is a line, and the code that counts it.

macro_rules! goals {
    ($($name:ident = $text:literal, $meaning:literal;)*) => {
        /// A situation that a campaign should reach.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Goal { $(#[doc = $meaning] $name,)* }

        /// Name and meaning of every goal, in order.
        pub const GOALS: [(&str, &str); [$($text),*].len()] = [$(($text, $meaning)),*];
    };
}

goals! {
    LeaderElected = "leader-elected", "A node has won an election.";
    LeaderReplaced = "leader-replaced", "A node has won after another node had led.";
    LateLeader = "late-leader", "A node has won the election of a term after a later term had a leader.";
    SplitVote = "split-vote", "Two nodes are candidates in the same term.";
    StaleLeader = "stale-leader", "Two running nodes are leaders, in different terms.";
    LeaderDeposed = "leader-deposed", "A leader has stepped down.";
    StaleVote = "stale-vote", "A candidate has received a vote from an earlier term.";
    RepeatedVote = "repeated-vote", "A candidate has received a vote from the same voter twice.";
    LateVote = "late-vote", "A vote was sent after its voter had adopted a later term.";
    StaleAppend = "stale-append", "AppendEntries of a deposed leader has arrived.";
    LateAck = "late-ack", "An acknowledgement has arrived after a higher one.";
    Refusal = "refusal", "A rejection of AppendEntries has arrived.";
    CommandCommitted = "command-committed", "An entry with a command is committed.";
    OldTermCommitted = "old-term-committed", "An entry is committed by a leader of a later term.";
    FigureEight = "figure-eight", "A quorum holds an entry of an older term that must not be committed by counting replicas.";
    CommitBeforeOwnDisk = "commit-before-own-disk", "A leader has committed an entry that its own disk lacks.";
    Conflict = "conflict", "A follower has removed entries of a deposed leader.";
    DurableConflict = "durable-conflict", "Such entries have been removed from a disk.";
    OverlappingWrites = "overlapping-writes", "A node has requested a write while another was pending.";
    WritesLost = "writes-lost", "A crash has lost writes that were not durable.";
    WritesKept = "writes-kept", "A crash has kept a write that was not yet reported as durable.";
    WriteFailed = "write-failed", "A write has failed and halted its node.";
    WriteTorn = "write-torn", "A failing write has left a part of itself on the disk.";
    RestartWithLog = "restart-with-log", "A node has started with entries on its disk.";
    RestartWithVote = "restart-with-vote", "A node has started with a vote on its disk.";
    MessageDropped = "message-dropped", "A message has been lost.";
    MessageDuplicated = "message-duplicated", "A message has been delivered, and a copy of it is still in flight.";
    MessageReordered = "message-reordered", "A message has overtaken another.";
    ElectedWhileCut = "elected-while-cut", "A node has won an election while links were cut.";
    CommittedWhileCut = "committed-while-cut", "An entry was committed while links were cut.";
    CommittedWhileDown = "committed-while-down", "An entry was committed while a node was down.";
    SnapshotTaken = "snapshot-taken", "A node has written a snapshot.";
    SnapshotInstalled = "snapshot-installed", "A node has restored its state machine from another node's snapshot.";
    SnapshotOverConflict = "snapshot-over-conflict", "A snapshot has replaced a conflicting log.";
    SnapshotDuringChange = "snapshot-during-change", "A node has written a snapshot while it used an uncommitted membership.";
    RestartFromSnapshot = "restart-from-snapshot", "A node has started from a snapshot.";
    ChangeCommitted = "change-committed", "A membership change is committed.";
    JointCommitted = "joint-committed", "Joint consensus is committed.";
    JointCommittedWhileCut = "joint-committed-while-cut", "Joint consensus was committed while links were cut.";
    ElectedInJoint = "elected-in-joint", "A node has won an election in joint consensus.";
    ChangeUndone = "change-undone", "An uncommitted membership change has been removed from a log.";
    LeaderRemoved = "leader-removed", "A leader has committed its own removal.";
    LearnerPromoted = "learner-promoted", "A learner has become a voter.";
    LeadershipTransferred = "leadership-transferred", "A node has won the election that TimeoutNow started.";
    CommandRefused = "command-refused", "A leader has refused a command because too much was uncommitted.";
    ChangeRefused = "change-refused", "A leader has refused a membership change because it came too early.";
    ReadAnswered = "read-answered", "A leader has answered a read.";
    ReadAtFollower = "read-at-follower", "A follower has answered a read.";
    ReadByOldLeader = "read-by-old-leader", "A leader has answered a read although a later term already had a leader.";
    ReadRefused = "read-refused", "A read was refused.";
    AppliedAgain = "applied-again", "A command that is in the log twice was applied a second time.";
    AppliedLate = "applied-late", "A state machine applies entries far behind the commit index.";
    LeadershipGivenUp = "leadership-given-up", "A leader has stepped down within its term, for example by CheckQuorum.";
    Recovered = "recovered", "After recovery, a cluster has applied a new command.";
    // Faults.
    Bridged = "bridged", "Two sides of a partition were connected by one node only.";
    ClogReleased = "clog-released", "A clogged link was released.";
    ElectedWhileClogged = "elected-while-clogged", "A node has won an election while a link was clogged.";
    ElectedWhileFiltered = "elected-while-filtered", "A node has won an election while messages of some kind were dropped.";
    MessageEvicted = "message-evicted", "A full link has evicted a message.";
    UnequalClocks = "unequal-clocks", "Clocks have ticked at different rates.";
    ClockJumped = "clock-jumped", "A clock has jumped.";
    Resumed = "resumed", "A paused node was resumed.";
    LeaderPaused = "leader-paused", "A leader was paused.";
    PausedLeaderReplaced = "paused-leader-replaced", "A node has won an election while a leader was paused.";
    CrashedMidStep = "crashed-mid-step", "A node has crashed when a part of the effects of its step was done.";
    LateCrashHandler = "late-crash-handler", "A halted node has received another input.";
    NoSpace = "no-space", "A write has failed because the disk was full.";
    ElectedWithFullDisk = "elected-with-full-disk", "A node has won an election while some disk was full.";
    GapOnDisk = "gap-on-disk", "A crash has kept a write and lost an earlier one.";
    TornVoteMatters = "torn-vote-matters", "A vote from a torn write kept its node from voting for another candidate.";
    RecordDamaged = "record-damaged", "A record on a disk was damaged.";
    DiskLost = "disk-lost", "A disk was lost.";
    DamageRepaired = "damage-repaired", "A damaged entry that was never reported as durable was truncated.";
    StartRefused = "start-refused", "A node whose disk lost durable data did not start.";
    RecoveryCutShort = "recovery-cut-short", "A node has crashed during its restart.";
    CommittedWithoutLost = "committed-without-lost", "An entry was committed after a disk had been lost permanently.";
    NodeReplaced = "node-replaced", "A membership change that replaces a stopped node is committed.";
    MixedConfigElected = "mixed-config-elected", "A node whose configuration differs from the others' has won an election.";
    // Upgrades.
    NodeUpgraded = "node-upgraded", "A node was upgraded, and started under the newer version.";
    NodeRolledBack = "node-rolled-back", "A node was rolled back, and started under the older version.";
    ElectedAmongVersions = "elected-among-versions", "A node has won an election while nodes of both versions ran.";
    CommittedAmongVersions = "committed-among-versions", "An entry was committed while nodes of both versions ran.";
    PreVoteAmongVersions = "pre-vote-among-versions", "A PreVote has arrived at a node whose older version does not know it.";
    UpgradedInTurn = "upgraded-in-turn", "In a healthy cluster the nodes were upgraded one after the other.";
    // Combinations.
    SnapshotMeetsJoint = "snapshot-meets-joint", "A snapshot has arrived at a node in joint consensus.";
    LateReadAnswer = "late-read-answer", "A ReadIndex message or its reply has arrived in a later term.";
    LeasedReadUnderDrift = "leased-read-under-drift", "A leader has served a read by lease while other clocks were faster.";
    RetryAnswered = "retry-answered", "A client that repeated a command has received its response.";
    CoreRecovered = "core-recovered", "A quorum that lost all other nodes permanently has applied a new command.";
    RecoveredWithoutLost = "recovered-without-lost", "A cluster has recovered although some disk was lost.";
    ReturnedWithoutElection = "returned-without-election", "A partitioned follower has reconnected without starting a term.";
    // A degraded minority, and requests.
    CommittedWhileDegraded = "committed-while-degraded", "Commands were committed while a minority was degraded.";
    CaughtUpWhileDegraded = "caught-up-while-degraded", "A slow follower has kept up while entries and snapshots went on.";
    HungLeaderReplaced = "hung-leader-replaced", "A leader whose disk hung was replaced.";
    VoterCaughtUp = "voter-caught-up", "With catch-up, a learner has become a voter.";
    TransferGivenUp = "transfer-given-up", "A leader has given up a leadership transfer that it had accepted.";
    ReadDuringChange = "read-during-change", "A read requested during a membership change is answered.";
    // Duties in time.
    DeposedLeaderOnly = "deposed-leader-only", "AppendEntries of a deposed leader has arrived at a node that hears none.";
    PreVoteOfOlderLog = "pre-vote-of-older-log", "A PreVote has arrived from a node whose log is too old to win.";
    PreVoteDespiteLeader = "pre-vote-despite-leader", "A PreVote has arrived at a follower that hears its leader.";
    VoteAskedDuringLease = "vote-asked-during-lease", "RequestVote has arrived at a voter that a lease binds.";
    VoteAskedAfterRestart = "vote-asked-after-restart", "RequestVote has arrived at a restarted voter that a lease binds.";
    // Features.
    FailureReported = "failure-reported", "A transport told a leader that a message failed while entries were in flight.";
    SnapshotReported = "snapshot-reported", "A transport told a leader of a snapshot that it was sending.";
    MachineAhead = "machine-ahead", "A state machine has started ahead of its node's log.";
    MachineAtSnapshot = "machine-at-snapshot", "A state machine with a disk of its own had to start from its node's snapshot.";
    RestoreCutShort = "restore-cut-short", "A node has crashed while its state machine was being restored.";
    NameReturned = "name-returned", "A node that was removed has started with an empty disk.";
    LostNameReturned = "lost-name-returned", "A node whose disk was lost has got an empty one, after its removal.";
    Readmitted = "readmitted", "A node that came back with an empty disk is a voter again, and has its leader's whole log.";
    AckOfEmptiedDisk = "ack-of-emptied-disk", "An acknowledgement of what an emptied disk had has reached the leader.";
    OldCopyRefused = "old-copy-refused", "A node did not start from an older copy of its disk.";
    LogRead = "log-read", "A leader has read entries from its disk that a follower needs next.";
    LogReadFailed = "log-read-failed", "A read of a leader's log has failed.";
    LogReadLate = "log-read-late", "Entries were read from the disk of a node that leads no more.";
    LogReadCompacted = "log-read-compacted", "A leader has compacted entries that it was about to read.";
    TailKept = "tail-kept", "A node has kept entries behind a snapshot.";
    TailSent = "tail-sent", "A leader has sent entries that its snapshot covers.";
    WallLeaseRead = "wall-lease-read", "A leader has answered a read by a lease of its wall clock.";
    WallLeaseReadByOldLeader = "wall-lease-read-by-old-leader", "The same while a later term had a leader.";
    OldLeaseAwaited = "old-lease-awaited", "A leader to which a voter had reported an older lease has committed.";
    LeaderClockSetBack = "leader-clock-set-back", "The wall clock of a leader was set back.";
}

/// The number of goals.
pub const COUNT: usize = GOALS.len();
