//! Bugs in what goes beyond Figure 2: snapshots, membership, reads, transfer, liveness, and the
//! host.

use raft::{LogId, LogIndex, Membership, NodeId, Rules};

use super::{host, mutant, Mutant};
use crate::disk::Driver;

const RAFT: Rules = Rules::RAFT;

/// What a majority has reached, if indexes that are sorted by one pass were sorted.
fn half_sorted(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    let mut indexes: Vec<LogIndex> = membership.voters.iter().map(acked).collect();
    for place in (1..indexes.len()).rev() {
        if indexes[place] > indexes[place - 1] {
            indexes.swap(place, place - 1);
        }
    }
    indexes.get(indexes.len() / 2).copied().unwrap_or_default()
}

/// See the module.
pub(super) static MUTANTS: [Mutant; 52] = [
    // ---- Pipelining ----
    mutant(
        "window-ignored",
        "M4",
        "etcd's inflights, full and not asked",
        "window-is-kept",
        Rules { has_room: |_, _| true, ..RAFT },
    ),
    // ---- Snapshots ----
    mutant(
        "compacted-entries-appended-again",
        "S01",
        "WRaft #118.1",
        "terms-sorted",
        Rules {
            is_covered: |_, _| false,
            accepts_append: |prev, own| prev.index == LogIndex(0) || own == Some(prev.term),
            ..RAFT
        },
    ),
    mutant(
        "term-from-snapshot",
        "S03",
        "WRaft #118.4; jgroups-raft #23",
        "term-is-monotone",
        Rules { term_after_install: |_, snapshot| snapshot, ..RAFT },
    ),
    mutant(
        "snapshot-removes-suffix",
        "S04",
        "etcd PR 1763",
        "truncation-needs-conflict",
        Rules { keeps_suffix: |_, _| false, ..RAFT },
    ),
    mutant(
        "known-snapshot-installed",
        "",
        "a check easily forgotten",
        "applied-in-order",
        Rules { is_known: |_, _| false, ..RAFT },
    ),
    mutant(
        "pieces-of-snapshots-mixed",
        "",
        "LogCabin's and etcd's chunk checks, left out",
        "snapshot-is-committed",
        Rules { fits: |_, _| true, ..RAFT },
    ),
    mutant(
        "membership-lost-with-compaction",
        "S11",
        "canonical/raft #250, #323",
        "membership-is-newest",
        Rules {
            forget_memberships: |memberships, index| {
                *memberships = raft::Memberships::starting(index, *memberships.active());
            },
            ..RAFT
        },
    ),
    mutant(
        "compacts-to-last-entry",
        "S16",
        "a snapshot of uncommitted entries",
        "snapshot-is-committed",
        Rules { compaction_point: |_, _, last| Some(last), ..RAFT },
    ),
    // ---- Membership ----
    mutant(
        "change-in-fresh-term",
        "M01",
        "D. Ongaro, raft-dev, 2015; hydro-project/hydro#3192",
        "change-in-own-term",
        Rules {
            may_change: |pending, _, _| match pending {
                Some(since) => Err(raft::Refused::ChangeUnderWay { since }),
                None => Ok(()),
            },
            ..RAFT
        },
    ),
    mutant(
        "two-changes-at-once",
        "M02",
        "the rule of one pending change, dropped",
        "one-change-at-a-time",
        Rules {
            may_change: |_, committed, current| match committed == Some(current) {
                true => Ok(()),
                false => Err(raft::Refused::TermIsFresh),
            },
            ..RAFT
        },
    ),
    mutant(
        "no-joint-consensus",
        "",
        "the textbook omission of section 6",
        "quorums-overlap",
        Rules {
            next_membership: |_, voters, learners| Membership {
                learners: learners.without(voters),
                ..Membership::new(voters)
            },
            ..RAFT
        },
    ),
    mutant(
        "joint-consensus-needs-one-majority",
        "",
        "the textbook misreading of section 6",
        "committed-is-durable",
        Rules { reached: |members, acked| members.left().reached(acked), ..RAFT },
    ),
    mutant(
        "learners-counted",
        "R5",
        "non-voters in a quorum",
        "committed-is-durable",
        Rules {
            reached: |members, acked| Membership::new(members.members()).reached(acked),
            ..RAFT
        },
    ),
    mutant(
        "learners-stand",
        "M10",
        "hashicorp/raft PRs 477, 483, 526",
        "only-voters-stand",
        Rules { may_stand: |_, _| true, ..RAFT },
    ),
    mutant(
        "removed-leader-stays",
        "",
        "4.2.2 forgotten",
        "removed-leader-steps-down",
        Rules { leaves_when_removed: || false, ..RAFT },
    ),
    mutant(
        "progress-half-sorted",
        "R14",
        "openraft #1802",
        "committed-is-durable",
        Rules { reached: half_sorted, ..RAFT },
    ),
    // ---- Reads ----
    mutant(
        "reads-in-fresh-term",
        "L01",
        "etcd #7331, #12680; RedisRaft PR 22; TiKV PRs 6340, 9239",
        "read-is-linearizable",
        Rules { may_read: |_, _| true, ..RAFT },
    ),
    mutant(
        "old-answers-confirm-reads",
        "L02",
        "etcd #20418, etcd raft PR 397",
        "read-is-linearizable",
        Rules { confirms: |heard, _| heard > raft::Stamp::default(), ..RAFT },
    ),
    mutant(
        "reads-without-quorum",
        "L03",
        "d-engine #381; Xraft-KV #1",
        "read-is-linearizable",
        Rules { confirms: |_, _| true, ..RAFT },
    ),
    mutant(
        "answers-to-an-earlier-life",
        "",
        "etcd's request contexts, reused",
        "read-is-linearizable",
        Rules { is_own_question: |_, _| true, ..RAFT },
    ),
    mutant(
        "lease-kept-through-transfer",
        "L05",
        "etcd-io/raft #99",
        "read-is-linearizable",
        Rules { lease_holds: |age, ticks, drift, _| age + 2 < u64::from(ticks / drift), ..RAFT },
    ),
    mutant(
        "lease-too-long",
        "L04",
        "a lease reckoned from the answer, and not from the question",
        "read-is-linearizable",
        Rules {
            lease_holds: |age, ticks, _, let_go| !let_go && age < 3 * u64::from(ticks),
            ..RAFT
        },
    ),
    mutant(
        "lease-forgets-drift",
        "L04",
        "TiKV #964; etcd #10082; etcd raft #166",
        "read-is-linearizable",
        Rules {
            lease_holds: |age, ticks, _, let_go| !let_go && age + 2 < u64::from(ticks),
            ..RAFT
        },
    ),
    mutant(
        "lease-without-check-quorum",
        "L06",
        "raft-rs PR 141",
        "read-is-linearizable",
        Rules { has_leases: |lease_reads, _| lease_reads, ..RAFT },
    ),
    // ---- Liveness ----
    mutant(
        "stale-append-unanswered",
        "E16",
        "etcd #8501, 3c7359d; raft-rs PR 42",
        "core-converges",
        Rules { answers_stale: |kind| kind != raft::Kind::AppendEntries, ..RAFT },
    ),
    mutant(
        "pre-vote-refusal-teaches-nothing",
        "E17",
        "openraft #1796, d6a6d562",
        "recovers-after-healing",
        Rules {
            heeds_newer_term: |kind| {
                kind != raft::Kind::PreVote && kind != raft::Kind::PreVoteReply
            },
            ..RAFT
        },
    ),
    mutant(
        "loyal-to-a-leader-that-is-gone",
        "E18",
        "hashicorp/raft PR 605",
        "recovers-after-healing",
        Rules {
            hears_a_leader: |known, _, _| known.is_some(),
            leader_while_probing: |known| known,
            ..RAFT
        },
    ),
    mutant(
        "stands-without-asking",
        "E19",
        "Cloudflare, November 2020",
        "pre-vote-spares-the-term",
        Rules { asks_first: |_| false, ..RAFT },
    ),
    mutant(
        "newer-term-starts-the-clock-again",
        "",
        "LifeRaft, bug 5",
        "recovers-after-healing",
        Rules { patience_in_newer_term: |_| 0, ..RAFT },
    ),
    mutant(
        "no-snapshot-for-strangers",
        "S07",
        "openraft #1828, afd6508b",
        "core-converges",
        Rules { sends_snapshot: |matched| matched > LogIndex(0), ..RAFT },
    ),
    mutant(
        "beats-at-every-tick",
        "",
        "correct, but wasteful",
        "effort-is-bounded",
        Rules { is_time_to_beat: |_, _| true, ..RAFT },
    ),
    // ---- What else an oracle is there for ----
    mutant(
        "candidate-keeps-its-term",
        "",
        "5.2, a new try that begins no new term",
        "legal-role-moves",
        Rules {
            term_to_stand_in: |current, vote, own| match vote == Some(own) {
                true => current,
                false => current.next(),
            },
            ..RAFT
        },
    ),
    mutant(
        "candidate-claims-too-much",
        "",
        "5.4.1, an index off by one",
        "claim-is-true",
        Rules { claimed: |last| LogId { index: last.index.next(), ..last }, ..RAFT },
    ),
    mutant(
        "batches-without-bounds",
        "",
        "a limit that is not asked",
        "batch-is-bounded",
        Rules { entries_in_message: |_| usize::MAX, ..RAFT },
    ),
    mutant(
        "floods-after-an-answer",
        "",
        "a window that is filled at once",
        "sends-are-bounded",
        Rules { messages_after_ack: || 9, ..RAFT },
    ),
    mutant(
        "commits-its-log-at-start",
        "",
        "commitIndex taken for what is on the disk",
        "commit-is-rederived",
        Rules { commit_at_start: |_, last| last, ..RAFT },
    ),
    mutant(
        "joint-consensus-without-end",
        "M05",
        "etcd bd3c759, #12136",
        "change-finishes",
        Rules { ends_joint_consensus: || false, ..RAFT },
    ),
    mutant(
        "reads-never-confirmed",
        "",
        "a read queue that nobody looks at",
        "fresh-read-is-answered",
        Rules { confirms: |_, _| false, ..RAFT },
    ),
    mutant(
        "questions-stay-open",
        "",
        "an answer that arrives twice",
        "read-is-answered-once",
        Rules { is_closed_by_answer: || false, ..RAFT },
    ),
    mutant(
        "beats-too-seldom",
        "",
        "a heartbeat interval near the election timeout",
        "leader-is-stable",
        Rules {
            is_time_to_beat: |elapsed, heartbeat_ticks| elapsed >= 6 * heartbeat_ticks,
            ..RAFT
        },
    ),
    // ---- The host, and the crash handler ----
    mutant(
        "halted-node-goes-on",
        "",
        "Buoyant's contract of the crash handler, broken",
        "failed-write-halts",
        Rules { goes_on_halted: || true, ..RAFT },
    ),
    host(
        "snapshot-before-truncation",
        "S05",
        "openraft 674e78aa",
        "terms-sorted",
        Driver { snapshot_before_truncation: true, ..Driver::CORRECT },
    ),
    host(
        "damage-cut-off",
        "S14",
        "Redundancy does not imply fault tolerance, FAST 2017",
        "recovery-invents-nothing",
        Driver { cuts_off_damage: true, ..Driver::CORRECT },
    ),
    host(
        "wiped-node-comes-back",
        "R6",
        "TigerBeetle's reformat; J. Vanlightly's split brain of a wiped node",
        "recovery-invents-nothing",
        Driver { starts_without_disk: true, ..Driver::CORRECT },
    ),
    host(
        "retry-answered-anew",
        "K2",
        "dissertation, 6.3: the session keeps the response",
        "answers-are-true",
        Driver { answers_retries_anew: true, ..Driver::CORRECT },
    ),
    host(
        "read-before-applied",
        "L03",
        "dissertation, 6.4, step 3 forgotten",
        "history-is-linearizable",
        Driver { answers_reads_early: true, ..Driver::CORRECT },
    ),
    host(
        "recovery-cut-short-cuts-again",
        "",
        "a recovery that cannot be begun again",
        "restart-from-disk",
        Driver { cuts_off_twice: true, ..Driver::CORRECT },
    ),
    host(
        "writes-replayed-past-a-gap",
        "",
        "ALICE; writes reordered without a barrier",
        "restart-from-disk",
        Driver { replays_past_gaps: true, ..Driver::CORRECT },
    ),
    host(
        "proposal-passed-on-twice",
        "",
        "a retry below the session",
        "no-creation",
        Driver { proposes_twice: true, ..Driver::CORRECT },
    ),
    host(
        "buffer-reused-while-applying",
        "",
        "a batch buffer filled before it is read",
        "state-machine-safety",
        Driver { garbles_batches: true, ..Driver::CORRECT },
    ),
    host(
        "host-truncates-too-far",
        "",
        "an index off by one in the storage layer",
        "leader-append-only",
        Driver { truncates_too_far: true, ..Driver::CORRECT },
    ),
    host(
        "adapter-shows-too-much",
        "",
        "a view of what is not yet asked to be written",
        "log-is-written",
        Driver { shows_too_much: true, ..Driver::CORRECT },
    ),
];
