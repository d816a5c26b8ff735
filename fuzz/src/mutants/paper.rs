//! Bugs in the rules of the paper's Figure 2, in the rules against unnecessary elections, and in
//! the host.

use raft::{Kind, LogIndex, Membership, NodeId, NodeSet, Promise, Role};

use crate::mutants::mutant::{host, mutant, seeded, Mutant};
use crate::replica::driver::Driver;

/// A fraction of the number of voters of `membership`.
fn share(membership: &Membership, numerator: usize, denominator: usize) -> usize {
    membership.voters.len() * numerator / denominator
}

fn distinct(grants: &[NodeId]) -> usize {
    grants.iter().copied().collect::<NodeSet>().len()
}

/// The acknowledged indexes of all voters, ascending.
fn sorted(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> Vec<LogIndex> {
    let mut indexes: Vec<LogIndex> = membership.voters.iter().map(acked).collect();
    indexes.sort_unstable();
    indexes
}

/// The index that most voters are at; of several, the highest.
fn mode(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    let indexes = sorted(membership, acked);
    let count = |index| indexes.iter().filter(|&&other| other == index).count();
    indexes.iter().copied().max_by_key(|&index| (count(index), index)).unwrap_or_default()
}

/// See the module.
pub(super) static MUTANTS: [Mutant; 38] = [
    // ---- Elections ----
    mutant(
        "repeated-votes-counted",
        "E01",
        "akka-raft #45; Coyote's Raft sample",
        "leader-has-quorum",
        seeded! { wins_election(members, grants) => grants.len() > share(members, 1, 2) },
    ),
    mutant(
        "stale-vote-counted",
        "E02",
        "akka-raft #46; Xraft #33; LifeRaft's published bug",
        "leader-has-quorum",
        seeded! {
            is_stale(kind, message, current) => kind != Kind::RequestVoteReply && message < current,
        },
    ),
    mutant(
        "vote-cleared-on-step-down",
        "E03",
        "akka-raft #56; CCF PR 8094",
        "one-vote-per-term",
        seeded! { stepping_down(state, term) => raft::HardState { term, vote: None } },
    ),
    mutant(
        "term-and-vote-not-restored",
        "E04",
        "akka-raft #62; PySyncObj PR 202",
        "term-is-monotone",
        seeded! { restored(state) => raft::HardState::default() },
    ),
    mutant(
        "vote-not-restored",
        "E04",
        "akka-raft #62",
        "restart-from-disk",
        seeded! { restored(state) => raft::HardState { vote: None, ..state } },
    ),
    mutant(
        "vote-not-persisted",
        "E04",
        "seaweedfs/raft PR 9; Buoyant's fuzzer",
        "candidacy-is-durable",
        seeded! { recorded(state) => raft::HardState { vote: None, ..state } },
    ),
    mutant(
        "own-vote-not-recorded",
        "E08",
        "vesoft-inc/nebula PR 3415",
        "candidacy-is-durable",
        seeded! { own_vote(own) => None },
    ),
    mutant(
        "vote-before-durable",
        "E05",
        "TiKV #1610; openraft ee460f37",
        "vote-is-durable",
        seeded! { waits_for_disk(promise) => promise != Promise::Vote },
    ),
    mutant(
        "candidacy-before-durable",
        "E05",
        "a write that is easily overlooked",
        "candidacy-is-durable",
        seeded! { waits_for_disk(promise) => promise != Promise::Candidacy },
    ),
    mutant(
        "own-vote-before-durable",
        "E05",
        "TiKV #1610",
        "leader-has-quorum",
        seeded! { waits_for_disk(promise) => promise != Promise::OwnVote },
    ),
    mutant(
        "failed-write-ignored",
        "E07",
        "the fsync failures of 2018",
        "failed-write-halts",
        seeded! { survives_failed_write() => true },
    ),
    mutant(
        "votes-by-an-older-log",
        "E10",
        "braft's overwrite bug, described in SOFAJRaft #882",
        "vote-is-up-to-date",
        seeded! { log_in_vote(in_memory, on_disk) => on_disk },
    ),
    mutant(
        "third-is-a-vote-quorum",
        "E11",
        "ModelFuzz's seeded etcd mutant",
        "leader-has-quorum",
        seeded! { wins_election(members, grants) => distinct(grants) > share(members, 1, 3) },
    ),
    mutant(
        "votes-twice",
        "E13",
        "Camunda #5356; Buoyant and LifeRaft benches",
        "one-vote-per-term",
        seeded! { may_vote(vote, candidate) => true },
    ),
    mutant(
        "votes-without-log-check",
        "",
        "the textbook omission of 5.4.1",
        "vote-is-up-to-date",
        seeded! { is_up_to_date(candidate, own) => true },
    ),
    mutant(
        "votes-by-length-only",
        "",
        "the textbook misreading of 5.4.1",
        "vote-is-up-to-date",
        seeded! { is_up_to_date(candidate, own) => candidate.index >= own.index },
    ),
    mutant(
        "half-is-a-quorum",
        "",
        "off by one at even sizes",
        "leader-has-quorum",
        seeded! {
            wins_election(members, grants) => 2 * distinct(grants) >= members.voters.len(),
            reached(members, acked) => sorted(members, acked)[share(members, 1, 2)],
        },
    ),
    mutant(
        "leader-ignores-newer-term-in-replies",
        "R17",
        "NuRaft #293",
        "legal-role-moves",
        seeded! {
            role_in_newer_term(role, kind) => match (role, kind.is_reply()) {
                (Role::Leader, true) => Role::Leader,
                _ => Role::Follower,
            },
        },
    ),
    // ---- Replication ----
    mutant(
        "commit-by-mode",
        "R01",
        "akka-raft #42",
        "committed-is-durable",
        seeded! { reached(members, acked) => mode(members, acked) },
    ),
    mutant(
        "commits-older-terms-by-counting",
        "R02",
        "Figure 8; LogCabin #44; PySyncObj #169",
        "commits-own-term",
        seeded! { may_commit(entry, current) => true },
    ),
    mutant(
        "commit-index-falls",
        "R04",
        "PySyncObj #166",
        "commit-is-monotone",
        seeded! { follower_commit(commit, leader, last_new, last) => leader.min(last_new) },
    ),
    mutant(
        "match-index-falls",
        "R05",
        "PySyncObj #167; RaftOS #25",
        "match-is-monotone",
        seeded! { match_after_ack(known, acked) => acked },
    ),
    mutant(
        "next-index-stays",
        "R06",
        "PySyncObj #167-1",
        "next-is-above-match",
        seeded! { next_after_ack(next, matched) => next },
    ),
    mutant(
        "truncates-without-conflict",
        "R07",
        "akka-raft #66; RaftOS #26; Buoyant's HEAD",
        "truncation-needs-conflict",
        seeded! { truncate_from(prev, conflict, last) => (last > prev).then(|| prev.next()) },
    ),
    mutant(
        "never-truncates",
        "",
        "LifeRaft's trailing entries",
        "match-is-true",
        seeded! { truncate_from(prev, conflict, last) => None },
    ),
    mutant(
        "acknowledges-whole-log",
        "R10",
        "CCF PR 6016",
        "match-is-true",
        seeded! { acknowledged(last_new, last) => last },
    ),
    mutant(
        "commits-to-last-entry",
        "R11",
        "WRaft #118.2",
        "commit-is-verified",
        seeded! { follower_commit(commit, leader, last_new, last) => commit.max(leader.min(last)) },
    ),
    mutant(
        "counts-itself-before-durable",
        "R21, R22",
        "openraft a9f696a9; etcd #14370",
        "committed-is-durable",
        seeded! { own_match(durable, last) => last },
    ),
    mutant(
        "acknowledges-before-durable",
        "R23",
        "openraft ee460f37",
        "ack-is-durable",
        seeded! { waits_for_disk(promise) => promise != Promise::Acknowledgement },
    ),
    mutant(
        "old-leaders-append",
        "R26",
        "akka-raft before PR 55",
        "commit-is-verified",
        seeded! {
            is_stale(kind, message, current) => kind != Kind::AppendEntries && message < current,
        },
    ),
    mutant(
        "no-previous-entry-check",
        "",
        "the textbook omission of 5.3",
        "log-matching",
        seeded! { accepts_append(prev, own) => own.is_some() },
    ),
    mutant(
        "match-index-not-reset",
        "",
        "LifeRaft's diary, after the fourth bug",
        "match-is-true",
        seeded! {
            progress_at_election(earlier, last) => raft::Progress {
                match_index: earlier.match_index.min(last),
                next_index: last.next(),
            },
        },
    ),
    mutant(
        "half-commits",
        "",
        "n/2 replicas, the leader not counted",
        "committed-is-durable",
        seeded! {
            reached(members, acked) => {
                let acked = sorted(members, acked);
                acked[acked.len().div_ceil(2).min(acked.len() - 1)]
            },
        },
    ),
    mutant(
        "follower-takes-proposals",
        "",
        "a leader check omitted",
        "entry-created-once",
        seeded! { may_propose(role, leader) => Ok(()) },
    ),
    // ---- Unnecessary elections ----
    mutant(
        "leader-kept-by-pre-candidate",
        "E23, B3",
        "tikv/raft-rs#84, in 0.3.0",
        "recovers-after-healing",
        seeded! { leader_of_pre_candidate(known) => known },
    ),
    mutant(
        "leads-without-quorum",
        "E20",
        "CheckQuorum omitted; openraft #2080",
        "silent-leader-steps-down",
        seeded! { keeps_leadership(membership, heard) => true },
    ),
    host(
        "snapshots-without-sessions",
        "K2",
        "dissertation, 6.3: sessions are part of the state",
        "commands-take-effect-once",
        Driver { forgets_sessions: true, ..Driver::CORRECT },
    ),
    host(
        "entries-before-hard-state",
        "E06",
        "hashicorp/raft #661; our own adapter to tikv/raft-rs, in the opposite order",
        "terms-sorted",
        Driver { entries_before_hard_state: true, ..Driver::CORRECT },
    ),
];
