//! Bugs in what the paper's Figure 2 says, in what spares a cluster needless elections, and in the
//! host.

use raft::{Kind, LogId, LogIndex, Membership, NodeId, NodeSet, Promise, Role, Rules, Term};

use super::{host, mutant, Mutant};
use crate::disk::Driver;

const RAFT: Rules = Rules::RAFT;

/// How many voters of `membership` a fraction of them is.
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
pub(super) static MUTANTS: [Mutant; 36] = [
    // ---- Elections ----
    mutant(
        "repeated-votes-counted",
        "E01",
        "akka-raft #45; Coyote's Raft sample",
        "leader-has-quorum",
        Rules { wins: |members, grants| grants.len() > share(members, 1, 2), ..RAFT },
    ),
    mutant(
        "stale-vote-counted",
        "E02",
        "akka-raft #46; Xraft #33; LifeRaft's published bug",
        "leader-has-quorum",
        Rules {
            is_stale: |kind, message, current| kind != Kind::RequestVoteReply && message < current,
            ..RAFT
        },
    ),
    mutant(
        "vote-cleared-on-step-down",
        "E03",
        "akka-raft #56; CCF PR 8094",
        "one-vote-per-term",
        Rules { stepping_down: |_, term| raft::HardState { term, vote: None }, ..RAFT },
    ),
    mutant(
        "term-and-vote-not-restored",
        "E04",
        "akka-raft #62; PySyncObj PR 202",
        "term-is-monotone",
        Rules { restored: |_| raft::HardState::default(), ..RAFT },
    ),
    mutant(
        "vote-not-restored",
        "E04",
        "akka-raft #62",
        "restart-from-disk",
        Rules { restored: |state| raft::HardState { vote: None, ..state }, ..RAFT },
    ),
    mutant(
        "vote-not-persisted",
        "E04",
        "seaweedfs/raft PR 9; Buoyant's fuzzer",
        "candidacy-is-durable",
        Rules { recorded: |state| raft::HardState { vote: None, ..state }, ..RAFT },
    ),
    mutant(
        "vote-before-durable",
        "E05",
        "TiKV #1610; openraft ee460f37",
        "vote-is-durable",
        Rules { rests_on_disk: |promise| promise != Promise::Vote, ..RAFT },
    ),
    mutant(
        "candidacy-before-durable",
        "E05",
        "a promise that is easily overlooked",
        "candidacy-is-durable",
        Rules { rests_on_disk: |promise| promise != Promise::Candidacy, ..RAFT },
    ),
    mutant(
        "own-vote-before-durable",
        "E05",
        "TiKV #1610",
        "leader-has-quorum",
        Rules { rests_on_disk: |promise| promise != Promise::OwnVote, ..RAFT },
    ),
    mutant(
        "failed-write-ignored",
        "E07",
        "the fsync failures of 2018",
        "failed-write-halts",
        Rules { survives_failed_write: || true, ..RAFT },
    ),
    mutant(
        "third-is-a-vote-quorum",
        "E11",
        "ModelFuzz's seeded etcd mutant",
        "leader-has-quorum",
        Rules { wins: |members, grants| distinct(grants) > share(members, 1, 3), ..RAFT },
    ),
    mutant(
        "votes-twice",
        "E13",
        "Camunda #5356; Buoyant and LifeRaft benches",
        "one-vote-per-term",
        Rules { may_vote: |_, _| true, ..RAFT },
    ),
    mutant(
        "votes-without-log-check",
        "",
        "the textbook omission of 5.4.1",
        "vote-is-up-to-date",
        Rules { is_up_to_date: |_, _| true, ..RAFT },
    ),
    mutant(
        "votes-by-length-only",
        "",
        "the textbook misreading of 5.4.1",
        "vote-is-up-to-date",
        Rules { is_up_to_date: |candidate, own| candidate.index >= own.index, ..RAFT },
    ),
    mutant(
        "half-is-a-quorum",
        "",
        "off by one at even sizes",
        "leader-has-quorum",
        Rules {
            wins: |members, grants| 2 * distinct(grants) >= members.voters.len(),
            reached: |members, acked| sorted(members, acked)[share(members, 1, 2)],
            ..RAFT
        },
    ),
    mutant(
        "leader-ignores-newer-term-in-replies",
        "R17",
        "NuRaft #293",
        "legal-role-moves",
        Rules {
            role_in_newer_term: |role, kind| match (role, kind.is_reply()) {
                (Role::Leader, true) => Role::Leader,
                _ => Role::Follower,
            },
            ..RAFT
        },
    ),
    // ---- Replication ----
    mutant(
        "commit-by-mode",
        "R01",
        "akka-raft #42",
        "committed-is-durable",
        Rules { reached: mode, ..RAFT },
    ),
    mutant(
        "commits-older-terms-by-counting",
        "R02",
        "Figure 8; LogCabin #44; PySyncObj #169",
        "commits-own-term",
        Rules { may_commit: |_, _| true, ..RAFT },
    ),
    mutant(
        "commit-index-falls",
        "R04",
        "PySyncObj #166",
        "commit-is-monotone",
        Rules { follower_commit: |_, leader, last_new, _| leader.min(last_new), ..RAFT },
    ),
    mutant(
        "match-index-falls",
        "R05",
        "PySyncObj #167; RaftOS #25",
        "match-is-monotone",
        Rules { match_after_ack: |_, acked| acked, ..RAFT },
    ),
    mutant(
        "next-index-stays",
        "R06",
        "PySyncObj #167-1",
        "next-is-above-match",
        Rules { next_after_ack: |next, _| next, ..RAFT },
    ),
    mutant(
        "truncates-without-conflict",
        "R07",
        "akka-raft #66; RaftOS #26; Buoyant's HEAD",
        "truncation-needs-conflict",
        Rules { truncate_from: |prev, _, last| (last > prev).then(|| prev.next()), ..RAFT },
    ),
    mutant(
        "never-truncates",
        "",
        "LifeRaft's trailing entries",
        "match-is-true",
        Rules { truncate_from: |_, _, _| None, ..RAFT },
    ),
    mutant(
        "acknowledges-whole-log",
        "R10",
        "CCF PR 6016",
        "match-is-true",
        Rules { acknowledged: |_, last| last, ..RAFT },
    ),
    mutant(
        "commits-to-last-entry",
        "R11",
        "WRaft #118.2",
        "commit-is-verified",
        Rules { follower_commit: |commit, leader, _, last| commit.max(leader.min(last)), ..RAFT },
    ),
    mutant(
        "counts-itself-before-durable",
        "R21, R22",
        "openraft a9f696a9; etcd #14370",
        "committed-is-durable",
        Rules { own_match: |_, last| last, ..RAFT },
    ),
    mutant(
        "acknowledges-before-durable",
        "R23",
        "openraft ee460f37",
        "ack-is-durable",
        Rules { rests_on_disk: |promise| promise != Promise::Acknowledgement, ..RAFT },
    ),
    mutant(
        "old-leaders-append",
        "R26",
        "akka-raft before PR 55",
        "commit-is-verified",
        Rules {
            is_stale: |kind, message, current| kind != Kind::AppendEntries && message < current,
            ..RAFT
        },
    ),
    mutant(
        "no-previous-entry-check",
        "",
        "the textbook omission of 5.3",
        "log-matching",
        Rules { accepts_append: |_: LogId, own: Option<Term>| own.is_some(), ..RAFT },
    ),
    mutant(
        "match-index-not-reset",
        "",
        "LifeRaft's diary, after the fourth bug",
        "match-is-true",
        Rules {
            progress_at_election: |earlier, last| raft::Progress {
                match_index: earlier.match_index.min(last),
                next_index: last.next(),
            },
            ..RAFT
        },
    ),
    mutant(
        "half-commits",
        "",
        "n/2 replicas, the leader not counted",
        "committed-is-durable",
        Rules {
            reached: |members, acked| {
                let acked = sorted(members, acked);
                acked[acked.len().div_ceil(2).min(acked.len() - 1)]
            },
            ..RAFT
        },
    ),
    mutant(
        "follower-takes-proposals",
        "",
        "a leader check forgotten",
        "entry-born-once",
        Rules { may_propose: |_, _| Ok(()), ..RAFT },
    ),
    // ---- Needless elections ----
    mutant(
        "leader-kept-while-probing",
        "B3",
        "tikv/raft-rs#84, in 0.3.0",
        "recovers-after-healing",
        Rules { leader_while_probing: |known| known, ..RAFT },
    ),
    mutant(
        "leads-without-quorum",
        "E20",
        "CheckQuorum forgotten; openraft #2080",
        "silent-leader-steps-down",
        Rules { keeps_lead: |_, _| true, ..RAFT },
    ),
    host(
        "snapshots-without-sessions",
        "K2",
        "dissertation, 6.3: sessions are a part of the state",
        "commands-take-effect-once",
        Driver { forgets_sessions: true, ..Driver::CORRECT },
    ),
    host(
        "entries-before-hard-state",
        "E06",
        "hashicorp/raft #661; our own adapter to tikv/raft-rs, the other way round",
        "terms-sorted",
        Driver { entries_before_hard_state: true, ..Driver::CORRECT },
    ),
];
