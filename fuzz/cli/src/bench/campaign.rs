//! A campaign: one strategy looks for one bug, until it has it or its CPU time is used up.
//!
//! Promises: what is drawn follows from the campaign's own seed, so that a find can be had again;
//! the clock is CPU time alone, of the campaign's thread. A lint is no find. The clock is read
//! between executions, so that the last one may end behind the cap.
//!
//! A further strategy is a further variant of [`Strategy`]. One that works within this process is
//! an [`Engine`]; one that does not gives a [`Course`] of its own.

use std::collections::VecDeque;
use std::path::PathBuf;

use cpu_time::ThreadTime;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use whitewater::base::canary::{self, Level};
use whitewater::base::hash::mix;
use whitewater::mutants::bench::Seed;
use whitewater::replica::ours::Ours;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::Schedule;
use whitewater::search::explorer::{Explorer, Tuning};
use whitewater::search::generator::{self, Generator};

use super::course::Course;
use super::libfuzzer;
use super::rows::{Corpus, Key, Row};
use crate::random::draw;

/// How bugs are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Schedules as they are drawn: nothing is learnt from a run.
    Blind(generator::Strategy),
    /// A search that goes on from where something new happened.
    Explore,
    /// The fuzz target, guided by edges alone, or by goals and paths as well.
    LibFuzzer {
        /// See there.
        edges_alone: bool,
    },
}

impl Strategy {
    /// All strategies.
    pub fn all() -> impl Iterator<Item = Strategy> {
        let blind = generator::Strategy::ALL.into_iter();
        blind.map(|(strategy, ..)| Strategy::Blind(strategy)).chain([Strategy::Explore])
    }

    /// Those that need a fuzz target.
    pub fn fuzzers() -> [Strategy; 2] {
        [false, true].map(|edges_alone| Strategy::LibFuzzer { edges_alone })
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Explore => "explore",
            Strategy::LibFuzzer { edges_alone: false } => "libfuzzer",
            Strategy::LibFuzzer { edges_alone: true } => "libfuzzer-edges",
            Strategy::Blind(mine) => mine.name(),
        }
    }

    /// The strategy called `name`.
    pub fn named(name: &str) -> Option<Strategy> {
        Strategy::all().chain(Strategy::fuzzers()).find(|strategy| strategy.name() == name)
    }

    /// Whether it learns nothing, so that it can be a baseline.
    pub fn is_blind(self) -> bool {
        match self {
            Strategy::Blind(_) => true,
            Strategy::Explore | Strategy::LibFuzzer { .. } => false,
        }
    }
}

/// What all campaigns of a bench have in common.
pub struct Conditions {
    /// Primitive events of a drawn schedule.
    pub events: u32,
    /// CPU seconds.
    pub cap: f64,
    /// The seed of all seeds.
    pub seed: u64,
    /// What campaigns begin with, if with something.
    pub corpus: Option<Vec<Schedule>>,
    /// The fuzz target `mutant`, if there is one.
    pub fuzzer: Option<PathBuf>,
    /// What runs them.
    pub build: String,
}

impl Conditions {
    fn corpus_kind(&self) -> Corpus {
        if self.corpus.is_some() {
            Corpus::Shipped
        } else {
            Corpus::Empty
        }
    }
}

/// A campaign to be run.
#[derive(Clone, Copy)]
pub struct Task {
    /// The bug.
    pub bug: &'static Seed,
    /// Who looks for it.
    pub strategy: Strategy,
    /// Which try.
    pub trial: u32,
}

impl Task {
    /// The key of its row.
    pub fn key(&self, conditions: &Conditions) -> Key {
        let Conditions { events, cap, seed, .. } = *conditions;
        let (bug, strategy) = (self.bug.name.into(), self.strategy.name().into());
        (bug, strategy, conditions.corpus_kind(), events, cap.to_bits(), seed, self.trial)
    }

    /// Runs it; why it cannot be run otherwise.
    pub fn run(&self, conditions: &Conditions) -> Result<Row, String> {
        let strategy = self.strategy.name();
        let campaign_seed = campaign_seed(conditions.seed, self.bug.name, strategy, self.trial);
        let course = match self.strategy {
            Strategy::Blind(strategy) => in_process(conditions.cap, || {
                Blind::new(self.bug, strategy, campaign_seed, conditions)
            }),
            Strategy::Explore => {
                in_process(conditions.cap, || Guided::new(self.bug, campaign_seed, conditions))
            }
            Strategy::LibFuzzer { edges_alone } => {
                let program =
                    conditions.fuzzer.as_deref().ok_or("--fuzzer names no fuzz target")?;
                let corpus = conditions.corpus.as_deref().unwrap_or_default();
                let (bug, cap) = (self.bug, conditions.cap);
                libfuzzer::course(program, edges_alone, bug, campaign_seed, cap, corpus)?
            }
        };
        Ok(Row {
            bug: self.bug.name.into(),
            set: (&self.bug.set).into(),
            tier: self.bug.tier,
            half: (&self.bug.half).into(),
            strategy: strategy.into(),
            corpus: conditions.corpus_kind(),
            events_per_schedule: conditions.events,
            cap: conditions.cap,
            seed: conditions.seed,
            trial: self.trial,
            campaign_seed,
            found: course.found.is_some(),
            fingerprint: course.found,
            executions: course.executions,
            events: course.events,
            // To the microsecond, which is more than a clock of CPU time is worth.
            cpu_seconds: (course.cpu_seconds * 1e6).round() / 1e6,
            reached: course.reached,
            triggered: course.triggered,
            build: conditions.build.clone(),
        })
    }
}

/// The seed of one campaign, spread by ChaCha.
pub fn campaign_seed(seed: u64, bug: &str, strategy: &str, trial: u32) -> u64 {
    // No name contains the byte that ends it.
    let names = bug.bytes().chain([0xff]).chain(strategy.bytes()).chain([0xff]);
    let mixed = names.fold(mix(0, seed), |hash, byte| mix(hash, u64::from(byte) + 1));
    ChaCha8Rng::seed_from_u64(mix(mixed, u64::from(trial))).next_u64()
}

/// Something that is asked again and again to run one more execution on the bug that it was made
/// for.
pub trait Engine {
    /// Runs one more.
    fn execute(&mut self) -> Execution;
}

/// What one execution came to.
pub struct Execution {
    /// How many primitive events happened in it.
    pub events: u64,
    /// The fingerprint of the promise that it broke. Lints do not count.
    pub found: Option<String>,
}

/// A campaign on this thread.
fn in_process<E: Engine>(cap: f64, engine: impl FnOnce() -> E) -> Course {
    let start = ThreadTime::now();
    let mut engine = engine();
    let mut course = Course::default();
    canary::clear();
    while course.found.is_none() && course.cpu_seconds < cap {
        let execution = engine.execute();
        course.executions += 1;
        course.events += execution.events;
        course.found = execution.found;
        let level = canary::level();
        if level >= Level::Reached {
            course.reached.get_or_insert(course.executions);
        }
        if level >= Level::Triggered {
            course.triggered.get_or_insert(course.executions);
        }
        course.cpu_seconds = start.elapsed().as_secs_f64();
    }
    course
}

/// Schedules of a corpus first, in an order of this campaign's own, then as they are drawn.
struct Blind {
    runner: Runner<Ours>,
    generator: Generator,
    corpus: VecDeque<Schedule>,
    nodes: Option<u8>,
    events: u32,
}

impl Blind {
    fn new(
        bug: &'static Seed,
        strategy: generator::Strategy,
        seed: u64,
        conditions: &Conditions,
    ) -> Blind {
        Blind {
            runner: Runner::new(bug.system_under_test()),
            generator: Generator::new(strategy, seed),
            corpus: corpus(bug, seed, conditions),
            nodes: bug.nodes(),
            events: conditions.events,
        }
    }
}

impl Engine for Blind {
    fn execute(&mut self) -> Execution {
        let outcome = match self.corpus.pop_front() {
            Some(schedule) => self.runner.run(&schedule),
            None => draw(&mut self.runner, &mut self.generator, self.nodes, self.events).1,
        };
        Execution { events: outcome.resolved.events.len() as u64, found: found(outcome) }
    }
}

/// The fingerprint of a broken promise that is no lint.
fn found(outcome: Outcome) -> Option<String> {
    let broken = outcome.violation.filter(|violation| !violation.is_lint());
    broken.map(|violation| violation.fingerprint())
}

/// A search that first follows the schedules of a corpus.
struct Guided {
    explorer: Explorer<Ours>,
    corpus: VecDeque<Schedule>,
    nodes: Option<u8>,
}

impl Guided {
    fn new(bug: &'static Seed, seed: u64, conditions: &Conditions) -> Guided {
        let tuning = Tuning { events: conditions.events, ..Tuning::DEFAULT };
        let strategy = generator::Strategy::default();
        Guided {
            explorer: Explorer::new(bug.system_under_test(), strategy, seed, tuning),
            corpus: corpus(bug, seed, conditions),
            nodes: bug.nodes(),
        }
    }
}

impl Engine for Guided {
    fn execute(&mut self) -> Execution {
        let before = self.explorer.events();
        let outcome = match self.corpus.pop_front() {
            Some(schedule) => self.explorer.follow(&schedule),
            None => self.explorer.execute(self.nodes),
        };
        Execution { events: self.explorer.events() - before, found: found(outcome) }
    }
}

/// What a campaign begins with.
fn corpus(bug: &'static Seed, seed: u64, conditions: &Conditions) -> VecDeque<Schedule> {
    let corpus = conditions.corpus.as_deref().unwrap_or_default();
    shuffled(corpus, bug.nodes(), seed).into()
}

/// A corpus in an order that `seed` gives, on clusters of the size at which the bug is looked for.
fn shuffled(corpus: &[Schedule], nodes: Option<u8>, seed: u64) -> Vec<Schedule> {
    let mut corpus = corpus.to_vec();
    for schedule in &mut corpus {
        schedule.setup.nodes = nodes.unwrap_or(schedule.setup.nodes);
    }
    // Not the numbers that schedules are drawn from.
    let mut random = ChaCha8Rng::seed_from_u64(!seed);
    for last in (1..corpus.len()).rev() {
        let chosen = (u64::from(random.next_u32()) * (last as u64 + 1)) >> 32;
        corpus.swap(last, chosen as usize);
    }
    corpus
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn conditions(cap: f64) -> Conditions {
        Conditions { events: 640, cap, seed: 1, corpus: None, fuzzer: None, build: "test".into() }
    }

    fn task(trial: u32) -> Task {
        let bug =
            whitewater::mutants::bench::seeds().find(|seed| seed.tier == 1).expect("there is one");
        let strategy = Strategy::Blind(generator::Strategy::Swarm);
        Task { bug, strategy, trial }
    }

    /// Finds something in the execution of this number.
    struct Scripted(u64);

    impl Engine for Scripted {
        fn execute(&mut self) -> Execution {
            self.0 -= 1;
            Execution { events: 10, found: (self.0 == 0).then(|| "found".into()) }
        }
    }

    #[test]
    fn a_campaign_ends_with_its_first_find() {
        let course = in_process(f64::INFINITY, || Scripted(3));
        assert_eq!((course.executions, course.events), (3, 30));
        assert_eq!(course.found.as_deref(), Some("found"));
    }

    #[test]
    fn a_campaign_is_given_up_when_its_time_is_used_up() {
        let course = in_process(0.01, || Scripted(u64::MAX));
        assert_eq!(course.found, None);
        assert!(course.cpu_seconds >= 0.01 && course.executions > 0);
        assert_eq!(course.events, 10 * course.executions);
    }

    #[test]
    fn every_campaign_has_a_seed_of_its_own() {
        let mut seeds = BTreeSet::new();
        for seed in 0..3 {
            for bug in ["a", "b", "ab"] {
                for strategy in ["uniform", "swarm", "b"] {
                    seeds.extend((0..5).map(|trial| campaign_seed(seed, bug, strategy, trial)));
                }
            }
        }
        assert_eq!(seeds.len(), 3 * 3 * 3 * 5);
        assert_eq!(campaign_seed(1, "a", "swarm", 0), campaign_seed(1, "a", "swarm", 0));
    }

    #[test]
    fn the_same_campaign_finds_the_same_again() {
        let [one, other] = [(); 2].map(|()| task(0).run(&conditions(60.0)).expect("it is run"));
        assert!(one.found, "{one:?}");
        assert_eq!(Row { cpu_seconds: one.cpu_seconds, ..other }, one);
        assert_eq!(one.key(), task(0).key(&conditions(60.0)));
    }

    #[test]
    fn a_corpus_is_replayed_first_in_an_order_of_the_campaigns_own() {
        let mut generator = Generator::new(generator::Strategy::Swarm, 5);
        let corpus: Vec<_> = (0..20).map(|_| generator.schedule(None, 3)).collect();
        let order = |seed| shuffled(&corpus, None, seed);
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert!(corpus.iter().all(|schedule| order(1).contains(schedule)));
        assert!(shuffled(&corpus, Some(5), 1).iter().all(|schedule| schedule.setup.nodes == 5));

        let bug = task(0).bug;
        let conditions = Conditions { corpus: Some(corpus.clone()), ..conditions(1.0) };
        let mut blind = Blind::new(bug, generator::Strategy::Swarm, 1, &conditions);
        let expected: Vec<_> =
            order(1).iter().map(|s| Runner::new(bug.system_under_test()).run(s)).collect();
        for outcome in expected {
            assert_eq!(blind.execute().events, outcome.resolved.events.len() as u64);
        }
        assert!(blind.corpus.is_empty());
        assert_eq!(task(0).run(&conditions).expect("it is run").corpus, Corpus::Shipped);
    }

    #[test]
    fn strategies_are_known_by_name() {
        for strategy in Strategy::all() {
            assert_eq!(Strategy::named(strategy.name()), Some(strategy));
        }
        assert_eq!(Strategy::named("nobody"), None);
    }
}
