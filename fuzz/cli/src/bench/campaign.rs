//! A campaign: one strategy searches for one bug, until it finds it or its CPU time is used up.
//!
//! Promises: the schedules follow from the campaign's own seed, so that a find can be repeated; the
//! clock is CPU time alone, of the campaign's thread. A lint is no find. The clock is read between
//! executions, so the last one may end after the cap.
//!
//! A new strategy is a new variant of [`Strategy`]. A strategy within this process is an
//! [`Engine`]; one in another process makes a [`CampaignResult`] of its own.

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

use super::campaign_result::CampaignResult;
use super::libfuzzer;
use super::rows::{Corpus, Key, Row};
use crate::random::draw;

/// How bugs are searched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Drawn schedules, without feedback from runs.
    Unguided(generator::Strategy),
    /// A search that continues from clusters that took a new path.
    Explore,
    /// The fuzz target, guided by edges alone, or by goals and paths as well.
    LibFuzzer {
        /// By edges alone.
        edges_alone: bool,
    },
}

impl Strategy {
    /// All strategies.
    pub fn all() -> impl Iterator<Item = Strategy> {
        let unguided = generator::Strategy::ALL.into_iter();
        unguided.map(|(strategy, ..)| Strategy::Unguided(strategy)).chain([Strategy::Explore])
    }

    /// The strategies that need a fuzz target.
    pub fn fuzzers() -> [Strategy; 2] {
        [false, true].map(|edges_alone| Strategy::LibFuzzer { edges_alone })
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Strategy::Explore => "explore",
            Strategy::LibFuzzer { edges_alone: false } => "libfuzzer",
            Strategy::LibFuzzer { edges_alone: true } => "libfuzzer-edges",
            Strategy::Unguided(mine) => mine.name(),
        }
    }

    /// The strategy called `name`.
    pub fn named(name: &str) -> Option<Strategy> {
        Strategy::all().chain(Strategy::fuzzers()).find(|strategy| strategy.name() == name)
    }

    /// Whether it uses no feedback, so that it can be a baseline.
    pub fn is_unguided(self) -> bool {
        match self {
            Strategy::Unguided(_) => true,
            Strategy::Explore | Strategy::LibFuzzer { .. } => false,
        }
    }
}

/// The conditions that all campaigns of a bench share.
pub struct Conditions {
    /// Primitive events of a drawn schedule.
    pub events: u32,
    /// CPU seconds.
    pub cap: f64,
    /// The seed from which all seeds are derived.
    pub seed: u64,
    /// The schedules that campaigns begin with, if any.
    pub corpus: Option<Vec<Schedule>>,
    /// The fuzz target `mutant`, if there is one.
    pub fuzzer: Option<PathBuf>,
    /// The program that runs them.
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
    /// The strategy that searches for it.
    pub strategy: Strategy,
    /// The number of the trial.
    pub trial: u32,
}

impl Task {
    /// The key of its row.
    pub fn key(&self, conditions: &Conditions) -> Key {
        let Conditions { events, cap, seed, .. } = *conditions;
        let (bug, strategy) = (self.bug.name.into(), self.strategy.name().into());
        (bug, strategy, conditions.corpus_kind(), events, cap.to_bits(), seed, self.trial)
    }

    /// Runs it.
    pub fn run(&self, conditions: &Conditions) -> Result<Row, String> {
        let strategy = self.strategy.name();
        let campaign_seed = campaign_seed(conditions.seed, self.bug.name, strategy, self.trial);
        let result = match self.strategy {
            Strategy::Unguided(strategy) => in_process(conditions.cap, || {
                UnguidedEngine::new(self.bug, strategy, campaign_seed, conditions)
            }),
            Strategy::Explore => in_process(conditions.cap, || {
                GuidedEngine::new(self.bug, campaign_seed, conditions)
            }),
            Strategy::LibFuzzer { edges_alone } => {
                let program =
                    conditions.fuzzer.as_deref().ok_or("--fuzzer names no fuzz target")?;
                let corpus = conditions.corpus.as_deref().unwrap_or_default();
                let (bug, cap) = (self.bug, conditions.cap);
                libfuzzer::campaign(program, edges_alone, bug, campaign_seed, cap, corpus)?
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
            found: result.found.is_some(),
            fingerprint: result.found,
            executions: result.executions,
            events: result.events,
            // To the microsecond: a clock of CPU time is not more precise.
            cpu_seconds: (result.cpu_seconds * 1e6).round() / 1e6,
            reached: result.reached,
            triggered: result.triggered,
            build: conditions.build.clone(),
        })
    }
}

/// The seed of one campaign, derived by ChaCha.
pub fn campaign_seed(seed: u64, bug: &str, strategy: &str, trial: u32) -> u64 {
    // No name contains the byte that ends it.
    let names = bug.bytes().chain([0xff]).chain(strategy.bytes()).chain([0xff]);
    let mixed = names.fold(mix(0, seed), |hash, byte| mix(hash, u64::from(byte) + 1));
    ChaCha8Rng::seed_from_u64(mix(mixed, u64::from(trial))).next_u64()
}

/// A search for one bug, which runs execution after execution.
pub trait Engine {
    /// Runs one more execution.
    fn execute(&mut self) -> Execution;
}

/// The result of one execution.
pub struct Execution {
    /// The number of primitive events.
    pub events: u64,
    /// The fingerprint of its violation. Lints do not count.
    pub found: Option<String>,
}

/// A campaign on this thread.
fn in_process<E: Engine>(cap: f64, engine: impl FnOnce() -> E) -> CampaignResult {
    let start = ThreadTime::now();
    let mut engine = engine();
    let mut result = CampaignResult::default();
    canary::clear();
    while result.found.is_none() && result.cpu_seconds < cap {
        let execution = engine.execute();
        result.executions += 1;
        result.events += execution.events;
        result.found = execution.found;
        let level = canary::level();
        if level >= Level::Reached {
            result.reached.get_or_insert(result.executions);
        }
        if level >= Level::Triggered {
            result.triggered.get_or_insert(result.executions);
        }
        result.cpu_seconds = start.elapsed().as_secs_f64();
    }
    result
}

/// First the schedules of a corpus, in an order of this campaign's own, then drawn schedules.
struct UnguidedEngine {
    runner: Runner<Ours>,
    generator: Generator,
    corpus: VecDeque<Schedule>,
    nodes: Option<u8>,
    events: u32,
}

impl UnguidedEngine {
    fn new(
        bug: &'static Seed,
        strategy: generator::Strategy,
        seed: u64,
        conditions: &Conditions,
    ) -> UnguidedEngine {
        UnguidedEngine {
            runner: Runner::new(bug.system_under_test()),
            generator: Generator::new(strategy, seed),
            corpus: corpus(bug, seed, conditions),
            nodes: bug.nodes(),
            events: conditions.events,
        }
    }
}

impl Engine for UnguidedEngine {
    fn execute(&mut self) -> Execution {
        let outcome = match self.corpus.pop_front() {
            Some(schedule) => self.runner.run(&schedule),
            None => draw(&mut self.runner, &mut self.generator, self.nodes, self.events).1,
        };
        Execution { events: outcome.resolved.events.len() as u64, found: found(outcome) }
    }
}

/// The fingerprint of a violation that is no lint.
fn found(outcome: Outcome) -> Option<String> {
    let broken = outcome.violation.filter(|violation| !violation.is_lint());
    broken.map(|violation| violation.fingerprint())
}

/// A search that first runs the schedules of a corpus.
struct GuidedEngine {
    explorer: Explorer<Ours>,
    corpus: VecDeque<Schedule>,
    nodes: Option<u8>,
}

impl GuidedEngine {
    fn new(bug: &'static Seed, seed: u64, conditions: &Conditions) -> GuidedEngine {
        let tuning = Tuning { events: conditions.events, ..Tuning::DEFAULT };
        let strategy = generator::Strategy::default();
        GuidedEngine {
            explorer: Explorer::new(bug.system_under_test(), strategy, seed, tuning),
            corpus: corpus(bug, seed, conditions),
            nodes: bug.nodes(),
        }
    }
}

impl Engine for GuidedEngine {
    fn execute(&mut self) -> Execution {
        let before = self.explorer.events();
        let outcome = match self.corpus.pop_front() {
            Some(schedule) => self.explorer.follow(&schedule),
            None => self.explorer.execute(self.nodes),
        };
        Execution { events: self.explorer.events() - before, found: found(outcome) }
    }
}

/// The schedules that a campaign begins with.
fn corpus(bug: &'static Seed, seed: u64, conditions: &Conditions) -> VecDeque<Schedule> {
    let corpus = conditions.corpus.as_deref().unwrap_or_default();
    shuffled(corpus, bug.nodes(), seed).into()
}

/// A corpus in an order given by `seed`, on clusters of the size that the bug requires.
fn shuffled(corpus: &[Schedule], nodes: Option<u8>, seed: u64) -> Vec<Schedule> {
    let mut corpus = corpus.to_vec();
    for schedule in &mut corpus {
        schedule.setup.nodes = nodes.unwrap_or(schedule.setup.nodes);
    }
    // Other numbers than those that schedules are drawn from.
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
        let strategy = Strategy::Unguided(generator::Strategy::Swarm);
        Task { bug, strategy, trial }
    }

    /// Finds a bug in the execution of this number.
    struct Scripted(u64);

    impl Engine for Scripted {
        fn execute(&mut self) -> Execution {
            self.0 -= 1;
            Execution { events: 10, found: (self.0 == 0).then(|| "found".into()) }
        }
    }

    #[test]
    fn a_campaign_ends_with_its_first_find() {
        let result = in_process(f64::INFINITY, || Scripted(3));
        assert_eq!((result.executions, result.events), (3, 30));
        assert_eq!(result.found.as_deref(), Some("found"));
    }

    #[test]
    fn a_campaign_ends_when_its_time_is_used_up() {
        let result = in_process(0.01, || Scripted(u64::MAX));
        assert_eq!(result.found, None);
        assert!(result.cpu_seconds >= 0.01 && result.executions > 0);
        assert_eq!(result.events, 10 * result.executions);
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
    fn a_campaign_replays_the_corpus_first_in_an_order_of_its_own() {
        let mut generator = Generator::new(generator::Strategy::Swarm, 5);
        let corpus: Vec<_> = (0..20).map(|_| generator.schedule(None, 3)).collect();
        let order = |seed| shuffled(&corpus, None, seed);
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        assert!(corpus.iter().all(|schedule| order(1).contains(schedule)));
        assert!(shuffled(&corpus, Some(5), 1).iter().all(|schedule| schedule.setup.nodes == 5));

        let bug = task(0).bug;
        let conditions = Conditions { corpus: Some(corpus.clone()), ..conditions(1.0) };
        let mut engine = UnguidedEngine::new(bug, generator::Strategy::Swarm, 1, &conditions);
        let expected: Vec<_> =
            order(1).iter().map(|s| Runner::new(bug.system_under_test()).run(s)).collect();
        for outcome in expected {
            assert_eq!(engine.execute().events, outcome.resolved.events.len() as u64);
        }
        assert!(engine.corpus.is_empty());
        assert_eq!(task(0).run(&conditions).expect("it is run").corpus, Corpus::Shipped);
    }

    #[test]
    fn strategies_are_known_by_name() {
        for strategy in Strategy::all() {
            assert_eq!(Strategy::named(strategy.name()), Some(strategy));
        }
        assert_eq!(Strategy::named("unknown"), None);
    }
}
