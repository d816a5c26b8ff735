//! Broken promises, with the values that break them.
//!
//! Promises: each variant holds all the evidence its sentence needs; the fingerprint names the
//! promise and nothing that changes from one run to the next.

use std::fmt;

use raft::{HardState, LogId, LogIndex, Membership, NodeId, NodeSet, Role, Term};

use crate::history::linearizability::Anomaly;
use crate::replica::View;

/// The names of the oracles that find lints.
pub const LINTS: [&str; 3] = ["new-term-is-new", "next-is-above-match", "effort-is-bounded"];

/// What an oracle answers: 1 if it had something to check and 0 if not, or what is broken. A
/// number, and not a truth value, because a result of two words travels in registers.
pub type Verdict = Result<usize, Box<Violation>>;

/// There was nothing to check.
pub const NOTHING: Verdict = Ok(0);
/// Something was checked, and it held.
pub const HELD: Verdict = Ok(1);

/// `HELD` if `holds`, else the violation.
#[inline]
pub fn check(holds: bool, violation: impl FnOnce() -> Violation) -> Verdict {
    match holds {
        true => HELD,
        false => broken(violation),
    }
}

/// Apart from [`check`], so that what never happens takes no room where it all happens.
#[cold]
#[inline(never)]
fn broken(violation: impl FnOnce() -> Violation) -> Verdict {
    Err(Box::new(violation()))
}

/// A set of nodes as `n0,n2`.
fn names(set: &NodeSet) -> String {
    match set.is_empty() {
        true => "nobody".into(),
        false => set.to_string(),
    }
}

fn vote(vote: &Option<NodeId>) -> String {
    vote.map_or("nobody".into(), |id| id.to_string())
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
    format!("{} {what}", if *same { "the same" } else { "another" })
}

/// What a client asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// A command, by its number.
    Command(u64),
    /// A read, by its number.
    Read(u64),
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Question::Command(number) => write!(f, "command #{number}"),
            Question::Read(number) => write!(f, "read #{number}"),
        }
    }
}

/// Who waits for what.
fn waits(waiting: &[(NodeId, View)]) -> String {
    let state = |(id, view): &(NodeId, View)| {
        let role = match view.role {
            Role::Leader => "leads",
            Role::PreCandidate => "is a pre-candidate in",
            Role::Candidate => "is a candidate in",
            Role::Follower => "follows in",
        };
        format!("{id} {role} {} with {}", view.term(), progress(view))
    };
    waiting.iter().map(state).collect::<Vec<_>>().join(", ")
}

fn progress(view: &View) -> String {
    format!("log up to {} and commit index {}", view.last_log, view.commit)
}

/// The witness of a standstill, if there is one.
fn again(repeats: &u32) -> String {
    match repeats {
        0 => String::new(),
        _ => format!("; the last {repeats} ticks were like the {repeats} before them"),
    }
}

fn lead(lead: &Option<(NodeId, Term)>) -> String {
    lead.map_or("nobody".into(), |(leader, term)| format!("{leader} in {term}"))
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),* $(,)? }
        = $oracle:literal, $text:literal $(, $arg:expr)*;)*) => {
        /// A broken promise. Each variant belongs to the oracle of the same name.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Violation {
            $($(#[$doc])* #[allow(missing_docs)] $name { $($field: $type),* },)*
        }

        impl Violation {
            /// The name of the oracle that found it.
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
    /// Elections.
    OneLeaderPerTerm { term: Term, first: NodeId, second: NodeId }
        = "one-leader-per-term", "{first} and {second} both led {term}";
    /// Elections.
    OneVotePerTerm { node: NodeId, term: Term, first: NodeId, second: NodeId }
        = "one-vote-per-term", "in {term}, {node} voted for {first} and for {second}";
    /// Elections.
    VoteIsDurable { node: NodeId, term: Term, candidate: NodeId, disk: HardState }
        = "vote-is-durable",
        "{node} voted for {candidate} in {term}, but its disk says {} with a vote for {}",
        disk.term, vote(&disk.vote);
    /// Elections.
    TermIsMonotone { node: NodeId, before: Term, after: Term }
        = "term-is-monotone", "the term of {node} fell from {before} to {after}";
    /// Elections.
    LegalRoleMoves { node: NodeId, before: Role, after: Role, term: Term }
        = "legal-role-moves", "{node} went from {before} to {after} in {term}";
    /// Elections.
    LeaderHasQuorum { leader: NodeId, term: Term, votes: NodeSet }
        = "leader-has-quorum", "{leader} leads {term} with the votes of {}", names(votes);
    /// Elections.
    VoteIsUpToDate { voter: NodeId, candidate: NodeId, claimed: LogId, own: LogId }
        = "vote-is-up-to-date",
        "{voter}, whose last entry is {own}, voted for {candidate}, which claimed {claimed}";
    /// Elections.
    ClaimIsTrue { candidate: NodeId, claimed: LogId, own: LogId }
        = "claim-is-true", "{candidate} stood with last entry {own} and claimed {claimed}";
    /// Elections.
    NewTermIsNew { leader: NodeId, term: Term, index: LogIndex }
        = "new-term-is-new", "{leader} won {term}, which already has an entry at {index}";
    /// Elections.
    ElectableHasCommitted { node: NodeId, last: LogId, voters: NodeSet, committed: LogIndex }
        = "electable-has-committed",
        "{node} could win with the votes of {}, but its log up to {last} lacks committed entry {committed}",
        names(voters);

    /// The log.
    LogMatching { node: NodeId, entry: LogId, other: NodeId }
        = "log-matching", "{node} and {other} have {entry}, but different logs up to it";
    /// The log.
    EntryCreatedOnce { entry: LogId, node: NodeId, leader: Option<NodeId> }
        = "entry-created-once", "{node} created {entry}, but {} leads that term", vote(leader);
    /// The log.
    LeaderAppendOnly { leader: NodeId, term: Term, index: LogIndex }
        = "leader-append-only", "{leader}, leading {term}, removed its entries from {index} on";
    /// The log.
    TermsSorted { node: NodeId, entry: LogId, before: LogId, term: Term }
        = "terms-sorted", "{node}, in {term}, has {entry} after {before}";
    /// The log.
    LeaderOwnsTerm { leader: NodeId, last: LogId, node: NodeId, entry: LogId }
        = "leader-owns-term", "{node} has {entry}, beyond {last} of {leader}, which leads that term";
    /// The log.
    TruncationNeedsConflict { node: NodeId, index: LogIndex, term: Term }
        = "truncation-needs-conflict",
        "{node} removed its entries from {index}@{} on without a conflicting one", term.0;
    /// The log.
    CommittedIsKept { node: NodeId, index: LogIndex, commit: LogIndex }
        = "committed-is-kept",
        "{node} removed its entries from {index} on, although it committed up to {commit}";
    /// The log.
    NoCreation { node: NodeId, entry: LogId, command: u64 }
        = "no-creation", "{node} created {entry} with command {command}, which no client proposed for it";
    /// The log.
    LogIsWritten { node: NodeId, shown: LogId, written: LogId }
        = "log-is-written", "the log of {node} ends at {shown}, but it wrote {written}";

    /// Commit and apply.
    CommittedAgree { node: NodeId, index: LogIndex, committed: Term, by: NodeId, own: Term }
        = "committed-agree",
        "{by} committed entry {index} of {committed}, {node} has committed one of {own} there";
    /// Commit and apply.
    LeaderCompleteness { leader: NodeId, term: Term, index: LogIndex, commit_term: Term }
        = "leader-completeness", "{leader} leads {term} without entry {index}, committed in {commit_term}";
    /// Commit and apply.
    CommitIsMonotone { node: NodeId, before: LogIndex, after: LogIndex, last: LogIndex }
        = "commit-is-monotone", "the commit index of {node} went from {before} to {after}, its log ends at {last}";
    /// Commit and apply.
    CommitsOwnTerm { leader: NodeId, term: Term, entry: LogId }
        = "commits-own-term", "{leader}, leading {term}, committed up to {entry} by counting";
    /// Commit and apply.
    CommittedIsDurable { index: LogIndex, holders: NodeSet }
        = "committed-is-durable", "entry {index} is committed, but durable only on {}", names(holders);
    /// Commit and apply.
    CommitIsVerified { node: NodeId, commit: LogIndex, verified: LogIndex }
        = "commit-is-verified",
        "{node} committed up to {commit}, but its leader vouched only up to {verified}";
    /// Commit and apply.
    AppliedInOrder { node: NodeId, expected: LogIndex, applied: LogIndex, commit: LogIndex }
        = "applied-in-order",
        "{node} applied entry {applied} instead of {expected}, with commit index {commit}";
    /// Commit and apply.
    StateMachineSafety { node: NodeId, index: LogIndex, other: NodeId }
        = "state-machine-safety", "{node} has applied something else up to {index} than what {other} committed";

    /// Replication book-keeping.
    MatchIsTrue { leader: NodeId, peer: NodeId, match_index: LogIndex, disk: LogId }
        = "match-is-true",
        "{leader} takes {peer} to equal it up to {match_index}, but the disk of {peer}, up to {disk}, does not";
    /// Replication book-keeping.
    MatchIsMonotone { leader: NodeId, peer: NodeId, before: LogIndex, after: LogIndex }
        = "match-is-monotone", "the match index of {leader} for {peer} fell from {before} to {after}";
    /// Replication book-keeping.
    NextIsAboveMatch {
        leader: NodeId,
        peer: NodeId,
        next: LogIndex,
        matched: LogIndex,
        last: LogIndex,
    }
        = "next-is-above-match",
        "{leader}, whose log ends at {last}, has next index {next} and match index {matched} for {peer}";
    /// Replication book-keeping.
    MessageMatchesSender { from: NodeId, to: NodeId, term: Term, leader: Option<NodeId> }
        = "message-matches-sender",
        "{from} sent {to} a message of {term} that it could not send; {} leads that term", vote(leader);

    /// Replication book-keeping.
    WindowIsKept { leader: NodeId, peer: NodeId, sent: usize, bound: usize }
        = "window-is-kept",
        "{leader} has sent {peer} {sent} messages with entries since its last answer, more than {bound}";

    /// Membership.
    OneChangeAtATime { leader: NodeId, index: LogIndex, since: LogIndex, commit: LogIndex }
        = "one-change-at-a-time",
        "{leader} began a change at {index}, with commit index {commit} and one under way since {since}";
    /// Membership.
    QuorumsOverlap { node: NodeId, index: LogIndex, old: Membership, new: Membership }
        = "quorums-overlap",
        "the log of {node} goes from {} to {} at {index}", membership(old), membership(new);
    /// Membership.
    ChangeInOwnTerm { leader: NodeId, term: Term, commit: LogIndex, committed: Term }
        = "change-in-own-term",
        "{leader}, leading {term}, began a change when its last committed entry was {commit}@{}", committed.0;
    /// Membership.
    MembershipIsNewest { node: NodeId, shown: Membership, newest: Membership }
        = "membership-is-newest",
        "{node} goes by {}, but its log says {}", membership(shown), membership(newest);
    /// Membership.
    OnlyVotersCampaign { node: NodeId, term: Term, members: Membership }
        = "only-voters-campaign", "{node} stood in {term}, going by {}", membership(members);
    /// Membership.
    RemovedLeaderStepsDown { leader: NodeId, index: LogIndex }
        = "removed-leader-steps-down",
        "{leader} leads on, although the committed entry {index} has removed it";

    /// Snapshots.
    SnapshotIsCommitted {
        node: NodeId,
        last: LogId,
        committed: LogId,
        same_state: bool,
        same_members: bool,
    }
        = "snapshot-is-committed",
        "{node} has a snapshot up to {last}; committed there is {committed}, with {} and {}",
        same(same_state, "state"), same(same_members, "membership");

    /// Reads.
    ReadIsLinearizable { node: NodeId, number: u64, index: LogIndex, known: LogIndex }
        = "read-is-linearizable",
        "{node} answered read #{number} from {index}, although a client knew of {known} before";
    /// Reads.
    ReadIsAnsweredOnce { node: NodeId, number: u64 }
        = "read-is-answered-once", "{node} answered read #{number}, which was not open there";

    /// Sessions.
    CommandsTakeEffectOnce { node: NodeId, index: LogIndex }
        = "commands-take-effect-once",
        "{node}, which has applied up to {index}, is in another state than if each command had taken effect once";

    /// Clients.
    AnswersAreTrue { node: NodeId, question: Question, told: u64, found: u64 }
        = "answers-are-true",
        "{node} answered {question} with {told}, but it found {found}";
    /// Clients.
    HistoryIsLinearizable { anomaly: Anomaly }
        = "history-is-linearizable", "no order of what clients asked explains their answers: {anomaly}";

    /// Durability.
    AckIsDurable { node: NodeId, term: Term, match_index: LogIndex, disk_term: Term, disk: LogId }
        = "ack-is-durable",
        "{node} acknowledged {match_index} in {term}, but its disk is in {disk_term} and ends at {disk}";
    /// Durability.
    CandidacyIsDurable { node: NodeId, term: Term, disk: HardState }
        = "candidacy-is-durable",
        "{node} asked for votes in {term}, but its disk says {} with a vote for {}",
        disk.term, vote(&disk.vote);
    /// Durability.
    RestartFromDisk {
        node: NodeId,
        role: Role,
        shown: HardState,
        last: LogId,
        disk: HardState,
        disk_last: LogId,
    }
        = "restart-from-disk",
        "{node} started as a {role} in {} with vote {} and log {last}, its disk says {} with vote {} and log {disk_last}",
        shown.term, vote(&shown.vote), disk.term, vote(&disk.vote);
    /// Durability.
    DamagedNodeStaysDown { node: NodeId }
        = "damaged-node-stays-down",
        "{node} started although its disk lacks what it had promised to keep";
    /// Durability.
    FailedWriteHalts { node: NodeId }
        = "failed-write-halts", "{node} went on after a write had failed";
    /// Durability.
    CommitIsRederived { node: NodeId, commit: LogIndex }
        = "commit-is-rederived", "{node} started with commit index {commit}, which its disk does not show";

    /// Liveness.
    RecoversAfterHealing { ticks: u32, repeats: u32, waiting: Vec<(NodeId, View)> }
        = "recovers-after-healing",
        "{ticks} ticks after everything was healed, {}{}",
        waits(waiting), again(repeats);
    /// Liveness.
    FreshReadIsAnswered { ticks: u32 }
        = "fresh-read-is-answered", "{ticks} ticks after everything was healed, no read was answered";
    /// Liveness.
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
        "{ticks} ticks after everything was healed, {leader} leads with {}, and {node} has {}{}{}",
        progress(ahead), progress(behind), if *at_rest { "" } else { ", and there is no rest" },
        again(repeats);
    /// Liveness.
    ChangeFinishes { leader: NodeId, index: LogIndex, members: Membership }
        = "change-finishes",
        "long after everything was healed, {leader} goes by {}, as of {index}", membership(members);
    /// Liveness.
    LeaderIsStable {
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
        ticks: u32,
    }
        = "leader-is-stable",
        "in {ticks} ticks without a fault, the lead went from {} to {}", lead(before), lead(after);
    /// Liveness.
    PreVoteSparesTheTerm {
        node: NodeId,
        before: Option<(NodeId, Term)>,
        after: Option<(NodeId, Term)>,
    }
        = "pre-vote-spares-the-term",
        "{node} was cut off and came back, and the lead went from {} to {}", lead(before), lead(after);

    /// Liveness.
    SilentLeaderStepsDown { leader: NodeId, heard: NodeSet, ticks: u32 }
        = "silent-leader-steps-down",
        "{leader} leads after {ticks} of its ticks, although of late it heard only from {}", names(heard);
    /// Boundedness.
    SendsAreBounded { node: NodeId, sent: usize, bound: usize }
        = "sends-are-bounded", "{node} has sent {sent} messages in a step that may send {bound} at once";
    /// Boundedness.
    BatchIsBounded { node: NodeId, entries: usize, bound: usize }
        = "batch-is-bounded", "{node} sent {entries} entries in one message, more than {bound}";
    /// Boundedness.
    EffortIsBounded { messages: u64, ticks: u32, bound: u64 }
        = "effort-is-bounded",
        "in {ticks} ticks without a fault {messages} messages were sent, more than {bound}";
    /// The Raft panicked.
    Panic { message: String, place: String }
        = "panic", "a panic at {place}: {message}";
}

impl Violation {
    /// Whether it is a lint: book-keeping gone wrong, which breaks nothing that a user was
    /// promised. A lint does not end a run, so that it hides nothing.
    pub fn is_lint(&self) -> bool {
        LINTS.contains(&self.oracle())
    }

    /// What stays the same when the same promise is broken in another way: the name of the
    /// promise, and for a panic the file that it came from. No numbers, no paths.
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
