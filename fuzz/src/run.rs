//! Running a schedule on a cluster under all oracles and goals, from the first event to a verdict.
//!
//! Promises: the same schedule on the same system under test gives the same [`Outcome`]; a run ends
//! at the first violation, at the end of its events, or at its limit; if its setup includes a
//! recovery, the cluster is healed then and must recover. A lint does not end a run.

use raft::mark::Marks;

use crate::base::counts::Counts;
use crate::cluster::Cluster;
use crate::goal::{self, Goals};
use crate::history::monitor::{Both, Monitor};
use crate::history::violation::Violation;
use crate::oracle::{Checks, Oracles};
use crate::replica::node_storage::StorageCounts;
use crate::replica::panics;
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::schedule::event::{Event, Kind, ALL};
use crate::schedule::family::{Family, Faults};
use crate::schedule::{Recovery, Schedule, Setup};

/// The monitors of every run: the oracles and the goals, and before them a narrator, if any.
pub type Monitors<T = ()> = Both<T, Both<Oracles, Goals>>;

/// A cluster under all oracles.
pub type Judged<R, T = ()> = Cluster<R, Monitors<T>>;

/// A run has at most this many primitive events, whatever its schedule contains, so that its trace
/// is a schedule again.
pub const MAX_EVENTS: usize = Schedule::MAX_EVENTS;

/// The result of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first violation that is not a lint; else the first lint.
    pub violation: Option<Violation>,
    /// What happened: the setup, and the exact primitive events up to the violation.
    pub resolved: Schedule,
    /// A fingerprint of the whole run.
    pub digest: u64,
    /// How often each oracle had something to check.
    pub checks: Checks,
    /// The coverage marks that the code under test hit, if it has any.
    pub marks: Marks,
    /// How many faults of each family happened.
    pub faults: Counts<{ Family::ALL.len() }>,
    /// How often each goal was reached.
    pub goals: Counts<{ goal::COUNT }>,
    /// How often each goal of a real store was reached, if there is one.
    pub storage: StorageCounts,
}

/// Runs schedules on one system under test. The memory of one run is kept for the next.
pub struct Runner<R: Replica>(Judged<R>);

impl<R: Replica> Runner<R> {
    /// A runner that has run nothing yet.
    pub fn new(sut: SystemUnderTest<R>) -> Runner<R> {
        Runner(Cluster::new(sut))
    }

    /// The system under test.
    pub fn system_under_test(&self) -> &SystemUnderTest<R> {
        self.0.system_under_test()
    }

    /// The paths that the code under test took in the last run, as keys that coverage can count.
    pub fn keys(&self) -> &[u64] {
        self.0.paths.keys()
    }

    /// Runs a schedule as decoded from bytes: the operands of each event are selectors.
    pub fn run(&mut self, schedule: &Schedule) -> Outcome {
        let mut events = schedule.events.iter().copied();
        self.run_events(schedule.setup, |_| events.next(), MAX_EVENTS)
    }

    /// Runs the events that `next` returns for the current state of the cluster, until there are no
    /// more or `limit` primitive events have happened.
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

    /// Runs a schedule exactly: an event that is not enabled with exactly its operands is skipped.
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

    /// The result of a run with this violation, or with none.
    pub(crate) fn of<R: Replica>(cluster: &Judged<R>, violation: Option<Violation>) -> Outcome {
        let Both(oracles, goals) = &cluster.recorder.monitor.1;
        Outcome {
            violation,
            resolved: resolved(cluster),
            digest: cluster.digest(),
            marks: cluster.paths.marks(),
            faults: faults(cluster.trace()),
            checks: oracles.checks(),
            goals: *goals.counts(),
            storage: cluster.storage_goals(),
        }
    }
}

/// The exact schedule of all events that have happened in a cluster so far.
pub(crate) fn resolved<R: Replica>(cluster: &Judged<R>) -> Schedule {
    // Families that were off stay unused: the trace contains no event of them.
    let setup = Setup { faults: Faults::ALL, ..*cluster.setup() };
    Schedule { setup, events: cluster.trace().to_vec() }
}

/// How many of these exact events are faults of each family.
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

/// Begins a run of a cluster and plays it; its violation.
pub(crate) fn judge<R: Replica, T: Monitor>(
    cluster: &mut Judged<R, T>,
    setup: Setup,
    limit: usize,
    play: impl FnOnce(&mut Judged<R, T>) -> Result<(), Box<Violation>>,
) -> Option<Violation> {
    continue_run(cluster, |cluster| {
        cluster.begin(setup, limit)?;
        play(cluster)
    })
}

/// Continues a run of a cluster to its end; its violation.
pub(crate) fn continue_run<R: Replica, T: Monitor>(
    cluster: &mut Judged<R, T>,
    play: impl FnOnce(&mut Judged<R, T>) -> Result<(), Box<Violation>>,
) -> Option<Violation> {
    let verdict = panics::catch(|| {
        play(cluster)?;
        cluster.degrade()?;
        match cluster.setup().recovery {
            Recovery::Off => {}
            Recovery::Full | Recovery::Core => drop(cluster.recover()?),
        }
        cluster.recorder.ended().map(drop)
    });
    let oracles = &cluster.recorder.monitor.1 .0;
    match verdict {
        Ok(Ok(())) => oracles.lint().cloned(),
        Ok(Err(violation)) => Some(*violation),
        Err(panics::Panic { message, place }) => Some(Violation::Panic { message, place }),
    }
}
