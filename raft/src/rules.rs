//! The decisions on which Raft's safety rests, each one a small function with its section.
//!
//! [`Rules::RAFT`] is the paper. The server asks this table and decides nothing of the kind
//! elsewhere, so this page is the list of what Raft promises and why. Knows nothing of servers,
//! storage or time: every function is pure.

use crate::io::Refused;
use crate::membership::{Membership, Memberships};
use crate::message::{Kind, Stamp};
use crate::progress::Progress;
use crate::quorum::NodeSet;
use crate::types::{HardState, LogId, LogIndex, NodeId, Role, Term};

/// What a server promises to others, and to itself, by way of its disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Promise {
    /// "I stand in this term and will vote for no one else": a RequestVote.
    Candidacy,
    /// A candidate's own vote, counted.
    OwnVote,
    /// A vote granted to another.
    Vote,
    /// "My log equals yours up to here": an accepted AppendEntries.
    Acknowledgement,
}

/// One field per decision. A function that differs from [`Rules::RAFT`] is a bug.
#[derive(Clone, Copy)]
pub struct Rules {
    /// See [`is_stale`].
    pub is_stale: fn(kind: Kind, message: Term, current: Term) -> bool,
    /// See [`role_in_newer_term`].
    pub role_in_newer_term: fn(role: Role, kind: Kind) -> Role,
    /// See [`stepping_down`].
    pub stepping_down: fn(state: HardState, term: Term) -> HardState,
    /// See [`may_vote`].
    pub may_vote: fn(vote: Option<NodeId>, candidate: NodeId) -> bool,
    /// See [`is_up_to_date`].
    pub is_up_to_date: fn(candidate: LogId, own: LogId) -> bool,
    /// See [`recorded`].
    pub recorded: fn(state: HardState) -> HardState,
    /// See [`restored`].
    pub restored: fn(state: HardState) -> HardState,
    /// See [`rests_on_disk`].
    pub rests_on_disk: fn(promise: Promise) -> bool,
    /// See [`survives_failed_write`].
    pub survives_failed_write: fn() -> bool,
    /// See [`wins`].
    pub wins: fn(membership: &Membership, grants: &[NodeId]) -> bool,
    /// See [`would_vote`].
    pub would_vote: fn(hears_a_leader: bool, candidate: LogId, own: LogId) -> bool,
    /// See [`leader_while_probing`].
    pub leader_while_probing: fn(known: Option<NodeId>) -> Option<NodeId>,
    /// See [`keeps_lead`].
    pub keeps_lead: fn(membership: &Membership, heard: NodeSet) -> bool,
    /// See [`progress_at_election`].
    pub progress_at_election: fn(earlier: Progress, last: LogIndex) -> Progress,
    /// See [`accepts_append`].
    pub accepts_append: fn(prev: LogId, own: Option<Term>) -> bool,
    /// See [`truncate_from`].
    pub truncate_from:
        fn(prev: LogIndex, conflict: Option<LogIndex>, last: LogIndex) -> Option<LogIndex>,
    /// See [`acknowledged`].
    pub acknowledged: fn(last_new: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`match_after_ack`].
    pub match_after_ack: fn(known: LogIndex, acked: LogIndex) -> LogIndex,
    /// See [`next_after_ack`].
    pub next_after_ack: fn(next: LogIndex, matched: LogIndex) -> LogIndex,
    /// See [`has_room`].
    pub has_room: fn(in_flight: u64, limit: u64) -> bool,
    /// See [`own_match`].
    pub own_match: fn(durable: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`reached`].
    pub reached: fn(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex,
    /// See [`may_commit`].
    pub may_commit: fn(entry: Term, current: Term) -> bool,
    /// See [`follower_commit`].
    pub follower_commit:
        fn(commit: LogIndex, leader: LogIndex, last_new: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`may_propose`].
    pub may_propose: fn(role: Role, leader: Option<NodeId>) -> Result<(), Refused>,
    /// See [`may_take_over`].
    pub may_take_over: fn(matched: LogIndex, last: LogIndex) -> bool,
    /// See [`compaction_point`].
    pub compaction_point:
        fn(asked: LogIndex, handed_out: LogIndex, last: LogIndex) -> Option<LogIndex>,
    /// See [`is_covered`].
    pub is_covered: fn(prev: LogIndex, start: LogIndex) -> bool,
    /// See [`is_known`].
    pub is_known: fn(snapshot: LogIndex, commit: LogIndex) -> bool,
    /// See [`fits`].
    pub fits: fn(received: u64, offset: u64) -> bool,
    /// See [`keeps_suffix`].
    pub keeps_suffix: fn(snapshot: LogId, own: Option<Term>) -> bool,
    /// See [`term_after_install`].
    pub term_after_install: fn(current: Term, snapshot: Term) -> Term,
    /// See [`forget_memberships`].
    pub forget_memberships: fn(memberships: &mut Memberships, index: LogIndex),
    /// See [`may_change`].
    pub may_change: fn(
        pending: Option<LogIndex>,
        committed: Option<Term>,
        current: Term,
    ) -> Result<(), Refused>,
    /// See [`next_membership`].
    pub next_membership: fn(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership,
    /// See [`may_stand`].
    pub may_stand: fn(votes: bool, may_vote_again: bool) -> bool,
    /// See [`leaves_when_removed`].
    pub leaves_when_removed: fn() -> bool,
    /// See [`may_read`].
    pub may_read: fn(committed: Option<Term>, current: Term) -> bool,
    /// See [`confirms`].
    pub confirms: fn(heard: Stamp, asked: Stamp) -> bool,
    /// See [`is_own_question`].
    pub is_own_question: fn(asked_in: u64, life: u64) -> bool,
    /// See [`lease_holds`].
    pub lease_holds: fn(age: u64, election_ticks: u32, let_go: bool) -> bool,
}

impl Rules {
    /// Raft, as the paper has it.
    pub const RAFT: Rules = Rules {
        is_stale,
        role_in_newer_term,
        stepping_down,
        may_vote,
        is_up_to_date,
        recorded,
        restored,
        rests_on_disk,
        survives_failed_write,
        wins,
        would_vote,
        leader_while_probing,
        keeps_lead,
        progress_at_election,
        accepts_append,
        truncate_from,
        acknowledged,
        match_after_ack,
        next_after_ack,
        has_room,
        own_match,
        reached,
        may_commit,
        follower_commit,
        may_propose,
        may_take_over,
        compaction_point,
        is_covered,
        is_known,
        fits,
        keeps_suffix,
        term_after_install,
        forget_memberships,
        may_change,
        next_membership,
        may_stand,
        leaves_when_removed,
        may_read,
        confirms,
        is_own_question,
        lease_holds,
    };
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rules")
    }
}

// ---- Terms (5.1) ----

/// A message of an older term is stale: a request is refused, an answer is ignored.
///
/// 5.1: "If a server receives a request with a stale term number, it rejects the request." An
/// answer of an older term answers a question that was dropped. Without this: Election Safety.
pub fn is_stale(_kind: Kind, message: Term, current: Term) -> bool {
    message < current
}

/// Any message of a newer term turns the server into a follower.
///
/// Figure 2, all servers: "If RPC request or response contains term T > currentTerm: set
/// currentTerm = T, convert to follower." Without this: Election Safety.
pub fn role_in_newer_term(_role: Role, _kind: Kind) -> Role {
    Role::Follower
}

/// A newer term starts without a vote; a vote given in the current term stays given.
///
/// Figure 2: votedFor is "candidateId that received vote in current term". A candidate that steps
/// down within its term has voted for itself. Without this: Election Safety.
pub fn stepping_down(state: HardState, term: Term) -> HardState {
    if term > state.term {
        HardState { term, vote: None }
    } else {
        state
    }
}

// ---- Votes (5.2, 5.4.1) ----

/// A server votes for at most one candidate in a term.
///
/// Figure 2, RequestVote 2: "votedFor is null or candidateId". Without this: Election Safety.
pub fn may_vote(vote: Option<NodeId>, candidate: NodeId) -> bool {
    vote.is_none_or(|given| given == candidate)
}

/// A vote goes only to a candidate whose log is at least as up-to-date as the voter's.
///
/// 5.4.1, by the order of [`LogId`]. Without this: Leader Completeness.
pub fn is_up_to_date(candidate: LogId, own: LogId) -> bool {
    candidate >= own
}

/// A candidate wins with votes from a quorum of distinct servers.
///
/// 5.2; `grants` are the votes in the order of arrival, with repetitions. Without this: Election
/// Safety.
pub fn wins(membership: &Membership, grants: &[NodeId]) -> bool {
    membership.is_quorum(grants.iter().copied().collect::<NodeSet>())
}

// ---- Durability (5.6, Figure 2: "Updated on stable storage before responding to RPCs") ----

/// Term and vote are written as they are. Without this: a second vote after a crash.
pub fn recorded(state: HardState) -> HardState {
    state
}

/// Term and vote are taken up after a crash as they were written. Without this: likewise.
pub fn restored(state: HardState) -> HardState {
    state
}

/// Every promise waits until all that the server wrote before it is durable.
///
/// Writes become durable in order, so waiting for the last one covers term, vote and log. A
/// candidacy waits too: after a crash the same term must not be contested with a shorter log while
/// votes for the longer one are under way. Without this: Election Safety, Leader Completeness.
pub fn rests_on_disk(_promise: Promise) -> bool {
    true
}

/// After a failed write the disk's content is unknown, so nothing can be promised any more.
pub fn survives_failed_write() -> bool {
    false
}

// ---- Needless elections (dissertation, 4.2.3, 6.2, 9.6) ----

/// A server would vote for a candidate that has what it takes, unless it hears a leader.
///
/// 9.6: "if the candidate's log is sufficiently up-to-date, and the voters have not received
/// heartbeats from a valid leader for at least a baseline election timeout". Without the second
/// half, a server that was cut off disrupts the cluster when it comes back.
pub fn would_vote(hears_a_leader: bool, candidate: LogId, own: LogId) -> bool {
    !hears_a_leader && is_up_to_date(candidate, own)
}

/// Who asks whether it could win has given up its leader.
///
/// Otherwise servers that wait for each other's answer turn each other away for the sake of a
/// leader that none of them hears (tikv/raft-rs#84). Without this: no progress.
pub fn leader_while_probing(_known: Option<NodeId>) -> Option<NodeId> {
    None
}

/// A leader stays one as long as a quorum, itself included, has answered.
///
/// 6.2. Without this, a leader that nobody hears takes commands for ever.
pub fn keeps_lead(membership: &Membership, heard: NodeSet) -> bool {
    membership.is_quorum(heard)
}

// ---- Replication (5.3) ----

/// A new leader assumes nothing about its followers' logs.
///
/// Figure 2: "Reinitialized after election". Without this: commits without a quorum.
pub fn progress_at_election(_earlier: Progress, last: LogIndex) -> Progress {
    Progress::at_election(last)
}

/// A follower appends only after an entry that it shares with the leader.
///
/// Figure 2, AppendEntries 2: "Reply false if log doesn't contain an entry at prevLogIndex whose
/// term matches prevLogTerm"; `own` is the follower's term there. Without this: Log Matching.
pub fn accepts_append(prev: LogId, own: Option<Term>) -> bool {
    own == Some(prev.term)
}

/// A follower removes entries only from the first real conflict on.
///
/// Figure 2, AppendEntries 3. A late, shorter request must not remove what a newer one appended
/// and the follower acknowledged. Without this: State Machine Safety.
pub fn truncate_from(
    _prev: LogIndex,
    conflict: Option<LogIndex>,
    _last: LogIndex,
) -> Option<LogIndex> {
    conflict
}

/// A follower acknowledges what the request showed to be equal, not what it happens to have.
///
/// 5.3. Entries behind the last new one may belong to a deposed leader. Without this: commits
/// without a quorum.
pub fn acknowledged(last_new: LogIndex, _last: LogIndex) -> LogIndex {
    last_new
}

/// matchIndex "increases monotonically" (Figure 2), though acknowledgements arrive in any order.
pub fn match_after_ack(known: LogIndex, acked: LogIndex) -> LogIndex {
    known.max(acked)
}

/// nextIndex follows matchIndex and never falls behind it (Figure 2, leaders).
pub fn next_after_ack(next: LogIndex, matched: LogIndex) -> LogIndex {
    next.max(matched.next())
}

/// Entries are sent ahead of their answers as long as the follower's window has room, in entries
/// and in bytes. Without this, a slow follower drowns (dissertation, 10.2.1).
pub fn has_room(in_flight: u64, limit: u64) -> bool {
    in_flight < limit.max(1)
}

// ---- Commitment (5.3, 5.4.2) ----

/// A leader counts itself for what is durable on its own disk, like any follower.
///
/// 5.6. Without this: committed entries that no quorum holds after a crash.
pub fn own_match(durable: LogIndex, _last: LogIndex) -> LogIndex {
    durable
}

/// The index that a quorum has reached: `a majority of matchIndex[i] >= N` (Figure 2, leaders).
pub fn reached(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    membership.reached(acked)
}

/// A leader commits by counting only entries of its own term; older ones follow with them.
///
/// 5.4.2 and Figure 8: `log[N].term == currentTerm`. Without this: Leader Completeness.
pub fn may_commit(entry: Term, current: Term) -> bool {
    entry == current
}

/// A follower commits no further than the last entry that this request vouches for.
///
/// Figure 2, AppendEntries 5: "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit,
/// index of last new entry)". Without this: State Machine Safety.
pub fn follower_commit(
    commit: LogIndex,
    leader: LogIndex,
    last_new: LogIndex,
    _last: LogIndex,
) -> LogIndex {
    commit.max(leader.min(last_new))
}

/// Only a leader takes commands; others name the leader they know (section 8).
pub fn may_propose(role: Role, leader: Option<NodeId>) -> Result<(), Refused> {
    match role {
        Role::Leader => Ok(()),
        Role::Follower | Role::Candidate => Err(Refused::NotLeader { leader }),
    }
}

/// The lead goes only to a server whose log is complete.
///
/// Dissertation, 3.10: the prior leader "fully updates the target server's log". Otherwise the
/// target asks in vain, and the cluster is without a leader for nothing.
pub fn may_take_over(matched: LogIndex, last: LogIndex) -> bool {
    matched == last
}

// ---- Snapshots (section 7) ----

/// A snapshot stands for entries that were handed out to the state machine, and for no more.
///
/// Without this: a snapshot of uncommitted entries, and State Machine Safety is gone.
pub fn compaction_point(
    asked: LogIndex,
    handed_out: LogIndex,
    _last: LogIndex,
) -> Option<LogIndex> {
    (asked <= handed_out).then_some(asked)
}

/// Entries that a snapshot stands for are neither looked up nor appended again.
///
/// A late request can begin long before the snapshot's last entry. Without this: Log Matching.
pub fn is_covered(prev: LogIndex, start: LogIndex) -> bool {
    prev < start
}

/// A snapshot of what is committed here already brings nothing.
///
/// Installing it would take back what was applied. Without this: State Machine Safety.
pub fn is_known(snapshot: LogIndex, commit: LogIndex) -> bool {
    snapshot <= commit
}

/// A piece of a snapshot is taken only where the pieces before it end.
pub fn fits(received: u64, offset: u64) -> bool {
    received == offset
}

/// Entries behind a snapshot stay, if the snapshot's last entry is in the log as well.
///
/// Figure 13, 6. They may be acknowledged and committed. Without this: Leader Completeness; and
/// with too much of it, Log Matching.
pub fn keeps_suffix(snapshot: LogId, own: Option<Term>) -> bool {
    own == Some(snapshot.term)
}

/// A snapshot says nothing of the current term: its last entry is of an older one.
pub fn term_after_install(current: Term, _snapshot: Term) -> Term {
    current
}

/// Compaction keeps the membership that was in force at the snapshot's last entry.
///
/// If the entries that changed it since are removed, it is in force again.
pub fn forget_memberships(memberships: &mut Memberships, index: LogIndex) {
    memberships.compact(index);
}

// ---- Membership (section 6; dissertation, chapter 4) ----

/// A leader begins a change when no other is under way and it has committed an entry of its term.
///
/// The second half is the correction of 2015: two leaders of different terms could otherwise
/// have uncommitted changes of the same membership, whose majorities do not meet. Without either:
/// Election Safety.
pub fn may_change(
    pending: Option<LogIndex>,
    committed: Option<Term>,
    current: Term,
) -> Result<(), Refused> {
    match pending {
        Some(since) => Err(Refused::ChangeUnderWay { since }),
        None if committed != Some(current) => Err(Refused::TermIsFresh),
        None => Ok(()),
    }
}

/// The first step of a change. Without joint consensus where it is needed: Election Safety.
pub fn next_membership(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership {
    current.towards(voters, learners)
}

/// Voters stand for election, and who may be one again if an uncommitted change is undone.
///
/// 4.2.2: a removed server "may still be needed until the Cnew entry is committed". A learner that
/// stood would only disturb.
pub fn may_stand(votes: bool, may_vote_again: bool) -> bool {
    votes || may_vote_again
}

/// A leader that a committed change has removed steps down (4.2.2).
pub fn leaves_when_removed() -> bool {
    true
}

// ---- Reads (dissertation, 6.4) ----

/// A leader knows what is committed once it has committed an entry of its own term.
///
/// `committed` is the term of its last committed entry. Without this: stale reads.
pub fn may_read(committed: Option<Term>, current: Term) -> bool {
    committed == Some(current)
}

/// Only answers to what was sent after the question show that the leader still led then.
///
/// `heard` is the latest moment of which a quorum has answered. Without this: stale reads.
pub fn confirms(heard: Stamp, asked: Stamp) -> bool {
    heard >= asked
}

/// An answer to what an earlier life asked is none to what this life asks.
pub fn is_own_question(asked_in: u64, life: u64) -> bool {
    asked_in == life
}

/// A lease ends before a quorum may vote for another, even if their clocks have shown two ticks
/// more by then; or when the lead was offered to another, whenever that comes to stand (3.10,
/// 6.4.1).
pub fn lease_holds(age: u64, election_ticks: u32, let_go: bool) -> bool {
    !let_go && age + 2 < u64::from(election_ticks)
}
