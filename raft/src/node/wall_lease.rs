//! Leases by wall clocks: what a follower promises, what a leader may rely on, and how long a new
//! leader waits.
//!
//! Voters do not withhold their votes: a new leader is elected, replicates and is followed as ever,
//! and only commits nothing before the leases of older leaders are over. As it has committed
//! nothing of its term until then, it answers no read either. Learners are not counted, since no
//! quorum counts them.

use crate::config::{Config, WallLease};
use crate::entry::Command;
use crate::ids::{NodeId, Term};
use crate::io::Output;
use crate::mark::Mark;
use crate::node::Node;
use crate::rules::Rules;
use crate::state::{HardState, Role};

impl<C: Command> Node<C> {
    /// The latest end that a server may have acknowledged before this start. A server without a
    /// term has never acknowledged anything: it had a durable term then.
    pub(crate) fn promised_at_start(rules: &Rules, config: &Config, state: &HardState) -> u64 {
        let Some(WallLease { duration, max_skew }) = config.wall_lease else { return 0 };
        let is_new = state.term == Term(0) && !config.joining;
        (rules.lease_promised_at_start)(config.clock, duration, max_skew, is_new)
    }

    /// The wall clock shows `now`.
    pub(crate) fn read_clock(&mut self, now: u64, output: &mut Output<C>) {
        self.clock = now;
        if self.role == Role::Leader {
            self.ask_for_lease();
            self.advance_commit(output);
        }
    }

    /// From now on, a leader's messages ask for a lease from this time on; it counts itself.
    pub(crate) fn ask_for_lease(&mut self) {
        if let Some(WallLease { duration, .. }) = self.config.wall_lease {
            self.leader_state.lease = self.clock.saturating_add(duration);
            self.promise_lease(self.leader_state.lease);
        }
    }

    /// This server acknowledges a lease with this end, if it is one.
    pub(crate) fn promise_lease(&mut self, end: u64) {
        if end > 0 {
            self.promised_lease = (self.rules.lease_promised)(self.promised_lease, end);
        }
    }

    /// A follower has acknowledged a lease with this end, if it is one.
    pub(crate) fn lease_acknowledged(&mut self, from: NodeId, end: u64) {
        if let (1.., Some(WallLease { duration, .. })) = (end, self.config.wall_lease) {
            let (acknowledged, clock) = (self.rules.lease_acknowledged, self.clock);
            let known = &mut self.leader_state.peer(from).lease;
            *known = acknowledged(*known, end, clock, duration);
        }
    }

    /// Whether a quorum, including this leader, has acknowledged a lease that is not over.
    pub(crate) fn has_wall_lease(&self) -> bool {
        if self.config.wall_lease.is_none() {
            return false;
        }
        let lead = &self.leader_state;
        let end = self.membership_in_force().reached(|id| match id == self.id() {
            true => lead.lease,
            false => lead.get_peer(id).map_or(0, |peer| peer.lease),
        });
        (self.rules.wall_lease_holds)(self.clock, end)
    }

    /// Whether no leader of an older term can have a lease any more. Once that is so, it remains
    /// so, even if the clock is set back.
    pub(crate) fn older_leases_are_over(&mut self, output: &mut Output<C>) -> bool {
        let Some(WallLease { max_skew, .. }) = self.config.wall_lease else { return true };
        let over = (self.rules.leases_are_over)(self.clock, self.older_leases, max_skew);
        output.mark(if over { Mark::LeaseAwaitedOut } else { Mark::LeaseAwaited });
        if over {
            self.older_leases = 0;
        }
        over
    }
}
