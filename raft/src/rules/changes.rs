//! Membership changes (section 6; dissertation, chapter 4).

use crate::ids::{LogIndex, Term};
use crate::io::Refused;
use crate::membership::{Membership, Memberships};
use crate::progress::Progress;
use crate::quorum::NodeSet;
use crate::stamp::Stamp;

/// A leader begins a change only if no other change is in progress and it has committed an entry of
/// its term.
///
/// The second condition is the correction of 2015: two leaders of different terms could otherwise
/// have uncommitted changes of the same membership, whose majorities do not intersect. Without
/// either condition: no Election Safety.
pub fn may_change(
    pending: Option<LogIndex>,
    committed: Option<Term>,
    current: Term,
) -> Result<(), Refused> {
    match pending {
        Some(since) => Err(Refused::ChangeInProgress { since }),
        None if committed != Some(current) => Err(Refused::NotCommittedInTerm),
        None => Ok(()),
    }
}

/// The membership in force, whose quorums decide: the newest in the log, committed or not.
///
/// 4.1: "a server always uses the latest configuration in its log, regardless of whether the entry
/// is committed". A server may not know yet what is committed, and so might use a membership that
/// other servers have left (etcd #11284). Without this: no Election Safety.
pub fn membership_in_force(memberships: &Memberships, _commit: LogIndex) -> &Membership {
    memberships.active()
}

/// The first step of a change. Without joint consensus where it is needed: no Election Safety.
pub fn next_membership(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership {
    current.towards(voters, learners)
}

/// A voter may campaign, and so may a server that is a voter again if an uncommitted change is
/// undone.
///
/// 4.2.2: a removed server "may still be needed until the Cnew entry is committed". A learner that
/// campaigned would only disrupt the cluster.
pub fn may_campaign(is_voter: bool, may_be_voter_again: bool) -> bool {
    is_voter || may_be_voter_again
}

/// A server that joins under a name that is used again knows no membership before one has reached
/// it, in an entry or a snapshot; `since` is the index of the newest one.
///
/// The configured membership may contain its name, but means an earlier server. It would campaign
/// without a log, for ever, against whoever leads.
pub fn knows_membership(joining: bool, since: LogIndex) -> bool {
    !joining || since > LogIndex(0)
}

/// A leader assumes nothing about a server that it adds, even if that was a member before.
///
/// Its disk may be another one. Without this: it gets no entry that its leader takes for stored.
pub fn progress_of_new_member(_earlier: Progress, fresh: Progress) -> Progress {
    fresh
}

/// A member's reply counts if it answers a message that was sent since the member was added.
///
/// An earlier reply, in the same term, may come from a server whose disk is gone (tikv/raft-rs
/// #571). Without this: it gets no entry that its leader takes for stored.
pub fn reply_counts(stamp: Stamp, since: Stamp) -> bool {
    stamp >= since
}

/// A leader steps down once its removal is committed (4.2.2).
pub fn steps_down_when_removed() -> bool {
    true
}

/// The membership that ends joint consensus: that of the newer voters.
///
/// Section 6. A leader that has committed an entry of its term may also go back to the older ones.
pub fn after_joint(joint: &Membership) -> Membership {
    joint.left()
}

/// A leader ends joint consensus as soon as its entry is committed.
///
/// Section 6, 4.3: "Once C-old,new has been committed ... it is now safe for the leader to create
/// a log entry describing C-new". Without this: two majorities are needed permanently.
pub fn ends_joint_consensus() -> bool {
    true
}

/// A new voter has caught up when a round of replication has taken less than an election timeout.
///
/// 4.2.1; `matched` is the lowest match index of the new voters, and `round_end` the last entry
/// when the round began. Otherwise a voter with an empty log counts for quorums before it can store
/// anything: with one more server lost, nothing is committed until it has the whole log.
pub fn has_caught_up(
    matched: LogIndex,
    round_end: LogIndex,
    ticks: u32,
    election_ticks: u32,
) -> bool {
    matched >= round_end && ticks < election_ticks
}

/// A leader that steps down ends what was requested of it: reads, transfers and changes.
///
/// Otherwise their clients wait for ever (redpanda PR 24404). Without this: no answer.
pub fn ends_requests() -> bool {
    true
}

/// The target of a transfer campaigns without Pre-Vote (dissertation, 3.10).
///
/// Otherwise all servers refuse it, since they have a current leader (canonical/raft #203).
/// Without this: no transfer succeeds.
pub fn transfer_skips_pre_vote() -> bool {
    true
}
