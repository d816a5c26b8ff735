//! Running a schedule: cluster, oracles and goals put together, from the first event to a verdict.
//!
//! Promises: the same schedule on the same subject gives the same [`Outcome`]; a run ends at the
//! first broken promise, at the end of its events, or at its limit.

use crate::cluster::{Cluster, Subject};
use crate::event::Event;
use crate::goal::{self, Goals};
use crate::oracle::{Checks, Counts, Oracles};
use crate::panics;
use crate::replica::Replica;
use crate::schedule::{Schedule, Setup};
use crate::teller::Teller;
use crate::violation::Violation;

/// Who watches every run: the oracles and the goals, and before them a teller if there is one. One
/// type for all purposes, so that the compiler makes one cluster of it, and makes it well.
pub type Observers = (Option<Teller>, (Oracles, Goals));

/// A cluster under all oracles.
pub type Judged<R> = Cluster<R, Observers>;

/// A run has at most this many primitive events, whatever its schedule asks for, so that what
/// happened is a schedule again.
pub const MAX_EVENTS: usize = Schedule::MAX_EVENTS;

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first broken promise.
    pub violation: Option<Violation>,
    /// What happened: the set-up, and the exact primitive events up to the violation.
    pub resolved: Schedule,
    /// A fingerprint of the whole run.
    pub digest: u64,
    /// How often each oracle had something to check.
    pub checks: Checks,
    /// How often each goal was reached.
    pub goals: Counts<{ goal::COUNT }>,
}

impl Outcome {
    /// The fingerprint of the violation.
    pub fn fingerprint(&self) -> Option<String> {
        self.violation.as_ref().map(Violation::fingerprint)
    }
}

/// Runs a schedule as bytes mean it: each event is a wish.
pub fn run<R: Replica>(subject: &Subject<R>, schedule: &Schedule) -> Outcome {
    run_events(subject, schedule.setup, schedule.events.iter().copied(), MAX_EVENTS)
}

/// Runs events as they come, until there are no more or `limit` primitive events have happened.
pub fn run_events<R: Replica>(
    subject: &Subject<R>,
    setup: Setup,
    mut events: impl Iterator<Item = Event>,
    limit: usize,
) -> Outcome {
    drive(subject, setup, limit, |cluster| {
        while !cluster.is_over() {
            let Some(event) = events.next() else { break };
            cluster.perform(event)?;
        }
        Ok(())
    })
}

/// Runs a schedule exactly: an event that cannot happen just as it stands is left out.
pub fn run_exactly<R: Replica>(subject: &Subject<R>, schedule: &Schedule) -> Outcome {
    drive(subject, schedule.setup, MAX_EVENTS, |cluster| play_exactly(cluster, schedule))
}

/// Plays a schedule exactly on a cluster that has started.
pub(crate) fn play_exactly<R: Replica>(
    cluster: &mut Judged<R>,
    schedule: &Schedule,
) -> Result<(), Box<Violation>> {
    schedule.events.iter().try_for_each(|&event| cluster.perform_exactly(event).map(drop))
}

fn drive<R: Replica>(
    subject: &Subject<R>,
    setup: Setup,
    limit: usize,
    play: impl FnOnce(&mut Judged<R>) -> Result<(), Box<Violation>>,
) -> Outcome {
    let (violation, cluster) = judge(subject, setup, limit, None, play);
    let events = cluster.as_ref().map_or(Vec::new(), |cluster| cluster.trace().to_vec());
    let observers = cluster.as_ref().map(|cluster| &cluster.watch.observer.1);
    Outcome {
        violation,
        resolved: Schedule { setup, events },
        digest: cluster.as_ref().map_or(0, Cluster::digest),
        checks: observers.map_or_else(Checks::default, |(oracles, _)| oracles.checks()),
        goals: observers.map_or_else(Counts::default, |(_, goals)| *goals.counts()),
    }
}

/// Starts a cluster and plays on it; what it broke, and the cluster, if it came to start.
pub(crate) fn judge<R: Replica>(
    subject: &Subject<R>,
    setup: Setup,
    limit: usize,
    teller: Option<Teller>,
    play: impl FnOnce(&mut Judged<R>) -> Result<(), Box<Violation>>,
) -> (Option<Violation>, Option<Judged<R>>) {
    let observers = (teller, (Oracles::default(), Goals::default()));
    let mut cluster = None;
    let verdict = panics::catch(|| {
        let cluster = cluster.insert(Cluster::start(setup, subject.clone(), observers, limit)?);
        play(cluster)
    });
    let violation = match verdict {
        Ok(Ok(())) => None,
        Ok(Err(violation)) => Some(*violation),
        Err(panics::Panic { message, place }) => Some(Violation::Panic { message, place }),
    };
    (violation, cluster)
}
