//! A rolling upgrade of a healthy cluster: after a recovery that has converged, one node after the
//! other stops, and starts under the newer version.
//!
//! Promises: as in `recovery.rs`, nothing is lost or late. One node is down at a time, the leader
//! last. A node without which every membership that may be in force has a quorum is down for
//! longer than an election timeout; any other starts at once. A client proposes a command while a
//! node is down. Whether the cluster must bear that is for an oracle to decide.

use raft::{NodeId, NodeSet, Term};

use crate::cluster::recovery::{longest_timeout, TIMEOUTS};
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::recovery_outcome::Rolled;
use crate::history::violation::{Verdict, Violation, HELD, NOTHING};
use crate::replica::Replica;
use crate::schedule::event::Kind;
use crate::schedule::version::Version;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// If the cluster is healthy, upgrades all nodes of `core` that run under the older version.
    pub(crate) fn roll(&mut self, core: NodeSet) -> Verdict {
        if !self.setup().heartbeats_in_time() || self.setup().priority {
            return NOTHING;
        }
        let Some((leader, _)) = self.settled_leader() else { return NOTHING };
        let others = core.without(NodeSet::only(leader));
        for id in others.iter().chain([leader]) {
            let node = self.recorder.history.node(id);
            let is_next = node.version == Version::Older && node.up && self.is_intact(id);
            if is_next && self.settled_leader().is_some() {
                let rolled = self.roll_one(core, id)?;
                self.recorder.rolled(&rolled)?;
            }
        }
        HELD
    }

    /// The newest leader, if its membership is final and no node lacks anything.
    fn settled_leader(&self) -> Option<(NodeId, Term)> {
        let newest = self.recorder.history.newest_leader();
        newest.filter(|&(leader, _)| self.is_settled(leader) && self.differing().is_none())
    }

    fn roll_one(&mut self, core: NodeSet, id: NodeId) -> Result<Rolled, Box<Violation>> {
        let history = &self.recorder.history;
        let before = history.newest_leader();
        let was_leader = before.is_some_and(|(leader, _)| leader == id);
        let gone = NodeSet::first(self.setup().nodes).without(core);
        let is_spare = history.can_spare(gone | NodeSet::only(id));
        let longest = longest_timeout(self.setup());
        self.announce(Kind::Upgrade, [id.0, 0, 0])?;
        self.upgrade(id)?;
        let mut committed = None;
        if is_spare {
            let bound = if was_leader { TIMEOUTS } else { 1 } * longest;
            committed = Some(self.commits_within(bound)?);
        }
        let during = self.recorder.history.newest_leader();
        self.announce(Kind::Restart, [id.0, 0, 0])?;
        self.boot(id, false)?;
        let (mut ticks, mut has_converged) = (0, false);
        while ticks <= longest || (ticks < TIMEOUTS * longest && !has_converged) {
            self.pass_time()?;
            ticks += 1;
            has_converged = self.settled_leader().is_some();
        }
        let after = self.recorder.history.newest_leader();
        Ok(Rolled { node: id, before, during, after, committed, has_converged, ticks })
    }

    /// Lets an election timeout pass, and more until a fresh command is committed; whether it is
    /// within `bound` ticks.
    fn commits_within(&mut self, bound: u32) -> Result<bool, Box<Violation>> {
        let history = &self.recorder.history;
        let (fresh, first) = (history.clients.proposals + 1, history.last_committed().next());
        let longest = longest_timeout(self.setup());
        let (mut ticks, mut asked) = (0, None);
        loop {
            let history = &self.recorder.history;
            let is_done = history.last_fresh_since(first, fresh).is_some();
            if ticks > longest && (is_done || ticks > bound) {
                return Ok(is_done);
            }
            // A command may be lost with its leader, so the next leader is asked again.
            let leader = history.newest_leader();
            if let Some((id, _)) = leader.filter(|_| leader != asked) {
                asked = leader;
                self.propose_now(id)?;
            }
            self.pass_time()?;
            ticks += 1;
        }
    }
}
