//! Linearizable reads without a log entry (dissertation, 6.4).
//!
//! A read may be answered from the state machine once that has applied all that was committed when
//! the read was asked. A leader knows what that is if it has committed an entry of its term, and
//! that it still led after the question if a quorum answers something that it sent later, or if it
//! has a lease. A follower asks its leader.

use crate::config::Config;
use crate::entry::Command;
use crate::ids::{LogIndex, NodeId};
use crate::io::{Output, Read, ReadId, Refused};
use crate::mark::Mark;
use crate::message::Body;
use crate::node::follower_state::ForwardedRead;
use crate::node::leader_state::{PendingRead, ReadOrigin};
use crate::node::Node;
use crate::stamp::{Nonce, Stamp};
use crate::state::Role;

impl<C: Command> Node<C> {
    /// A client of this server wants to read.
    pub(crate) fn read(&mut self, id: ReadId, output: &mut Output<C>) {
        match (self.role, self.leader) {
            (Role::Leader, _) => self.read_index(ReadOrigin::Client(id), output),
            (_, Some(leader)) => self.forward_read(id, leader, output),
            (_, None) => {
                let answer = Err(Refused::NotLeader { leader: None });
                output.reads.push(Read { id, answer });
            }
        }
    }

    fn forward_read(&mut self, read: ReadId, leader: NodeId, output: &mut Output<C>) {
        output.mark(Mark::ReadForwarded);
        self.forwarded_reads.asked += 1;
        let number = self.forwarded_reads.asked;
        self.forwarded_reads.open.push(ForwardedRead { number, read, ticks: 0 });
        let nonce = Nonce { life: self.config.life, number };
        self.send(leader, Body::ReadIndex { nonce }, output);
    }

    /// A follower passes a read on.
    pub(crate) fn on_read_index(&mut self, from: NodeId, nonce: Nonce, output: &mut Output<C>) {
        match self.role {
            Role::Leader => self.read_index(ReadOrigin::Follower(from, nonce), output),
            _ => self.send(from, Body::ReadIndexReply { nonce, index: None }, output),
        }
    }

    fn read_index(&mut self, origin: ReadOrigin, output: &mut Output<C>) {
        let committed = self.log.term_at(self.commit);
        if !(self.rules.may_read)(committed, self.term()) {
            output.mark(Mark::NotCommittedInTerm);
            return self.answer(origin, Err(Refused::NotCommittedInTerm), output);
        }
        if self.has_lease() {
            output.mark(Mark::ReadByLease);
            return self.answer(origin, Ok(self.commit), output);
        }
        output.mark(Mark::ReadPending);
        let since = self.lead.advance();
        self.lead.reads.push_back(PendingRead { origin, index: self.commit, since });
        self.broadcast_heartbeat(output);
        self.confirm_reads(output);
    }

    /// The lease (6.4.1): no other leader can have been elected yet, since a quorum has heard of
    /// this one so lately that it is deaf to candidates still.
    fn has_lease(&self) -> bool {
        let Config { lease_reads, check_quorum, election_ticks, clock_drift, .. } = self.config;
        if !(self.rules.has_leases)(lease_reads, check_quorum) {
            return false;
        }
        let heard = self.quorum_answered_at();
        let age = self.lead.ticks.saturating_sub(heard.ticks());
        heard != Stamp::default()
            && (self.rules.lease_holds)(age, election_ticks, clock_drift, self.lead.transfer_sent)
    }

    /// The latest moment after which a quorum, itself included, has heard of this leader.
    fn quorum_answered_at(&self) -> Stamp {
        let lead = &self.lead;
        self.electorate().reached(|id| match id == self.id() {
            true => lead.now,
            false => lead.known(id).map_or(Stamp::default(), |peer| peer.answered),
        })
    }

    /// `from` has answered something that was sent at `stamp`; whether that concerns this server,
    /// which it does if it leads and `from` follows.
    pub(crate) fn record_answer(
        &mut self,
        from: NodeId,
        stamp: Stamp,
        output: &mut Output<C>,
    ) -> bool {
        if self.role != Role::Leader || !self.membership().members().contains(from) {
            return false;
        }
        self.lead.heard.insert(from);
        let peer = self.lead.peer(from);
        peer.answered = stamp.max(peer.answered);
        self.confirm_reads(output);
        true
    }

    fn confirm_reads(&mut self, output: &mut Output<C>) {
        if self.lead.reads.is_empty() {
            return;
        }
        let heard = self.quorum_answered_at();
        while let Some(&PendingRead { origin, index, since }) = self.lead.reads.front() {
            if !(self.rules.confirms_read)(heard, since) {
                break;
            }
            output.mark(Mark::ReadConfirmed);
            self.lead.reads.pop_front();
            self.answer(origin, Ok(index), output);
        }
    }

    fn answer(
        &self,
        origin: ReadOrigin,
        answer: Result<LogIndex, Refused>,
        output: &mut Output<C>,
    ) {
        match origin {
            ReadOrigin::Client(id) => output.reads.push(Read { id, answer }),
            ReadOrigin::Follower(to, nonce) => {
                self.send(to, Body::ReadIndexReply { nonce, index: answer.ok() }, output);
            }
        }
    }

    pub(crate) fn on_read_index_reply(
        &mut self,
        nonce: Nonce,
        index: Option<LogIndex>,
        output: &mut Output<C>,
    ) {
        let open = &mut self.forwarded_reads.open;
        let own = (self.rules.is_own_read_index)(nonce.life, self.config.life);
        let place = open.iter().position(|question| own && question.number == nonce.number);
        output.mark(if place.is_some() {
            Mark::ReadIndexReplyTaken
        } else {
            Mark::ReadIndexReplyUnknown
        });
        if let Some(place) = place {
            let id = open[place].read;
            if (self.rules.answer_closes_read)() {
                open.remove(place);
            }
            output.reads.push(Read { id, answer: index.ok_or(Refused::NotCommittedInTerm) });
        }
    }

    /// ForwardedReads grow old: what is not answered within an election timeout never will be.
    pub(crate) fn tick_forwarded_reads(&mut self, output: &mut Output<C>) {
        let limit = self.config.election_ticks;
        self.forwarded_reads.open.retain_mut(|question| {
            question.ticks += 1;
            let answer = Err(Refused::Unanswered);
            if question.ticks >= limit {
                output.mark(Mark::ForwardedReadExpired);
                output.reads.push(Read { id: question.read, answer });
            }
            question.ticks < limit
        });
    }

    /// The term is over, and with it what was asked in it.
    pub(crate) fn drop_reads(&mut self, output: &mut Output<C>) {
        let answer = Err(Refused::NotLeader { leader: None });
        if !self.lead.reads.is_empty() || !self.forwarded_reads.open.is_empty() {
            output.mark(Mark::ReadsDropped);
        }
        for read in self.lead.reads.drain(..) {
            if let ReadOrigin::Client(id) = read.origin {
                output.reads.push(Read { id, answer });
            }
        }
        let open = self.forwarded_reads.open.drain(..);
        output.reads.extend(open.map(|question| Read { id: question.read, answer }));
    }
}
