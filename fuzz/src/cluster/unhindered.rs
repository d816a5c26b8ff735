//! Requests that nothing hinders: after a recovery that has converged, an operator transfers
//! leadership and changes the membership, and a client reads meanwhile.
//!
//! Promises: as in `recovery.rs`, nothing is lost or late. One request is open at a time, but for
//! the read during a change. Whether they must succeed is for an oracle to decide.

use raft::{Membership, NodeId, NodeSet, ReadId};

use crate::cluster::recovery::longest_timeout;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::Unhindered;
use crate::history::step::Request;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::{Input, Replica};
use crate::schedule::event::Kind;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// The requests, one after the other.
    pub(crate) fn request_unhindered(&mut self) -> Verdict {
        if !self.setup().heartbeats_in_time() {
            return NOTHING;
        }
        if R::CAPABILITIES.transfers {
            self.transfer_unhindered()?;
        }
        if !R::CAPABILITIES.changes {
            return HELD;
        }
        let Some(before) = self.final_membership() else { return NOTHING };
        let fewer = self.fewer_voters(&before);
        let is_enough = fewer.voters.len() >= usize::from(R::CAPABILITIES.smallest_cluster);
        if fewer.voters != before.voters && is_enough {
            self.change_unhindered(fewer)?;
            self.change_unhindered(before)?;
        }
        HELD
    }

    /// The membership of the leader, if it is committed and final and all its members run.
    fn final_membership(&self) -> Option<Membership> {
        let history = &self.recorder.history;
        let (leader, _) = history.newest_leader()?;
        let members = *history.membership_of(history.node(leader));
        let runs = |id: NodeId| history.node(id).up;
        (self.is_settled(leader) && members.members().iter().all(runs)).then_some(members)
    }

    /// The first half of the voters with the leader, and one more; the others become learners.
    fn fewer_voters(&self, members: &Membership) -> Membership {
        let leader = self.recorder.history.newest_leader().map(|(leader, _)| leader);
        let count = members.voters.len() / 2 + 1;
        let others = members.voters.iter().filter(|&id| Some(id) != leader);
        let voters: NodeSet = leader.into_iter().chain(others).take(count).collect();
        let learners = members.members().without(voters);
        Membership { learners, ..Membership::new(voters) }
    }

    fn transfer_unhindered(&mut self) -> Verdict {
        let Some(members) = self.final_membership() else { return NOTHING };
        let Some((leader, _)) = self.recorder.history.newest_leader() else { return NOTHING };
        let Some(to) = members.voters.iter().find(|&id| id != leader) else { return NOTHING };
        let is_over = |cluster: &Self| {
            cluster.recorder.history.newest_leader().is_some_and(|(leader, _)| leader == to)
                && cluster.has_committed_in_term(to)
        };
        let request = Request::Transfer(to);
        self.announce(Kind::Transfer, [leader.0, to.0, 0])?;
        self.input_now(leader, Input::Transfer(to))?;
        self.await_unhindered(leader, request, is_over)
    }

    /// A change, and a read at its leader before any message of it has arrived.
    fn change_unhindered(&mut self, next: Membership) -> Verdict {
        let Some((leader, _)) = self.recorder.history.newest_leader() else { return NOTHING };
        let Membership { voters, learners, .. } = next;
        let [those, these] = [voters, learners].map(|set| set.bits() as u8);
        self.announce(Kind::Change, [leader.0, those, these])?;
        self.input_now(leader, Input::Change { voters, learners })?;
        let read = R::CAPABILITIES.reads.then(|| self.recorder.history.read_at(leader));
        if let Some(read) = read {
            self.announce(Kind::Read, [leader.0, 0, 0])?;
            self.input_now(leader, Input::Read(read))?;
        }
        let is_changed = |cluster: &Self| cluster.final_membership() == Some(next);
        let request = Request::Change { voters, learners };
        self.await_unhindered(leader, request, is_changed)?;
        let Some(ReadId(number)) = read else { return HELD };
        let has_index = |cluster: &Self| {
            let reads = &cluster.recorder.history.clients.reads;
            reads.get(number as usize).is_some_and(|read| read.index.is_some())
        };
        self.await_unhindered(leader, Request::Read(number), has_index)
    }

    /// Lets time pass until a request has succeeded, or has had its time.
    fn await_unhindered(
        &mut self,
        leader: NodeId,
        request: Request,
        is_over: impl Fn(&Self) -> bool,
    ) -> Verdict {
        let (mut ticks, limit) = (0, 3 * longest_timeout(self.setup()) + self.longest_lease_wait());
        self.deliver_everything()?;
        while !is_over(self) && ticks < limit {
            self.pass_time()?;
            ticks += 1;
        }
        let succeeded = is_over(self);
        let request = Unhindered { leader, request, succeeded, ticks };
        self.recorder.unhindered_request_ended(&request)
    }

    fn has_committed_in_term(&self, id: NodeId) -> bool {
        let history = &self.recorder.history;
        let view = history.node(id).view;
        history.committed_log.at(view.commit).is_some_and(|link| link.term == view.term())
    }
}
