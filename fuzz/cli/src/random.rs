//! Random campaigns: schedules drawn from a seed, run and judged.

use std::path::{Path, PathBuf};

use clap::Args;
use cpu_time::ProcessTime;
use whitewater::replica::Replica;
use whitewater::run::{Judged, Outcome, Runner};
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, DRAWS_PER_EVENT};
use whitewater::target::Systems;

use crate::report::progress;
use crate::tally::{save, FindArgs, Tally};
use crate::{is_directory, DrawArgs, Failure, Output, SystemArgs};

#[derive(Args)]
pub struct RandomArgs {
    #[command(flatten)]
    draws: DrawArgs,
    /// Number of schedules.
    #[arg(long, default_value_t = 10_000, value_name = "N",
          value_parser = clap::value_parser!(u64).range(1..))]
    schedules: u64,
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

/// Runs a campaign.
pub fn random<R: Replica>(args: &RandomArgs, systems: Systems<R>) -> Result<Output, Failure> {
    let mut runner = args.system.runner(systems)?;
    args.save_corpus.as_deref().map_or(Ok(()), is_directory)?;
    args.finds.check()?;
    let mut generator = args.draws.generator();
    let mut tally = Tally::default();
    let start = ProcessTime::now();
    let style = "{elapsed_precise} [{wide_bar}] {human_pos}/{human_len} {msg} eta {eta}";
    let bar = progress(args.schedules, style);
    for number in 0..args.schedules {
        let (drawn, outcome) =
            draw(&mut runner, &mut generator, args.draws.nodes, args.draws.events);
        let is_new = tally.reaches_more(&outcome);
        tally.add(&outcome, outcome.resolved.events.len() as u64);
        if number % 256 == 0 {
            bar.set_position(number);
            bar.set_message(tally.line());
        }
        match outcome.fingerprint() {
            Some(other) if !args.finds.want(&other) => {}
            Some(fingerprint) => {
                let sut = runner.system_under_test();
                let find = tally.find(sut, number, &outcome.resolved, &fingerprint)?;
                find.map_or(Ok(()), |find| args.finds.save(&fingerprint, find))?;
            }
            None if args.new_goals && !is_new => {}
            None => save_clean(&mut runner, args.save_corpus.as_deref(), &drawn)?,
        }
        if args.finds.stop_at_first && !tally.finds.is_empty() {
            break;
        }
    }
    bar.finish_and_clear();
    Ok(tally.output(start.elapsed()))
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
