//! Macros: events that expand to many, so that a short schedule reaches deep states.
//!
//! Promises: a macro does nothing that primitive events could not do; the cluster's trace holds
//! those events instead. A macro that finds nothing to act on does nothing.

use raft::{NodeId, NodeSet};

use crate::base::hash::mix;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::Replica;
use crate::schedule::event::{Event, Kind, ALL};

/// One `settle` delivers at most this many messages.
const SETTLE_LIMIT: u64 = 48;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Expands a macro into exact primitive events and applies them.
    pub(crate) fn perform_macro(&mut self, event: Event) -> Verdict {
        let [a, b, _] = event.operands;
        if !self.setup().features.allow(event.kind.info().feature) {
            return NOTHING;
        }
        match event.kind {
            Kind::Elect => match self.next_leading(a, false) {
                Some(node) => self.elect(node, b),
                None => NOTHING,
            },
            Kind::Replicate => match self.next_leading(a, true) {
                Some(leader) => self.replicate(leader, b),
                None => NOTHING,
            },
            Kind::Exchange => match self.next_leading(a, true) {
                Some(leader) => self.exchange(leader, b),
                None => NOTHING,
            },
            Kind::DeliverLink => match self.resolve(Event::new(Kind::Deliver, &[a, b])) {
                Some(first) => self.deliver_link(first.operands[0], first.operands[1]),
                None => NOTHING,
            },
            Kind::Settle => self.settle(a, b),
            Kind::Replace => self.replace(a, b),
            Kind::Outrun => self.outrun(a),
            Kind::Rejoin => self.rejoin(a),
            Kind::Roll => self.roll_through(a),
            _ => unreachable!("only macros are expanded"),
        }
    }

    /// A node campaigns, and the peers in `peers` reply; with bit 7, its first entries follow.
    ///
    /// With leases, no server campaigns, and with CheckQuorum none grants its vote, before an
    /// election timeout without a leader: as much of it as is left at one that runs passes first.
    fn elect(&mut self, node: u8, peers: u8) -> Verdict {
        if self.setup().lease {
            let asked = if self.setup().check_quorum { peers } else { 0 };
            let voters = (0..self.setup().nodes).filter(|&id| (asked | 1 << node) >> id & 1 == 1);
            let answering = voters.filter(|&id| self.hosts[usize::from(id)].is_up());
            let longest = answering.map(|id| self.silence_left(NodeId(id))).max();
            for _ in 0..longest.unwrap_or_default() {
                self.perform_known(Kind::TickAll, [0; 3])?;
            }
        }
        self.perform_exactly(Event::exact(Kind::Timeout, [node, 0, 0]))?;
        self.persist_all(node)?;
        if self.setup().pre_vote {
            self.round_trips(node, peers)?;
        }
        self.round_trips(node, peers)?;
        match peers >> 7 {
            0 => HELD,
            _ => self.round_trips(node, peers),
        }
    }

    /// How many ticks of all clocks a node still withholds its vote.
    fn silence_left(&self, id: NodeId) -> u32 {
        let quiet = self.recorder.history.node(id).hearing.quiet_ticks();
        let left = u32::from(self.setup().election_ticks).saturating_sub(quiet);
        left.div_ceil(self.setup().rate_of(id).into())
    }

    /// A leader takes a command, and the peers in `peers` store it and reply.
    fn replicate(&mut self, leader: u8, peers: u8) -> Verdict {
        self.perform_known(Kind::Propose, [leader, 0, 0])?;
        self.persist_all(leader)?;
        self.round_trips(leader, peers)
    }

    /// A leader's next heartbeat goes to the peers in `peers`, and they reply.
    fn exchange(&mut self, leader: u8, peers: u8) -> Verdict {
        for _ in 0..self.setup().heartbeat_ticks {
            self.perform(Event::exact(Kind::Tick, [leader, 0, 0]))?;
        }
        self.round_trips(leader, peers)
    }

    /// All messages in flight between a node and each of some peers arrive, and so do the replies.
    pub(super) fn round_trips(&mut self, node: u8, peers: u8) -> Verdict {
        for peer in (0..self.setup().nodes).filter(|&peer| peer != node && peers >> peer & 1 == 1) {
            self.deliver_link(node, peer)?;
            self.persist_all(peer)?;
            self.deliver_link(peer, node)?;
            self.persist_all(node)?;
            self.perform_exactly(Event::exact(Kind::Fetch, [node, 0, 0]))?;
        }
        HELD
    }

    /// The messages on a link arrive in order, as fast as the receiver can take them.
    pub(super) fn deliver_link(&mut self, from: u8, to: u8) -> Verdict {
        for _ in 0..self.in_flight(from, to) {
            if self.in_flight(from, to) == 0 {
                break; // The receiver has stopped.
            }
            if R::CAPABILITIES.async_writes {
                self.perform_known(Kind::Deliver, [from, to, 0])?;
            } else {
                self.persist_all(to)?;
                self.perform_exactly(Event::exact(Kind::Deliver, [from, to, 0]))?;
            }
        }
        HELD
    }

    pub(super) fn persist_all(&mut self, node: u8) -> Verdict {
        for _ in 0..self.pending_writes(node) {
            if self.pending_writes(node) == 0 {
                break;
            }
            match self.hosts[usize::from(node)].disk.full {
                false => self.perform_known(Kind::Persist, [node, 0, 0])?,
                true => self.perform_exactly(Event::exact(Kind::FailPersist, [node, 0, 0]))?,
            };
        }
        HELD
    }

    /// Messages between the nodes of `set` arrive, in an order drawn from `order`, and all writes
    /// become durable, until nothing is in flight.
    fn settle(&mut self, set: u8, order: u8) -> Verdict {
        let nodes = self.setup().nodes;
        let links = usize::from(nodes) * usize::from(nodes);
        let mut draw = u64::from(order);
        for round in 0..SETTLE_LIMIT {
            draw = mix(draw, round);
            let start = (draw >> 32) as usize % links;
            let inside = |node: u8| set >> node & 1 == 1;
            let link = (start..start + links)
                .map(|number| ((number % links) as u8 / nodes, (number % links) as u8 % nodes))
                .find(|&(from, to)| inside(from) && inside(to) && self.in_flight(from, to) > 0);
            let Some((from, to)) = link else { break };
            self.perform_known(Kind::Deliver, [from, to, 0])?;
            self.persist_all(to)?;
        }
        HELD
    }

    /// One node of `set` after the other is upgraded, or rolled back, and starts; the leader, or
    /// else that node as a candidate, then exchanges messages with the others.
    fn roll_through(&mut self, set: u8) -> Verdict {
        for node in (0..self.setup().nodes).filter(|&node| set >> node & 1 == 1) {
            self.perform_exactly(Event::exact(Kind::Upgrade, [node, 0, 0]))?;
            self.perform_exactly(Event::exact(Kind::Restart, [node, 0, 0]))?;
            match self.next_leading(node, true) {
                Some(leader) => self.exchange(leader, ALL)?,
                None => self.elect(node, ALL)?,
            };
        }
        HELD
    }

    /// An operator requests a change from a leader: a node that is down leaves, a non-member joins.
    fn replace(&mut self, old: u8, new: u8) -> Verdict {
        let nodes = self.setup().nodes;
        let Some(leader) = self.next_leading(0, true) else { return NOTHING };
        let history = &self.recorder.history;
        let members = *history.membership_of(history.node(NodeId(leader)));
        let after = |start: u8| (start..start + nodes).map(|id| NodeId(id % nodes));
        let is_down = |id: NodeId| self.hosts[usize::from(id.0)].replica.is_none();
        let leaves = after(old % nodes).find(|&id| members.voters.contains(id) && is_down(id));
        let joins = after(new % nodes).find(|&id| !members.members().contains(id) && !is_down(id));
        let (Some(leaves), Some(joins)) = (leaves, joins) else { return NOTHING };
        let mut voters = members.voters.without(NodeSet::only(leaves));
        voters.insert(joins);
        self.ask(leader, voters, members.learners)
    }

    /// An operator asks a leader for a membership.
    pub(super) fn ask(&mut self, leader: u8, voters: NodeSet, learners: NodeSet) -> Verdict {
        let [voters, learners] = [voters, learners].map(|set| set.bits() as u8);
        self.perform_exactly(Event::exact(Kind::Change, [leader, voters, learners]))
    }

    /// A follower stores a leader's next command, learns that it is committed, applies it and saves
    /// its state machine, all before the write of the command is durable; then it crashes.
    fn outrun(&mut self, follower: u8) -> Verdict {
        let (Some(leader), Some(follower)) =
            (self.next_leading(0, true), self.next_leading(follower, false))
        else {
            return NOTHING;
        };
        self.exchange(leader, ALL)?;
        self.perform_exactly(Event::exact(Kind::Propose, [leader, 0, 0]))?;
        self.persist_all(leader)?;
        self.deliver_link(leader, follower)?;
        self.round_trips(leader, !(1 << follower))?;
        self.exchange(leader, 0)?;
        self.deliver_link(leader, follower)?;
        self.perform_exactly(Event::exact(Kind::SyncMachine, [follower, 0, 0]))?;
        self.perform_exactly(Event::exact(Kind::Crash, [follower, 0, 0]))?;
        self.perform_exactly(Event::exact(Kind::Restart, [follower, 0, 0]))
    }
}
