//! The command line: replay, shrink, show and draw schedules and search among them, on stable Rust,
//! for any Raft behind the harness's door: [`main_with_explore`] is the whole program, and [`main`]
//! that for a Raft that cannot be cloned. The command `bench` is about our own Raft, whosever
//! program it is in, and needs libraries of its own: it is a feature, which adapters leave out.
//!
//! Exit codes: 0 clean, 1 a promise is broken, 2 wrong usage or a file that cannot be read or
//! written. Results go to standard output, complaints and progress to standard error.

#[cfg(feature = "bench")]
mod bench;
mod commands;
mod explore;
mod matrix;
mod random;
mod report;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use whitewater::replica::system_under_test::{SystemUnderTest, UnknownMutant};
use whitewater::replica::Replica;
use whitewater::run::Runner;
use whitewater::schedule::Schedule;
use whitewater::search::generator::{Generator, Strategy};
use whitewater::target::Systems;

// Runs are short and start with many small buffers: the system's allocator took a tenth of the
// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Drive a Raft cluster with schedules of fuzz events, under oracles that watch every step.
///
/// Exit codes: 0 clean, 1 a promise is broken, 2 wrong usage, a file that cannot be read or
/// written, or nothing to shrink.
#[derive(Parser)]
#[command(name = "whitewater", version)]
struct Cli {
    /// Print one JSON document on standard output.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run schedules and tell what they break.
    Replay {
        /// Files of schedule bytes: corpus files, artifacts.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        under: Under,
    },
    /// Find the smallest schedule that breaks the same promise.
    Shrink {
        /// A file of schedule bytes.
        file: PathBuf,
        /// Where to write it; else it is only told.
        #[arg(long)]
        out: Option<PathBuf>,
        #[command(flatten)]
        under: Under,
    },
    /// Print a schedule as text.
    Show {
        /// A file of schedule bytes.
        file: PathBuf,
        /// Print what happens instead: exact events, or with --story their consequences.
        #[arg(long)]
        resolved: bool,
        /// Tell what happens, one line an event.
        #[arg(long, conflicts_with_all = ["resolved", "json"])]
        story: bool,
        #[command(flatten)]
        under: Under,
    },
    /// Turn a schedule's text into bytes.
    Encode {
        /// A text file, as `show` prints it.
        file: PathBuf,
        /// Where to write the bytes; else the file's name without `.txt`.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Draw schedules from a seed, and run them.
    Random(random::RandomArgs),
    /// Search, guided by what is new: executions go on from clusters where something new happened.
    Explore(explore::ExploreArgs),
    /// Find every seeded bug of ours with the same schedules: which oracle is the first, how often.
    Matrix(MatrixArgs),
    /// Measure what finds which seeded bug of ours, at what cost, and how sure that is.
    #[cfg(feature = "bench")]
    Bench(bench::BenchArgs),
    /// List the seeded bugs: name, catalogue ids, oracle that must catch it, source.
    Mutants,
    /// List the oracles: name, catalogue row, promise, source.
    Oracles,
    /// List the goals: name, meaning.
    Goals,
    /// List the turns that our Raft can take: name, meaning.
    Marks,
}

/// Which Raft is run, and how.
#[derive(Args)]
struct Under {
    /// The Raft with this seeded bug; `mutants` lists those of ours.
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Sync every write, also those of which the Raft says that they need no sync.
    #[arg(long)]
    always_sync: bool,
}

impl Under {
    fn system_under_test<R: Replica>(
        &self,
        systems: Systems<R>,
    ) -> Result<SystemUnderTest<R>, Failure> {
        let mut sut = systems(self.mutant.as_deref())?;
        sut.driver.always_sync = self.always_sync;
        Ok(sut)
    }

    fn runner<R: Replica>(&self, systems: Systems<R>) -> Result<Runner<R>, Failure> {
        self.system_under_test(systems).map(Runner::new)
    }
}

/// Reads the name of a strategy; help shows what each does.
fn strategy() -> impl TypedValueParser<Value = Strategy> {
    let value = |(_, name, message_view)| PossibleValue::new(name).help(message_view);
    PossibleValuesParser::new(Strategy::ALL.map(value))
        .map(|name| Strategy::named(&name).expect("it is one of them"))
}

/// Reads a number of CPU seconds.
fn cpu_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if 0.0 < seconds && seconds <= 1e6 => Ok(seconds),
        _ => Err("it is a number of seconds above 0, and at most a million".into()),
    }
}

/// What is drawn.
#[derive(Args)]
struct Draws {
    /// How schedules are drawn.
    #[arg(long, value_parser = strategy(), default_value = "swarm")]
    strategy: Strategy,
    /// How many primitive events each.
    #[arg(long, default_value_t = Schedule::FULL_LENGTH as u32, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=Schedule::MAX_EVENTS as i64))]
    events: u32,
    /// Seed of the ChaCha generator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Size of every cluster; else each schedule draws its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    nodes: Option<u8>,
}

impl Draws {
    fn generator(&self) -> Generator {
        Generator::new(self.strategy, self.seed)
    }
}

#[derive(Args)]
struct MatrixArgs {
    #[command(flatten)]
    draws: Draws,
    /// How many schedules for each bug.
    #[arg(long, default_value_t = 2_000, value_name = "N",
          value_parser = clap::value_parser!(u64).range(1..))]
    schedules: u64,
}

/// Why a command could not do its work: one line, exit code 2.
struct Failure(String);

impl From<String> for Failure {
    fn from(complaint: String) -> Failure {
        Failure(complaint)
    }
}

impl From<UnknownMutant> for Failure {
    fn from(unknown: UnknownMutant) -> Failure {
        Failure(unknown.to_string())
    }
}

impl From<whitewater::schedule::files::FileError> for Failure {
    fn from(error: whitewater::schedule::files::FileError) -> Failure {
        Failure(error.to_string())
    }
}

/// Complains if there is no directory here.
fn is_directory(path: &Path) -> Result<(), Failure> {
    match path.is_dir() {
        true => Ok(()),
        false => Err(Failure(format!("{}: is no directory", path.display()))),
    }
}

/// What a command prints, and whether everything was clean.
struct Answer {
    text: String,
    json: serde_json::Value,
    clean: bool,
}

/// How a Raft is explored, if it can be.
type Explore<R> = fn(&explore::ExploreArgs, Systems<R>) -> Result<Answer, Failure>;

/// The program, for the Raft that `subjects` gives by the name of a seeded bug; without `explore`.
pub fn main<R: Replica>(systems: Systems<R>) -> ExitCode {
    run(systems, |_, _| {
        let complaint =
            "this Raft cannot be cloned, so it cannot be explored; `random` can draw for it";
        Err(Failure(complaint.into()))
    })
}

/// The whole program, for a Raft whose clones share nothing with it.
pub fn main_with_explore<R: Replica + Clone>(systems: Systems<R>) -> ExitCode {
    run(systems, explore::explore)
}

fn run<R: Replica>(systems: Systems<R>, explore: Explore<R>) -> ExitCode {
    let cli = Cli::parse();
    let answer = match cli.command {
        Command::Replay { files, under } => {
            under.runner(systems).and_then(|runner| commands::replay(&files, runner))
        }
        Command::Shrink { file, out, under } => {
            under.runner(systems).and_then(|runner| commands::shrink(&file, out.as_deref(), runner))
        }
        Command::Show { file, resolved, story, under } => {
            under.runner(systems).and_then(|runner| commands::show(&file, resolved, story, runner))
        }
        Command::Encode { file, out } => commands::encode(&file, out),
        Command::Random(args) => random::random(&args, systems),
        Command::Explore(args) => explore(&args, systems),
        Command::Matrix(args) => Ok(matrix::matrix(&args)),
        #[cfg(feature = "bench")]
        Command::Bench(args) => bench::bench(&args),
        Command::Mutants => Ok(report::mutants()),
        Command::Oracles => Ok(report::oracles()),
        Command::Goals => Ok(report::goals()),
        Command::Marks => Ok(report::marks()),
    };
    match answer {
        Ok(answer) => report::print(&answer, cli.json),
        Err(Failure(complaint)) => {
            eprintln!("whitewater: {complaint}");
            ExitCode::from(2)
        }
    }
}
