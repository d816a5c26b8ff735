//! Running a schedule: cluster, oracles and goals put together, from the first event to a verdict.
//!
//! Promises: the same schedule on the same subject gives the same [`Outcome`]; a run ends at the
//! first broken promise, at the end of its events, or at its limit; if its set-up asks for it, the
//! cluster is healed then and must recover. A lint ends nothing.

use raft::mark::Marks;

use crate::base::counts::Counts;
use crate::cluster::Cluster;
use crate::goal::{self, Goals};
use crate::history::monitor::Monitor;
use crate::history::violation::Violation;
use crate::oracle::{Checks, Oracles};
use crate::replica::panics;
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::schedule::event::{Event, Kind, ALL};
use crate::schedule::family::{Family, Faults};
use crate::schedule::{Recovery, Schedule, Setup};

/// Who watches every run: the oracles and the goals, and before them who tells it, if anyone does.
pub type Monitors<T = ()> = (T, (Oracles, Goals));

/// A cluster under all oracles.
pub type Judged<R, T = ()> = Cluster<R, Monitors<T>>;

/// A run has at most this many primitive events, whatever its schedule asks for, so that what
/// happened is a schedule again.
pub const MAX_EVENTS: usize = Schedule::MAX_EVENTS;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first broken promise; else the first lint.
    pub violation: Option<Violation>,
    /// What happened: the set-up, and the exact primitive events up to the violation.
    pub resolved: Schedule,
    /// A fingerprint of the whole run.
    pub digest: u64,
    /// How often each oracle had something to check.
    pub checks: Checks,
    /// The turns that the code under test took, if it marks them.
    pub marks: Marks,
    /// How many faults of each family happened.
    pub faults: Counts<{ Family::ALL.len() }>,
    /// How often each goal was reached.
    pub goals: Counts<{ goal::COUNT }>,
}

/// Runs schedules on one subject. The room that one run takes is kept for the next.
pub struct Runner<R: Replica>(Judged<R>);

impl<R: Replica> Runner<R> {
    /// A runner that has run nothing yet.
    pub fn new(sut: SystemUnderTest<R>) -> Runner<R> {
        Runner(Cluster::new(sut, Monitors::default()))
    }

    /// What it runs.
    pub fn system_under_test(&self) -> &SystemUnderTest<R> {
        self.0.system_under_test()
    }

    /// What the code under test did in the last run, as keys that coverage can count.
    pub fn keys(&self) -> &[u64] {
        self.0.paths.keys()
    }

    /// Runs a schedule as bytes mean it: each event is a wish.
    pub fn run(&mut self, schedule: &Schedule) -> Outcome {
        let mut events = schedule.events.iter().copied();
        self.run_events(schedule.setup, |_| events.next(), MAX_EVENTS)
    }

    /// Runs the events that `next` gives for a cluster as it stands, until there are no more or
    /// `limit` primitive events have happened.
    pub fn run_events(
        &mut self,
        setup: Setup,
        mut next: impl FnMut(&Judged<R>) -> Option<Event>,
        limit: usize,
    ) -> Outcome {
        self.judge(setup, limit, |cluster| {
            while !cluster.is_over() {
                let Some(event) = next(cluster) else { break };
                cluster.perform(event)?;
            }
            Ok(())
        })
    }

    /// Runs a schedule exactly: an event that cannot happen just as it stands is left out.
    pub fn run_exactly(&mut self, schedule: &Schedule) -> Outcome {
        self.judge(schedule.setup, MAX_EVENTS, |cluster| play_exactly(cluster, schedule))
    }

    fn judge(
        &mut self,
        setup: Setup,
        limit: usize,
        play: impl FnOnce(&mut Judged<R>) -> Result<(), Box<Violation>>,
    ) -> Outcome {
        let violation = judge(&mut self.0, setup, limit, play);
        Outcome::of(&self.0, violation)
    }
}

impl Outcome {
    /// The fingerprint of the violation.
    pub fn fingerprint(&self) -> Option<String> {
        self.violation.as_ref().map(Violation::fingerprint)
    }

    /// What came of a run that broke this, or nothing.
    pub(crate) fn of<R: Replica>(cluster: &Judged<R>, violation: Option<Violation>) -> Outcome {
        let (oracles, goals) = &cluster.recorder.monitor.1;
        Outcome {
            violation,
            resolved: resolved(cluster),
            digest: cluster.digest(),
            marks: cluster.paths.marks(),
            faults: faults(cluster.trace()),
            checks: oracles.checks(),
            goals: *goals.counts(),
        }
    }
}

/// The schedule of all that has happened in a cluster so far, exactly.
pub(crate) fn resolved<R: Replica>(cluster: &Judged<R>) -> Schedule {
    // What happened needs no family that is off: it is all there.
    let setup = Setup { faults: Faults::ALL, ..*cluster.setup() };
    Schedule { setup, events: cluster.trace().to_vec() }
}

/// How many faults of each family are among exact events.
fn faults(events: &[Event]) -> Counts<{ Family::ALL.len() }> {
    let mut counts = Counts::default();
    for event in events {
        if let Some(family) = event.kind.info().family {
            counts.0[family as usize] += 1;
        }
        let keep = match event.kind {
            Kind::Crash => event.operands[1],
            Kind::CrashAmid => event.operands[2],
            _ => ALL,
        };
        counts.0[Family::Lose as usize] += u64::from(keep != ALL);
    }
    counts
}

/// Plays a schedule exactly on a cluster that has begun.
pub(crate) fn play_exactly<R: Replica, T: Monitor>(
    cluster: &mut Judged<R, T>,
    schedule: &Schedule,
) -> Result<(), Box<Violation>> {
    schedule.events.iter().try_for_each(|&event| cluster.perform_exactly(event).map(drop))
}

/// Begins a run of a cluster and plays it; what it broke.
pub(crate) fn judge<R: Replica, T: Monitor + Default>(
    cluster: &mut Judged<R, T>,
    setup: Setup,
    limit: usize,
    play: impl FnOnce(&mut Judged<R, T>) -> Result<(), Box<Violation>>,
) -> Option<Violation> {
    go_on(cluster, |cluster| {
        cluster.begin(setup, Monitors::default(), limit)?;
        play(cluster)
    })
}

/// Goes on with a run of a cluster, to its end; what it broke.
pub(crate) fn go_on<R: Replica, T: Monitor>(
    cluster: &mut Judged<R, T>,
    play: impl FnOnce(&mut Judged<R, T>) -> Result<(), Box<Violation>>,
) -> Option<Violation> {
    let verdict = panics::catch(|| {
        play(cluster)?;
        match cluster.setup().recovery {
            Recovery::Off => {}
            Recovery::Full | Recovery::Core => drop(cluster.recover()?),
        }
        cluster.recorder.ended().map(drop)
    });
    let (oracles, _) = &cluster.recorder.monitor.1;
    match verdict {
        Ok(Ok(())) => oracles.lint().cloned(),
        Ok(Err(violation)) => Some(*violation),
        Err(panics::Panic { message, place }) => Some(Violation::Panic { message, place }),
    }
}
