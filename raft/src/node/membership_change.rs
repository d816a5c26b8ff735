//! Changes of membership (section 6; dissertation, chapter 4).
//!
//! A server goes by the newest membership in its log, committed or not, so what truncation removes
//! is undone with it. One change at a time; where one step is not safe, joint consensus comes
//! between, and the leader ends it by itself.

use crate::entry::{Command, Payload};
use crate::ids::{LogId, Term};
use crate::io::{Output, Refused};
use crate::mark::Mark;
use crate::membership::Membership;
use crate::node::Node;
use crate::progress::{Peer, Progress};
use crate::quorum::NodeSet;
use crate::state::Role;

impl<C: Command> Node<C> {
    /// An operator wants another membership.
    pub(crate) fn change(&mut self, voters: NodeSet, learners: NodeSet, output: &mut Output<C>) {
        output.answer = Some(self.takes_change(voters).map(|()| {
            let next = (self.rules.next_membership)(self.membership(), voters, learners);
            output.mark(if next.is_joint() { Mark::ChangedJointly } else { Mark::ChangedDirectly });
            self.append_membership(next, output)
        }));
    }

    fn takes_change(&self, voters: NodeSet) -> Result<(), Refused> {
        self.accepts_proposals()?;
        if voters.is_empty() {
            return Err(Refused::NoVoters);
        }
        let since = self.memberships.index();
        let pending = since > self.commit || self.membership().is_joint();
        let committed = self.log.term_at(self.commit);
        (self.rules.may_change)(pending.then_some(since), committed, self.term())
    }

    fn append_membership(&mut self, membership: Membership, output: &mut Output<C>) -> LogId {
        let id = self.append(self.term(), Payload::Change(membership));
        self.broadcast_append(output);
        id
    }

    /// Appends one entry, and goes by what it says of the membership.
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

    /// Goes by what the log says of the membership, after a start.
    pub(crate) fn configure(&mut self) {
        for entry in self.log.entries() {
            if let Payload::Change(membership) = entry.payload {
                self.memberships.push(entry.id.index, membership);
            }
        }
        self.resize_progress();
    }

    /// Makes sure that a leader can keep books about everyone in force. Of who comes, or comes
    /// back, it knows nothing, and begins with the entry that says so.
    pub(crate) fn resize_progress(&mut self) {
        let fresh = Peer::new(Progress::at_election(self.log.last().index.previous()));
        let members = self.membership().members();
        let highest = members.highest().map_or(self.id(), |highest| highest.max(self.id()));
        self.lead.resize_progress(highest, members, fresh);
    }

    /// What the leader owes when a membership is committed: the end of joint consensus (4.3), or
    /// its own departure (4.2.2).
    pub(crate) fn after_commit(&mut self, output: &mut Output<C>) {
        if self.memberships.index() > self.commit || self.role != Role::Leader {
            return;
        }
        if self.membership().is_joint() {
            if !(self.rules.ends_joint_consensus)() {
                return;
            }
            output.mark(Mark::JointLeft);
            self.append_membership(self.membership().left(), output);
        } else if (self.rules.steps_down_when_removed)()
            && !self.membership().voters.contains(self.id())
        {
            output.mark(Mark::LeaderRemoved);
            self.enter_term(self.term(), Role::Follower, output);
        }
    }

    /// Whether this server may stand for election: a voter may, and who was one until a change
    /// that may yet be undone (4.2.2).
    pub(crate) fn may_campaign(&self) -> bool {
        let undone = self.memberships.previous().filter(|_| self.memberships.index() > self.commit);
        let votes = |members: &Membership| members.all_voters().contains(self.id());
        (self.rules.may_campaign)(votes(self.membership()), undone.is_some_and(votes))
    }
}
