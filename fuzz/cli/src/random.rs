//! Random campaigns: schedules drawn from a seed, run and judged.
//!
//! Promises: without `--cpu` the same options give the same finds, digest and files. With it, the
//! clock is CPU time alone; it is read between schedules, and shrinking counts.

use std::path::{Path, PathBuf};

use clap::Args;
use cpu_time::ProcessTime;
use indicatif::ProgressBar;
use whitewater::replica::Replica;
use whitewater::run::{Judged, Outcome, Runner};
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, DRAWS_PER_EVENT};
use whitewater::search::path_counts::PathCounts;
use whitewater::target::Systems;

use crate::report::progress;
use crate::tally::{save, Ending, FindArgs, Tally};
use crate::{cpu_seconds, is_directory, DrawArgs, Failure, Output, SystemArgs};

/// The number of schedules, if neither it nor a time is given.
const SCHEDULES: u64 = 10_000;

#[derive(Args)]
pub struct RandomArgs {
    #[command(flatten)]
    draws: DrawArgs,
    /// Number of schedules; by default 10,000, or with --cpu as many as there is time for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    schedules: Option<u64>,
    /// End after this many CPU seconds, with those for shrinking; with --schedules, whichever comes
    /// first.
    #[arg(long, value_name = "SECONDS", value_parser = cpu_seconds)]
    cpu: Option<f64>,
    #[command(flatten)]
    finds: FindArgs,
    /// Save every schedule without a violation in this directory.
    #[arg(long, value_name = "DIR")]
    save_corpus: Option<PathBuf>,
    /// Of these, save only schedules that reach a goal, or hit a coverage mark of the Raft, that no
    /// earlier schedule did.
    #[arg(long, requires = "save_corpus")]
    new_goals: bool,
    #[command(flatten)]
    pub system: SystemArgs,
}

/// How much of a campaign is over.
struct Limits {
    schedules: Option<u64>,
    cpu: Option<f64>,
    start: ProcessTime,
}

impl Limits {
    fn new(args: &RandomArgs) -> Limits {
        let schedules = args.schedules.or(args.cpu.is_none().then_some(SCHEDULES));
        Limits { schedules, cpu: args.cpu, start: ProcessTime::now() }
    }

    /// The share that is over after this many schedules: the campaign ends at 1.
    fn used(&self, schedules: u64) -> f64 {
        let drawn = self.schedules.map_or(0.0, |limit| schedules as f64 / limit as f64);
        let spent = self.cpu.map_or(0.0, |limit| self.start.elapsed().as_secs_f64() / limit);
        drawn.max(spent)
    }

    /// The bar counts schedules, or with a time, thousandths of it.
    fn bar(&self) -> ProgressBar {
        match self.schedules {
            Some(schedules) if self.cpu.is_none() => progress(
                schedules,
                "{elapsed_precise} [{wide_bar}] {human_pos}/{human_len} {msg} eta {eta}",
            ),
            _ => progress(1000, "{elapsed_precise} [{wide_bar}] {percent}% {msg} eta {eta}"),
        }
    }
}

/// Runs a campaign.
pub fn random<R: Replica>(args: &RandomArgs, systems: Systems<R>) -> Result<Output, Failure> {
    let mut runner = args.system.runner(systems)?;
    args.save_corpus.as_deref().map_or(Ok(()), is_directory)?;
    args.finds.check()?;
    args.draws.check::<R>()?;
    let mut generator = args.draws.generator();
    let mut tally = Tally::default();
    let (limits, mut ending, mut number) = (Limits::new(args), Ending::default(), 0);
    let mut counts = PathCounts::default();
    let bar = limits.bar();
    loop {
        let used = limits.used(number);
        if used >= 1.0 || ending.is_reached(&args.finds, &tally, number) {
            break;
        }
        let (drawn, outcome) =
            draw(&mut runner, &mut generator, args.draws.nodes, args.draws.events);
        let is_new = tally.reaches_more(&outcome);
        tally.add(&outcome, outcome.resolved.events.len() as u64);
        counts.begin();
        counts.count(runner.keys());
        if number % 256 == 0 {
            bar.set_position((used * bar.length().unwrap_or(0) as f64) as u64);
            bar.set_message(tally.line());
        }
        match outcome.fingerprint() {
            Some(other) if !ending.want(&args.finds, &other) => {}
            Some(fingerprint) => {
                let sut = runner.system_under_test();
                let resolved = &outcome.resolved;
                let is_first = tally.find(&args.finds, sut, number, resolved, &fingerprint)?;
                if is_first && !args.finds.stop_at_first {
                    args.finds.save(&fingerprint, &tally.finds[&fingerprint])?;
                }
            }
            None if args.new_goals && !is_new => {}
            None => save_clean(&mut runner, args.save_corpus.as_deref(), &drawn)?,
        }
        number += 1;
    }
    bar.finish_and_clear();
    if args.finds.stop_at_first {
        tally.finds.iter().try_for_each(|(name, find)| args.finds.save(name, find))?;
    }
    let mut output = tally.output(limits.start.elapsed(), &args.finds);
    output.add_discovery(&counts.discovery());
    Ok(output)
}

/// DrawArgs a schedule and runs it, until it has its number of primitive events.
pub fn draw<R: Replica>(
    runner: &mut Runner<R>,
    generator: &mut Generator,
    nodes: Option<u8>,
    events: u32,
) -> (Schedule, Outcome) {
    let setup = generator.setup(nodes);
    let limit = events as usize;
    let mut events = Vec::with_capacity(limit);
    let most = (DRAWS_PER_EVENT * limit).min(Schedule::MAX_EVENTS);
    let next = |cluster: &Judged<R>| {
        (events.len() < most).then(|| {
            let event = generator.event(cluster.enabled());
            events.push(event);
            event
        })
    };
    let outcome = runner.run_events(setup, next, limit);
    (Schedule { setup, events }, outcome)
}

/// Saves a schedule if it has no violation when all its events are run, either.
fn save_clean<R: Replica>(
    runner: &mut Runner<R>,
    directory: Option<&Path>,
    schedule: &Schedule,
) -> Result<(), Failure> {
    match directory {
        Some(directory) if runner.run(schedule).violation.is_none() => {
            save(directory, "", schedule)
        }
        _ => Ok(()),
    }
}
