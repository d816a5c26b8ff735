//! Changes of membership (section 6; dissertation, chapter 4).
//!
//! A server goes by the newest membership in its log, committed or not, so what truncation removes
//! is undone with it. One change at a time; where one step is not safe, joint consensus comes
//! between, and the leader ends it by itself.

use crate::io::{Output, Refused};
use crate::node::Node;
use crate::progress::{Peer, Progress};
use crate::quorum::NodeSet;
use crate::types::{Command, LogIndex, Payload, Role};

impl<C: Command> Node<C> {
    /// An operator wants another membership.
    pub(crate) fn change(&mut self, voters: NodeSet, learners: NodeSet, output: &mut Output<C>) {
        output.answer = Some(match self.refusal_of_change(voters) {
            Some(refused) => Err(refused),
            None => {
                let next = (self.rules.next_membership)(self.membership(), voters, learners);
                let id = self.log.push(self.term(), Payload::Change(next));
                self.configure_from(id.index.previous());
                self.send_news_to_all(output);
                Ok(id)
            }
        });
    }

    fn refusal_of_change(&self, voters: NodeSet) -> Option<Refused> {
        if let Err(refused) = self.takes_entries() {
            return Some(refused);
        }
        if voters.is_empty() {
            return Some(Refused::NoVoters);
        }
        let since = self.memberships.index();
        let pending = since > self.commit || self.membership().is_joint();
        let committed = self.log.term_at(self.commit);
        (self.rules.may_change)(pending.then_some(since), committed, self.term()).err()
    }

    /// Takes up what the entries after `index` say of the membership.
    pub(crate) fn configure_from(&mut self, index: LogIndex) {
        for entry in self.log.from(index.next(), usize::MAX) {
            if let Payload::Change(membership) = entry.payload {
                self.memberships.push(entry.id.index, membership);
            }
        }
        self.make_room();
    }

    /// Makes sure that a leader can keep books about everyone in force. Of who comes, or comes
    /// back, it knows nothing, and begins with the entry that says so.
    pub(crate) fn make_room(&mut self) {
        let fresh = Peer::new(Progress::at_election(self.log.last().index.previous()));
        let members = self.membership().members();
        let highest = members.highest().map_or(self.id(), |highest| highest.max(self.id()));
        self.lead.make_room(highest, members, fresh);
    }

    /// What the leader owes when a membership is committed: the end of joint consensus (4.3), or
    /// its own departure (4.2.2).
    pub(crate) fn after_commit(&mut self, output: &mut Output<C>) {
        if self.memberships.index() > self.commit || self.role != Role::Leader {
            return;
        }
        if self.membership().is_joint() {
            let left = self.membership().left();
            let id = self.log.push(self.term(), Payload::Change(left));
            self.configure_from(id.index.previous());
            self.send_news_to_all(output);
        } else if (self.rules.leaves_when_removed)()
            && !self.membership().voters.contains(self.id())
        {
            self.enter_term(self.term(), Role::Follower, output);
        }
    }

    /// Whether this server may stand for election: a voter may, and who was one until a change
    /// that may yet be undone (4.2.2).
    pub(crate) fn may_stand(&self) -> bool {
        let undone = self.memberships.previous().filter(|_| self.memberships.index() > self.commit);
        let votes = |members: &crate::Membership| members.all_voters().contains(self.id());
        (self.rules.may_stand)(votes(self.membership()), undone.is_some_and(votes))
    }
}
