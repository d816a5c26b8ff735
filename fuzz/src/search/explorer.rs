//! Exploration: a search that continues from clusters in which a new path was taken.
//!
//! Promises: the same seed gives the same executions; each ends in an [`Outcome`] like any other
//! run, whose resolved schedule replays from the start. Whenever an event takes a path for the
//! first time (see [`crate::history::paths`]), the schedule up to it is recorded as a discovery,
//! and a checkpoint of the cluster after it is archived until others replace it. Half of the
//! executions return to an archived checkpoint and continue from it, with new faults, weights and
//! focus; a recovery follows as often per event as for the others, which begin at the start. A
//! first part of the search has no feedback: bugs that any search finds need no guidance. A path
//! that another search was the first to take is not new here. The command `explore` and the fuzz
//! targets use the same search. Knows nothing of Raft or threads.

use crate::history::violation::Violation;
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::run::{continue_run, resolved, Judged, Outcome, MAX_EVENTS};
use crate::schedule::event::Event;
use crate::schedule::Schedule;
use crate::search::checkpoint::Checkpoint;
use crate::search::generator::{Generator, Strategy, DRAWS_PER_EVENT};
use crate::search::path_counts::{Discovery, PathCounts, Sample};

/// The parameters of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Primitive events of an execution from the start.
    pub events: u32,
    /// Events before anything is archived.
    pub warm_up: u64,
    /// How many checkpoints the archive holds.
    pub archive: usize,
    /// No checkpoint is archived after more events than this.
    pub depth: u32,
    /// One execution in this many begins at the start.
    pub fresh: u32,
    /// The least and the most events that an execution adds to an archived checkpoint.
    pub suffix: (u32, u32),
    /// How many archived checkpoints are drawn, of which the one with the rarest path is chosen.
    pub draws: u32,
}

impl Tuning {
    /// Tuned on the training half of the bench: `docs/decisions.md` has the figures.
    pub const DEFAULT: Tuning = Tuning {
        events: Schedule::FULL_LENGTH as u32,
        warm_up: 50_000,
        archive: 64,
        depth: 800,
        fresh: 2,
        suffix: (100, 400),
        draws: 8,
    };

    /// The most events of an execution: it may be the longest of an archived checkpoint, or one
    /// from the start.
    pub const fn longest(&self) -> u32 {
        let continued = self.depth + self.suffix.1;
        if continued > self.events {
            continued
        } else {
            self.events
        }
    }
}

/// Events to be drawn: enough that `events` should happen.
fn draws(events: u32) -> impl Iterator<Item = Option<Event>> {
    (0..DRAWS_PER_EVENT * events as usize).map(|_| None)
}

/// A schedule that was the first of a search to take some path, and the counter of that path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// The schedule up to the path.
    pub schedule: Schedule,
    /// The counter.
    pub slot: usize,
}

/// An archived checkpoint, with the counter of the path that was new, and how often it was chosen.
struct Archived<C> {
    checkpoint: C,
    slot: usize,
    chosen: u32,
}

/// A search, with checkpoints of the type `C`.
pub struct Explorer<R: Replica, C = Judged<R>> {
    /// The cluster in which executions run.
    cluster: Judged<R>,
    map: Map<C>,
    events: u64,
}

/// The coverage and the archive of a search, and its generator.
struct Map<C> {
    tuning: Tuning,
    generator: Generator,
    /// How often each path was taken after the warm-up.
    counts: PathCounts,
    archive: Vec<Archived<C>>,
    /// The schedule up to each new path, also if its checkpoint has left the archive.
    discoveries: Vec<Discovered>,
}

impl<R: Replica, C: Checkpoint<R>> Explorer<R, C> {
    /// A search before its first execution.
    pub fn new(
        sut: SystemUnderTest<R>,
        strategy: Strategy,
        seed: u64,
        tuning: Tuning,
    ) -> Explorer<R, C> {
        let (generator, counts) = (Generator::new(strategy, seed), PathCounts::default());
        Explorer {
            cluster: Judged::new(sut),
            map: Map { tuning, generator, counts, archive: Vec::new(), discoveries: Vec::new() },
            events: 0,
        }
    }

    /// How much of what can be discovered has been.
    pub fn discovery(&self) -> Discovery {
        self.map.counts.discovery()
    }

    /// The schedules that lead to the archived checkpoints.
    pub fn kept(&self) -> impl ExactSizeIterator<Item = Schedule> + '_ {
        self.map.archive.iter().map(|kept| kept.checkpoint.schedule())
    }

    /// The schedules that were the first to take some path, since this was last asked.
    pub fn take_discoveries(&mut self) -> Vec<Discovered> {
        std::mem::take(&mut self.map.discoveries)
    }

    /// How often paths were taken, since this was last asked.
    pub fn take_sample(&mut self) -> Sample {
        self.map.counts.take_sample()
    }

    /// From now on, what another search discovered is not new.
    pub fn learn(&mut self, discoveries: &[Discovered]) {
        discoveries.iter().for_each(|discovered| self.map.counts.know(discovered.slot));
    }

    /// The paths of the last execution, as keys that coverage can count.
    pub fn keys(&self) -> &[u64] {
        self.cluster.paths.keys()
    }

    /// The system under test.
    pub fn system_under_test(&self) -> &SystemUnderTest<R> {
        self.cluster.system_under_test()
    }

    /// Draws everything from now on as a search with this seed does.
    pub fn reseed(&mut self, seed: u64) {
        self.map.generator.reseed(seed);
    }

    /// How many events have happened in all, without those that a clone began with.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Executes once more; a cluster at its start has `nodes` nodes if that is given.
    pub fn execute(&mut self, nodes: Option<u8>) -> Outcome {
        let Explorer { cluster, map, .. } = self;
        let is_warm_up = self.events < map.tuning.warm_up;
        let place = if is_warm_up { None } else { map.choose() };
        let returns = place.filter(|_| !C::EXECUTES);
        let before = returns.map_or(0, |place| map.archive[place].checkpoint.depth());
        let violation = match place {
            Some(place) => map.continue_from(cluster, place),
            None => map.begin(cluster, nodes, is_warm_up),
        };
        self.events += cluster.trace().len().saturating_sub(before) as u64;
        Outcome::of(cluster, violation)
    }

    /// Executes a known schedule, and archives checkpoints where it takes new paths.
    pub fn follow(&mut self, schedule: &Schedule) -> Outcome {
        let Explorer { cluster, map, .. } = self;
        let violation = continue_run(cluster, |cluster| {
            cluster.begin(schedule.setup, MAX_EVENTS)?;
            let events = schedule.events.iter().copied().map(Some);
            map.play(cluster, events, Some(PathCounts::count_new))
        });
        self.events += cluster.trace().len() as u64;
        Outcome::of(cluster, violation)
    }
}

impl<C> Map<C> {
    /// The archived checkpoint to continue from: of some drawn ones, the one with the rarest path.
    fn choose(&mut self) -> Option<usize> {
        if self.archive.is_empty() || self.generator.chance(self.tuning.fresh) {
            return None;
        }
        self.draw().min_by_key(|&place| self.weight(place))
    }

    /// Some archived checkpoints.
    fn draw(&mut self) -> impl Iterator<Item = usize> {
        let kept = self.archive.len() as u32;
        let drawn = (0..self.tuning.draws).map(|_| self.generator.below(kept) as usize);
        drawn.collect::<Vec<usize>>().into_iter()
    }

    /// The count of an archived checkpoint's path, times one more than how often it was chosen.
    fn weight(&self, place: usize) -> u64 {
        let Archived { slot, chosen, .. } = &self.archive[place];
        u64::from(self.counts.of(*slot)) * (1 + u64::from(*chosen))
    }

    fn begin<R: Replica>(
        &mut self,
        cluster: &mut Judged<R>,
        nodes: Option<u8>,
        is_warm_up: bool,
    ) -> Option<Violation>
    where
        C: Checkpoint<R>,
    {
        let setup = self.generator.setup(nodes);
        let limit = self.tuning.events;
        let count = (!is_warm_up).then_some(PathCounts::count);
        if count.is_some() {
            self.counts.begin();
        }
        continue_run(cluster, |cluster| {
            cluster.begin(setup, limit as usize)?;
            self.play(cluster, draws(limit), count)
        })
    }

    fn continue_from<R: Replica>(
        &mut self,
        cluster: &mut Judged<R>,
        place: usize,
    ) -> Option<Violation>
    where
        C: Checkpoint<R>,
    {
        self.archive[place].chosen += 1;
        self.counts.begin();
        continue_run(cluster, |cluster| {
            self.archive[place].checkpoint.restore(cluster)?;
            let (least, most) = self.tuning.suffix;
            let more = least + self.generator.below(most - least + 1);
            self.generator.begin_anew(*cluster.setup());
            cluster.extend(cluster.trace().len() + more as usize);
            self.play(cluster, draws(more), Some(PathCounts::count))?;
            if self.generator.below(self.tuning.events) >= more {
                cluster.end_abruptly();
            }
            Ok(())
        })
    }

    /// Plays events, each as given or else as drawn. If `count` is there, it counts their paths and
    /// returns the counter of a new one; then a checkpoint is archived.
    fn play<R: Replica>(
        &mut self,
        cluster: &mut Judged<R>,
        events: impl Iterator<Item = Option<Event>>,
        count: Option<impl Fn(&mut PathCounts, &[u64]) -> Option<usize>>,
    ) -> Result<(), Box<Violation>>
    where
        C: Checkpoint<R>,
    {
        let mut seen = cluster.paths.keys().len();
        for event in events {
            if cluster.is_over() {
                break;
            }
            let draw = || self.generator.event(cluster.enabled());
            cluster.perform(event.unwrap_or_else(draw))?;
            if let Some(count) = &count {
                let new = count(&mut self.counts, &cluster.paths.keys()[seen..]);
                seen = cluster.paths.keys().len();
                if let Some(slot) = new {
                    self.discoveries.push(Discovered { schedule: resolved(cluster), slot });
                    self.keep(cluster, slot);
                }
            }
        }
        Ok(())
    }

    fn keep<R: Replica>(&mut self, cluster: &Judged<R>, slot: usize)
    where
        C: Checkpoint<R>,
    {
        if cluster.trace().len() > self.tuning.depth as usize {
            return;
        }
        if self.archive.len() < self.tuning.archive {
            let checkpoint = C::of(cluster);
            return self.archive.push(Archived { checkpoint, slot, chosen: 0 });
        }
        if let Some(worst) = self.draw().max_by_key(|&place| self.weight(place)) {
            let kept = &mut self.archive[worst];
            kept.checkpoint.replace(cluster);
            (kept.slot, kept.chosen) = (slot, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::paths::slot_of;
    use crate::mutants::{self, raft};
    use crate::replica::ours::Ours;
    use crate::run::Runner;
    use crate::schedule::Recovery;
    use crate::search::path_counts::COUNTERS;

    const SMALL: Tuning = Tuning { warm_up: 2_000, archive: 16, ..Tuning::DEFAULT };

    #[test]
    fn the_same_seed_gives_the_same_executions() {
        let digests = |seed| {
            let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, seed, SMALL);
            (0..60).map(|_| explorer.execute(None).digest).collect::<Vec<_>>()
        };
        assert_eq!(digests(3), digests(3));
        assert_ne!(digests(3), digests(4));
    }

    #[test]
    fn an_execution_that_continues_from_an_archived_cluster_replays_from_the_start() {
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        let mut runner = Runner::new(raft());
        for _ in 0..200 {
            let outcome = explorer.execute(None);
            assert_eq!(outcome.violation, None);
            assert_eq!(runner.run_exactly(&outcome.resolved).digest, outcome.digest);
        }
        assert!(explorer.discovery().known > 100 && explorer.kept().count() == SMALL.archive);
    }

    #[test]
    fn continued_executions_recover_less_often_than_those_from_the_start_and_some_do() {
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        let mut setups = [[0, 0], [0, 0]];
        for _ in 0..3_000 {
            let outcome = explorer.execute(None);
            let continues = outcome.resolved.events.len() != SMALL.events as usize;
            let recovers = outcome.resolved.setup.recovery != Recovery::Off;
            setups[usize::from(continues)][usize::from(recovers)] += 1;
        }
        let [[no, yes], [seldom_no, seldom_yes]] = setups;
        assert!(seldom_yes > 0 && yes > 0, "{setups:?}");
        assert!(seldom_yes * (no + yes) < yes * (seldom_no + seldom_yes), "{setups:?}");
    }

    #[test]
    fn a_violation_is_reproduced_by_its_schedule() {
        let mutant = mutants::named("votes-twice").expect("it exists");
        let mut explorer: Explorer<Ours> =
            Explorer::new(mutant.system_under_test(), Strategy::Swarm, 1, SMALL);
        let mut finds = (0..300).map(|_| explorer.execute(None));
        let find = finds.find(|outcome| outcome.violation.is_some()).expect("it is found");
        let again = Runner::new(mutant.system_under_test()).run_exactly(&find.resolved);
        assert_eq!(again.violation, find.violation);
    }

    #[test]
    fn a_known_schedule_is_executed_and_archived_and_its_paths_count_once() {
        let schedule = Generator::new(Strategy::Swarm, 9).schedule(None, 200);
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        let outcome = explorer.follow(&schedule);
        assert_eq!(outcome.digest, Runner::new(raft()).run(&schedule).digest);
        assert!(explorer.kept().count() > 0);
        let once = explorer.discovery();
        explorer.follow(&schedule);
        assert_eq!(explorer.discovery(), once, "a path is no more frequent if it is run again");
        assert_eq!((once.singletons, once.executions), (once.known, 0));
    }

    #[test]
    fn an_execution_begins_with_the_whole_schedule_of_an_archived_cluster() {
        let schedule = Generator::new(Strategy::Swarm, 9).schedule(None, 200);
        let tuning = Tuning { warm_up: 0, fresh: u32::MAX, ..SMALL };
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, tuning);
        explorer.follow(&schedule);
        let mut longest = 0;
        for _ in 0..20 {
            let kept: Vec<Schedule> = explorer.kept().collect();
            let Schedule { setup, events } = explorer.execute(None).resolved;
            let leads_there = |kept: &Schedule| {
                let length = kept.events.len();
                kept.setup == setup && events.len() > length && events.starts_with(&kept.events)
            };
            let begun = kept.iter().filter(|kept| leads_there(kept));
            let length = begun.map(|kept| kept.events.len()).max();
            longest = longest.max(length.expect("it begins with one of them"));
        }
        assert!(longest > 20, "{longest}");
    }

    #[test]
    fn a_discovery_is_recorded_even_after_its_cluster_has_left_the_archive() {
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        (0..200).for_each(|_| drop(explorer.execute(None)));
        let discoveries = explorer.take_discoveries();
        assert!(discoveries.len() > 4 * SMALL.archive);
        let (mut runner, mut known) = (Runner::new(raft()), std::collections::BTreeSet::new());
        for Discovered { schedule, .. } in &discoveries {
            runner.run_exactly(schedule);
            let before = known.len();
            known.extend(runner.keys().iter().map(|key| slot_of(*key, COUNTERS)));
            assert!(known.len() > before, "it took no new path");
        }
    }

    #[test]
    fn what_another_search_discovered_is_not_discovered_again() {
        let explored = |seed, known: &[Discovered]| {
            let tuning = Tuning { warm_up: 0, ..SMALL };
            let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, seed, tuning);
            explorer.learn(known);
            (0..20).for_each(|_| drop(explorer.execute(None)));
            explorer.take_discoveries()
        };
        let known = explored(1, &[]);
        let is_known = |one: &Discovered| known.iter().any(|other| other.slot == one.slot);
        assert!(explored(2, &[]).iter().any(is_known));
        let new = explored(2, &known);
        assert!(!new.is_empty() && !new.iter().any(is_known));
    }

    #[test]
    fn an_archived_checkpoint_took_the_path_that_it_is_archived_for() {
        let mut explorer: Explorer<Ours> = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        (0..200).for_each(|_| drop(explorer.execute(None)));
        let mut runner = Runner::new(raft());
        for Archived { checkpoint, slot, .. } in &explorer.map.archive {
            runner.run_exactly(&checkpoint.schedule());
            assert!(runner.keys().iter().any(|key| slot_of(*key, COUNTERS) == *slot));
        }
    }
}
