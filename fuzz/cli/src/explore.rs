//! Exploration: the guided search, a worker for each core.
//!
//! Promises: workers have seeds of their own, and learn what the others discovered only between
//! rounds of so many events, as the exchange orders it: with `--executions` the same options give
//! the same finds, digest and files, whichever worker is faster. One worker executes what its
//! search does alone. Executions of all workers are numbered round-robin. A schedule is judged from
//! the start again before it is saved. Without `--executions` the clock is CPU time alone, of the
//! worker's thread; it is read between executions.

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
use whitewater::base::hash::mix;
use whitewater::raft::mark::Mark;
use whitewater::replica::Replica;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::files::read_all;
use whitewater::schedule::Schedule;
use whitewater::search::checkpoint::Checkpoint;
use whitewater::search::explorer::{Discovered, Explorer, Tuning};
use whitewater::search::generator::Strategy;
use whitewater::search::path_counts::{Discovery, PathCounts, Sample};
use whitewater::target::Systems;

use crate::exchange::{Exchange, Seat};
use crate::report::progress;
use crate::tally::{save, Ending, FindArgs, Tally};
use crate::{cpu_seconds, is_directory, Failure, Output, SystemArgs};

/// A worker reports its state after this many executions.
const REPORT_EVERY: u64 = 1 << 8;

/// CPU seconds of each worker, if no other limit is given.
const DEFAULT_CPU: f64 = 60.0;

/// The events of a round, after which workers exchange what they discovered.
const ROUND: u64 = 20_000;

#[derive(Args)]
pub struct ExploreArgs {
    /// Number of workers, by default one for each core: each a search with a seed of its own, which
    /// leaves to the others the paths that they were the first to take.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// CPU seconds of each worker; by default 60, or no limit with --executions or --until-stable.
    #[arg(long, value_name = "SECONDS", value_parser = cpu_seconds, conflicts_with = "executions")]
    cpu: Option<f64>,
    /// Executions of each worker, instead of CPU seconds. Then the same options and number of
    /// workers give the same result: the digest combines those of the workers, in their order, and
    /// --stop-at-first stops the others at a fixed point soon after the first that stops.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    executions: Option<u64>,
    /// End when going on is hardly worthwhile: when the next execution is expected to take fewer
    /// new paths than this, by default 0.005; --cpu and --executions remain upper limits.
    ///
    /// The estimate is that of Good and Turing, the number of paths that all workers together took
    /// exactly once, plus 1, over their executions. It presumes that executions go on as before,
    /// and says nothing of bugs that show on known paths alone: --bug-rate does.
    #[arg(long, value_name = "PATHS", num_args = 0..=1, require_equals = true,
          default_missing_value = "0.005", value_parser = new_paths)]
    until_stable: Option<f64>,
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

    /// The share of its executions or CPU seconds that a worker has used: it ends at 1.
    fn used(&self, drawn: u64, cpu: f64) -> f64 {
        match (self.executions, self.cpu, self.until_stable) {
            (Some(limit), ..) => drawn as f64 / limit as f64,
            (None, Some(limit), _) => cpu / limit,
            (None, None, Some(_)) => 0.0,
            (None, None, None) => cpu / DEFAULT_CPU,
        }
    }

    /// Whether a campaign that has discovered this is to end.
    fn is_stable(&self, discovery: &Discovery) -> bool {
        self.until_stable.is_some_and(|limit| discovery.expected() < limit)
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

/// A number of new paths expected of an execution.
fn new_paths(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(paths) if (1e-9..=1e9).contains(&paths) => Ok(paths),
        _ => Err("it is a number of paths from 1e-9 to 1e9, such as 0.005".into()),
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
    /// Paths that it has taken.
    known: usize,
    kept: usize,
    /// CPU seconds.
    cpu: f64,
    /// The used share of its executions or CPU seconds.
    used: f64,
}

/// What a worker tells the others after a round.
struct Report {
    /// The schedules that were the first to take some path.
    discoveries: Vec<Discovered>,
    /// How often it took paths.
    sample: Sample,
    /// Whether all workers are to end.
    ends: bool,
}

/// What the workers share.
struct Campaign<'a> {
    args: &'a ExploreArgs,
    corpus: Vec<Schedule>,
    exchange: Exchange<Report>,
    stop: AtomicBool,
}

/// A worker: its search, and what it has to do with the others.
struct Worker<'a, R: Replica, C> {
    campaign: &'a Campaign<'a>,
    number: u64,
    seat: Seat<'a, Report>,
    states: Sender<(usize, WorkerState)>,
    explorer: Explorer<R, C>,
    /// What all workers took in the rounds that this one has received.
    counts: PathCounts,
    state: WorkerState,
    ending: Ending,
    /// How many executions were begun, and how many of them were drawn.
    executions: u64,
    drawn: u64,
}

/// Runs the workers, and reports their results together.
pub fn explore<R: Replica, C: Checkpoint<R>>(
    args: &ExploreArgs,
    systems: Systems<R>,
) -> Result<Output, Failure> {
    let runner = args.system.runner(systems)?;
    args.save_corpus.as_deref().map_or(Ok(()), is_directory)?;
    args.finds.check()?;
    let (corpus, exchange) = (args.corpus()?, Exchange::new(args.jobs()));
    let campaign = Campaign { args, corpus, exchange, stop: AtomicBool::new(false) };
    let start = ProcessTime::now();
    let states = run_workers::<R, C>(&campaign, systems)?;
    let reports = campaign.exchange.reports();
    let saved = match &args.save_corpus {
        Some(directory) => {
            let discoveries = reports.iter().flat_map(|(_, report)| &report.discoveries);
            let discoveries = discoveries.map(|discovered| &discovered.schedule);
            Some(save_new_coverage(runner, directory, &campaign.corpus, discoveries)?)
        }
        None => None,
    };
    if args.finds.stop_at_first {
        total(&states).finds.iter().try_for_each(|(name, find)| args.finds.save(name, find))?;
    }
    let mut counts = PathCounts::default();
    reports.iter().for_each(|(_, report)| counts.add(&report.sample));
    let discovery = counts.discovery();
    let mut output = output(&states, &discovery, &args.finds, saved, start.elapsed());
    if args.until_stable.is_some() {
        let is_stable = args.is_stable(&discovery);
        output.text += &format!("stable: {}\n", if is_stable { "yes" } else { "no" });
        output.json["stable"] = is_stable.into();
    }
    Ok(output)
}

/// Runs the workers; their final states.
fn run_workers<R: Replica, C: Checkpoint<R>>(
    campaign: &Campaign,
    systems: Systems<R>,
) -> Result<Vec<WorkerState>, Failure> {
    thread::scope(|scope| {
        let (sender, states) = mpsc::channel();
        let spawn = |number| {
            let states = sender.clone();
            scope.spawn(move || campaign.work::<R, C>(number, states, systems))
        };
        let workers: Vec<_> = (0..campaign.args.jobs()).map(spawn).collect();
        drop(sender);
        let monitored = monitor_workers(states, campaign.args);
        campaign.stop.fetch_or(monitored.is_err(), Ordering::Relaxed);
        let results = workers.into_iter().map(|worker| worker.join().expect("a worker ends"));
        monitored.and(results.collect::<Result<Vec<_>, Failure>>())
    })
}

impl Campaign<'_> {
    /// Runs a worker. An error of one worker stops the others.
    fn work<R: Replica, C: Checkpoint<R>>(
        &self,
        number: u64,
        states: Sender<(usize, WorkerState)>,
        systems: Systems<R>,
    ) -> Result<WorkerState, Failure> {
        let seat = self.exchange.seat(number);
        let result = self.args.system.system_under_test(systems).and_then(|sut| {
            let tuning = Tuning { events: self.args.events, ..Tuning::DEFAULT };
            let seed = worker_seed(self.args.seed, number);
            let explorer = Explorer::<R, C>::new(sut, Strategy::default(), seed, tuning);
            let (state, ending) = (WorkerState::default(), Ending::default());
            let (campaign, counts, executions, drawn) = (self, PathCounts::default(), 0, 0);
            let worker = Worker {
                campaign,
                number,
                seat,
                states,
                explorer,
                counts,
                state,
                ending,
                executions,
                drawn,
            };
            worker.search()
        });
        result.inspect_err(|_| self.stop.store(true, Ordering::Relaxed))
    }
}

impl<R: Replica, C: Checkpoint<R>> Worker<'_, R, C> {
    /// Searches until the executions or CPU seconds are used up.
    fn search(mut self) -> Result<WorkerState, Failure> {
        let (campaign, start) = (self.campaign, ThreadTime::now());
        let (args, mut corpus) = (campaign.args, campaign.corpus.iter());
        let (mut round, mut ends) = (0, false);
        while !ends && !campaign.stop.load(Ordering::Relaxed) {
            self.state.cpu = start.elapsed().as_secs_f64();
            self.state.used = args.used(self.drawn, self.state.cpu);
            let next = corpus.next();
            if next.is_none() && self.state.used >= 1.0 {
                break;
            }
            let found = self.execute(next)?;
            self.executions += 1;
            (self.state.known, self.state.kept) =
                (self.explorer.discovery().known, self.explorer.kept().len());
            if found || self.executions % REPORT_EVERY == 0 {
                // The receiver is gone if a find could not be saved.
                let _ = self.states.send((self.number as usize, self.state.clone()));
            }
            ends = self.ending.is_reached(&args.finds, &self.state.tally, self.executions);
            if !ends && self.explorer.events() / ROUND > round {
                round = self.explorer.events() / ROUND;
                ends = self.exchange();
            }
        }
        campaign.stop.fetch_or(ends && args.executions.is_none(), Ordering::Relaxed);
        self.publish(ends);
        Ok(self.state)
    }

    /// Executes once: a schedule of the corpus, or else what the search draws. Whether that is the
    /// first find of its fingerprint.
    fn execute(&mut self, schedule: Option<&Schedule>) -> Result<bool, Failure> {
        let before = self.explorer.events();
        let outcome = match schedule {
            Some(schedule) => self.explorer.follow(schedule),
            None => {
                self.drawn += 1;
                self.explorer.execute(self.campaign.args.nodes)
            }
        };
        self.state.tally.add(&outcome, self.explorer.events() - before);
        let args = self.campaign.args;
        let is_wanted = |name: &String| self.ending.want(&args.finds, name);
        let Some(name) = outcome.fingerprint().filter(is_wanted) else { return Ok(false) };
        let number = self.executions * args.jobs() + self.number;
        let sut = self.explorer.system_under_test();
        self.state.tally.find(&args.finds, sut, number, &outcome.resolved, &name)
    }

    /// Tells the others what is new, and learns what they have told; whether all are to end.
    fn exchange(&mut self) -> bool {
        self.publish(false);
        let reports = self.seat.receive();
        for (_, report) in reports.iter().filter(|(worker, _)| *worker as u64 != self.number) {
            self.explorer.learn(&report.discoveries);
        }
        let args = self.campaign.args;
        if args.until_stable.is_some() {
            reports.iter().for_each(|(_, report)| self.counts.add(&report.sample));
        }
        let is_stable = !reports.is_empty() && args.is_stable(&self.counts.discovery());
        is_stable || reports.iter().any(|(_, report)| report.ends)
    }

    fn publish(&mut self, ends: bool) {
        let discoveries = self.explorer.take_discoveries();
        self.seat.publish(Report { discoveries, sample: self.explorer.take_sample(), ends });
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
    let known = states.iter().map(|state| state.known).max().unwrap_or(0);
    let kept: usize = states.iter().map(|state| state.kept).sum();
    let finds: Vec<&str> = tally.finds.keys().map(String::as_str).collect();
    format!("{rate} events/cpu-s paths {known} kept {kept} {} {}", tally.line(), finds.join(" "))
}

/// What is printed at the end.
fn output(
    states: &[WorkerState],
    discovery: &Discovery,
    finds: &FindArgs,
    saved: Option<usize>,
    cpu: Duration,
) -> Output {
    let mut output = total(states).output(cpu, finds);
    let kept: usize = states.iter().map(|state| state.kept).sum();
    output.add_discovery(discovery);
    output.text += &format!("clusters kept: {kept}\n");
    output.json["kept"] = kept.into();
    if let Some(saved) = saved {
        output.text += &format!("corpus: {saved} schedules with new coverage\n");
        output.json["saved"] = saved.into();
    }
    output
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
    use std::sync::Arc;

    use whitewater::mutants::{self, raft};
    use whitewater::replica::ours::Ours;
    use whitewater::run::Judged;
    use whitewater::search::generator::Generator;

    use super::*;

    #[test]
    fn every_worker_has_a_seed_of_its_own() {
        let pairs = (0..4).flat_map(|seed| (0..64).map(move |number| (seed, number)));
        let seeds: BTreeSet<u64> = pairs.map(|(seed, number)| worker_seed(seed, number)).collect();
        assert_eq!(seeds.len(), 4 * 64);
    }

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        explore: ExploreArgs,
    }

    /// What workers with these options do: their states, and their reports.
    fn worked(words: &str) -> (Vec<WorkerState>, Vec<(usize, Arc<Report>)>) {
        let line = <Line as clap::Parser>::parse_from(
            ["", "--executions"].into_iter().chain(words.split(' ')),
        );
        let args = &line.explore;
        let (corpus, exchange) = (Vec::new(), Exchange::new(args.jobs()));
        let campaign = Campaign { args, corpus, exchange, stop: AtomicBool::new(false) };
        let states = run_workers::<Ours, Judged<Ours>>(&campaign, mutants::system_under_test);
        (states.map_err(|Failure(why)| why).expect("they end"), campaign.exchange.reports())
    }

    /// The digest of so many executions of a worker's search by itself.
    fn alone(seed: u64, worker: u64, executions: u64) -> u64 {
        let seed = worker_seed(seed, worker);
        let mut explorer: Explorer<Ours> =
            Explorer::new(raft(), Strategy::default(), seed, Tuning::DEFAULT);
        let mut tally = Tally::default();
        (0..executions).for_each(|_| tally.add(&explorer.execute(None), 0));
        tally.digest()
    }

    #[test]
    fn one_worker_executes_what_its_search_does_alone() {
        let (states, reports) = worked("400 --jobs 1 --seed 4");
        assert_eq!(states[0].tally.digest(), alone(4, 0, 400));
        assert!(reports.len() > 3, "{} rounds", reports.len());
    }

    #[test]
    fn a_campaign_until_stable_ends_alike_in_all_workers_and_before_its_limit() {
        let ended = || {
            let (states, reports) = worked("100000 --jobs 2 --until-stable=3");
            let mut counts = PathCounts::default();
            reports.iter().for_each(|(_, report)| counts.add(&report.sample));
            let of = |worker| reports.iter().filter(|(by, _)| *by == worker).count();
            assert_eq!(of(0), of(1), "rounds");
            (
                counts.discovery(),
                states.iter().map(|state| state.tally.digest()).collect::<Vec<_>>(),
            )
        };
        let (discovery, digests) = ended();
        assert!(discovery.executions < 5_000 && discovery.expected() < 3.5, "{discovery:?}");
        assert_eq!(ended(), (discovery, digests));
    }

    #[test]
    fn a_limit_ends_a_campaign_that_is_not_stable_and_without_any_limit_there_is_a_minute() {
        let used = |words: &str, drawn, cpu| {
            let words = ["whitewater"].into_iter().chain(words.split_whitespace());
            <Line as clap::Parser>::parse_from(words).explore.used(drawn, cpu)
        };
        assert_eq!(used("", 9, 30.0), 0.5);
        assert_eq!(used("--until-stable", 9, 300.0), 0.0);
        assert_eq!(used("--until-stable --cpu 10", 9, 5.0), 0.5);
        assert_eq!(used("--until-stable --executions 10", 9, 5.0), 0.9);
    }

    #[test]
    fn workers_learn_what_the_others_discovered_and_discover_it_no_more() {
        let (states, reports) = worked("400 --jobs 2 --seed 4");
        assert_ne!(states[1].tally.digest(), alone(4, 1, 400), "it went on from other clusters");
        let slots = |report: &Report| -> BTreeSet<usize> {
            report.discoveries.iter().map(|discovered| discovered.slot).collect()
        };
        let of = |worker| {
            let own = reports.iter().filter(move |(by, _)| *by == worker);
            own.map(|(_, report)| slots(report)).collect::<Vec<_>>()
        };
        for (own, others) in [(of(0), of(1)), (of(1), of(0))] {
            // After its second round it knows the others' first one.
            for (learnt, later) in others.iter().zip(&own[2..]) {
                assert!(learnt.is_disjoint(later));
            }
            assert!(others.iter().flatten().count() > 100, "there is something to learn");
        }
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
