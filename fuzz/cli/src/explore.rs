//! Exploration: the guided search, a worker for each core.
//!
//! Promises: workers share nothing but their reports, each with a seed of its own, so that with
//! `--executions` the same options give the same finds, digest and files. Executions of all workers
//! are numbered round-robin. A schedule is judged from the start again before it is saved. Without
//! `--executions` the clock is CPU time alone, of the worker's thread; it is read between
//! executions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use clap::Args;
use cpu_time::{ProcessTime, ThreadTime};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{json, Value};
use whitewater::base::hash::mix;
use whitewater::raft::mark::Mark;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::Replica;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::files::read_all;
use whitewater::schedule::Schedule;
use whitewater::search::checkpoint::Checkpoint;
use whitewater::search::explorer::{Explorer, Tuning};
use whitewater::search::generator::Strategy;
use whitewater::search::path_counts::Discovery;
use whitewater::target::Systems;

use crate::report::progress;
use crate::tally::{save, Ending, FindArgs, Tally};
use crate::{cpu_seconds, is_directory, Failure, Output, SystemArgs};

/// A worker reports its state after this many executions.
const REPORT_EVERY: u64 = 1 << 8;

#[derive(Args)]
pub struct ExploreArgs {
    /// Number of workers, each with a search of its own; by default one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// CPU seconds of each worker.
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = cpu_seconds,
          conflicts_with = "executions")]
    cpu: f64,
    /// Executions of each worker, instead of CPU seconds. Then the same options and number of
    /// workers give the same result: the digest combines those of the workers, in their order, and
    /// --stop-at-first stops each worker after its own first find.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    executions: Option<u64>,
    /// Seed from which the seed of each worker is derived.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Size of every cluster, those of --corpus too; by default each schedule draws its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    nodes: Option<u8>,
    /// Primitive events of an execution that begins at the start.
    #[arg(long, default_value_t = Tuning::DEFAULT.events, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=Schedule::MAX_EVENTS as i64))]
    events: u32,
    /// Run the schedules of this directory first; they do not count as executions.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// At the end, save in this directory the schedules that were the first to take some path:
    /// those without a violation that reach more than the corpus and the schedules before them.
    #[arg(long, value_name = "DIR")]
    save_corpus: Option<PathBuf>,
    #[command(flatten)]
    finds: FindArgs,
    #[command(flatten)]
    pub system: SystemArgs,
}

impl ExploreArgs {
    fn jobs(&self) -> u64 {
        let cores = || thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        self.jobs.map_or_else(cores, u64::from)
    }

    /// The schedules of `--corpus`.
    fn corpus(&self) -> Result<Vec<Schedule>, Failure> {
        let Some(directory) = &self.corpus else { return Ok(Vec::new()) };
        let mut corpus = read_all(directory)?;
        for schedule in &mut corpus {
            schedule.setup.nodes = self.nodes.unwrap_or(schedule.setup.nodes);
        }
        Ok(corpus)
    }
}

/// The seed of one worker, derived by ChaCha.
fn worker_seed(seed: u64, number: u64) -> u64 {
    ChaCha8Rng::seed_from_u64(mix(mix(0, seed), number)).next_u64()
}

/// The state of a worker.
#[derive(Clone, Default)]
struct WorkerState {
    tally: Tally,
    discovery: Discovery,
    kept: usize,
    /// CPU seconds.
    cpu: f64,
    /// The used share of its executions or CPU seconds.
    used: f64,
}

/// The input of a worker.
struct Work<'a> {
    args: &'a ExploreArgs,
    corpus: &'a [Schedule],
    number: u64,
    stop: &'a AtomicBool,
    states: Sender<(usize, WorkerState)>,
}

/// The final state of a worker, and the schedules that were the first to take some path.
type WorkerResult = (WorkerState, Vec<Schedule>);

/// Runs the workers, and reports their results together.
pub fn explore<R: Replica, C: Checkpoint<R>>(
    args: &ExploreArgs,
    systems: Systems<R>,
) -> Result<Output, Failure> {
    let runner = args.system.runner(systems)?;
    args.save_corpus.as_deref().map_or(Ok(()), is_directory)?;
    args.finds.check()?;
    let corpus = args.corpus()?;
    let (start, stop) = (ProcessTime::now(), AtomicBool::new(false));
    let results = thread::scope(|scope| {
        let (sender, states) = mpsc::channel();
        let spawn = |number| {
            let (corpus, stop, states) = (&corpus, &stop, sender.clone());
            let work = Work { args, corpus, number, stop, states };
            scope.spawn(move || work.run::<R, C>(systems))
        };
        let workers: Vec<_> = (0..args.jobs()).map(spawn).collect();
        drop(sender);
        let monitored = monitor_workers(states, args);
        stop.fetch_or(monitored.is_err(), Ordering::Relaxed);
        let results = workers.into_iter().map(|worker| worker.join().expect("a worker ends"));
        monitored.and(results.collect::<Result<Vec<_>, Failure>>())
    })?;
    let saved = match &args.save_corpus {
        Some(directory) => {
            let discoveries = results.iter().flat_map(|(_, discoveries)| discoveries);
            Some(save_new_coverage(runner, directory, &corpus, discoveries)?)
        }
        None => None,
    };
    let states: Vec<WorkerState> = results.into_iter().map(|(state, _)| state).collect();
    if args.finds.stop_at_first {
        total(&states).finds.iter().try_for_each(|(name, find)| args.finds.save(name, find))?;
    }
    Ok(output(&states, &args.finds, saved, start.elapsed()))
}

impl Work<'_> {
    /// Runs the worker. An error of one worker stops the others.
    fn run<R: Replica, C: Checkpoint<R>>(
        self,
        systems: Systems<R>,
    ) -> Result<WorkerResult, Failure> {
        let result =
            self.args.system.system_under_test(systems).and_then(|sut| self.search::<R, C>(&sut));
        result.inspect_err(|_| self.stop.store(true, Ordering::Relaxed))
    }

    /// Searches until the executions or CPU seconds are used up.
    fn search<R: Replica, C: Checkpoint<R>>(
        &self,
        sut: &SystemUnderTest<R>,
    ) -> Result<WorkerResult, Failure> {
        let (args, start) = (self.args, ThreadTime::now());
        let tuning = Tuning { events: args.events, ..Tuning::DEFAULT };
        let seed = worker_seed(args.seed, self.number);
        let strategy = Strategy::default();
        let mut explorer: Explorer<R, C> = Explorer::new(sut.clone(), strategy, seed, tuning);
        let (mut state, mut corpus) = (WorkerState::default(), self.corpus.iter());
        let (mut executions, mut drawn, mut ending) = (0, 0, Ending::default());
        while !self.stop.load(Ordering::Relaxed) {
            state.cpu = start.elapsed().as_secs_f64();
            state.used = match args.executions {
                Some(limit) => drawn as f64 / limit as f64,
                None => state.cpu / args.cpu,
            };
            let before = explorer.events();
            let outcome = match corpus.next() {
                Some(schedule) => explorer.follow(schedule),
                None if state.used >= 1.0 => break,
                None => {
                    drawn += 1;
                    explorer.execute(args.nodes)
                }
            };
            state.tally.add(&outcome, explorer.events() - before);
            let is_wanted = |name: &String| ending.want(&args.finds, name);
            let found = match outcome.fingerprint().filter(is_wanted) {
                Some(name) => {
                    self.record_find(&outcome, &name, executions, sut, &mut state.tally)?
                }
                None => false,
            };
            executions += 1;
            (state.discovery, state.kept) = (explorer.discovery(), explorer.kept().len());
            if found || executions % REPORT_EVERY == 0 {
                // The receiver is gone if a find could not be saved.
                let _ = self.states.send((self.number as usize, state.clone()));
            }
            if ending.is_reached(&args.finds, &state.tally, executions) {
                self.stop.fetch_or(args.executions.is_none(), Ordering::Relaxed);
                break;
            }
        }
        Ok((state, explorer.take_discoveries()))
    }

    /// Counts the find of an execution; whether it is the first of its fingerprint.
    fn record_find<R: Replica>(
        &self,
        outcome: &Outcome,
        fingerprint: &str,
        execution: u64,
        sut: &SystemUnderTest<R>,
        tally: &mut Tally,
    ) -> Result<bool, Failure> {
        let number = execution * self.args.jobs() + self.number;
        tally.find(&self.args.finds, sut, number, &outcome.resolved, fingerprint)
    }
}

/// Shows the states of the workers, and saves their finds, until all have ended.
fn monitor_workers(
    states: Receiver<(usize, WorkerState)>,
    args: &ExploreArgs,
) -> Result<(), Failure> {
    let style = "{elapsed_precise} [{bar:20}] {percent}% {wide_msg}";
    let bar = progress(1000 * args.jobs(), style);
    let mut latest = vec![WorkerState::default(); args.jobs() as usize];
    for (worker, state) in states {
        let before = std::mem::replace(&mut latest[worker], state);
        for (fingerprint, find) in &latest[worker].tally.finds {
            let is_new = !before.tally.finds.contains_key(fingerprint);
            if is_new && !args.finds.stop_at_first {
                args.finds.save(fingerprint, find)?;
            }
        }
        let used: f64 = latest.iter().map(|state| state.used.min(1.0)).sum();
        bar.set_position((1000.0 * used) as u64);
        bar.set_message(line(&latest));
    }
    bar.finish_and_clear();
    Ok(())
}

/// The tally of all workers together.
fn total(states: &[WorkerState]) -> Tally {
    let mut total = Tally::default();
    states.iter().for_each(|state| total.merge(&state.tally));
    total
}

/// The states of the workers in a few words. Paths are those of the worker that knows most.
fn line(states: &[WorkerState]) -> String {
    let tally = total(states);
    let cpu: f64 = states.iter().map(|state| state.cpu).sum();
    let rate = (tally.events as f64 / cpu.max(1e-6)) as u64;
    let known = states.iter().map(|state| state.discovery.known).max().unwrap_or(0);
    let kept: usize = states.iter().map(|state| state.kept).sum();
    let finds: Vec<&str> = tally.finds.keys().map(String::as_str).collect();
    format!("{rate} events/cpu-s paths {known} kept {kept} {} {}", tally.line(), finds.join(" "))
}

/// What is printed at the end.
fn output(states: &[WorkerState], finds: &FindArgs, saved: Option<usize>, cpu: Duration) -> Output {
    let mut output = total(states).output(cpu, finds);
    let found: Vec<Discovery> = states.iter().map(|state| state.discovery).collect();
    let kept: usize = states.iter().map(|state| state.kept).sum();
    output.text += &format!("{}clusters kept: {kept}\n", discovery_text(&found));
    let known: Vec<usize> = found.iter().map(|found| found.known).collect();
    output.json["paths"] = known.into();
    output.json["discovery"] = found.iter().map(discovery_json).collect();
    output.json["kept"] = kept.into();
    if let Some(saved) = saved {
        output.text += &format!("corpus: {saved} schedules with new coverage\n");
        output.json["saved"] = saved.into();
    }
    output
}

/// What the workers have discovered, and what may be left.
fn discovery_text(found: &[Discovery]) -> String {
    let list =
        |word: fn(&Discovery) -> String| found.iter().map(word).collect::<Vec<_>>().join(", ");
    let known = list(|found| found.known.to_string());
    let unseen = list(|found| format!("{:.0}", found.unseen()));
    let once = list(|found| found.singletons.to_string());
    let chance = list(|found| format!("{:.1e}", found.probability()));
    let last = list(|found| format!("{} of {}", found.last_new, found.taken));
    format!(
        "paths known, by worker: {known}\npaths expected unseen, at least: {unseen} (taken once: {once})\n\
         chance that the next path is new: {chance}\nlast new path: {last}\n"
    )
}

fn discovery_json(found: &Discovery) -> Value {
    json!({
        "known": found.known,
        "unseen": found.unseen(),
        "singletons": found.singletons,
        "doubletons": found.doubletons,
        "probability": found.probability(),
        "taken": found.taken,
        "last_new": found.last_new,
    })
}

/// An item of coverage that a run can reach.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum CoverageItem {
    Goal(usize),
    Mark(Mark),
    Path(u64),
}

/// The coverage of all runs so far.
#[derive(Default)]
struct Coverage(BTreeSet<CoverageItem>);

impl Coverage {
    /// Adds the coverage of a run; whether any of it was new.
    fn add(&mut self, outcome: &Outcome, keys: &[u64]) -> bool {
        let before = self.0.len();
        let goals = outcome.goals.0.iter().enumerate().filter(|(_, &count)| count > 0);
        let marks = Mark::ALL.into_iter().filter(|&(mark, ..)| outcome.marks.contains(mark));
        self.0.extend(goals.map(|(goal, _)| CoverageItem::Goal(goal)));
        self.0.extend(marks.map(|(mark, ..)| CoverageItem::Mark(mark)));
        self.0.extend(keys.iter().copied().map(CoverageItem::Path));
        self.0.len() > before
    }
}

/// Saves the schedules that have no violation and reach more than the corpus and the schedules
/// before them; how many.
fn save_new_coverage<'a, R: Replica>(
    mut runner: Runner<R>,
    directory: &Path,
    corpus: &[Schedule],
    discoveries: impl Iterator<Item = &'a Schedule>,
) -> Result<usize, Failure> {
    let mut coverage = Coverage::default();
    for schedule in corpus {
        let outcome = runner.run(schedule);
        coverage.add(&outcome, runner.keys());
    }
    let mut saved = 0;
    for schedule in discoveries {
        let outcome = runner.run(schedule);
        if outcome.violation.is_none() && coverage.add(&outcome, runner.keys()) {
            save(directory, "", schedule)?;
            saved += 1;
        }
    }
    Ok(saved)
}

#[cfg(test)]
mod tests {
    use whitewater::mutants::raft;
    use whitewater::search::generator::Generator;

    use super::*;

    #[test]
    fn every_worker_has_a_seed_of_its_own() {
        let pairs = (0..4).flat_map(|seed| (0..64).map(move |number| (seed, number)));
        let seeds: BTreeSet<u64> = pairs.map(|(seed, number)| worker_seed(seed, number)).collect();
        assert_eq!(seeds.len(), 4 * 64);
    }

    #[test]
    fn only_a_schedule_with_new_coverage_is_new() {
        let mut runner = Runner::new(raft());
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let (first, second) = (generator.schedule(None, 300), generator.schedule(None, 300));
        let mut coverage = Coverage::default();
        let mut is_new = |schedule: &Schedule| {
            let outcome = runner.run(schedule);
            coverage.add(&outcome, runner.keys())
        };
        assert_eq!([&first, &first, &second, &first].map(&mut is_new), [true, false, true, false]);
    }

    #[test]
    fn schedules_without_more_coverage_than_the_corpus_are_not_saved() {
        let folder = tempfile::TempDir::new().expect("a temporary folder can be made");
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let known: Vec<Schedule> = (0..3).map(|_| generator.schedule(None, 300)).collect();
        let saved = |corpus: &[Schedule], kept: &[Schedule]| {
            let runner = Runner::new(raft());
            save_new_coverage(runner, folder.path(), corpus, kept.iter())
                .map_err(|Failure(why)| why)
        };
        assert_eq!(saved(&known, &known), Ok(0));
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
        assert_eq!(saved(&known[1..], &known), Ok(1));
        assert_eq!(read_all(folder.path()).map(|schedules| schedules.len()), Ok(1));
    }
}
