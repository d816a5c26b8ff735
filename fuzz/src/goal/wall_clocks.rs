//! The goals of leases by wall clocks.

use raft::{NodeId, Term};

use crate::goal::list::Goal;
use crate::goal::Goals;
use crate::history::History;
use crate::replica::MessageView;
use crate::schedule::feature::Feature;

impl Goals {
    pub(super) fn clock_set(&mut self, history: &History, node: NodeId, by: i8) {
        let leads = history.node(node).view.is_leader();
        self.reach_if(Goal::LeaderClockSetBack, leads && by < 0);
    }

    /// A vote has arrived.
    pub(super) fn lease_reported(&mut self, message: &MessageView) {
        if message.lease > 0 {
            self.fault_state.leases_reported[message.to] = message.term;
        }
    }

    pub(super) fn committed_by_clock(&mut self, history: &History, node: NodeId) {
        let reported = self.fault_state.leases_reported[node];
        let view = history.node(node).view;
        let waited = reported > Term(0) && reported == view.term();
        self.reach_if(Goal::OldLeaseAwaited, waited && view.is_leader());
    }

    /// A leader has answered a read. If that was in the event of the request, no reply confirmed
    /// it, unless the leader is alone.
    pub(super) fn read_by_clock(&mut self, history: &History, node: NodeId, is_old: bool) {
        if !history.setup.features.has(Feature::WallClock) || !self.fault_state.reading {
            return;
        }
        let members = history.membership_of(history.node(node)).all_voters();
        let by_lease = members.len() > 1;
        self.reach_if(Goal::WallLeaseRead, by_lease);
        self.reach_if(Goal::WallLeaseReadByOldLeader, by_lease && is_old);
    }
}
