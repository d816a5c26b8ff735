//! Violations: broken promises, with the values that break them.
//!
//! Promises: each variant holds all the evidence that its sentence needs; the fingerprint names the
//! promise and nothing that changes from one run to the next.

use std::fmt;

use raft::{HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Role, Term};

use crate::history::anomaly::Anomaly;
use crate::history::degraded_period::Lagging;
use crate::history::step;
use crate::replica::View;
use crate::schedule::Degraded;

/// The names of the oracles whose violations are lints.
pub const LINTS: [&str; 3] = ["new-term-is-new", "next-is-above-match", "effort-is-bounded"];

/// The verdict of an oracle: 1 if it checked something, 0 if there was nothing to check, or the
/// violation. A number, and not a boolean, because a result of two words is passed in registers.
pub type Verdict = Result<usize, Box<Violation>>;

/// There was nothing to check.
pub const NOTHING: Verdict = Ok(0);
/// Something was checked, and the promise held.
pub const HELD: Verdict = Ok(1);

/// `HELD` if `holds`, else the violation.
#[inline]
pub fn check(holds: bool, violation: impl FnOnce() -> Violation) -> Verdict {
    match holds {
        true => HELD,
        false => broken(violation),
    }
}

/// Apart from [`check`], so that the cold path is not inlined into every oracle.
#[cold]
#[inline(never)]
fn broken(violation: impl FnOnce() -> Violation) -> Verdict {
    Err(Box::new(violation()))
}

/// A set of nodes as `n0,n2`.
fn names(set: &NodeSet) -> String {
    match set.is_empty() {
        true => "no node".into(),
        false => set.to_string(),
    }
}

fn name(node: &Option<NodeId>) -> String {
    node.map_or("no node".into(), |id| id.to_string())
}

/// A hard state as `term 2, vote n1`.
pub(crate) fn ballot(state: &HardState) -> String {
    let vote = state.vote.map_or("no vote".into(), |id| format!("vote {id}"));
    format!("{}, {vote}", state.term)
}

/// A membership as `n0,n1,n2`; in joint consensus, as `n0,n1 jointly with n1,n2`.
pub(crate) fn membership(members: &Membership) -> String {
    let mut text = names(&members.voters);
    if members.is_joint() {
        text.push_str(&format!(" jointly with {}", names(&members.outgoing)));
    }
    if !members.learners.is_empty() {
        text.push_str(&format!(", learners {}", names(&members.learners)));
    }
    text
}

fn same(same: &bool, what: &str) -> String {
    format!("{} {what}", if *same { "the same" } else { "a different" })
}

/// What a candidate claimed, and the voter's last entry then.
fn claim(request: &Option<(LogId, LogId)>) -> String {
    match request {
        Some((claimed, own)) => format!("claimed last entry {claimed}, while its own was {own}"),
        None => "had not requested it".into(),
    }
}

/// The log behind a snapshot.
fn tail(own: &LogId, snapshot: &LogId, is_cut: &bool) -> String {
    match (is_cut, own.index < snapshot.index) {
        (true, _) => "is truncated there".into(),
        (false, true) => format!("ends at {own}"),
        (false, false) => format!("has {own} there"),
    }
}

/// The entries of an AppendEntries: the previous one, how many, and the last.
fn batch((prev_log, count, last): &(LogId, usize, LogId)) -> String {
    match count {
        0 => format!("a heartbeat after {prev_log}"),
        1 => format!("the entry {last} after {prev_log}"),
        _ => format!("{count} entries up to {last} after {prev_log}"),
    }
}

fn entry(id: &Option<LogId>) -> String {
    id.map_or("no entry".into(), |id| id.to_string())
}

/// What a client requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// A command, by its number.
    Command(u64),
    /// A read, by its number.
    Read(u64),
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Command(number) => write!(f, "command #{number}"),
            Request::Read(number) => write!(f, "read #{number}"),
        }
    }
}

/// The state of each node that runs.
fn states(running: &[(NodeId, View)]) -> String {
    let state = |(id, view): &(NodeId, View)| {
        let role = match view.role {
            Role::Leader => "is leader of",
            Role::PreCandidate => "is pre-candidate in",
            Role::Candidate => "is candidate in",
            Role::Follower => "is follower in",
        };
        format!("{id} {role} {} with {}", view.term(), progress(view))
    };
    running.iter().map(state).collect::<Vec<_>>().join(", ")
}

fn progress(view: &View) -> String {
    format!("a log up to {} and commit index {}", view.last_log, view.commit)
}

/// The evidence that the cluster repeats its states, if there is some.
fn repetition(repeats: &u32) -> String {
    match repeats {
        0 => String::new(),
        _ => format!("; the last {repeats} ticks repeated the {repeats} before them"),
    }
}

/// What a cluster does not do while, or after, one of its nodes is upgraded.
fn stopped(is_down: &bool, ticks: &u32) -> String {
    match is_down {
        true => "no command was committed while it was down, although a quorum ran".into(),
        false => format!("{ticks} ticks after its start not all nodes had the leader's log"),
    }
}

fn leadership(leader: &Option<(NodeId, Term)>) -> String {
    leader.map_or("no leader".into(), |(leader, term)| format!("{leader} in {term}"))
}

/// Why a Pre-Vote should not have been granted, by the claimed log and the voter's, and the leader
/// that the voter hears.
fn unjustified(logs: &Option<(LogId, LogId)>, leader: &Option<NodeId>) -> String {
    match (logs, leader) {
        (_, Some(leader)) => format!("although it hears the leader {leader}"),
        (Some((claimed, own)), None) => {
            format!("for a log up to {claimed}, although its own goes up to {own}")
        }
        (None, None) => "that it was not asked for".into(),
    }
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }
        = $oracle:literal, $text:literal $(, $arg:expr)*;)*) => {
        /// A violation with its evidence. Each variant belongs to the oracle that it names.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Violation {
            $($(#[$doc])* #[allow(missing_docs)] $name { $($field: $type),* },)*
        }

        impl Violation {
            /// The name of the oracle that reports it.
            pub fn oracle(&self) -> &'static str {
                match self { $(Violation::$name { .. } => $oracle,)* }
            }
        }

        impl fmt::Display for Violation {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self { $(Violation::$name { $($field),* } => write!(f, $text $(, $arg)*),)* }
            }
        }
    };
}

violations! {
    // ---- Elections ----
    OneLeaderPerTerm { term: Term, first: NodeId, second: NodeId }
        = "one-leader-per-term", "{first} and {second} were both leader of {term}";
    OneVotePerTerm { node: NodeId, term: Term, first: NodeId, second: NodeId }
        = "one-vote-per-term", "in {term}, {node} voted for {first} and for {second}";
    VoteIsDurable { node: NodeId, term: Term, candidate: NodeId, disk: HardState }
        = "vote-is-durable",
        "{node} sent {candidate} its vote in {term}, but its disk has {}", ballot(disk);
    TermIsMonotone { node: NodeId, before: Term, after: Term }
        = "term-is-monotone", "the term of {node} decreased from {before} to {after}";
    LegalRoleMoves { node: NodeId, before: Role, after: Role, term: Term }
        = "legal-role-moves", "{node} changed from {before} to {after} in {term}";
    LeaderHasQuorum { leader: NodeId, term: Term, votes: NodeSet, members: Membership }
        = "leader-has-quorum",
        "{leader} leads {term} with votes from {}, which is no quorum of {}",
        names(votes), membership(members);
    VoteIsUpToDate { voter: NodeId, candidate: NodeId, term: Term, request: Option<(LogId, LogId)> }
        = "vote-is-up-to-date",
        "{voter} gave its vote in {term} to {candidate}, which {}", claim(request);
    ClaimIsTrue { candidate: NodeId, claimed: LogId, own: LogId }
        = "claim-is-true", "{candidate} campaigned with last entry {own}, but claimed {claimed}";
    NewTermIsNew { leader: NodeId, term: Term, index: LogIndex }
        = "new-term-is-new", "{leader} won {term}, of which an entry already exists at index {index}";
    ElectableHasCommitted {
        node: NodeId,
        last: LogId,
        voters: NodeSet,
        members: Membership,
        committed: LogIndex,
    }
        = "electable-has-committed",
        "{node} could win with votes from {}, a quorum of {}, but its log up to {last} lacks committed entry {committed}",
        names(voters), membership(members);

    // ---- The log ----
    LogMatching { node: NodeId, entry: LogId, other: NodeId }
        = "log-matching", "{node} and {other} both have {entry}, but their logs up to it differ";
    EntryCreatedOnce { entry: LogId, node: NodeId, leader: Option<NodeId> }
        = "entry-created-once",
        "{node} created {entry}, which only the leader of its term ({}) may create, and only once",
        name(leader);
    LeaderAppendOnly { leader: NodeId, term: Term, index: LogIndex }
        = "leader-append-only", "{leader}, leader of {term}, removed its own entries from {index} on";
    TermsSorted { node: NodeId, entry: LogId, before: LogId, term: Term }
        = "terms-sorted", "{node}, in {term}, has {entry} after {before}";
    LeaderOwnsTerm { leader: NodeId, last: LogId, node: NodeId, entry: LogId }
        = "leader-owns-term",
        "{node} has {entry}, but the log of {leader}, which leads that term, ends at {last}";
    TruncationNeedsConflict { node: NodeId, index: LogIndex, term: Term }
        = "truncation-needs-conflict",
        "{node} removed its entries from {index}@{} on without a conflicting entry", term.0;
    CommittedIsKept { node: NodeId, index: LogIndex, commit: LogIndex }
        = "committed-is-kept",
        "{node} removed its entries from {index} on, although its commit index is {commit}";
    NoCreation { node: NodeId, entry: LogId, command: u64 }
        = "no-creation",
        "{node} created {entry} with command {command}, but no client proposed it for that entry";
    LogIsWritten { node: NodeId, shown: LogId, written: LogId }
        = "log-is-written", "the log of {node} ends at {shown}, but its writes end at {written}";

    // ---- Commit and apply ----
    CommittedAgree { node: NodeId, index: LogIndex, committed: Term, by: NodeId, own: Term }
        = "committed-agree",
        "{by} committed entry {index} of {committed}, but {node} committed one of {own} there";
    LeaderCompleteness { leader: NodeId, term: Term, index: LogIndex, commit_term: Term }
        = "leader-completeness", "{leader} leads {term} without entry {index}, which was committed in {commit_term}";
    CommitIsMonotone { node: NodeId, before: LogIndex, after: LogIndex, last: LogIndex }
        = "commit-is-monotone", "the commit index of {node} changed from {before} to {after}, and its log ends at {last}";
    CommitsOwnTerm { leader: NodeId, term: Term, entry: LogId }
        = "commits-own-term", "{leader}, leader of {term}, committed up to {entry}, which is not of its own term";
    CommittedIsDurable { index: LogIndex, holders: NodeSet, members: Membership }
        = "committed-is-durable",
        "entry {index} is committed, but durable on {}, which is no quorum of {}",
        names(holders), membership(members);
    CommitIsVerified { node: NodeId, commit: LogIndex, verified: LogIndex }
        = "commit-is-verified",
        "{node} committed up to {commit}, but its leader's messages allow only up to {verified}";
    AppliedInOrder { node: NodeId, expected: LogIndex, applied: LogIndex, commit: LogIndex }
        = "applied-in-order",
        "{node} applied entry {applied} with commit index {commit}; the next entry to apply was {expected}";
    StateMachineSafety { node: NodeId, index: LogIndex, other: NodeId }
        = "state-machine-safety",
        "the state machine of {node} at index {index} does not match the entries that {other} committed";
    MachineStartsConsistent {
        node: NodeId,
        applied: LogIndex,
        snapshot: LogIndex,
        same_state: bool,
    }
        = "machine-starts-consistent",
        "{node}, with a snapshot up to {snapshot}, started a state machine at {applied}, with {} there",
        same(same_state, "state");

    // ---- Replication progress ----
    MatchIsTrue { leader: NodeId, peer: NodeId, match_index: LogIndex, disk: LogId }
        = "match-is-true",
        "{leader} has match index {match_index} for {peer}, but the disk of {peer}, with a log up to {disk}, does not match";
    ReadmittedMemberStartsAnew { leader: NodeId, peer: NodeId, match_index: LogIndex }
        = "readmitted-member-starts-anew",
        "{leader} has match index {match_index} for {peer}, which has acknowledged nothing since it was added";
    MatchIsMonotone { leader: NodeId, peer: NodeId, before: LogIndex, after: LogIndex }
        = "match-is-monotone", "the match index of {leader} for {peer} decreased from {before} to {after}";
    NextIsAboveMatch {
        leader: NodeId,
        peer: NodeId,
        next: LogIndex,
        matched: LogIndex,
        last: LogIndex,
    }
        = "next-is-above-match",
        "{leader}, whose log ends at {last}, has next index {next} and match index {matched} for {peer}";
    MessageMatchesSender { from: NodeId, to: NodeId, term: Term, leader: Option<NodeId> }
        = "message-matches-sender",
        "{from} sent {to} a message of {term} that contradicts its state; the leader of that term is {}",
        name(leader);

    EntriesSentAreFromTheLog {
        leader: NodeId,
        to: NodeId,
        sent: (LogId, usize, LogId),
        own: (Option<LogId>, Option<LogId>),
    }
        = "entries-sent-are-from-the-log",
        "{leader} sent {to} {}; its own log has {} before them and {} at their end",
        batch(sent), entry(&own.0), entry(&own.1);
    WindowIsKept { leader: NodeId, peer: NodeId, sent: usize, bound: usize }
        = "window-is-kept",
        "{leader} has sent {peer} {sent} messages with entries since its last reply, more than {bound}";

    // ---- Membership ----
    OneChangeAtATime { leader: NodeId, index: LogIndex, since: LogIndex, commit: LogIndex }
        = "one-change-at-a-time",
        "{leader} began a change at index {index} while the one at {since} is uncommitted (commit index {commit})";
    QuorumsOverlap { node: NodeId, index: LogIndex, old: Membership, new: Membership }
        = "quorums-overlap",
        "the log of {node} changes the membership from {} to {} at index {index}",
        membership(old), membership(new);
    ChangeInOwnTerm { leader: NodeId, term: Term, commit: LogIndex, committed: Term }
        = "change-in-own-term",
        "{leader}, leader of {term}, began a change when its last committed entry was {commit}@{}", committed.0;
    MembershipIsNewest { node: NodeId, shown: Membership, newest: Membership }
        = "membership-is-newest",
        "{node} uses the membership {}, but the newest in its log is {}", membership(shown), membership(newest);
    OnlyVotersCampaign { node: NodeId, term: Term, members: Membership }
        = "only-voters-campaign",
        "{node} became candidate in {term} with the membership {}", membership(members);
    RemovedLeaderStepsDown { leader: NodeId, index: LogIndex, members: Membership }
        = "removed-leader-steps-down",
        "{leader} is still leader, although the committed entry {index} changed the membership to {}",
        membership(members);

    // ---- Snapshots ----
    SnapshotIsCommitted {
        node: NodeId,
        last: LogId,
        committed: LogId,
        same_state: bool,
        same_members: bool,
    }
        = "snapshot-is-committed",
        "{node} wrote a snapshot up to {last}; the committed entry there is {committed}, with {} and {}",
        same(same_state, "state"), same(same_members, "membership");
    TailIsCommitted { node: NodeId, snapshot: LogId, own: LogId, committed: Term, is_cut: bool }
        = "tail-is-committed",
        "{node} keeps entries behind a snapshot up to {snapshot}, and its log {}; the committed entry there is of {committed}",
        tail(own, snapshot, is_cut);

    // ---- Reads ----
    ReadIsLinearizable { node: NodeId, number: u64, index: LogIndex, known: LogIndex }
        = "read-is-linearizable",
        "{node} answered read #{number} at index {index}, but a client knew of index {known} before the read";
    ReadIsAnsweredOnce { node: NodeId, number: u64 }
        = "read-is-answered-once", "{node} answered read #{number}, which was not pending there";
    OldLeaseIsWaitedOut {
        node: NodeId,
        last: LogIndex,
        term: Term,
        leader: NodeId,
        end: u64,
        time: u64,
    }
        = "old-lease-is-waited-out",
        "{node} committed up to {last} in {term} at time {time}; {leader} leads an older term and has a lease until {end}";

    // ---- Sessions ----
    CommandsTakeEffectOnce { node: NodeId, index: LogIndex }
        = "commands-take-effect-once",
        "the state of {node} after index {index} differs from that in which each command took effect once";

    // ---- Clients ----
    AnswersAreTrue { node: NodeId, question: Request, told: u64, found: u64 }
        = "answers-are-true",
        "{node} answered {question} with {told}, but the true result is {found}";
    HistoryIsLinearizable { anomaly: Anomaly }
        = "history-is-linearizable", "no order of the operations explains their results: {anomaly}";

    // ---- Durability ----
    AckIsDurable { node: NodeId, term: Term, match_index: LogIndex, disk_term: Term, disk: LogId }
        = "ack-is-durable",
        "{node} acknowledged up to {match_index} in {term}, but its disk has {disk_term} and a log up to {disk}";
    CandidacyIsDurable { node: NodeId, term: Term, disk: HardState }
        = "candidacy-is-durable",
        "{node} requested votes in {term}, but its disk has {}", ballot(disk);
    RestartFromDisk {
        node: NodeId,
        role: Role,
        shown: HardState,
        last: LogId,
        disk: HardState,
        disk_last: LogId,
    }
        = "restart-from-disk",
        "{node} started as {role} with {} and a log up to {last}, but its disk has {} and a log up to {disk_last}",
        ballot(shown), ballot(disk);
    /// The evidence of a store: the same oracle.
    StoreIsMisread { node: NodeId, difference: String }
        = "restart-from-disk",
        "{node} does not start with what its undamaged disk promised: {difference}";
    DamagedNodeStaysDown { node: NodeId }
        = "damaged-node-stays-down",
        "{node} restarted under its old id although its disk lost data that it had promised to keep";
    FailedWriteHalts { node: NodeId }
        = "failed-write-halts", "{node} did not halt after a failed write";
    CommitIsRederived { node: NodeId, commit: LogIndex }
        = "commit-is-rederived",
        "{node} started with commit index {commit}, but its disk lacks the committed log up to there";

    // ---- Liveness ----
    RecoversAfterHealing { ticks: u32, repeats: u32, waiting: Vec<(NodeId, View)> }
        = "recovers-after-healing",
        "after {ticks} ticks of recovery, no leader has applied a new command: {}{}",
        states(waiting), repetition(repeats);
    FreshReadIsAnswered { ticks: u32 }
        = "fresh-read-is-answered", "after {ticks} ticks of recovery, no new read was answered";
    CoreConverges {
        leader: NodeId,
        node: NodeId,
        ahead: View,
        behind: View,
        ticks: u32,
        repeats: u32,
        at_rest: bool,
    }
        = "core-converges",
        "after {ticks} ticks of recovery, {leader} leads with {}, and {node} has {}{}{}",
        progress(ahead), progress(behind), if *at_rest { "" } else { "; work is still pending" },
        repetition(repeats);
    ChangeFinishes { leader: NodeId, index: LogIndex, members: Membership }
        = "change-finishes",
        "after recovery, {leader} still has the unfinished change to {} at index {index}",
        membership(members);
    LeaderIsStable {
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
        ticks: u32,
    }
        = "leader-is-stable",
        "in {ticks} ticks without a fault, leadership changed from {} to {}",
        leadership(before), leadership(after);
    PreVoteSparesTheTerm {
        node: NodeId,
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
    }
        = "pre-vote-spares-the-term",
        "{node} was partitioned and reconnected, and leadership changed from {} to {}",
        leadership(before), leadership(after);

    SilentLeaderStepsDown { leader: NodeId, heard: NodeSet, members: Membership, ticks: u32 }
        = "silent-leader-steps-down",
        "{leader} still leads after {ticks} ticks, although of {} only {} were heard recently, itself included",
        membership(members), names(heard);

    // ---- Availability while a minority is degraded ----
    MajorityMakesProgress { kind: Degraded, minority: NodeSet, commits: u32, waited: u32 }
        = "majority-makes-progress",
        "with {} degraded ({kind}), {commits} commands of clients were committed, and then none for {waited} ticks",
        names(minority);
    LaggingFollowerCatchesUp { kind: Degraded, lagging: Lagging }
        = "lagging-follower-catches-up",
        "{} ({kind}) had the committed log up to {} of {}, and {} ticks later up to {}",
        lagging.node, lagging.had, lagging.committed, lagging.ticks, lagging.has;
    HeardLeaderStays {
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
        kind: Degraded,
        minority: NodeSet,
    }
        = "heard-leader-stays",
        "with only {} degraded ({kind}), leadership changed from {} to {}",
        names(minority), leadership(before), leadership(after);
    LeaderNeedsItsDisk { leader: NodeId, ticks: u32 }
        = "leader-needs-its-disk", "{leader} still leads after {ticks} ticks in which its disk hung";
    NewVoterHasCaughtUp { leader: NodeId, voter: NodeId, matched: LogIndex, needed: LogIndex }
        = "new-voter-has-caught-up",
        "{leader} made {voter} a voter, whose match index is {matched}; an election timeout before, the log ended at {needed}";

    UpgradeSparesTheCluster {
        node: NodeId,
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
    }
        = "upgrade-spares-the-cluster",
        "while {node} was upgraded, which did not lead, the leader changed from {} to {}",
        leadership(before), leadership(after);
    /// The evidence where nothing is committed, or the nodes do not converge: the same oracle.
    UpgradeStopsTheCluster {
        node: NodeId,
        is_down: bool,
        leader: Option<(NodeId, Term)>,
        ticks: u32,
    }
        = "upgrade-spares-the-cluster",
        "{node} was upgraded, and {}; the leader is {}",
        stopped(is_down, ticks), leadership(leader);

    // ---- Requests ----
    RequestIsAnswered { node: NodeId, request: step::Request, ticks: u32 }
        = "request-is-answered", "{node} has not answered {request} within {ticks} ticks";
    /// The evidence at a step-down: the same oracle.
    RequestIsForgotten { node: NodeId, is_transfer: bool }
        = "request-is-answered",
        "{node} leads no more, and has not said what became of the {} that it had accepted",
        if *is_transfer { "leadership transfer" } else { "membership change" };
    UnhinderedRequestSucceeds { leader: NodeId, request: step::Request, ticks: u32 }
        = "unhindered-request-succeeds",
        "{leader} accepted {request}, which nothing hindered, and {ticks} ticks later it had not succeeded";

    // ---- Duties in time of servers that do not lead ----
    SilentFollowerCampaigns { node: NodeId, term: Term, ticks: u32, bound: u32 }
        = "silent-follower-campaigns",
        "{node}, in {term}, has heard no leader for {ticks} ticks and does not campaign; {bound} are allowed";
    HearingFollowerWaits { node: NodeId, leader: NodeId, ticks: u32, shortest: u32 }
        = "hearing-follower-waits",
        "{node} campaigns {ticks} ticks after a message of its leader {leader}; the shortest election timeout is {shortest}";
    PreVoteIsJustified {
        voter: NodeId,
        asker: NodeId,
        logs: Option<(LogId, LogId)>,
        leader: Option<NodeId>,
    }
        = "pre-vote-is-justified",
        "{voter} granted {asker} a Pre-Vote {}", unjustified(logs, leader);
    LeaseIsHonoured { voter: NodeId, candidate: NodeId, term: Term, ticks: u32, lease: u32 }
        = "lease-is-honoured",
        "{voter} voted for {candidate} in {term}, {ticks} ticks after a message of a leader, whose lease binds it for {lease}";

    // ---- Boundedness ----
    SendsAreBounded { node: NodeId, sent: usize, bound: usize }
        = "sends-are-bounded", "{node} sent {sent} messages in a step that may send {bound} immediately";
    BatchIsBounded { node: NodeId, entries: usize, bound: usize }
        = "batch-is-bounded", "{node} sent {entries} entries in one message, more than {bound}";
    EffortIsBounded { messages: u64, ticks: u32, bound: u64 }
        = "effort-is-bounded",
        "in {ticks} ticks without a fault {messages} messages were sent, more than {bound}";
    /// The Raft panicked.
    Panic { message: String, place: String }
        = "panic", "a panic at {place}: {message}";
}

impl Violation {
    /// Whether it is a lint: wrong book-keeping that breaks no guarantee to users. A lint does not
    /// end a run, so it hides no other violation.
    pub fn is_lint(&self) -> bool {
        LINTS.contains(&self.oracle())
    }

    /// A name that is the same however the same promise is broken: the name of the oracle, and for
    /// a panic the file in which it occurred. No numbers, no paths.
    pub fn fingerprint(&self) -> String {
        match self {
            Violation::Panic { place, .. } => {
                let file = place.rsplit(['/', '\\']).next().unwrap_or_default();
                let stem = file.split('.').next().unwrap_or_default();
                format!("panic-in-{stem}")
            }
            _ => self.oracle().into(),
        }
    }
}
