//! Elections: terms, votes, and what spares a cluster needless ones.

use crate::ids::{LogId, NodeId, Term};
use crate::membership::Membership;
use crate::message::Kind;
use crate::quorum::NodeSet;
use crate::state::{HardState, Role};

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

/// A message of a newer term makes the server enter that term; only the question whether an
/// election would succeed changes nothing, not even the term (dissertation, 9.6).
///
/// An answer to that question does: whoever asks in an old term must learn so, or it asks for ever
/// (openraft #1796). Without this: no progress.
pub fn adopts_newer_term(kind: Kind) -> bool {
    kind != Kind::PreVote
}

/// A request of an older term is answered, so that its sender learns of the newer one.
///
/// Without this, a leader of an older term goes on unheard by a server that has been in a newer
/// one, which with Pre-Vote may never win (etcd #8501). Without this: no progress.
pub fn answers_stale(_kind: Kind) -> bool {
    true
}

/// A newer term does not make a server wait longer for a leader: only a vote that it gives does,
/// or a leader's message.
///
/// Otherwise servers that cannot win keep the one that can from ever standing (LifeRaft, bug 5).
/// Without this: no progress.
pub fn elapsed_in_newer_term(elapsed: u32) -> u32 {
    elapsed
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

/// A voter compares with the log that it has in memory, as it is when the vote is given.
///
/// 5.4.1: "if the voter's own log is more up-to-date". What it has appended it will acknowledge as
/// soon as that is durable, vote or no vote, so a log looked up before is too old (braft's handler,
/// told in SOFAJRaft #882). Without this: Leader Completeness.
pub fn log_in_vote(in_memory: LogId, _on_disk: LogId) -> LogId {
    in_memory
}

/// A candidate wins with votes from a quorum of distinct servers.
///
/// 5.2; `grants` are the votes in the order of arrival, with repetitions. Without this: Election
/// Safety.
pub fn wins_election(membership: &Membership, votes: &[NodeId]) -> bool {
    membership.is_quorum(votes.iter().copied().collect::<NodeSet>())
}

// ---- Needless elections (dissertation, 4.2.3, 6.2, 9.6) ----

/// A server would vote for a candidate that has what it takes, unless it hears a leader.
///
/// 9.6: "if the candidate's log is sufficiently up-to-date, and the voters have not received
/// heartbeats from a valid leader for at least a baseline election timeout". Without the second
/// half, a server that was cut off disrupts the cluster when it comes back.
pub fn grants_pre_vote(hears_a_leader: bool, candidate: LogId, own: LogId) -> bool {
    !hears_a_leader && is_up_to_date(candidate, own)
}

/// Who asks whether it could win has given up its leader.
///
/// Otherwise servers that wait for each other's answer turn each other away for the sake of a
/// leader that none of them hears (tikv/raft-rs#84). Without this: no progress.
pub fn leader_of_pre_candidate(_known: Option<NodeId>) -> Option<NodeId> {
    None
}

/// A leader stays one as long as a quorum, itself included, has answered.
///
/// 6.2. Without this, a leader that nobody hears takes commands for ever.
pub fn keeps_leadership(membership: &Membership, heard: NodeSet) -> bool {
    membership.is_quorum(heard)
}

/// A server hears a leader as long as it has been silent for less than the shortest election
/// timeout.
///
/// 9.6. Without the second half, a server stays loyal to a leader that is gone (hashicorp/raft PR
/// 605).
pub fn believes_in_leader(known: Option<NodeId>, elapsed: u32, election_ticks: u32) -> bool {
    known.is_some() && elapsed < election_ticks
}

/// With Pre-Vote, a server asks before it stands.
///
/// 9.6. Without this, a server that hears nobody raises its term for ever, and ends the lead of
/// whoever hears it (Cloudflare, November 2020).
pub fn pre_votes(pre_vote: bool) -> bool {
    pre_vote
}

/// A candidate claims the log that it has, no more.
///
/// 5.4.1: "the RPC includes information about the candidate's log". Without this: Leader
/// Completeness.
pub fn claimed_log(last: LogId) -> LogId {
    last
}

/// A candidate stands in a term in which it has not stood.
///
/// 5.2: "a follower increments its current term", and so does a candidate that tries again.
/// Without this: two leaderships of one term, whose entries differ.
pub fn candidate_term(current: Term, _vote: Option<NodeId>, _own: NodeId) -> Term {
    current.next()
}

/// A candidate votes for itself, and records it.
///
/// 5.2: "It then votes for itself". Without this: it votes for another candidate of its term as
/// well, and Election Safety is lost.
pub fn own_vote(own: NodeId) -> Option<NodeId> {
    Some(own)
}
