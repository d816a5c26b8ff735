//! Wall clocks: true time passes for all hosts, and each host has a clock that is near it.
//!
//! Promises: with the feature `wall-clock`, true time advances by one when all clocks tick, also
//! for nodes that are paused or down. A node is told what its clock shows before it processes
//! anything else, if that has changed. The clocks stay within the bound
//! ([`wall_clock`](crate::schedule::wall_clock)), unless the driver breaks it.

use raft::NodeId;

use crate::base::canary;
use crate::cluster::host::Stopping;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::{Input, Replica};
use crate::schedule::feature::Feature;
use crate::schedule::wall_clock::FARTHEST;

/// If the driver breaks the bound, a clock is at most this far from true time.
const BEYOND: i8 = 40;

/// How a node processes an input: with the writes that it causes, or without.
type Stepping<R, M> = fn(&mut Cluster<R, M>, NodeId, Input<<R as Replica>::Message>) -> Verdict;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Whether there are wall clocks.
    #[inline]
    pub(crate) fn has_wall_clocks(&self) -> bool {
        self.setup.features.has(Feature::WallClock)
    }

    /// True time advances.
    #[inline]
    pub(crate) fn pass_wall_time(&mut self) {
        if self.has_wall_clocks() {
            self.recorder.history.clocks.pass();
        }
    }

    /// By how much the clock of a node can be set if an event says `by`.
    pub(crate) fn settable(&self, id: NodeId, by: i8) -> Option<i8> {
        let farthest = if self.sut.driver.clocks_exceed_bound { BEYOND } else { FARTHEST };
        let ahead = self.recorder.history.clocks.ahead(id);
        let by = ahead.saturating_add(by).clamp(-farthest, farthest) - ahead;
        (by != 0).then_some(by)
    }

    /// The clock of a node is set forward or back.
    pub(crate) fn set_clock(&mut self, id: NodeId, by: i8) -> Verdict {
        self.recorder.history.clocks.set(id, by);
        if self.sut.driver.clocks_exceed_bound {
            canary::note(!self.recorder.history.clocks.are_within_bound());
        }
        match self.hosts[usize::from(id.0)].is_up() {
            true => self.tell_time(id, Self::process),
            false => HELD,
        }
    }

    /// A node learns what its clock shows, if that has changed, by `step`. If it is going to crash
    /// in the middle of its next step, that is a later one.
    #[cold]
    pub(crate) fn tell_time(&mut self, id: NodeId, step: Stepping<R, M>) -> Verdict {
        let now = self.recorder.history.clocks.of(id);
        let host = &mut self.hosts[usize::from(id.0)];
        if host.told == now || matches!(host.stopping, Stopping::Halted { .. }) {
            return NOTHING;
        }
        host.told = now;
        let stopping = std::mem::take(&mut host.stopping);
        step(self, id, Input::Clock(now))?;
        let host = &mut self.hosts[usize::from(id.0)];
        if host.replica.is_some() && host.stopping == Stopping::No {
            host.stopping = stopping;
        }
        HELD
    }
}
