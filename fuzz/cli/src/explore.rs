//! Exploration: the guided search, a worker for each core.
//!
//! Promises: workers share nothing but what is reported, each with a seed of its own, so that with
//! `--executions` the same options give the same finds, digest and files. Executions of all workers
//! are numbered as if they took turns. What a worker keeps is judged from the start again before it
//! is saved. Without `--executions` the clock is CPU time alone, of the worker's thread; it is read
//! between executions.

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
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::Replica;
use whitewater::run::{Outcome, Runner};
use whitewater::schedule::files::read_all;
use whitewater::schedule::Schedule;
use whitewater::search::explorer::{Explorer, Tuning};
use whitewater::search::generator::Strategy;
use whitewater::target::Systems;

use crate::report::progress;
use crate::tally::{save, FindArgs, Tally};
use crate::{cpu_seconds, is_directory, Answer, Failure, Under};

/// A worker says how it stands after so many executions.
const REPORT_EVERY: u64 = 1 << 8;

#[derive(Args)]
pub struct ExploreArgs {
    /// How many workers, each with a search of its own; else one for each core.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: Option<u16>,
    /// How many CPU seconds each worker has.
    #[arg(long, default_value = "60", value_name = "SECONDS", value_parser = cpu_seconds,
          conflicts_with = "executions")]
    cpu: f64,
    /// How many executions each worker has instead. The same options and number of workers give
    /// the same then: the digest is mixed of those of the workers, in their order, and
    /// --stop-at-first stops each worker at its own first find.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    executions: Option<u64>,
    /// From which the seed of each worker follows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Size of every cluster, those of --corpus too; else each schedule draws its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    nodes: Option<u8>,
    /// How many primitive events an execution has that begins at the start.
    #[arg(long, default_value_t = Tuning::DEFAULT.events, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=Schedule::MAX_EVENTS as i64))]
    events: u32,
    /// Follow the schedules of this directory first, beyond the number of executions.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// At the end, save in this directory the schedules that were the first to take some path:
    /// those that break nothing, and reach what neither the corpus nor one before them did.
    #[arg(long, value_name = "DIR")]
    save_corpus: Option<PathBuf>,
    #[command(flatten)]
    finds: FindArgs,
    #[command(flatten)]
    under: Under,
}

impl ExploreArgs {
    fn jobs(&self) -> u64 {
        let cores = || thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        self.jobs.map_or_else(cores, u64::from)
    }

    /// The schedules to be followed.
    fn corpus(&self) -> Result<Vec<Schedule>, Failure> {
        let Some(directory) = &self.corpus else { return Ok(Vec::new()) };
        let mut corpus = read_all(directory)?;
        for schedule in &mut corpus {
            schedule.setup.nodes = self.nodes.unwrap_or(schedule.setup.nodes);
        }
        Ok(corpus)
    }
}

/// The seed of one worker, spread by ChaCha.
fn worker_seed(seed: u64, number: u64) -> u64 {
    ChaCha8Rng::seed_from_u64(mix(mix(0, seed), number)).next_u64()
}

/// How a worker stands.
#[derive(Clone, Default)]
struct Stand {
    tally: Tally,
    known: usize,
    kept: usize,
    /// CPU seconds.
    cpu: f64,
    /// Which part of what it was given it has used up.
    used: f64,
}

/// What a worker is given.
struct Work<'a> {
    args: &'a ExploreArgs,
    corpus: &'a [Schedule],
    number: u64,
    stop: &'a AtomicBool,
    stands: Sender<(usize, Stand)>,
}

/// How a worker stands in the end, and the schedules that lead to where it could go on.
type Ended = (Stand, Vec<Schedule>);

/// Searches, with as many workers as there are to be.
pub fn explore<R: Replica + Clone>(
    args: &ExploreArgs,
    systems: Systems<R>,
) -> Result<Answer, Failure> {
    let runner = args.under.runner(systems)?;
    args.save_corpus.as_deref().map_or(Ok(()), is_directory)?;
    args.finds.check()?;
    let corpus = args.corpus()?;
    let (start, stop) = (ProcessTime::now(), AtomicBool::new(false));
    let ended = thread::scope(|scope| {
        let (sender, stands) = mpsc::channel();
        let spawn = |number| {
            let (corpus, stop, stands) = (&corpus, &stop, sender.clone());
            let work = Work { args, corpus, number, stop, stands };
            scope.spawn(move || work.run(systems))
        };
        let workers: Vec<_> = (0..args.jobs()).map(spawn).collect();
        drop(sender);
        let watched = recorder(stands, args);
        stop.fetch_or(watched.is_err(), Ordering::Relaxed);
        let ended = workers.into_iter().map(|worker| worker.join().expect("a worker ends"));
        watched.and(ended.collect::<Result<Vec<_>, Failure>>())
    })?;
    let saved = match &args.save_corpus {
        Some(directory) => {
            let discoveries = ended.iter().flat_map(|(_, discoveries)| discoveries);
            Some(save_news(runner, directory, &corpus, discoveries)?)
        }
        None => None,
    };
    let stands: Vec<Stand> = ended.into_iter().map(|(stand, _)| stand).collect();
    Ok(answer(&stands, saved, start.elapsed()))
}

impl Work<'_> {
    /// Does it. What cannot go on for one need not go on for the others.
    fn run<R: Replica + Clone>(self, systems: Systems<R>) -> Result<Ended, Failure> {
        let ended = self.args.under.system_under_test(systems).and_then(|sut| self.search(&sut));
        ended.inspect_err(|_| self.stop.store(true, Ordering::Relaxed))
    }

    /// Searches until what it was given is used up.
    fn search<R: Replica + Clone>(&self, sut: &SystemUnderTest<R>) -> Result<Ended, Failure> {
        let (args, start) = (self.args, ThreadTime::now());
        let tuning = Tuning { events: args.events, ..Tuning::DEFAULT };
        let seed = worker_seed(args.seed, self.number);
        let mut explorer = Explorer::new(sut.clone(), Strategy::default(), seed, tuning);
        let (mut stand, mut corpus) = (Stand::default(), self.corpus.iter());
        let (mut executions, mut drawn) = (0, 0);
        while !self.stop.load(Ordering::Relaxed) {
            stand.cpu = start.elapsed().as_secs_f64();
            stand.used = match args.executions {
                Some(limit) => drawn as f64 / limit as f64,
                None => stand.cpu / args.cpu,
            };
            let before = explorer.events();
            let outcome = match corpus.next() {
                Some(schedule) => explorer.follow(schedule),
                None if stand.used >= 1.0 => break,
                None => {
                    drawn += 1;
                    explorer.execute(args.nodes)
                }
            };
            stand.tally.add(&outcome, explorer.events() - before);
            let found = self.look_at(&outcome, executions, sut, &mut stand.tally)?;
            executions += 1;
            (stand.known, stand.kept) = (explorer.known(), explorer.kept().len());
            if found || executions % REPORT_EVERY == 0 {
                // Nobody listens any more if a find could not be saved.
                let _ = self.stands.send((self.number as usize, stand.clone()));
            }
            if args.finds.stop_at_first && !stand.tally.finds.is_empty() {
                self.stop.fetch_or(args.executions.is_none(), Ordering::Relaxed);
                break;
            }
        }
        Ok((stand, explorer.into_discoveries()))
    }

    /// Counts what an execution broke; whether it is the first of its fingerprint.
    fn look_at<R: Replica>(
        &self,
        outcome: &Outcome,
        execution: u64,
        sut: &SystemUnderTest<R>,
        tally: &mut Tally,
    ) -> Result<bool, Failure> {
        let wanted = |fingerprint: &String| self.args.finds.want(fingerprint);
        let Some(fingerprint) = outcome.fingerprint().filter(wanted) else { return Ok(false) };
        let number = execution * self.args.jobs() + self.number;
        Ok(tally.find(sut, number, &outcome.resolved, &fingerprint)?.is_some())
    }
}

/// Shows how workers stand, and saves what they find, until all have ended.
fn recorder(stands: Receiver<(usize, Stand)>, args: &ExploreArgs) -> Result<(), Failure> {
    let style = "{elapsed_precise} [{bar:20}] {percent}% {wide_msg}";
    let bar = progress(1000 * args.jobs(), style);
    let mut latest = vec![Stand::default(); args.jobs() as usize];
    for (worker, stand) in stands {
        let before = std::mem::replace(&mut latest[worker], stand);
        for (fingerprint, find) in &latest[worker].tally.finds {
            if !before.tally.finds.contains_key(fingerprint) {
                args.finds.save(fingerprint, find)?;
            }
        }
        let used: f64 = latest.iter().map(|stand| stand.used.min(1.0)).sum();
        bar.set_position((1000.0 * used) as u64);
        bar.set_message(line(&latest));
    }
    bar.finish_and_clear();
    Ok(())
}

/// All workers together.
fn total(stands: &[Stand]) -> Tally {
    let mut total = Tally::default();
    stands.iter().for_each(|stand| total.merge(&stand.tally));
    total
}

/// How workers stand, in a few words. Of paths, as many as the one knows who knows most.
fn line(stands: &[Stand]) -> String {
    let tally = total(stands);
    let cpu: f64 = stands.iter().map(|stand| stand.cpu).sum();
    let rate = (tally.events as f64 / cpu.max(1e-6)) as u64;
    let known = stands.iter().map(|stand| stand.known).max().unwrap_or(0);
    let kept: usize = stands.iter().map(|stand| stand.kept).sum();
    let finds: Vec<&str> = tally.finds.keys().map(String::as_str).collect();
    format!("{rate} events/cpu-s paths {known} kept {kept} {} {}", tally.line(), finds.join(" "))
}

/// What is printed at the end.
fn answer(stands: &[Stand], saved: Option<usize>, cpu: Duration) -> Answer {
    let mut answer = total(stands).answer(cpu);
    let known: Vec<usize> = stands.iter().map(|stand| stand.known).collect();
    let kept: usize = stands.iter().map(|stand| stand.kept).sum();
    let words: Vec<String> = known.iter().map(usize::to_string).collect();
    answer.text +=
        &format!("paths known, by worker: {}\nclusters kept: {kept}\n", words.join(", "));
    answer.json["paths"] = known.into();
    answer.json["kept"] = kept.into();
    if let Some(saved) = saved {
        answer.text += &format!("corpus: {saved} schedules reach something new\n");
        answer.json["saved"] = saved.into();
    }
    answer
}

/// Something that a run can reach.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Goal(usize),
    Turn(Mark),
    Path(u64),
}

/// All that runs have reached.
#[derive(Default)]
struct Reached(BTreeSet<Reach>);

impl Reached {
    /// Adds what a run reached; whether something of it was new.
    fn add(&mut self, outcome: &Outcome, keys: &[u64]) -> bool {
        let before = self.0.len();
        let goals = outcome.goals.0.iter().enumerate().filter(|(_, &count)| count > 0);
        let turns = Mark::ALL.into_iter().filter(|&(mark, ..)| outcome.marks.contains(mark));
        self.0.extend(goals.map(|(goal, _)| Reach::Goal(goal)));
        self.0.extend(turns.map(|(mark, ..)| Reach::Turn(mark)));
        self.0.extend(keys.iter().copied().map(Reach::Path));
        self.0.len() > before
    }
}

/// Saves the schedules that break nothing and reach something that neither the corpus nor one
/// before them reached; how many.
fn save_news<'a, R: Replica>(
    mut runner: Runner<R>,
    directory: &Path,
    corpus: &[Schedule],
    discoveries: impl Iterator<Item = &'a Schedule>,
) -> Result<usize, Failure> {
    let mut reached = Reached::default();
    for schedule in corpus {
        let outcome = runner.run(schedule);
        reached.add(&outcome, runner.keys());
    }
    let mut saved = 0;
    for schedule in discoveries {
        let outcome = runner.run(schedule);
        if outcome.violation.is_none() && reached.add(&outcome, runner.keys()) {
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
    fn only_what_reaches_something_new_is_news() {
        let mut runner = Runner::new(raft());
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let (first, second) = (generator.schedule(None, 300), generator.schedule(None, 300));
        let mut reached = Reached::default();
        let mut is_news = |schedule: &Schedule| {
            let outcome = runner.run(schedule);
            reached.add(&outcome, runner.keys())
        };
        assert_eq!([&first, &first, &second, &first].map(&mut is_news), [true, false, true, false]);
    }

    #[test]
    fn what_the_corpus_reaches_is_not_saved_again() {
        let folder = tempfile::TempDir::new().expect("a temporary folder can be made");
        let mut generator = Generator::new(Strategy::Swarm, 1);
        let known: Vec<Schedule> = (0..3).map(|_| generator.schedule(None, 300)).collect();
        let saved = |corpus: &[Schedule], kept: &[Schedule]| {
            let runner = Runner::new(raft());
            save_news(runner, folder.path(), corpus, kept.iter()).map_err(|Failure(why)| why)
        };
        assert_eq!(saved(&known, &known), Ok(0));
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
        assert_eq!(saved(&known[1..], &known), Ok(1));
        assert_eq!(read_all(folder.path()).map(|schedules| schedules.len()), Ok(1));
    }
}
