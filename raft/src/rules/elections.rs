//! Elections: terms, votes, and the prevention of disruptive elections.

use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::Report;
use crate::membership::Membership;
use crate::message::Kind;
use crate::quorum::NodeSet;
use crate::state::{HardState, Role};

// ---- Terms (5.1) ----

/// A message of an older term is stale: a request is rejected, a reply is ignored.
///
/// 5.1: "If a server receives a request with a stale term number, it rejects the request." A
/// reply of an older term belongs to a request that no longer matters. Without this: no Election
/// Safety.
pub fn is_stale(_kind: Kind, message: Term, current: Term) -> bool {
    message < current
}

/// On any message of a newer term the server becomes a follower.
///
/// Figure 2, all servers: "If RPC request or response contains term T > currentTerm: set
/// currentTerm = T, convert to follower." Without this: no Election Safety.
pub fn role_in_newer_term(_role: Role, _kind: Kind) -> Role {
    Role::Follower
}

/// A newer term starts without a vote; a vote granted in the current term is kept.
///
/// Figure 2: votedFor is "candidateId that received vote in current term". A candidate that steps
/// down within its term has voted for itself. Without this: no Election Safety.
pub fn stepping_down(state: HardState, term: Term) -> HardState {
    if term > state.term {
        HardState { term, vote: None }
    } else {
        state
    }
}

/// A message of a newer term makes the server enter that term; only a Pre-Vote request does not
/// (dissertation, 9.6).
///
/// A Pre-Vote reply does: a pre-candidate in an old term must learn of the newer term, otherwise it
/// stays a pre-candidate permanently (openraft #1796). Without this: no progress.
pub fn adopts_newer_term(kind: Kind) -> bool {
    kind != Kind::PreVote
}

/// A request of an older term gets a reply, so that its sender learns of the newer term.
///
/// Otherwise a leader of an older term continues to lead, while a server in a newer term ignores
/// it and, with Pre-Vote, may never win an election (etcd #8501). Without this: no progress.
pub fn answers_stale(_kind: Kind) -> bool {
    true
}

/// A server that starts begins a new election timer.
///
/// Its leader may be alive, and its first heartbeat needs a while. Otherwise each restart can cost
/// the cluster a leader that it has (etcd #9333). Without this: fewer stable leaders.
pub fn elapsed_at_start(_election_ticks: u32) -> u32 {
    0
}

/// A newer term does not reset the election timer: only granting a vote does, or a message of the
/// leader.
///
/// Otherwise servers that cannot win keep the server that can from campaigning (LifeRaft, bug 5).
/// Without this: no progress.
pub fn elapsed_in_newer_term(elapsed: u32) -> u32 {
    elapsed
}

/// A message of an older term does not reset the election timer.
///
/// 5.2: an election timeout elapses "without receiving AppendEntries RPC from current leader".
/// Otherwise a leader that is deposed, and does not learn of it, keeps its followers from
/// campaigning (redpanda PR 30817). Without this: no progress.
pub fn elapsed_after_stale(elapsed: u32, _kind: Kind) -> u32 {
    elapsed
}

/// AppendEntries of the current leader resets the election timer, with entries or without.
///
/// 5.2: "leaders send periodic heartbeats (AppendEntries RPCs that carry no log entries)" to
/// maintain their authority. Without this, followers depose a leader that they hear.
pub fn elapsed_after_append(_elapsed: u32, _entries: usize) -> u32 {
    0
}

// ---- Votes (5.2, 5.4.1) ----

/// A server votes for at most one candidate in a term.
///
/// Figure 2, RequestVote 2: "votedFor is null or candidateId". Without this: no Election Safety.
pub fn may_vote(vote: Option<NodeId>, candidate: NodeId) -> bool {
    vote.is_none_or(|given| given == candidate)
}

/// A vote is granted only to a candidate whose log is at least as up-to-date as the voter's.
///
/// 5.4.1, by the order of [`LogId`]. Without this: no Leader Completeness.
pub fn is_up_to_date(candidate: LogId, own: LogId) -> bool {
    candidate >= own
}

/// A voter compares with its log in memory at the time of the vote.
///
/// 5.4.1: "if the voter's own log is more up-to-date". Appended entries are acknowledged as soon
/// as they are durable, whether or not the server has voted since, so an earlier state of the log
/// is too old (braft's handler, reported in SOFAJRaft #882). Without this: no Leader Completeness.
pub fn log_in_vote(in_memory: LogId, _on_disk: LogId) -> LogId {
    in_memory
}

/// A candidate wins with votes from a quorum of distinct servers.
///
/// 5.2; `votes` are the voters in the order of arrival, with repetitions. Without this: no Election
/// Safety.
pub fn wins_election(membership: &Membership, votes: &[NodeId]) -> bool {
    membership.is_quorum(votes.iter().copied().collect::<NodeSet>())
}

// ---- Disruptive elections (dissertation, 4.2.3, 6.2, 9.6) ----

/// A server grants a Pre-Vote if the log is up-to-date and it has no current leader.
///
/// 9.6: "if the candidate's log is sufficiently up-to-date, and the voters have not received
/// heartbeats from a valid leader for at least a baseline election timeout". Without the second
/// condition, a server that was partitioned disrupts the cluster when it returns.
pub fn grants_pre_vote(has_current_leader: bool, candidate: LogId, own: LogId) -> bool {
    !has_current_leader && is_up_to_date(candidate, own)
}

/// A pre-candidate counts the Pre-Votes that are granted.
///
/// 9.6. Without this, it enters one term after the other, and deposes each leader that hears of it.
pub fn counts_pre_vote(granted: bool) -> bool {
    granted
}

/// A peer that does not know Pre-Vote, of an older version, counts as if it granted it.
///
/// A Pre-Vote promises nothing, so no safety rests on it, and that peer itself campaigns without
/// one. Otherwise, amid a rolling upgrade, the only server whose log can win may never become a
/// candidate (openraft PR 1785; ferrosa PR 432). Without this: no progress.
pub fn counts_unknown_pre_vote() -> bool {
    true
}

/// A pre-candidate has no leader.
///
/// Otherwise pre-candidates refuse each other's Pre-Votes because of a leader that is gone
/// (tikv/raft-rs#84). Without this: no progress.
pub fn leader_of_pre_candidate(_known: Option<NodeId>) -> Option<NodeId> {
    None
}

/// CheckQuorum: a leader remains leader while the servers that have replied since the last check
/// are, with itself, a quorum.
///
/// 6.2. Without this, a partitioned leader accepts commands permanently.
pub fn keeps_leadership(membership: &Membership, active: NodeSet) -> bool {
    membership.is_quorum(active)
}

/// A server whose disk has been silent for an election timeout, although writes or reads are
/// pending, does not campaign; with CheckQuorum it does not lead either.
///
/// Its followers may store and commit entries without its disk, and its heartbeats need none, so
/// a leader whose disk hangs would lead permanently, though it can store nothing (hashicorp/raft
/// #503), nor send what it must read first. As a candidate it would enter one term after the other,
/// which it can never win, and with each of them stop the candidates that can. Without this: less
/// progress than a majority can make.
pub fn disk_responds(silence: u32, election_ticks: u32) -> bool {
    silence < election_ticks
}

/// A server believes a current leader exists while it knows a leader and its election timer shows
/// less than the shortest election timeout.
///
/// 9.6. Without the second condition, a server disregards candidates because of a leader that is
/// gone (hashicorp/raft PR 605).
pub fn believes_in_leader(known: Option<NodeId>, elapsed: u32, election_ticks: u32) -> bool {
    known.is_some() && elapsed < election_ticks
}

/// With leases, a server withholds its vote for an election timeout after a start.
///
/// 6.4.1, 4.2.3: before it stopped it may have received a leader's message, on which a lease rests.
/// It does not remember that. Without this: stale reads.
pub fn votes_withheld_at_start(election_ticks: u32) -> u32 {
    election_ticks
}

/// With Pre-Vote, a server becomes a pre-candidate before it becomes a candidate.
///
/// 9.6. Without this, a server that receives no messages increments its term without end, and each
/// leader that receives its messages steps down (Cloudflare, November 2020).
pub fn pre_votes(pre_vote: bool) -> bool {
    pre_vote
}

/// A RequestVote carries the candidate's actual last entry.
///
/// 5.4.1: "the RPC includes information about the candidate's log". Without this: no Leader
/// Completeness.
pub fn claimed_log(last: LogId) -> LogId {
    last
}

/// A candidate campaigns in a term in which it has not campaigned before.
///
/// 5.2: "a follower increments its current term", and so does a candidate that campaigns again.
/// Without this: a server leads twice in one term, with different entries.
pub fn candidate_term(current: Term, _vote: Option<NodeId>, _own: NodeId) -> Term {
    current.next()
}

/// A candidate votes for itself and records the vote.
///
/// 5.2: "It then votes for itself". Without this it votes for another candidate of its term too: no
/// Election Safety.
pub fn own_vote(own: NodeId) -> Option<NodeId> {
    Some(own)
}

// ---- Choices that the papers leave ----

/// The vote that is recorded after a RequestVote: the one that was given.
///
/// A server may also record a vote that it has seen and does not give. Nothing rests on it.
pub fn recorded_vote(given: Option<NodeId>, candidate: NodeId, granted: bool) -> Option<NodeId> {
    match granted {
        true => Some(candidate),
        false => given,
    }
}

/// A follower keeps its vote, whoever leads.
///
/// It may also record the leader: a term has one, which needs no vote any more, and no other
/// candidate gets one.
pub fn vote_of_follower(given: Option<NodeId>, _leader: NodeId) -> Option<NodeId> {
    given
}

/// A repeated request is judged anew.
///
/// A vote that was given may also be given again whatever the logs have become.
pub fn votes_again(_given: Option<NodeId>, _candidate: NodeId) -> bool {
    false
}

/// A server votes whatever its log says about its own membership: the entry that made it a voter
/// may not have reached it yet.
pub fn votes_as(_is_voter: bool) -> bool {
    true
}

/// A leader creates a no-op at the start of its term, so that entries of older terms are committed
/// although no client sends anything (section 8).
pub fn begins_with_noop() -> bool {
    true
}

/// A leader leads as long as it can. It may step down in its term whenever it likes.
pub fn leads_on(_commit: LogIndex) -> bool {
    true
}

/// A report of the transport is no contact with a server.
///
/// 6.2: a leader steps down unless it has had replies of a quorum. A connection can accept messages
/// for a server that does not process them; if that counts, such a leader never steps down.
pub fn report_is_contact(_report: Report) -> bool {
    false
}
