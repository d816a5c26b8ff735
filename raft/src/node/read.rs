//! Linearizable reads without a log entry (dissertation, 6.4).
//!
//! A read may be answered from the state machine once that has applied all entries that were
//! committed when the read was requested. A leader knows these entries if it has committed an entry
//! of its term. It knows that it was still the leader at the request if a quorum replies to a
//! message that it sent later, or if it has a lease. A follower forwards reads to its leader.

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
    /// A client of this server requests a read.
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
        self.forwarded_reads.last_number += 1;
        let number = self.forwarded_reads.last_number;
        self.forwarded_reads.pending.push(ForwardedRead { number, read, ticks: 0 });
        let nonce = Nonce { incarnation: self.config.incarnation, number };
        self.send(leader, Body::ReadIndex { nonce }, output);
    }

    /// A follower forwards a read.
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
            return self.respond(origin, Err(Refused::NotCommittedInTerm), output);
        }
        if self.has_lease() {
            output.mark(Mark::ReadByLease);
            return self.respond(origin, Ok(self.commit), output);
        }
        output.mark(Mark::ReadPending);
        let since = self.leader_state.next_stamp();
        self.leader_state.reads.push_back(PendingRead { origin, index: self.commit, since });
        self.broadcast_heartbeat(output);
        self.confirm_reads(output);
    }

    /// Whether this leader has a lease of either kind.
    fn has_lease(&self) -> bool {
        self.has_wall_lease() || self.has_tick_lease()
    }

    /// The lease (6.4.1): no other leader can have been elected yet, since a quorum has received a
    /// message of this leader so recently that it still disregards candidates.
    fn has_tick_lease(&self) -> bool {
        let Config { lease_reads, check_quorum, election_ticks, clock_drift, .. } = self.config;
        if !(self.rules.has_leases)(lease_reads, check_quorum) {
            return false;
        }
        let acked = self.quorum_acked_at();
        let age = self.leader_state.ticks.saturating_sub(acked.ticks());
        acked != Stamp::default()
            && (self.rules.lease_holds)(
                age,
                election_ticks,
                clock_drift,
                self.leader_state.transfer_sent,
            )
    }

    /// The latest stamp after which a quorum, including this leader, has received a message of it.
    fn quorum_acked_at(&self) -> Stamp {
        let lead = &self.leader_state;
        self.membership_in_force().reached(|id| match id == self.id() {
            true => lead.now,
            false => lead.get_peer(id).map_or(Stamp::default(), |peer| peer.acked),
        })
    }

    /// `from` has replied to a message with `stamp`. Returns whether the reply is valid: this
    /// server is the leader and `from` a member, and has been one since that message.
    pub(crate) fn record_reply(
        &mut self,
        from: NodeId,
        stamp: Stamp,
        output: &mut Output<C>,
    ) -> bool {
        if self.role != Role::Leader || !self.membership().members().contains(from) {
            return false;
        }
        if !(self.rules.reply_counts)(stamp, self.leader_state.peer(from).since) {
            return false;
        }
        self.leader_state.recently_active.insert(from);
        let peer = self.leader_state.peer(from);
        peer.acked = stamp.max(peer.acked);
        self.confirm_reads(output);
        true
    }

    fn confirm_reads(&mut self, output: &mut Output<C>) {
        if self.leader_state.reads.is_empty() {
            return;
        }
        let acked = self.quorum_acked_at();
        while let Some(&PendingRead { origin, index, since }) = self.leader_state.reads.front() {
            if !(self.rules.confirms_read)(acked, since) {
                break;
            }
            output.mark(Mark::ReadConfirmed);
            self.leader_state.reads.pop_front();
            self.respond(origin, Ok(index), output);
        }
    }

    fn respond(
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
        let pending = &mut self.forwarded_reads.pending;
        let own = (self.rules.is_own_read_index)(nonce.incarnation, self.config.incarnation);
        let place = pending.iter().position(|forwarded| own && forwarded.number == nonce.number);
        output.mark(if place.is_some() {
            Mark::ReadIndexReplyTaken
        } else {
            Mark::ReadIndexReplyUnknown
        });
        if let Some(place) = place {
            let id = pending[place].read;
            if (self.rules.answer_closes_read)() {
                pending.remove(place);
            }
            output.reads.push(Read { id, answer: index.ok_or(Refused::NotCommittedInTerm) });
        }
    }

    /// A forwarded read without a reply within an election timeout is refused.
    pub(crate) fn tick_forwarded_reads(&mut self, output: &mut Output<C>) {
        let limit = self.config.election_ticks;
        self.forwarded_reads.pending.retain_mut(|forwarded| {
            forwarded.ticks += 1;
            let answer = Err(Refused::Unanswered);
            if forwarded.ticks >= limit {
                output.mark(Mark::ForwardedReadExpired);
                output.reads.push(Read { id: forwarded.read, answer });
            }
            forwarded.ticks < limit
        });
    }

    /// A read that no quorum confirms within two election timeouts is refused. With CheckQuorum the
    /// leader steps down before.
    pub(crate) fn tick_reads(&mut self, output: &mut Output<C>) {
        let (now, limit) = (self.leader_state.ticks, 2 * u64::from(self.config.election_ticks));
        let is_late = |read: &PendingRead| now.saturating_sub(read.since.ticks()) >= limit;
        while let Some(&PendingRead { origin, .. }) =
            self.leader_state.reads.front().filter(|read| is_late(read))
        {
            output.mark(Mark::ReadExpired);
            self.leader_state.reads.pop_front();
            self.respond(origin, Err(Refused::Unanswered), output);
        }
    }

    /// The term or the role ends: all pending reads end, those of clients with a refusal.
    pub(crate) fn drop_reads(&mut self, output: &mut Output<C>) {
        let answer = Err(Refused::NotLeader { leader: None });
        if !(self.rules.ends_requests)() {
            self.leader_state.reads.clear();
            return self.forwarded_reads.pending.clear();
        }
        if !self.leader_state.reads.is_empty() || !self.forwarded_reads.pending.is_empty() {
            output.mark(Mark::ReadsDropped);
        }
        for read in self.leader_state.reads.drain(..) {
            if let ReadOrigin::Client(id) = read.origin {
                output.reads.push(Read { id, answer });
            }
        }
        let pending = self.forwarded_reads.pending.drain(..);
        output.reads.extend(pending.map(|forwarded| Read { id: forwarded.read, answer }));
    }
}
