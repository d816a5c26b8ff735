//! Membership changes (section 6; dissertation, chapter 4).
//!
//! A server uses the newest membership in its log, committed or not, so a truncation undoes the
//! changes that it removes. There is one change at a time; where one step is not safe, joint
//! consensus is the first of two, and the leader ends it by itself.

use crate::entry::{Command, Payload};
use crate::ids::{LogId, Term};
use crate::io::{Ended, Output, Refused};
use crate::mark::Mark;
use crate::membership::Membership;
use crate::node::Node;
use crate::progress::{Peer, Progress};
use crate::quorum::NodeSet;
use crate::stamp::Stamp;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// An operator changes the membership.
    pub(crate) fn change(&mut self, voters: NodeSet, learners: NodeSet, output: &mut Output<C>) {
        output.answer = Some(self.accepts_change(voters).map(|()| {
            let first = match self.must_catch_up(voters).is_empty() {
                true => self.begin_change(voters, learners, output),
                false => self.begin_catch_up(voters, learners, output),
            };
            self.leader_state.change = Some(first.index);
            first
        }));
    }

    /// Appends the entry of the first step of a change.
    fn begin_change(
        &mut self,
        voters: NodeSet,
        learners: NodeSet,
        output: &mut Output<C>,
    ) -> LogId {
        let next = (self.rules.next_membership)(self.membership(), voters, learners);
        output.mark(if next.is_joint() { Mark::ChangedJointly } else { Mark::ChangedDirectly });
        self.append_membership(next, output)
    }

    fn accepts_change(&self, voters: NodeSet) -> Result<(), Refused> {
        self.accepts_proposals()?;
        if voters.is_empty() {
            return Err(Refused::NoVoters);
        }
        let since = self.memberships.index();
        let pending = since > self.commit
            || self.membership().is_joint()
            || self.leader_state.catch_up.is_some();
        let committed = self.log.term_at(self.commit);
        (self.rules.may_change)(pending.then_some(since), committed, self.term())
    }

    pub(crate) fn append_membership(
        &mut self,
        membership: Membership,
        output: &mut Output<C>,
    ) -> LogId {
        let id = self.append(self.term(), Payload::Change(membership));
        self.broadcast_append(output);
        id
    }

    /// Appends one entry; a membership in it is in force at once.
    pub(crate) fn append(&mut self, term: Term, payload: Payload<C>) -> LogId {
        let change = match payload {
            Payload::Change(membership) => Some(membership),
            Payload::Noop | Payload::Command(_) => None,
        };
        let id = self.log.push(term, payload);
        if let Some(membership) = change {
            self.memberships.push(id.index, membership);
            self.resize_progress();
        }
        id
    }

    /// Restores the memberships from the log, at a start.
    pub(crate) fn restore_memberships(&mut self) {
        for entry in self.log.from(self.log.snapshot().index.next(), usize::MAX) {
            if let Payload::Change(membership) = entry.payload {
                self.memberships.push(entry.id.index, membership);
            }
        }
        self.resize_progress();
    }

    /// Adapts the leader's progress to the membership in force. Of a new member, or one that is a
    /// member again, nothing is known, and none of its replies to earlier messages counts: it may
    /// have come back with an empty disk.
    pub(crate) fn resize_progress(&mut self) {
        let since = match self.role {
            Role::Leader => self.leader_state.next_stamp(),
            Role::Follower | Role::PreCandidate | Role::Candidate => Stamp::default(),
        };
        let progress = Progress::at_election(self.log.last().index.previous());
        let fresh = Peer { since, ..Peer::new(progress) };
        let members = self.membership().members();
        let before = self.memberships.previous().map_or(members, Membership::members);
        let highest = members.highest().map_or(self.id(), |highest| highest.max(self.id()));
        let (kept, reset) = (members.intersection(before), self.rules.progress_of_new_member);
        self.leader_state.resize_progress(highest, kept, fresh, reset);
    }

    /// When a membership is committed, the leader ends joint consensus (4.3), or steps down if it
    /// is removed (4.2.2).
    pub(crate) fn after_commit(&mut self, output: &mut Output<C>) {
        if self.memberships.index() > self.commit || self.role != Role::Leader {
            return;
        }
        if self.leader_state.catch_up.is_some() {
            return; // The change itself has not begun.
        }
        if self.membership().is_joint() {
            if !(self.rules.ends_joint_consensus)() {
                return;
            }
            output.mark(Mark::JointLeft);
            self.append_membership((self.rules.after_joint)(self.membership()), output);
            return;
        }
        if let Some(since) = self.leader_state.change.take() {
            output.ended.push(Ended::Change { since, done: true });
        }
        if (self.rules.steps_down_when_removed)() && !self.membership().voters.contains(self.id()) {
            output.mark(Mark::LeaderRemoved);
            self.enter_term(self.term(), Role::Follower, output);
        }
    }

    /// Whether this server may campaign: a voter may, and so may a server that was a voter before a
    /// change that may still be undone (4.2.2); one that joins may not before it knows of either.
    pub(crate) fn may_campaign(&self) -> bool {
        if !(self.rules.knows_membership)(self.config.joining, self.memberships.index()) {
            return false;
        }
        let undone = self.memberships.previous().filter(|_| self.memberships.index() > self.commit);
        let is_voter = |members: &Membership| members.all_voters().contains(self.id());
        (self.rules.may_campaign)(is_voter(self.membership()), undone.is_some_and(is_voter))
    }
}
