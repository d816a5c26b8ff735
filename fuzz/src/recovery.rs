//! Recovery: after the last event everything is healed, and the cluster must make progress.
//!
//! Promises: from here on nothing is lost or late: all links work, all nodes run, a write is
//! durable before its node does anything else, and between two ticks everything arrives. Clocks
//! tick in turn. Under so kind a schedule a correct Raft elects a leader and commits a fresh
//! command on every node; whether it did is for an oracle to say. The rounds are bounded by
//! election timeouts.

use raft::{NodeId, Term};

use crate::cluster::Cluster;
use crate::network::Link;
use crate::replica::{Input, Replica};
use crate::violation::Verdict;
use crate::watch::Observer;

/// How many of the longest election timeouts a recovery may take.
const TIMEOUTS: usize = 40;
/// How many times between two ticks whatever is in flight is delivered: answers to answers end
/// sooner.
const PASSES: usize = 64;

impl<R: Replica, O: Observer> Cluster<R, O> {
    /// Heals everything and lets time pass until the cluster has recovered, or should have.
    pub(crate) fn recover(&mut self) -> Verdict {
        self.heal_all()?;
        let setup = *self.setup();
        let longest = usize::from(setup.election_ticks.max(setup.heartbeat_ticks)) * 2;
        let fresh = self.watch.history.proposals + 1;
        let mut asked = None;
        for round in 0..TIMEOUTS * longest {
            if self.watch.history.has_recovered(fresh) {
                break;
            }
            let leader = self.watch.history.newest_leader();
            // A command may die with its leader, so it is proposed again, but not all the time.
            if leader.is_some() && (leader != asked || round % longest == 0) {
                asked = leader;
                self.propose_to_newest(leader)?;
            }
            for id in (0..setup.nodes).map(NodeId) {
                self.live_through(id, Input::Tick)?;
                self.deliver_everything()?;
            }
        }
        self.watch.recovered(fresh)
    }

    fn heal_all(&mut self) -> Verdict {
        self.watch.heals()?;
        self.network.heal();
        for id in (0..self.setup().nodes).map(NodeId) {
            if !self.watch.history.node(id).up {
                self.boot(id)?;
            }
            while self.complete_write(id)? > 0 {}
        }
        self.deliver_everything()
    }

    fn propose_to_newest(&mut self, leader: Option<(NodeId, Term)>) -> Verdict {
        let Some((leader, _)) = leader else { return Ok(0) };
        let command = self.next_command();
        self.live_through(leader, Input::Propose(command))?;
        self.deliver_everything()
    }

    fn deliver_everything(&mut self) -> Verdict {
        let mut delivered = 0;
        for _ in 0..PASSES {
            let before = delivered;
            while let Some(link) = self.network.wish(0, 0) {
                delivered += self.deliver_all(link)?;
            }
            if delivered == before {
                break;
            }
        }
        Ok(delivered)
    }

    /// What is on a link now arrives in order.
    fn deliver_all(&mut self, link: Link) -> Verdict {
        let count = self.network.deliverable(link);
        for _ in 0..count {
            let Some(message) = self.network.take(link, 0) else { break };
            self.live_through(link.to, Input::Receive(message))?;
        }
        Ok(count)
    }

    /// One input, and all writes that it caused.
    fn live_through(&mut self, id: NodeId, input: Input<R::Message>) -> Verdict {
        self.input(id, input)?;
        while self.complete_write(id)? > 0 {}
        Ok(1)
    }
}
