//! Bugs in the rules beyond Figure 2: snapshots, membership, reads, transfer, liveness, and in the
//! host.

use raft::{LogId, LogIndex, Membership, Memberships, NodeId, Report, Rules};

use crate::base::canary;
use crate::mutants::mutant::{host, mutant, seeded, Mutant};
use crate::replica::driver::Driver;

/// The index that a majority has reached, if one pass of bubble sort sorted the indexes.
fn half_sorted(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    let mut indexes: Vec<LogIndex> = membership.voters.iter().map(acked).collect();
    for place in (1..indexes.len()).rev() {
        if indexes[place] > indexes[place - 1] {
            indexes.swap(place, place - 1);
        }
    }
    indexes.get(indexes.len() / 2).copied().unwrap_or_default()
}

/// The index that all voters have reached.
fn slowest(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex {
    membership.all_voters().iter().map(acked).min().unwrap_or_default()
}

/// Compaction that records the newest membership as the one in force at the snapshot.
fn forget_all_but_the_newest(memberships: &mut Memberships, index: LogIndex) {
    let mut correct = memberships.clone();
    (Rules::RAFT.forget_memberships)(&mut correct, index);
    *memberships = Memberships::starting(index, *memberships.active());
    canary::note(*memberships != correct);
}

/// See the module.
pub(super) static MUTANTS: [Mutant; 95] = [
    // ---- Pipelining ----
    mutant(
        "window-ignored",
        "M4",
        "etcd's inflights, full and not checked",
        "window-is-kept",
        seeded! { window_has_room(in_flight, limit) => true },
    ),
    // ---- Snapshots ----
    mutant(
        "compacted-entries-appended-again",
        "S01",
        "WRaft #118.1",
        "terms-sorted",
        seeded! {
            is_compacted(prev, start) => false,
            accepts_append(prev, own) => prev.index == LogIndex(0) || own == Some(prev.term),
        },
    ),
    mutant(
        "term-from-snapshot",
        "S03",
        "WRaft #118.4; jgroups-raft #23",
        "term-is-monotone",
        seeded! { term_after_install(current, snapshot) => snapshot },
    ),
    mutant(
        "snapshot-removes-suffix",
        "S04",
        "etcd PR 1763",
        "truncation-needs-conflict",
        seeded! { keeps_suffix(snapshot, own) => false },
    ),
    mutant(
        "stale-snapshot-installed",
        "",
        "a check that is easily omitted",
        "applied-in-order",
        seeded! {
            snapshot_is_committed(snapshot, commit) => false,
            restores_machine(snapshot, handed_out) => true,
        },
    ),
    mutant(
        "snapshot-chunks-mixed",
        "",
        "LogCabin's and etcd's chunk checks, omitted",
        "snapshot-is-committed",
        seeded! { chunk_is_next(received, offset) => true },
    ),
    mutant(
        "membership-lost-with-compaction",
        "S11",
        "canonical/raft #250, #323",
        "membership-is-newest",
        Rules { forget_memberships: forget_all_but_the_newest, ..Rules::RAFT },
    ),
    mutant(
        "compacts-to-last-entry",
        "S16",
        "a snapshot of uncommitted entries",
        "snapshot-is-committed",
        seeded! { compaction_point(asked, handed_out, commit, last) => Some(last) },
    ),
    // ---- A log that is read at run time ----
    mutant(
        "outdated-read-sent",
        "",
        "the answer to a read of the log, used though the follower needs other entries; openraft #1795",
        "entries-sent-are-from-the-log",
        seeded! { fetched_is_current(asked, now) => true },
    ),
    mutant(
        "failed-read-not-retried",
        "",
        "a read of the log that is given up; tikv PR 11409, async-raft #111",
        "core-converges",
        seeded! { retries_failed_read() => false },
    ),
    // ---- A tail behind the snapshot ----
    mutant(
        "snapshot-term-before-tail",
        "",
        "the term of prev_log, looked up at the wrong one of two boundaries; braft #528",
        "entries-sent-are-from-the-log",
        seeded! {
            previous_term(own, index, snapshot) => match index {
                LogIndex(0) => own,
                _ if index <= snapshot.index => snapshot.term,
                _ => own,
            },
        },
    ),
    mutant(
        "tail-of-replaced-log-kept",
        "",
        "a tail that is kept at every install, whatever the log",
        "tail-is-committed",
        seeded! { tail_after_install(keeps_log, tail) => tail },
    ),
    mutant(
        "stale-entry-at-snapshot-kept",
        "",
        "hashicorp/raft #697",
        "tail-is-committed",
        seeded! { keeps_suffix(snapshot, own) => true },
    ),
    mutant(
        "restart-skips-tail",
        "",
        "a restart that takes the snapshot's last entry for the one before the log; RATIS-1305",
        "log-is-written",
        seeded! { first_at_start(first, snapshot) => snapshot.next() },
    ),
    // ---- Membership ----
    mutant(
        "change-in-fresh-term",
        "M01",
        "D. Ongaro, raft-dev, 2015; hydro-project/hydro#3192",
        "change-in-own-term",
        seeded! {
            may_change(pending, committed, current) => match pending {
                Some(since) => Err(raft::Refused::ChangeInProgress { since }),
                None => Ok(()),
            },
        },
    ),
    mutant(
        "two-changes-at-once",
        "M02",
        "the rule of one pending change, dropped",
        "one-change-at-a-time",
        seeded! {
            may_change(pending, committed, current) => match committed == Some(current) {
                true => Ok(()),
                false => Err(raft::Refused::NotCommittedInTerm),
            },
        },
    ),
    mutant(
        "membership-in-force-when-committed",
        "M03",
        "etcd #11284, #7625, #12134, #12163",
        "leader-has-quorum",
        seeded! { membership_in_force(memberships, commit) => memberships.at(commit) },
    ),
    mutant(
        "no-joint-consensus",
        "",
        "the textbook omission of section 6",
        "quorums-overlap",
        seeded! {
            next_membership(current, voters, learners) => Membership {
                learners: learners.without(voters),
                ..Membership::new(voters)
            },
        },
    ),
    mutant(
        "joint-consensus-needs-one-majority",
        "",
        "the textbook misreading of section 6",
        "committed-is-durable",
        seeded! { reached(members, acked) => members.left().reached(acked) },
    ),
    mutant(
        "learners-counted",
        "R5",
        "non-voters in a quorum",
        "committed-is-durable",
        seeded! {
            reached(members, acked) => Membership::new(members.members()).reached(acked),
        },
    ),
    mutant(
        "learners-campaign",
        "M10",
        "hashicorp/raft PRs 477, 483, 526",
        "only-voters-campaign",
        seeded! { may_campaign(votes, may_vote_again) => true },
    ),
    mutant(
        "removed-leader-stays",
        "",
        "4.2.2 omitted",
        "removed-leader-steps-down",
        seeded! { steps_down_when_removed() => false },
    ),
    mutant(
        "progress-half-sorted",
        "R14",
        "openraft #1802",
        "committed-is-durable",
        seeded! { reached(members, acked) => half_sorted(members, acked) },
    ),
    // ---- Reads ----
    mutant(
        "reads-in-fresh-term",
        "L01",
        "etcd #7331, #12680; RedisRaft PR 22; TiKV PRs 6340, 9239",
        "read-is-linearizable",
        seeded! { may_read(committed, current) => true },
    ),
    mutant(
        "stale-acks-confirm-reads",
        "L02",
        "etcd #20418, etcd raft PR 397",
        "read-is-linearizable",
        seeded! { confirms_read(heard, asked) => heard > raft::Stamp::default() },
    ),
    mutant(
        "reads-without-quorum",
        "L03",
        "d-engine #381; Xraft-KV #1",
        "read-is-linearizable",
        seeded! { confirms_read(heard, asked) => true },
    ),
    mutant(
        "read-replies-across-restarts",
        "",
        "etcd's request contexts, reused",
        "read-is-linearizable",
        seeded! { is_own_read_index(asked_in, incarnation) => true },
    ),
    mutant(
        "lease-kept-through-transfer",
        "L05",
        "etcd-io/raft #99",
        "read-is-linearizable",
        seeded! { lease_holds(age, ticks, drift, let_go) => age + 2 < u64::from(ticks / drift) },
    ),
    mutant(
        "lease-too-long",
        "L04",
        "a lease counted from the reply, and not from the request",
        "read-is-linearizable",
        seeded! {
            lease_holds(age, ticks, drift, let_go) => !let_go && age < 3 * u64::from(ticks),
        },
    ),
    mutant(
        "lease-forgets-drift",
        "L04",
        "TiKV #964; etcd #10082; etcd raft #166",
        "read-is-linearizable",
        seeded! {
            lease_holds(age, ticks, drift, let_go) => !let_go && age + 2 < u64::from(ticks),
        },
    ),
    mutant(
        "lease-without-check-quorum",
        "L06",
        "raft-rs PR 141",
        "read-is-linearizable",
        seeded! { has_leases(lease_reads, check_quorum) => lease_reads },
    ),
    // ---- Liveness ----
    mutant(
        "stale-append-unanswered",
        "E16",
        "etcd #8501, 3c7359d; raft-rs PR 42",
        "core-converges",
        seeded! { answers_stale(kind) => kind != raft::Kind::AppendEntries },
    ),
    mutant(
        "pre-vote-refusal-term-ignored",
        "E17",
        "openraft #1796, d6a6d562",
        "recovers-after-healing",
        seeded! {
            adopts_newer_term(kind) => {
                kind != raft::Kind::PreVote && kind != raft::Kind::PreVoteReply
            },
        },
    ),
    mutant(
        "sticky-to-a-lost-leader",
        "E18",
        "hashicorp/raft PR 605",
        "recovers-after-healing",
        seeded! {
            believes_in_leader(known, elapsed, election_ticks) => known.is_some(),
            leader_of_pre_candidate(known) => known,
        },
    ),
    mutant(
        "campaigns-without-pre-vote",
        "E19",
        "Cloudflare, November 2020",
        "pre-vote-spares-the-term",
        seeded! { pre_votes(pre_vote) => false },
    ),
    mutant(
        "unknown-pre-vote-counts-as-refusal",
        "",
        "ferrosa PR 432; openraft PR 1785",
        "recovers-after-healing",
        seeded! { counts_unknown_pre_vote() => false },
    ),
    mutant(
        "newer-term-resets-election-timer",
        "",
        "LifeRaft, bug 5",
        "recovers-after-healing",
        seeded! { elapsed_in_newer_term(elapsed) => 0 },
    ),
    mutant(
        "no-snapshot-for-new-members",
        "S07",
        "openraft #1828, afd6508b",
        "core-converges",
        seeded! { sends_snapshot(matched) => matched > LogIndex(0) },
    ),
    mutant(
        "heartbeat-at-every-tick",
        "",
        "correct, but wasteful",
        "effort-is-bounded",
        seeded! { heartbeat_is_due(elapsed, heartbeat_ticks) => true },
    ),
    // ---- Availability while a minority is degraded, and requests ----
    mutant(
        "leads-without-its-disk",
        "",
        "hashicorp/raft #503; lavinmq #2151",
        "leader-needs-its-disk",
        seeded! { disk_responds(silence, election_ticks) => true },
    ),
    mutant(
        "snapshot-restarts-with-each-newer",
        "",
        "ClickHouse PR 112405",
        "lagging-follower-catches-up",
        seeded! { continues_snapshot() => false },
    ),
    mutant(
        "delivered-snapshot-counts-as-stored",
        "",
        "ReportSnapshot taken for an acknowledgement; ClickHouse PR 112405, dgraph PR 9635",
        "match-is-true",
        seeded! { match_after_delivery(matched, snapshot) => matched.max(snapshot) },
    ),
    mutant(
        "delivered-counts-as-contact",
        "",
        "a connection that accepts messages taken for a server that processes them",
        "silent-leader-steps-down",
        seeded! { report_is_contact(report) => report == Report::Delivered },
    ),
    mutant(
        "applied-index-taken-for-commit",
        "",
        "applied entries taken for committed ones in a log that has lost its last write",
        "commit-is-rederived",
        seeded! { commit_at_start(snapshot, last, applied) => snapshot.max(applied.min(last)) },
    ),
    mutant(
        "compacts-ahead-of-commit",
        "",
        "an applied index ahead of the log taken for a point of compaction",
        "message-matches-sender",
        seeded! {
            compaction_point(asked, handed_out, commit, last) => {
                (asked <= handed_out).then_some(asked)
            },
        },
    ),
    mutant(
        "restores-older-snapshot",
        "",
        "a state machine that a snapshot sets back; curvine #1601",
        "applied-in-order",
        seeded! { restores_machine(snapshot, handed_out) => true },
    ),
    mutant(
        "commit-waits-for-all",
        "",
        "a write that waits for the slowest replica",
        "majority-makes-progress",
        seeded! { reached(members, acked) => slowest(members, acked) },
    ),
    mutant(
        "refused-pre-votes-counted",
        "",
        "a reply that is counted without a look at it",
        "heard-leader-stays",
        seeded! { counts_pre_vote(granted) => true },
    ),
    mutant(
        "voter-without-catch-up",
        "",
        "redisraft #125; EastGuard PR 150; d-engine #212",
        "new-voter-has-caught-up",
        seeded! { has_caught_up(matched, round_end, ticks, election_ticks) => true },
    ),
    mutant(
        "requests-forgotten-at-step-down",
        "",
        "redpanda PR 24404",
        "request-is-answered",
        seeded! { ends_requests() => false },
    ),
    mutant(
        "transfer-target-pre-votes",
        "",
        "canonical/raft #203",
        "unhindered-request-succeeds",
        seeded! { transfer_skips_pre_vote() => false },
    ),
    // ---- Duties in time of servers that do not lead ----
    mutant(
        "stale-append-resets-election-timer",
        "",
        "redpanda PR 30817",
        "silent-follower-campaigns",
        seeded! {
            elapsed_after_stale(elapsed, kind) => match kind {
                raft::Kind::AppendEntries => 0,
                _ => elapsed,
            },
        },
    ),
    mutant(
        "heartbeat-leaves-election-timer",
        "",
        "a timer that only new entries reset",
        "hearing-follower-waits",
        seeded! {
            elapsed_after_append(elapsed, entries) => if entries == 0 { elapsed } else { 0 },
        },
    ),
    mutant(
        "pre-vote-without-log-check",
        "",
        "ClickHouse/NuRaft PR 134",
        "pre-vote-is-justified",
        seeded! { grants_pre_vote(has_current_leader, candidate, own) => !has_current_leader },
    ),
    mutant(
        "pre-vote-despite-a-leader",
        "",
        "dissertation, 9.6, the second condition omitted",
        "pre-vote-is-justified",
        seeded! { grants_pre_vote(has_current_leader, candidate, own) => candidate >= own },
    ),
    mutant(
        "votes-right-after-a-restart",
        "",
        "a promise of the lease that is kept in memory alone",
        "lease-is-honoured",
        seeded! { votes_withheld_at_start(election_ticks) => 0 },
    ),
    // ---- Rolling upgrades ----
    mutant(
        "election-timer-advanced-at-start",
        "",
        "etcd #9333",
        "upgrade-spares-the-cluster",
        seeded! { elapsed_at_start(election_ticks) => 2 * election_ticks },
    ),
    host(
        "roll-back-to-old-files",
        "",
        "moby/swarmkit PR 1483",
        "restart-from-disk",
        Driver { versions_keep_own_files: true, ..Driver::CORRECT },
    ),
    host(
        "older-version-skips-changes",
        "",
        "hashicorp/raft PR 139, its review",
        "membership-is-newest",
        Driver { older_skips_changes: true, ..Driver::CORRECT },
    ),
    host(
        "older-version-skips-commands",
        "",
        "rostam #113; cockroachdb #6985; logcabin #125",
        "commands-take-effect-once",
        Driver { older_skips_commands: true, ..Driver::CORRECT },
    ),
    // ---- Bugs for the remaining oracles ----
    mutant(
        "candidate-keeps-its-term",
        "",
        "5.2, a new campaign without a new term",
        "legal-role-moves",
        seeded! {
            candidate_term(current, vote, own) => match vote == Some(own) {
                true => current,
                false => current.next(),
            },
        },
    ),
    mutant(
        "candidate-overstates-log",
        "",
        "5.4.1, an index off by one",
        "claim-is-true",
        seeded! { claimed_log(last) => LogId { index: last.index.next(), ..last } },
    ),
    mutant(
        "batch-limit-ignored",
        "",
        "a limit that is not checked",
        "batch-is-bounded",
        seeded! { entries_in_message(limit) => usize::MAX },
    ),
    mutant(
        "floods-after-ack",
        "",
        "a window that is filled at once",
        "sends-are-bounded",
        seeded! { messages_after_ack() => 9 },
    ),
    mutant(
        "commits-its-log-at-start",
        "",
        "commitIndex set to the last entry on the disk",
        "commit-is-rederived",
        seeded! { commit_at_start(snapshot, last, applied) => last },
    ),
    mutant(
        "joint-consensus-without-end",
        "M05",
        "etcd bd3c759, #12136",
        "change-finishes",
        seeded! { ends_joint_consensus() => false },
    ),
    mutant(
        "reads-never-confirmed",
        "",
        "a read queue that is never processed",
        "fresh-read-is-answered",
        seeded! { confirms_read(heard, asked) => false },
    ),
    mutant(
        "answered-reads-stay-pending",
        "",
        "a reply that arrives twice",
        "read-is-answered-once",
        seeded! { answer_closes_read() => false },
    ),
    mutant(
        "heartbeat-too-rarely",
        "",
        "a heartbeat interval near the election timeout",
        "leader-is-stable",
        seeded! {
            heartbeat_is_due(elapsed, heartbeat_ticks) => elapsed >= 6 * heartbeat_ticks,
        },
    ),
    // ---- Leases by wall clocks ----
    mutant(
        "old-lease-not-awaited",
        "",
        "a new leader that serves at once; yugabyte-db #18121, #19447",
        "old-lease-is-waited-out",
        seeded! { leases_are_over(clock, end, max_skew) => true },
    ),
    mutant(
        "old-lease-awaited-without-skew",
        "",
        "clocks that are taken for equal; cockroachdb #133672",
        "old-lease-is-waited-out",
        seeded! { leases_are_over(clock, end, max_skew) => clock >= end },
    ),
    mutant(
        "lease-counted-from-acknowledgement",
        "",
        "a lease that begins when the reply arrives; d-engine PR 391",
        "read-is-linearizable",
        seeded! {
            lease_acknowledged(known, asked, clock, duration) => known.max(clock + duration),
        },
    ),
    mutant(
        "restart-forgets-lease",
        "",
        "a promise that is kept in memory, and a voter that restarts",
        "old-lease-is-waited-out",
        seeded! { lease_promised_at_start(clock, duration, max_skew, is_new) => 0 },
    ),
    mutant(
        "clock-set-back-shortens-promise",
        "",
        "a leader's clock that is set back: a later request asks for an earlier end",
        "old-lease-is-waited-out",
        seeded! { lease_promised(earlier, asked) => asked },
    ),
    mutant(
        "leases-in-votes-ignored",
        "",
        "a new leader that waits for what it has acknowledged itself",
        "old-lease-is-waited-out",
        seeded! { longest_lease(known, reported) => known },
    ),
    host(
        "clocks-beyond-bound",
        "",
        "clocks that differ by more than the leases presume",
        "read-is-linearizable",
        Driver { clocks_exceed_bound: true, promises_no_progress: true, ..Driver::CORRECT },
    ),
    // ---- Names that come back ----
    mutant(
        "acks-of-earlier-membership-counted",
        "",
        "tikv/raft-rs #571 (2025); drmingdrmer's survey: 9 of 16 libraries",
        "match-is-true",
        seeded! { reply_counts(stamp, since) => true },
    ),
    mutant(
        "progress-of-removed-member-kept",
        "",
        "a table of progress by name that a change does not clear",
        "readmitted-member-starts-anew",
        seeded! { progress_of_new_member(earlier, fresh) => earlier },
    ),
    mutant(
        "joins-as-initial-member",
        "",
        "a wiped server that starts with the list of servers of the first day",
        "only-voters-campaign",
        seeded! { knows_membership(joining, since) => true },
    ),
    host(
        "starts-from-old-copy",
        "",
        "a virtual machine or a volume that is rolled back to a snapshot of itself",
        "damaged-node-stays-down",
        Driver { starts_from_old_copy: true, ..Driver::CORRECT },
    ),
    // ---- The host, and the crash handler ----
    mutant(
        "halted-node-goes-on",
        "",
        "Buoyant's contract of the crash handler, violated",
        "failed-write-halts",
        seeded! { runs_after_halt() => true },
    ),
    host(
        "snapshot-before-truncation",
        "S05",
        "openraft 674e78aa",
        "terms-sorted",
        Driver { snapshot_before_truncation: true, ..Driver::CORRECT },
    ),
    host(
        "damaged-entries-truncated",
        "S14",
        "Redundancy does not imply fault tolerance, FAST 2017",
        "damaged-node-stays-down",
        Driver { truncates_damaged_entries: true, ..Driver::CORRECT },
    ),
    host(
        "wiped-node-restarts",
        "R6",
        "TigerBeetle's reformat; J. Vanlightly's split brain of a wiped node",
        "damaged-node-stays-down",
        Driver { restarts_after_disk_loss: true, ..Driver::CORRECT },
    ),
    host(
        "retry-answered-anew",
        "K2",
        "dissertation, 6.3: the session keeps the response",
        "answers-are-true",
        Driver { re_executes_retries: true, ..Driver::CORRECT },
    ),
    host(
        "read-before-applied",
        "L03",
        "dissertation, 6.4, step 3 omitted",
        "history-is-linearizable",
        Driver { answers_reads_early: true, ..Driver::CORRECT },
    ),
    host(
        "interrupted-repair-truncates-again",
        "",
        "a recovery that is not idempotent",
        "restart-from-disk",
        Driver { repeats_repair_truncation: true, ..Driver::CORRECT },
    ),
    host(
        "writes-replayed-past-a-gap",
        "",
        "ALICE; writes reordered without a barrier",
        "restart-from-disk",
        Driver { replays_past_gaps: true, ..Driver::CORRECT },
    ),
    host(
        "proposal-forwarded-twice",
        "",
        "a retry below the session",
        "no-creation",
        Driver { proposes_twice: true, ..Driver::CORRECT },
    ),
    host(
        "buffer-reused-while-applying",
        "",
        "a batch buffer overwritten before it is read",
        "state-machine-safety",
        Driver { reuses_batch_buffer: true, ..Driver::CORRECT },
    ),
    host(
        "host-truncates-too-far",
        "",
        "an index off by one in the storage layer",
        "leader-append-only",
        Driver { truncates_too_far: true, ..Driver::CORRECT },
    ),
    host(
        "adapter-overreports-log",
        "",
        "a view of entries whose write is not yet requested",
        "log-is-written",
        Driver { overreports_log: true, ..Driver::CORRECT },
    ),
    host(
        "applied-index-saved-alone",
        "",
        "etcd #13766, #20426",
        "machine-starts-consistent",
        Driver { saves_index_alone: true, ..Driver::CORRECT },
    ),
    host(
        "half-restore-trusted",
        "",
        "a restore that a crash cuts in half; NodeDB #162, RATIS-2500",
        "machine-starts-consistent",
        Driver { restores_index_first: true, ..Driver::CORRECT },
    ),
    host(
        "machine-behind-snapshot-started",
        "",
        "a log that is compacted ahead of what the state machine has saved; nats-server PR 6459",
        "machine-starts-consistent",
        Driver { ignores_log_start: true, ..Driver::CORRECT },
    ),
];
