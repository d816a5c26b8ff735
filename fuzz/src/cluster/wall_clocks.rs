//! Wall clocks: true time passes for all hosts, and each host has a clock that is near it.
//!
//! Promises: with the feature `wall-clock`, true time advances by one when all clocks tick, also
//! for nodes that are paused or down. A node that runs is told at once what its clock shows, and a
//! paused one before it processes anything else; one that has halted after a failed write, never.
//! The clocks stay within the bound ([`wall_clock`](crate::schedule::wall_clock)), unless the
//! driver breaks it.

use raft::NodeId;

use crate::base::canary;
use crate::cluster::host::Stopping;
use crate::cluster::Cluster;
use crate::history::monitor::Monitor;
use crate::history::violation::{Verdict, HELD, NOTHING};
use crate::replica::{Input, Replica};
use crate::schedule::event::Kind;
use crate::schedule::feature::Feature;
use crate::schedule::wall_clock::{FARTHEST, LONGEST_WAIT};

/// If the driver breaks the bound, a clock is at most this far from true time.
const BEYOND: i8 = 40;

impl<R: Replica, M: Monitor> Cluster<R, M> {
    /// Whether there are wall clocks.
    #[inline]
    pub(crate) fn has_wall_clocks(&self) -> bool {
        self.setup.features.has(Feature::WallClock)
    }

    /// How many ticks a new leader may have to wait for older leases before it commits.
    pub(crate) fn longest_lease_wait(&self) -> u32 {
        if self.has_wall_clocks() {
            LONGEST_WAIT
        } else {
            0
        }
    }

    /// True time advances. Each node learns it by `input`.
    #[inline]
    pub(crate) fn pass_wall_time(
        &mut self,
        input: impl Fn(&mut Self, NodeId, Input<R::Message>) -> Verdict,
    ) -> Verdict {
        match self.has_wall_clocks() {
            true => self.pass_and_tell(&input),
            false => NOTHING,
        }
    }

    /// The same in a recovery, where it is an event of its own.
    #[inline]
    pub(crate) fn pass_wall_time_in_recovery(
        &mut self,
        input: impl Fn(&mut Self, NodeId, Input<R::Message>) -> Verdict,
    ) -> Verdict {
        if self.has_wall_clocks() {
            self.announce(Kind::TickAll, [0; 3])?;
        }
        self.pass_wall_time(input)
    }

    #[cold]
    fn pass_and_tell(
        &mut self,
        input: &impl Fn(&mut Self, NodeId, Input<R::Message>) -> Verdict,
    ) -> Verdict {
        self.recorder.history.clocks.pass();
        (0..self.setup.nodes).try_for_each(|id| self.tell_time(NodeId(id), input).map(drop))?;
        HELD
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
        self.tell_time(id, Self::input)
    }

    /// A node that is not paused learns what its clock shows. If it is going to crash in the middle
    /// of its next step, that is a later one.
    pub(crate) fn tell_time(
        &mut self,
        id: NodeId,
        input: impl Fn(&mut Self, NodeId, Input<R::Message>) -> Verdict,
    ) -> Verdict {
        let now = self.recorder.history.clocks.of(id);
        let host = &mut self.hosts[usize::from(id.0)];
        if !host.is_up() || host.paused || matches!(host.stopping, Stopping::Halted { .. }) {
            return NOTHING;
        }
        let stopping = std::mem::take(&mut host.stopping);
        input(self, id, Input::Clock(now))?;
        let host = &mut self.hosts[usize::from(id.0)];
        if host.replica.is_some() && host.stopping == Stopping::No {
            host.stopping = stopping;
        }
        HELD
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::History;
    use crate::mutants::raft;
    use crate::replica::ours::Ours;
    use crate::schedule::event::Event;
    use crate::schedule::Schedule;

    /// How many events of a recovery say that all clocks tick, and how many that one does.
    #[derive(Clone, Debug, Default)]
    struct Ticks([usize; 2]);

    impl Monitor for Ticks {
        fn recovering(&mut self, _: &History, event: Event) -> Verdict {
            self.0[0] += usize::from(event.kind == Kind::TickAll);
            self.0[1] += usize::from(event.kind == Kind::Tick);
            NOTHING
        }
    }

    #[test]
    fn in_a_recovery_true_time_passes_in_an_event_of_its_own() {
        let ticks = |features: &str| {
            let text = format!("set nodes 3\nset recovery full\n{features}");
            let schedule = Schedule::parse(&text).unwrap();
            let mut cluster: Cluster<Ours, Ticks> = Cluster::new(raft());
            cluster.begin(schedule.setup, usize::MAX).unwrap();
            cluster.recover().unwrap();
            cluster.recorder.monitor.0
        };
        let [with, without] = ["set features wall-clock\n", ""].map(ticks);
        assert!(with[0] > 0 && with[0] * 3 == with[1], "{with:?}");
        assert!(without[1] > 0 && without[0] == 0, "{without:?}");
    }
}
