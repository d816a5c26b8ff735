//! The bench: which strategy finds which seeded bug, at what cost in CPU seconds, events and
//! executions, with confidence intervals.
//!
//! Promises: the campaigns follow from the options alone, whichever worker runs them; a bench that
//! was stopped continues where it was. Trials are the outer loop, so that a stopped bench has about
//! as many of every bug and strategy, and other load on the machine slows all strategies alike.

mod campaign;
mod campaign_result;
mod comparison;
mod figures;
mod figures_text;
mod file;
mod libfuzzer;
mod markdown;
mod merge;
mod overview;
mod page;
mod phases;
mod plot;
mod ratio;
mod results;
mod rows;
mod stats;
mod table;
mod topics;

use std::io::Read;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use whitewater::base::renamed;
use whitewater::mutants::bench::{self, Seed};
use whitewater::schedule::files::read_all;
use whitewater::schedule::Schedule;

use crate::report::progress;
use crate::{cpu_seconds, Failure, Output};
use campaign::{Conditions, Strategy, Task};
use figures::Origin;
use rows::{Row, RowStore, Set};

/// This program's version, and the commit of its sources if they were in a repository.
const BUILD: &str = env!("WHITEWATER_BUILD");

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchArgs {
    #[command(subcommand)]
    command: Option<BenchCommand>,
    /// Strategies to run; by default all, or with --quick the tuned swarm.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    strategies: Vec<String>,
    /// Bugs to search for; by default all.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    bugs: Vec<String>,
    /// Only bugs of this tier, from 1, found by every strategy, to 5, found by almost none.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    tier: Option<u8>,
    /// Bugs that are always armed, bugs that are armed rarely, or both.
    #[arg(long, value_enum, default_value = "all")]
    set: SetArg,
    /// Campaigns for each bug and strategy.
    #[arg(long, default_value_t = 20, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..))]
    trials: u32,
    /// CPU seconds after which a campaign ends without a find.
    #[arg(long, default_value = "10", value_name = "CPU_SECONDS", value_parser = cpu_seconds)]
    cap: f64,
    /// Primitive events of each schedule.
    #[arg(long, default_value_t = Schedule::FULL_LENGTH as u32, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=Schedule::MAX_EVENTS as i64))]
    events: u32,
    /// Seed from which each campaign's seed is derived.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Campaigns that run at the same time.
    #[arg(long, default_value_t = 1, value_name = "N",
          value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Begin each campaign with the schedules of this directory, in an order of its own. A row
    /// records that there was a corpus, not which.
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// The fuzz target `mutant`, built by `cargo fuzz build`: the strategies libfuzzer and
    /// libfuzzer-edges need it.
    #[arg(long, value_name = "PROGRAM")]
    fuzzer: Option<PathBuf>,
    /// File to which each campaign is appended, as a line of JSON. Campaigns in the file are not
    /// run again.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Run nothing; report the campaigns in the file, which may be compressed.
    #[arg(long, requires = "out", conflicts_with_all =
          ["trials", "cap", "events", "seed", "jobs", "corpus", "fuzzer", "quick"])]
    report_only: bool,
    /// Three campaigns of two CPU seconds for each bug of tier 1; exit code 1 if all three miss a
    /// bug.
    #[arg(long, conflicts_with_all = ["tier", "trials", "cap"])]
    quick: bool,
}

/// Commands that run no campaigns.
#[derive(Subcommand)]
enum BenchCommand {
    /// Write the page of results and its plots, from figures.jsonl, campaigns.jsonl.gz and notes.md
    /// in DOCS/results.
    Page {
        /// The folder of `results.md`.
        docs: PathBuf,
    },
    /// Record figures in DOCS/results/figures.jsonl, replacing those of the same name, and write
    /// the page again. Standard input has a line for each figure: name, measure, value, unit and
    /// optionally spread, separated by tabs.
    Record(RecordArgs),
    /// Print geometric means of ratios, with 95 % intervals. Standard input has a line for each
    /// pair of measurements: name, one measurement and the other, separated by tabs.
    Ratio,
    /// Print instructions, I1 misses and mispredicted branches of an event, by phase.
    Phases {
        /// What callgrind counted with `--dump-instr=yes --cache-sim=yes --branch-sim=yes`.
        counts: PathBuf,
        /// The program that ran, built here.
        program: PathBuf,
        /// The number of events in that run.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        events: u64,
    },
    /// Add to TARGET the campaigns that only FILES have. Campaigns in TARGET stay as they are. A
    /// file whose name ends in `.gz` is compressed, so this also packs and unpacks.
    Merge {
        /// A file of rows; it is created if it does not exist.
        target: PathBuf,
        /// Further files of rows.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Args)]
struct RecordArgs {
    /// The folder of `results.md`.
    docs: PathBuf,
    /// The name of the figure.
    figure: String,
    /// The command that measured it.
    #[arg(long)]
    command: String,
    /// The commit that was measured.
    #[arg(long)]
    commit: String,
    /// The date of the measurement, such as 2026-11-23.
    #[arg(long)]
    date: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SetArg {
    Plain,
    Deep,
    All,
}

/// The selected bugs and strategies.
struct Selection<'a> {
    args: &'a BenchArgs,
    tier: Option<u8>,
    strategies: Vec<Strategy>,
}

impl<'a> Selection<'a> {
    fn new(args: &'a BenchArgs) -> Result<Selection<'a>, Failure> {
        let strategy = |name: &String| {
            let all = || {
                Strategy::all()
                    .chain(Strategy::fuzzers())
                    .map(Strategy::name)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let unknown =
                || Failure(format!("no strategy is called '{name}'; there are {}", all()));
            Strategy::named(name).ok_or_else(unknown)
        };
        let is_unknown = |name: &&String| bench::seeds().all(|seed| seed.name != **name);
        if let Some(name) = args.bugs.iter().find(is_unknown) {
            return Err(Failure(format!("no bug of the bench is called '{name}'")));
        }
        let mut strategies = Vec::new();
        for name in &args.strategies {
            let strategy = strategy(name)?;
            // A strategy that is named twice runs once.
            if !strategies.contains(&strategy) {
                strategies.push(strategy);
            }
        }
        if strategies.is_empty() && args.quick {
            strategies.push(Strategy::Unguided(Default::default()));
        } else if strategies.is_empty() {
            strategies.extend(Strategy::all());
            let fuzzers = Strategy::fuzzers().into_iter();
            strategies.extend(fuzzers.filter(|_| args.fuzzer.is_some()));
        }
        Ok(Selection { args, tier: if args.quick { Some(1) } else { args.tier }, strategies })
    }

    fn has_bug(&self, name: &str, set: Set, tier: u8) -> bool {
        let named = self.args.bugs.is_empty()
            || self.args.bugs.iter().any(|bug| renamed::current(bug) == name);
        let of_set = match self.args.set {
            SetArg::Plain => set == Set::Plain,
            SetArg::Deep => set == Set::Deep,
            SetArg::All => true,
        };
        named && of_set && self.tier.is_none_or(|only| only == tier)
    }

    /// Whether a row is reported. Unknown strategies are reported if none are named.
    fn has(&self, row: &Row) -> bool {
        let mut names = self.strategies.iter().map(|strategy| strategy.name());
        let all = self.args.strategies.is_empty() && !self.args.quick;
        (all || names.any(|name| name == row.strategy)) && self.has_bug(&row.bug, row.set, row.tier)
    }

    /// Every campaign.
    fn tasks(&self) -> Vec<Task> {
        let wanted = |seed: &&Seed| self.has_bug(seed.name, (&seed.set).into(), seed.tier);
        let bugs: Vec<&'static Seed> = bench::seeds().filter(wanted).collect();
        let trials = if self.args.quick { 3 } else { self.args.trials };
        let pairs =
            bugs.iter().flat_map(|&bug| self.strategies.iter().map(move |&mine| (bug, mine)));
        let pairs: Vec<_> = pairs.collect();
        let of = |trial| pairs.iter().map(move |&(bug, strategy)| Task { bug, strategy, trial });
        (0..trials).flat_map(of).collect()
    }
}

/// Runs campaigns and reports their results, or runs the given command.
pub fn bench(args: &BenchArgs) -> Result<Output, Failure> {
    match &args.command {
        None => run_and_report(args),
        Some(BenchCommand::Page { docs }) => results::write(docs),
        Some(BenchCommand::Record(record)) => save(record),
        Some(BenchCommand::Ratio) => ratio::ratio(&standard_input()?),
        Some(BenchCommand::Phases { counts, program, events }) => {
            phases::report(counts, program, *events)
        }
        Some(BenchCommand::Merge { target, files }) => merge::merge(target, files),
    }
}

fn standard_input() -> Result<String, Failure> {
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| Failure(format!("standard input: {error}")))?;
    Ok(text)
}

/// Records the figures on standard input.
fn save(args: &RecordArgs) -> Result<Output, Failure> {
    let origin = Origin {
        command: args.command.clone(),
        commit: args.commit.clone(),
        date: args.date.clone(),
        machine: machine(),
    };
    let figures = figures::measured(&standard_input()?, &args.figure, &origin)?;
    figures::record(&results::figures_of(&args.docs), figures)?;
    results::write(&args.docs)
}

/// Processor, cores, system and compiler of this machine.
fn machine() -> String {
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = thread::available_parallelism().map_or("?".into(), |cores| cores.to_string());
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    // Without the hash and the date of the compiler's own sources.
    let compiler = env!("WHITEWATER_COMPILER").split(" (").next().unwrap_or_default();
    format!("{}, {cores} cores, {os} {arch}; {compiler}", model.unwrap_or("unknown processor"))
}

fn run_and_report(args: &BenchArgs) -> Result<Output, Failure> {
    let selection = Selection::new(args)?;
    if let Some(fuzzer) = args.fuzzer.as_ref().filter(|fuzzer| !fuzzer.is_file()) {
        return Err(Failure(format!("{}: is no program", fuzzer.display())));
    }
    let (store, missed) = match (&args.out, args.report_only) {
        (Some(file), true) => (RowStore::read(file)?, Vec::new()),
        _ => campaigns(&selection)?,
    };
    let rows: Vec<&Row> = store.rows().filter(|row| selection.has(row)).collect();
    if rows.is_empty() {
        return Err(Failure("no campaign matches these options".into()));
    }
    let sections = table::sections(rows.iter().copied());
    let mut text = page::report(&sections);
    if !missed.is_empty() {
        text += &format!("missed: {}\n", missed.join(", "));
    }
    let json = json!({ "campaigns": rows.len(), "sections": sections, "missed": missed });
    Ok(Output { text, json, clean: missed.is_empty() })
}

/// Runs the campaigns that are not in the store. With `--quick`, also returns the missed bugs.
fn campaigns(selection: &Selection) -> Result<(RowStore, Vec<String>), Failure> {
    let args = selection.args;
    let corpus = args.corpus.as_ref().map(|directory| -> Result<Vec<Schedule>, Failure> {
        let schedules = read_all(directory)?;
        match schedules.is_empty() {
            true => Err(Failure(format!("{}: holds no schedules", directory.display()))),
            false => Ok(schedules),
        }
    });
    let conditions = Conditions {
        events: args.events,
        cap: if args.quick { 2.0 } else { args.cap },
        seed: args.seed,
        corpus: corpus.transpose()?,
        fuzzer: args.fuzzer.clone(),
        build: BUILD.to_string(),
    };
    let tasks = selection.tasks();
    let mut store = RowStore::open(args.out.as_deref())?;
    let new: Vec<Task> =
        tasks.iter().copied().filter(|task| store.get(&task.key(&conditions)).is_none()).collect();
    run(&new, args.jobs, &conditions, &mut store)?;
    let found = |task: &Task| store.get(&task.key(&conditions)).is_some_and(|row| row.found);
    let same =
        |one: &Task, other: &Task| one.bug.name == other.bug.name && one.strategy == other.strategy;
    let firsts = tasks.iter().filter(|task| task.trial == 0 && args.quick);
    let missed = firsts.filter(|first| !tasks.iter().any(|task| same(first, task) && found(task)));
    let name = |task: &Task| format!("{} by {}", task.bug.name, task.strategy.name());
    let missed = missed.map(name).collect();
    Ok((store, missed))
}

/// Runs campaigns on worker threads, and stores each when it ends.
fn run(
    tasks: &[Task],
    jobs: u16,
    conditions: &Conditions,
    store: &mut RowStore,
) -> Result<(), Failure> {
    let style = "{elapsed_precise} [{wide_bar}] {pos}/{len} {msg} eta {eta}";
    let bar = progress(tasks.len() as u64, style);
    let next = AtomicUsize::new(0);
    let (sender, ended) = mpsc::channel();
    let outcome = thread::scope(|scope| {
        for _ in 0..jobs {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                while let Some(task) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                    // The receiver is gone if a row could not be written.
                    if sender.send(task.run(conditions)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut found = 0;
        for (done, row) in ended.into_iter().enumerate() {
            let row = row.map_err(Failure)?;
            found += u64::from(row.found);
            bar.set_message(format!("found {found} of {}, last {}", done + 1, row.bug));
            bar.inc(1);
            store.add(row)?;
        }
        Ok(())
    });
    bar.finish_and_clear();
    outcome
}
