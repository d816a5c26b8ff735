//! Changes of membership.
//!
//! Membership (section 6; dissertation, chapter 4)

use crate::ids::{LogIndex, Term};
use crate::io::Refused;
use crate::membership::{Membership, Memberships};
use crate::quorum::NodeSet;

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
        Some(since) => Err(Refused::ChangeInProgress { since }),
        None if committed != Some(current) => Err(Refused::NotCommittedInTerm),
        None => Ok(()),
    }
}

/// Whose quorums decide: the newest membership in the log, committed or not.
///
/// 4.1: "a server always uses the latest configuration in its log, regardless of whether the entry
/// is committed". A server cannot know what is committed, and so might go by a membership that
/// others have left (etcd #11284). Without this: Election Safety.
pub fn membership_in_force(memberships: &Memberships, _commit: LogIndex) -> &Membership {
    memberships.active()
}

/// The first step of a change. Without joint consensus where it is needed: Election Safety.
pub fn next_membership(current: &Membership, voters: NodeSet, learners: NodeSet) -> Membership {
    current.towards(voters, learners)
}

/// Voters stand for election, and who may be one again if an uncommitted change is undone.
///
/// 4.2.2: a removed server "may still be needed until the Cnew entry is committed". A learner that
/// stood would only disturb.
pub fn may_campaign(votes: bool, may_vote_again: bool) -> bool {
    votes || may_vote_again
}

/// A leader that a committed change has removed steps down (4.2.2).
pub fn steps_down_when_removed() -> bool {
    true
}

/// A leader ends joint consensus as soon as it is committed.
///
/// Section 6, 4.3: "Once C-old,new has been committed ... it is now safe for the leader to create
/// a log entry describing C-new". Without this: majorities of two clusters are needed for ever.
pub fn ends_joint_consensus() -> bool {
    true
}
