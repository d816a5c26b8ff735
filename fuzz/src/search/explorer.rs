//! Exploration: a search that goes on from where something new happened.
//!
//! Promises: the same seed gives the same executions; each ends in an [`Outcome`] like any other
//! run, whose resolved schedule replays from the start. Whenever an event takes a path that none
//! took before (see [`crate::history::paths`]), what led there is remembered, and the cluster as it
//! is then is kept for a while; half of the executions clone one that is kept and go on from there,
//! with faults, weights and focus drawn anew. The others begin at the start, and a first part of
//! the search is blind: bugs that any search finds need no guidance. Knows nothing of Raft.

use crate::history::paths::slot_of;
use crate::history::violation::Violation;
use crate::replica::system_under_test::SystemUnderTest;
use crate::replica::Replica;
use crate::run::{go_on, resolved, Judged, Monitors, Outcome, MAX_EVENTS};
use crate::schedule::event::Event;
use crate::schedule::Schedule;
use crate::search::generator::{Generator, Strategy, WISHES};

/// How a search is conducted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuning {
    /// Primitive events of an execution from the start.
    pub events: u32,
    /// Events before anything is kept.
    pub warm_up: u64,
    /// How many clusters are kept.
    pub archive: usize,
    /// No cluster is kept after more events than this.
    pub depth: u32,
    /// One execution in so many begins at the start.
    pub fresh: u32,
    /// An execution that goes on has at least so many more events, and at most so many.
    pub suffix: (u32, u32),
    /// How many kept clusters are drawn, of which the rarest is taken.
    pub draws: u32,
}

impl Tuning {
    /// What the training half spoke for: ARCHITECTURE.md has the figures.
    pub const DEFAULT: Tuning = Tuning {
        events: Schedule::FULL_LENGTH as u32,
        warm_up: 50_000,
        archive: 64,
        depth: 800,
        fresh: 2,
        suffix: (100, 400),
        draws: 8,
    };
}

/// Room to count so many paths; a power of two.
const ROOM: usize = 1 << 16;

/// Events to be drawn, so many that `events` should happen.
fn wishes(events: u32) -> impl Iterator<Item = Option<Event>> {
    (0..WISHES * events as usize).map(|_| None)
}

/// A cluster that was kept, and the path that was new.
struct Archived<R: Replica> {
    cluster: Judged<R>,
    slot: usize,
    chosen: u32,
}

/// A search.
pub struct Explorer<R: Replica> {
    /// What executions run in.
    cluster: Judged<R>,
    map: Map<R>,
    events: u64,
}

/// What a search knows of where it has been, and what it draws from.
struct Map<R: Replica> {
    tuning: Tuning,
    generator: Generator,
    /// How often each path was taken; empty in the blind part, which may be short.
    counts: Vec<u32>,
    archive: Vec<Archived<R>>,
    /// What led to each path that was new, also to those whose cluster is kept no more.
    discoveries: Vec<Schedule>,
    /// Paths that were taken at least once.
    known: usize,
}

impl<R: Replica + Clone> Explorer<R> {
    /// A search that has executed nothing yet.
    pub fn new(
        sut: SystemUnderTest<R>,
        strategy: Strategy,
        seed: u64,
        tuning: Tuning,
    ) -> Explorer<R> {
        let (generator, counts) = (Generator::new(strategy, seed), Vec::new());
        Explorer {
            cluster: Judged::new(sut, Monitors::default()),
            map: Map {
                tuning,
                generator,
                counts,
                archive: Vec::new(),
                discoveries: Vec::new(),
                known: 0,
            },
            events: 0,
        }
    }

    /// How many paths are known.
    pub fn known(&self) -> usize {
        self.map.known
    }

    /// The schedules that lead to the clusters that are kept.
    pub fn kept(&self) -> impl ExactSizeIterator<Item = Schedule> + '_ {
        self.map.archive.iter().map(|kept| resolved(&kept.cluster))
    }

    /// The schedules that were the first to take some path.
    pub fn into_discoveries(self) -> Vec<Schedule> {
        self.map.discoveries
    }

    /// How many events have happened in all, those that a clone began with left out.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Executes once more; a cluster that begins has `nodes` nodes if that is given.
    pub fn execute(&mut self, nodes: Option<u8>) -> Outcome {
        let Explorer { cluster, map, .. } = self;
        let is_blind = self.events < map.tuning.warm_up;
        let place = if is_blind { None } else { map.choose() };
        let before = place.map_or(0, |place| map.archive[place].cluster.trace().len());
        let violation = match place {
            Some(place) => map.go_on_from(cluster, place),
            None => map.begin(cluster, nodes, is_blind),
        };
        self.events += cluster.trace().len().saturating_sub(before) as u64;
        Outcome::of(cluster, violation)
    }

    /// Executes a schedule that is known already, and goes on from it later.
    pub fn follow(&mut self, schedule: &Schedule) -> Outcome {
        let Explorer { cluster, map, .. } = self;
        let violation = go_on(cluster, |cluster| {
            cluster.begin(schedule.setup, Monitors::default(), MAX_EVENTS)?;
            map.play(cluster, schedule.events.iter().copied().map(Some), true)
        });
        self.events += cluster.trace().len() as u64;
        Outcome::of(cluster, violation)
    }
}

impl<R: Replica + Clone> Map<R> {
    /// Which kept cluster to go on from: of some that are drawn, the rarest.
    fn choose(&mut self) -> Option<usize> {
        if self.archive.is_empty() || self.generator.chance(self.tuning.fresh) {
            return None;
        }
        self.draw().min_by_key(|&place| self.weight(place))
    }

    /// Some kept clusters.
    fn draw(&mut self) -> impl Iterator<Item = usize> {
        let kept = self.archive.len() as u32;
        let drawn = (0..self.tuning.draws).map(|_| self.generator.below(kept) as usize);
        drawn.collect::<Vec<usize>>().into_iter()
    }

    /// How often the path of a kept cluster was taken, and how often it was gone on from.
    fn weight(&self, place: usize) -> u64 {
        let Archived { slot, chosen, .. } = &self.archive[place];
        u64::from(self.counts[*slot]) * (1 + u64::from(*chosen))
    }

    fn begin(
        &mut self,
        cluster: &mut Judged<R>,
        nodes: Option<u8>,
        is_blind: bool,
    ) -> Option<Violation> {
        let setup = self.generator.setup(nodes);
        let limit = self.tuning.events;
        go_on(cluster, |cluster| {
            cluster.begin(setup, Monitors::default(), limit as usize)?;
            self.play(cluster, wishes(limit), !is_blind)
        })
    }

    fn go_on_from(&mut self, cluster: &mut Judged<R>, place: usize) -> Option<Violation> {
        let kept = &mut self.archive[place];
        kept.chosen += 1;
        cluster.clone_from(&kept.cluster);
        let (least, most) = self.tuning.suffix;
        let more = least + self.generator.below(most - least + 1);
        self.generator.begin_anew(*cluster.setup());
        cluster.extend(cluster.trace().len() + more as usize);
        go_on(cluster, |cluster| self.play(cluster, wishes(more), true))
    }

    /// Plays events, each as it is given or else as it is drawn; perhaps keeps the cluster
    /// whenever it does something new.
    fn play(
        &mut self,
        cluster: &mut Judged<R>,
        events: impl Iterator<Item = Option<Event>>,
        keeps: bool,
    ) -> Result<(), Box<Violation>> {
        let mut seen = cluster.paths.keys().len();
        for event in events {
            if cluster.is_over() {
                break;
            }
            let draw = || self.generator.event(cluster.enabled());
            cluster.perform(event.unwrap_or_else(draw))?;
            if keeps {
                let new = self.count(&cluster.paths.keys()[seen..]);
                seen = cluster.paths.keys().len();
                if let Some(slot) = new {
                    self.discoveries.push(resolved(cluster));
                    self.keep(cluster, slot);
                }
            }
        }
        Ok(())
    }

    /// Counts paths; one that is new, if any is.
    fn count(&mut self, keys: &[u64]) -> Option<usize> {
        self.counts.resize(ROOM, 0);
        let mut new = None;
        for key in keys {
            let slot = slot_of(*key, ROOM);
            let count = &mut self.counts[slot];
            if *count == 0 {
                self.known += 1;
                new = Some(slot);
            }
            *count = count.saturating_add(1);
        }
        new
    }

    fn keep(&mut self, cluster: &Judged<R>, slot: usize) {
        if cluster.trace().len() > self.tuning.depth as usize {
            return;
        }
        if self.archive.len() < self.tuning.archive {
            let cluster = cluster.clone();
            return self.archive.push(Archived { cluster, slot, chosen: 0 });
        }
        if let Some(worst) = self.draw().max_by_key(|&place| self.weight(place)) {
            let kept = &mut self.archive[worst];
            kept.cluster.clone_from(cluster);
            (kept.slot, kept.chosen) = (slot, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mutants::{self, raft};
    use crate::run::Runner;

    const SMALL: Tuning = Tuning { warm_up: 2_000, archive: 16, ..Tuning::DEFAULT };

    #[test]
    fn the_same_seed_gives_the_same_executions() {
        let digests = |seed| {
            let mut explorer = Explorer::new(raft(), Strategy::Swarm, seed, SMALL);
            (0..60).map(|_| explorer.execute(None).digest).collect::<Vec<_>>()
        };
        assert_eq!(digests(3), digests(3));
        assert_ne!(digests(3), digests(4));
    }

    #[test]
    fn an_execution_that_goes_on_from_a_kept_cluster_replays_from_the_start() {
        let mut explorer = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        let mut runner = Runner::new(raft());
        for _ in 0..200 {
            let outcome = explorer.execute(None);
            assert_eq!(outcome.violation, None);
            assert_eq!(runner.run_exactly(&outcome.resolved).digest, outcome.digest);
        }
        assert!(explorer.known() > 100 && explorer.kept().count() == SMALL.archive);
    }

    #[test]
    fn what_it_finds_is_found_again_by_its_schedule() {
        let mutant = mutants::named("votes-twice").expect("it exists");
        let mut explorer = Explorer::new(mutant.system_under_test(), Strategy::Swarm, 1, SMALL);
        let mut finds = (0..300).map(|_| explorer.execute(None));
        let find = finds.find(|outcome| outcome.violation.is_some()).expect("it is found");
        let again = Runner::new(mutant.system_under_test()).run_exactly(&find.resolved);
        assert_eq!(again.violation, find.violation);
    }

    #[test]
    fn a_schedule_that_is_known_is_gone_on_from() {
        let schedule = Generator::new(Strategy::Swarm, 9).schedule(None, 200);
        let mut explorer = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        let outcome = explorer.follow(&schedule);
        assert_eq!(outcome.digest, Runner::new(raft()).run(&schedule).digest);
        assert!(explorer.kept().count() > 0);
    }

    #[test]
    fn an_execution_begins_with_all_that_led_to_what_was_kept() {
        let schedule = Generator::new(Strategy::Swarm, 9).schedule(None, 200);
        let tuning = Tuning { warm_up: 0, fresh: u32::MAX, ..SMALL };
        let mut explorer = Explorer::new(raft(), Strategy::Swarm, 1, tuning);
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
    fn every_discovery_is_remembered_also_when_its_cluster_is_kept_no_more() {
        let mut explorer = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        (0..200).for_each(|_| drop(explorer.execute(None)));
        let discoveries = explorer.into_discoveries();
        assert!(discoveries.len() > 4 * SMALL.archive);
        let (mut runner, mut known) = (Runner::new(raft()), std::collections::BTreeSet::new());
        for schedule in &discoveries {
            runner.run_exactly(schedule);
            let before = known.len();
            known.extend(runner.keys().iter().map(|key| slot_of(*key, ROOM)));
            assert!(known.len() > before, "it took no path that was new");
        }
    }

    #[test]
    fn what_is_kept_took_the_path_that_it_is_kept_for() {
        let mut explorer = Explorer::new(raft(), Strategy::Swarm, 1, SMALL);
        (0..200).for_each(|_| drop(explorer.execute(None)));
        for Archived { cluster, slot, .. } in &explorer.map.archive {
            assert!(cluster.paths.keys().iter().any(|key| slot_of(*key, ROOM) == *slot));
        }
    }
}
