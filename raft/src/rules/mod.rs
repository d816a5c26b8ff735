//! The decisions on which Raft's safety rests, each one a small function with its section.
//!
//! [`Rules::RAFT`] is the paper. A server makes these decisions only by this table, so this page
//! lists them all, and the files below it give the reasons. Knows nothing of servers, storage or
//! time: every function is pure.

use crate::ids::{LogId, LogIndex, NodeId, Term};
use crate::io::{Refused, Report};
use crate::membership::{Membership, Memberships};
use crate::message::Kind;
use crate::progress::Progress;
use crate::quorum::NodeSet;
use crate::stamp::Stamp;
use crate::state::{HardState, Role};

mod changes;
mod durability;
mod elections;
mod reads;
mod replication;
mod snapshots;
mod wall_leases;

pub use changes::*;
pub use durability::*;
pub use elections::*;
pub use reads::*;
pub use replication::*;
pub use snapshots::*;
pub use wall_leases::*;

/// One function per decision. A function that differs from [`Rules::RAFT`] is a bug, or chooses
/// otherwise where the papers leave a choice.
#[derive(Clone, Copy)]
pub struct Rules {
    /// See [`is_stale`].
    pub is_stale: fn(kind: Kind, message: Term, current: Term) -> bool,
    /// See [`adopts_newer_term`].
    pub adopts_newer_term: fn(kind: Kind) -> bool,
    /// See [`answers_stale`].
    pub answers_stale: fn(kind: Kind) -> bool,
    /// See [`elapsed_at_start`].
    pub elapsed_at_start: fn(election_ticks: u32) -> u32,
    /// See [`elapsed_in_newer_term`].
    pub elapsed_in_newer_term: fn(elapsed: u32) -> u32,
    /// See [`elapsed_after_stale`].
    pub elapsed_after_stale: fn(elapsed: u32, kind: Kind) -> u32,
    /// See [`elapsed_after_append`].
    pub elapsed_after_append: fn(elapsed: u32, entries: usize) -> u32,
    /// See [`role_in_newer_term`].
    pub role_in_newer_term: fn(role: Role, kind: Kind) -> Role,
    /// See [`stepping_down`].
    pub stepping_down: fn(state: HardState, term: Term) -> HardState,
    /// See [`may_vote`].
    pub may_vote: fn(vote: Option<NodeId>, candidate: NodeId) -> bool,
    /// See [`is_up_to_date`].
    pub is_up_to_date: fn(candidate: LogId, own: LogId) -> bool,
    /// See [`log_in_vote`].
    pub log_in_vote: fn(in_memory: LogId, on_disk: LogId) -> LogId,
    /// See [`recorded`].
    pub recorded: fn(state: HardState) -> HardState,
    /// See [`restored`].
    pub restored: fn(state: HardState) -> HardState,
    /// See [`waits_for_disk`].
    pub waits_for_disk: fn(promise: Promise) -> bool,
    /// See [`survives_failed_write`].
    pub survives_failed_write: fn() -> bool,
    /// See [`commit_at_start`].
    pub commit_at_start: fn(snapshot: LogIndex, last: LogIndex, applied: LogIndex) -> LogIndex,
    /// See [`runs_after_halt`].
    pub runs_after_halt: fn() -> bool,
    /// See [`candidate_term`].
    pub candidate_term: fn(current: Term, vote: Option<NodeId>, own: NodeId) -> Term,
    /// See [`own_vote`].
    pub own_vote: fn(own: NodeId) -> Option<NodeId>,
    /// See [`claimed_log`].
    pub claimed_log: fn(last: LogId) -> LogId,
    /// See [`recorded_vote`].
    pub recorded_vote:
        fn(given: Option<NodeId>, candidate: NodeId, granted: bool) -> Option<NodeId>,
    /// See [`vote_of_follower`].
    pub vote_of_follower: fn(given: Option<NodeId>, leader: NodeId) -> Option<NodeId>,
    /// See [`votes_again`].
    pub votes_again: fn(given: Option<NodeId>, candidate: NodeId) -> bool,
    /// See [`votes_as`].
    pub votes_as: fn(is_voter: bool) -> bool,
    /// See [`begins_with_noop`].
    pub begins_with_noop: fn() -> bool,
    /// See [`leads_on`].
    pub leads_on: fn(commit: LogIndex) -> bool,
    /// See [`wins_election`].
    pub wins_election: fn(membership: &Membership, votes: &[NodeId]) -> bool,
    /// See [`grants_pre_vote`].
    pub grants_pre_vote: fn(has_current_leader: bool, candidate: LogId, own: LogId) -> bool,
    /// See [`counts_pre_vote`].
    pub counts_pre_vote: fn(granted: bool) -> bool,
    /// See [`counts_unknown_pre_vote`].
    pub counts_unknown_pre_vote: fn() -> bool,
    /// See [`leader_of_pre_candidate`].
    pub leader_of_pre_candidate: fn(known: Option<NodeId>) -> Option<NodeId>,
    /// See [`believes_in_leader`].
    pub believes_in_leader: fn(known: Option<NodeId>, elapsed: u32, election_ticks: u32) -> bool,
    /// See [`votes_withheld_at_start`].
    pub votes_withheld_at_start: fn(election_ticks: u32) -> u32,
    /// See [`pre_votes`].
    pub pre_votes: fn(pre_vote: bool) -> bool,
    /// See [`keeps_leadership`].
    pub keeps_leadership: fn(membership: &Membership, active: NodeSet) -> bool,
    /// See [`disk_responds`].
    pub disk_responds: fn(silence: u32, election_ticks: u32) -> bool,
    /// See [`progress_at_election`].
    pub progress_at_election: fn(earlier: Progress, last: LogIndex) -> Progress,
    /// See [`accepts_append`].
    pub accepts_append: fn(prev: LogId, own: Option<Term>) -> bool,
    /// See [`truncate_from`].
    pub truncate_from:
        fn(prev: LogIndex, conflict: Option<LogIndex>, last: LogIndex) -> Option<LogIndex>,
    /// See [`truncates_at_rejection`].
    pub truncates_at_rejection: fn() -> bool,
    /// See [`next_after_rejection`].
    pub next_after_rejection: fn(prev: LogIndex, hinted: LogIndex) -> LogIndex,
    /// See [`acknowledged`].
    pub acknowledged: fn(last_new: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`match_after_ack`].
    pub match_after_ack: fn(known: LogIndex, acked: LogIndex) -> LogIndex,
    /// See [`next_after_ack`].
    pub next_after_ack: fn(next: LogIndex, matched: LogIndex) -> LogIndex,
    /// See [`window_has_room`].
    pub window_has_room: fn(in_flight: u64, limit: u64) -> bool,
    /// See [`fetched_is_current`].
    pub fetched_is_current: fn(asked: (Term, LogIndex), now: (Term, LogIndex)) -> bool,
    /// See [`retries_failed_read`].
    pub retries_failed_read: fn() -> bool,
    /// See [`heartbeat_is_due`].
    pub heartbeat_is_due: fn(elapsed: u32, heartbeat_ticks: u32) -> bool,
    /// See [`entries_in_message`].
    pub entries_in_message: fn(limit: usize) -> usize,
    /// See [`own_match`].
    pub own_match: fn(durable: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`reached`].
    pub reached: fn(membership: &Membership, acked: &dyn Fn(NodeId) -> LogIndex) -> LogIndex,
    /// See [`messages_after_ack`].
    pub messages_after_ack: fn() -> usize,
    /// See [`may_commit`].
    pub may_commit: fn(entry: Term, current: Term) -> bool,
    /// See [`follower_commit`].
    pub follower_commit:
        fn(commit: LogIndex, leader: LogIndex, last_new: LogIndex, last: LogIndex) -> LogIndex,
    /// See [`may_propose`].
    pub may_propose: fn(role: Role, leader: Option<NodeId>) -> Result<(), Refused>,
    /// See [`may_send_timeout_now`].
    pub may_send_timeout_now: fn(matched: LogIndex, last: LogIndex) -> bool,
    /// See [`compaction_point`].
    pub compaction_point: fn(
        requested: LogIndex,
        applying: LogIndex,
        commit: LogIndex,
        last: LogIndex,
    ) -> Option<LogIndex>,
    /// See [`is_compacted`].
    pub is_compacted: fn(prev: LogIndex, start: LogIndex) -> bool,
    /// See [`snapshot_is_committed`].
    pub snapshot_is_committed: fn(snapshot: LogIndex, commit: LogIndex) -> bool,
    /// See [`chunk_is_next`].
    pub chunk_is_next: fn(received: u64, offset: u64) -> bool,
    /// See [`keeps_suffix`].
    pub keeps_suffix: fn(snapshot: LogId, own: Option<Term>) -> bool,
    /// See [`tail_after_install`].
    pub tail_after_install: fn(keeps_log: bool, tail: u64) -> u64,
    /// See [`first_at_start`].
    pub first_at_start: fn(first: Option<LogIndex>, snapshot: LogIndex) -> LogIndex,
    /// See [`previous_term`].
    pub previous_term: fn(own: Term, index: LogIndex, snapshot: LogId) -> Term,
    /// See [`term_after_install`].
    pub term_after_install: fn(current: Term, snapshot: Term) -> Term,
    /// See [`sends_snapshot`].
    pub sends_snapshot: fn(matched: LogIndex) -> bool,
    /// See [`restores_machine`].
    pub restores_machine: fn(snapshot: LogIndex, applying: LogIndex) -> bool,
    /// See [`match_after_delivery`].
    pub match_after_delivery: fn(matched: LogIndex, snapshot: LogIndex) -> LogIndex,
    /// See [`report_is_contact`].
    pub report_is_contact: fn(report: Report) -> bool,
    /// See [`continues_snapshot`].
    pub continues_snapshot: fn() -> bool,
    /// See [`forget_memberships`].
    pub forget_memberships: fn(memberships: &mut Memberships, index: LogIndex),
    /// See [`may_change`].
    pub may_change: fn(
        pending: Option<LogIndex>,
        committed: Option<Term>,
        current: Term,
    ) -> Result<(), Refused>,
    /// See [`membership_in_force`].
    pub membership_in_force: fn(memberships: &Memberships, commit: LogIndex) -> &Membership,
    /// See [`next_membership`].
    pub next_membership: fn(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership,
    /// See [`ends_joint_consensus`].
    pub ends_joint_consensus: fn() -> bool,
    /// See [`after_joint`].
    pub after_joint: fn(joint: &Membership) -> Membership,
    /// See [`may_campaign`].
    pub may_campaign: fn(is_voter: bool, may_be_voter_again: bool) -> bool,
    /// See [`knows_membership`].
    pub knows_membership: fn(joining: bool, since: LogIndex) -> bool,
    /// See [`progress_of_new_member`].
    pub progress_of_new_member: fn(earlier: Progress, fresh: Progress) -> Progress,
    /// See [`reply_counts`].
    pub reply_counts: fn(stamp: Stamp, since: Stamp) -> bool,
    /// See [`steps_down_when_removed`].
    pub steps_down_when_removed: fn() -> bool,
    /// See [`has_caught_up`].
    pub has_caught_up:
        fn(matched: LogIndex, round_end: LogIndex, ticks: u32, election_ticks: u32) -> bool,
    /// See [`ends_requests`].
    pub ends_requests: fn() -> bool,
    /// See [`transfer_skips_pre_vote`].
    pub transfer_skips_pre_vote: fn() -> bool,
    /// See [`may_read`].
    pub may_read: fn(committed: Option<Term>, current: Term) -> bool,
    /// See [`confirms_read`].
    pub confirms_read: fn(acked: Stamp, since: Stamp) -> bool,
    /// See [`is_own_read_index`].
    pub is_own_read_index: fn(nonce_incarnation: u64, incarnation: u64) -> bool,
    /// See [`answer_closes_read`].
    pub answer_closes_read: fn() -> bool,
    /// See [`lease_holds`].
    pub lease_holds: fn(age: u64, election_ticks: u32, drift: u32, transfer_sent: bool) -> bool,
    /// See [`has_leases`].
    pub has_leases: fn(lease_reads: bool, check_quorum: bool) -> bool,
    /// See [`wall_lease_holds`].
    pub wall_lease_holds: fn(clock: u64, end: u64) -> bool,
    /// See [`lease_acknowledged`].
    pub lease_acknowledged: fn(known: u64, asked: u64, clock: u64, duration: u64) -> u64,
    /// See [`lease_promised`].
    pub lease_promised: fn(earlier: u64, asked: u64) -> u64,
    /// See [`lease_promised_at_start`].
    pub lease_promised_at_start: fn(clock: u64, duration: u64, max_skew: u64, is_new: bool) -> u64,
    /// See [`longest_lease`].
    pub longest_lease: fn(known: u64, reported: u64) -> u64,
    /// See [`leases_are_over`].
    pub leases_are_over: fn(clock: u64, end: u64, max_skew: u64) -> bool,
}

impl Rules {
    /// Raft as in the paper.
    pub const RAFT: Rules = Rules {
        is_stale,
        adopts_newer_term,
        answers_stale,
        elapsed_at_start,
        elapsed_in_newer_term,
        elapsed_after_stale,
        elapsed_after_append,
        role_in_newer_term,
        stepping_down,
        may_vote,
        is_up_to_date,
        log_in_vote,
        recorded,
        restored,
        waits_for_disk,
        survives_failed_write,
        commit_at_start,
        runs_after_halt,
        candidate_term,
        own_vote,
        claimed_log,
        recorded_vote,
        vote_of_follower,
        votes_again,
        votes_as,
        begins_with_noop,
        leads_on,
        wins_election,
        grants_pre_vote,
        counts_pre_vote,
        counts_unknown_pre_vote,
        leader_of_pre_candidate,
        believes_in_leader,
        votes_withheld_at_start,
        pre_votes,
        keeps_leadership,
        disk_responds,
        progress_at_election,
        accepts_append,
        truncate_from,
        truncates_at_rejection,
        next_after_rejection,
        acknowledged,
        match_after_ack,
        next_after_ack,
        window_has_room,
        fetched_is_current,
        retries_failed_read,
        heartbeat_is_due,
        entries_in_message,
        own_match,
        reached,
        messages_after_ack,
        may_commit,
        follower_commit,
        may_propose,
        may_send_timeout_now,
        compaction_point,
        is_compacted,
        snapshot_is_committed,
        chunk_is_next,
        keeps_suffix,
        tail_after_install,
        first_at_start,
        previous_term,
        term_after_install,
        sends_snapshot,
        restores_machine,
        match_after_delivery,
        report_is_contact,
        continues_snapshot,
        forget_memberships,
        may_change,
        membership_in_force,
        next_membership,
        ends_joint_consensus,
        after_joint,
        may_campaign,
        knows_membership,
        progress_of_new_member,
        reply_counts,
        steps_down_when_removed,
        has_caught_up,
        ends_requests,
        transfer_skips_pre_vote,
        may_read,
        confirms_read,
        is_own_read_index,
        answer_closes_read,
        lease_holds,
        has_leases,
        wall_lease_holds,
        lease_acknowledged,
        lease_promised,
        lease_promised_at_start,
        longest_lease,
        leases_are_over,
    };
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rules")
    }
}
