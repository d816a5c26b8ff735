//! Oracles: the properties of Raft, each checked in a file of its own.
//!
//! Promises: each oracle is an invariant of every legal run, whatever the faults, and states why
//! it is sound; its tests contain a legal and an illegal history. The list below is the only one:
//! a further oracle is a file and a line. The cost of a check is proportional to what changed.
//! Oracles see the history, never a Raft.

use raft::{Ended, Fetch, LogIndex, Membership, NodeId, NodeSet, Progress, Read, Refused, Unread};

use crate::base::cloning::clone_by_field;
use crate::base::counts::Counts;
use crate::forward_monitor_calls;
use crate::history::degraded_period::DegradedPeriod;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::{QuietPeriod, RecoveryOutcome, Rolled, Unhindered};
use crate::history::state_machine::StateMachine;
use crate::history::step::Request;
use crate::history::violation::{Verdict, Violation, HELD};
use crate::history::History;
use crate::replica::{Command, Entry, MessageView, View, Write};
use crate::schedule::event::Event;

/// The description of an oracle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OracleInfo {
    /// Its name, which is also the fingerprint of its violations.
    pub name: &'static str,
    /// Its row in the catalogue of invariants with which the project began; some rows became
    /// several oracles: E elections, G log, C commit and apply, R membership, S snapshots, K
    /// clients, M replication progress, D durability, L liveness, B bounds.
    pub id: &'static str,
    /// The property, as one sentence.
    pub property: &'static str,
    /// The source of the property.
    pub source: &'static str,
}

/// A monitor that checks one property.
pub trait Oracle: Monitor {
    /// Its description.
    const INFO: OracleInfo;
}

/// Calls one method of every oracle in order, counts the checks, and stops at the first violation.
macro_rules! each {
    ($all:ident, $method:ident $args:tt: $($field:tt)*) => {{
        let mut checked = 0;
        $(
            let held = match $all.$field.$method $args {
                Ok(held) => held,
                Err(violation) => note_lint(&mut $all.lint, violation)?,
            };
            if held > 0 {
                $all.checks.$field += 1;
                checked = 1;
            }
        )*
        Ok(checked)
    }};
}

/// A lint is kept, if it is the first, and ends no run.
#[cold]
fn note_lint(lint: &mut Option<Box<Violation>>, violation: Box<Violation>) -> Verdict {
    if !violation.is_lint() {
        return Err(violation);
    }
    lint.get_or_insert(violation);
    HELD
}

macro_rules! oracles {
    ($($module:ident: $name:ident,)*) => {
        $(pub mod $module;)*

        /// The number of oracles.
        pub const COUNT: usize = [$(stringify!($module)),*].len();

        /// The description of each oracle, in the order in which they are called.
        pub const ORACLES: [OracleInfo; COUNT] = [$(<$module::$name as Oracle>::INFO),*];

        /// All oracles of one run.
        #[derive(Debug, Default)]
        pub struct Oracles {
            $($module: $module::$name,)*
            checks: CheckCounts,
            lint: Option<Box<Violation>>,
        }

        clone_by_field!(Oracles; $($module,)* checks, lint);

        /// How often each oracle had something to check, by name: counting needs no search.
        #[derive(Clone, Debug, Default)]
        struct CheckCounts {
            $($module: u64,)*
        }

        impl Oracles {
            /// How often each oracle had something to check.
            pub fn checks(&self) -> Checks {
                Counts([$(self.checks.$module),*])
            }

            /// The first lint.
            pub fn lint(&self) -> Option<&Violation> {
                self.lint.as_deref()
            }
        }

        impl Monitor for Oracles {
            fn begin(&mut self) {
                $(self.$module.begin();)*
                (self.checks, self.lint) = (CheckCounts::default(), None);
            }

            forward_monitor_calls!(each: $($module)*);
        }
    };
}

oracles! {
    // Elections.
    one_leader_per_term: OneLeaderPerTerm,
    vote_is_durable: VoteIsDurable,
    candidacy_is_durable: CandidacyIsDurable,
    one_vote_per_term: OneVotePerTerm,
    term_is_monotone: TermIsMonotone,
    legal_role_moves: LegalRoleMoves,
    leader_has_quorum: LeaderHasQuorum,
    vote_is_up_to_date: VoteIsUpToDate,
    claim_is_true: ClaimIsTrue,
    new_term_is_new: NewTermIsNew,
    // The log.
    leader_append_only: LeaderAppendOnly,
    committed_is_kept: CommittedIsKept,
    truncation_needs_conflict: TruncationNeedsConflict,
    terms_sorted: TermsSorted,
    leader_owns_term: LeaderOwnsTerm,
    entry_created_once: EntryCreatedOnce,
    no_creation: NoCreation,
    log_matching: LogMatching,
    log_is_written: LogIsWritten,
    // Commit and apply.
    commit_is_monotone: CommitIsMonotone,
    commits_own_term: CommitsOwnTerm,
    commit_is_verified: CommitIsVerified,
    committed_agree: CommittedAgree,
    leader_completeness: LeaderCompleteness,
    committed_is_durable: CommittedIsDurable,
    electable_has_committed: ElectableHasCommitted,
    applied_in_order: AppliedInOrder,
    state_machine_safety: StateMachineSafety,
    machine_starts_consistent: MachineStartsConsistent,
    // Membership.
    one_change_at_a_time: OneChangeAtATime,
    change_in_own_term: ChangeInOwnTerm,
    quorums_overlap: QuorumsOverlap,
    membership_is_newest: MembershipIsNewest,
    only_voters_campaign: OnlyVotersCampaign,
    removed_leader_steps_down: RemovedLeaderStepsDown,
    // Snapshots.
    snapshot_is_committed: SnapshotIsCommitted,
    tail_is_committed: TailIsCommitted,
    // Reads.
    read_is_linearizable: ReadIsLinearizable,
    read_is_answered_once: ReadIsAnsweredOnce,
    old_lease_is_waited_out: OldLeaseIsWaitedOut,
    // Clients.
    commands_take_effect_once: CommandsTakeEffectOnce,
    answers_are_true: AnswersAreTrue,
    history_is_linearizable: HistoryIsLinearizable,
    // Replication progress.
    match_is_monotone: MatchIsMonotone,
    next_is_above_match: NextIsAboveMatch,
    match_is_true: MatchIsTrue,
    readmitted_member_starts_anew: ReadmittedMemberStartsAnew,
    message_matches_sender: MessageMatchesSender,
    entries_sent_are_from_the_log: EntriesSentAreFromTheLog,
    window_is_kept: WindowIsKept,
    // Durability.
    ack_is_durable: AckIsDurable,
    failed_write_halts: FailedWriteHalts,
    damaged_node_stays_down: DamagedNodeStaysDown,
    restart_from_disk: RestartFromDisk,
    commit_is_rederived: CommitIsRederived,
    // Liveness.
    recovers_after_healing: RecoversAfterHealing,
    fresh_read_is_answered: FreshReadIsAnswered,
    core_converges: CoreConverges,
    change_finishes: ChangeFinishes,
    leader_is_stable: LeaderIsStable,
    pre_vote_spares_the_term: PreVoteSparesTheTerm,
    silent_leader_steps_down: SilentLeaderStepsDown,
    silent_follower_campaigns: SilentFollowerCampaigns,
    hearing_follower_waits: HearingFollowerWaits,
    pre_vote_is_justified: PreVoteIsJustified,
    lease_is_honoured: LeaseIsHonoured,
    // Availability while a minority is degraded.
    majority_makes_progress: MajorityMakesProgress,
    lagging_follower_catches_up: LaggingFollowerCatchesUp,
    heard_leader_stays: HeardLeaderStays,
    leader_needs_its_disk: LeaderNeedsItsDisk,
    new_voter_has_caught_up: NewVoterHasCaughtUp,
    upgrade_spares_the_cluster: UpgradeSparesTheCluster,
    // Requests.
    request_is_answered: RequestIsAnswered,
    unhindered_request_succeeds: UnhinderedRequestSucceeds,
    // Boundedness.
    sends_are_bounded: SendsAreBounded,
    batch_is_bounded: BatchIsBounded,
    effort_is_bounded: EffortIsBounded,
}

/// How often each oracle had something to check, in the order of [`ORACLES`].
pub type Checks = Counts<COUNT>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_oracle_is_named_after_its_file_and_states_its_property() {
        let source = include_str!("mod.rs");
        for info in ORACLES {
            let line = format!("    {}: ", info.name.replace('-', "_"));
            assert!(source.contains(&line), "{}", info.name);
            assert!(info.property.ends_with('.') && !info.source.is_empty() && !info.id.is_empty());
        }
    }
}
