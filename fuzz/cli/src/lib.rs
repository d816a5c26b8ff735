//! The command line: replays, shrinks, prints, draws and searches schedules, on stable Rust, for
//! any Raft that implements [`Replica`]. [`main`] is the program for any Raft, [`main_with_clones`]
//! the one for a Raft that can be cloned, and [`main_with_store`] runs a Raft on a real store too.
//! The command `bench` runs our own Raft, also in an adapter's program, and needs libraries of its
//! own: it is a feature, which adapters leave out.
//!
//! Exit codes: 0 clean, 1 a violation, 2 wrong usage or a file that cannot be read or written.
//! Results go to standard output, errors and progress to standard error.

#[cfg(feature = "bench")]
mod bench;
mod commands;
mod exchange;
mod explore;
mod matrix;
mod random;
mod report;
mod tally;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use whitewater::mutants::storage;
use whitewater::replica::system_under_test::{SystemUnderTest, UnknownMutant};
use whitewater::replica::Replica;
use whitewater::run::{Judged, Runner};
use whitewater::schedule::feature::{Feature, Features};
use whitewater::schedule::Schedule;
use whitewater::schedule::Setup;
use whitewater::search::generator::{Generator, Strategy};
use whitewater::search::path_counts::Discovery;
use whitewater::target::Systems;

// Runs are short and start with many small buffers: the system's allocator took a tenth of the
// time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Drive a Raft cluster with schedules of fuzz events, under oracles that check every step.
///
/// Exit codes: 0 clean, 1 a violation, 2 wrong usage, a file that cannot be read or written, or
/// nothing to shrink.
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
    /// Run schedules and print their violations.
    Replay {
        /// Files of schedule bytes: corpus files, artifacts.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        system: SystemArgs,
    },
    /// Find the smallest schedule with the same violation.
    Shrink {
        /// A file of schedule bytes.
        file: PathBuf,
        /// Where to write it; without this it is only printed.
        #[arg(long)]
        out: Option<PathBuf>,
        #[command(flatten)]
        system: SystemArgs,
    },
    /// Print a schedule as text.
    Show {
        /// A file of schedule bytes.
        file: PathBuf,
        /// Print the exact events that happen instead.
        #[arg(long)]
        resolved: bool,
        /// Print the story: events and their effects, one line an event.
        #[arg(long, conflicts_with_all = ["resolved", "json"])]
        story: bool,
        #[command(flatten)]
        system: SystemArgs,
    },
    /// Turn a schedule's text into bytes.
    Encode {
        /// A text file, as `show` prints it.
        file: PathBuf,
        /// Where to write the bytes; by default the file's name without `.txt`.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Draw schedules from a seed, and run them.
    Random(random::RandomArgs),
    /// Search, guided by coverage: executions continue from clusters that took a new path.
    Explore(explore::ExploreArgs),
    /// Run the same schedules on every seeded bug of ours: which oracle is the first, how often.
    Matrix(MatrixArgs),
    /// Compare search strategies on the seeded bugs of ours: finds, costs and confidence intervals.
    #[cfg(feature = "bench")]
    Bench(bench::BenchArgs),
    /// List the seeded bugs: name, catalogue ids, oracle that must catch it, source.
    Mutants,
    /// List the legal variants of our Raft, on which no oracle may find anything: name, what
    /// differs, source.
    Variants,
    /// List the oracles: name, catalogue row, property, source.
    Oracles,
    /// List the goals: name, meaning.
    Goals,
    /// List the coverage marks of our Raft: name, meaning.
    Marks,
}

/// Which Raft is run, and how.
#[derive(Args)]
struct SystemArgs {
    /// Run the Raft with this seeded bug, or in this legal variant; `mutants` and `variants` list
    /// those of ours. A bug of the store implies --store.
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
    /// Run our Raft on our store, over files that crash and lie.
    #[arg(long)]
    store: bool,
    /// Sync every write, also writes for which the Raft requests no sync.
    #[arg(long)]
    always_sync: bool,
}

impl SystemArgs {
    /// Whether the Raft runs on a store.
    fn is_stored(&self) -> bool {
        self.store || self.mutant.as_deref().and_then(storage::named).is_some()
    }

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

/// Reads the name of a strategy; the help text explains each.
fn strategy() -> impl TypedValueParser<Value = Strategy> {
    let value = |(_, name, meaning)| PossibleValue::new(name).help(meaning);
    PossibleValuesParser::new(Strategy::ALL.map(value))
        .map(|name| Strategy::named(&name).expect("it is one of them"))
}

/// Reads the name of a feature.
fn feature() -> impl TypedValueParser<Value = Feature> {
    PossibleValuesParser::new(Feature::ALL.map(|(_, name)| name))
        .map(|name| Feature::named(&name).expect("it is one of them"))
}

/// Reads a number of CPU seconds.
fn cpu_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if 0.0 < seconds && seconds <= 1e6 => Ok(seconds),
        _ => Err("it is a number of seconds above 0, and at most a million".into()),
    }
}

/// Which schedules are drawn.
#[derive(Args)]
struct DrawArgs {
    /// How schedules are drawn.
    #[arg(long, value_parser = strategy(), default_value = "swarm")]
    strategy: Strategy,
    /// Primitive events of each schedule.
    #[arg(long, default_value_t = Schedule::FULL_LENGTH as u32, value_name = "N",
          value_parser = clap::value_parser!(u32).range(1..=Schedule::MAX_EVENTS as i64))]
    events: u32,
    /// Seed of the ChaCha generator.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Leave out schedules without this feature.
    #[arg(long, value_parser = feature(), value_name = "NAME")]
    feature: Option<Feature>,
    /// Size of every cluster; by default each schedule draws its own.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=7))]
    nodes: Option<u8>,
}

impl DrawArgs {
    fn generator(&self) -> Generator {
        let generator = Generator::new(self.strategy, self.seed);
        match self.feature {
            Some(feature) => generator.with_feature(feature),
            None => generator,
        }
    }

    /// Fails if a Raft does not support the feature: its schedules would be without it.
    fn check<R: Replica>(&self) -> Result<(), Failure> {
        let Some(feature) = self.feature else { return Ok(()) };
        let setup = Setup { features: Features::NONE.with(feature), ..Setup::default() };
        match setup.within(&R::CAPABILITIES).features.has(feature) {
            true => Ok(()),
            false => Err(Failure(format!("this Raft does not support '{}'", feature.name()))),
        }
    }
}

#[derive(Args)]
struct MatrixArgs {
    #[command(flatten)]
    draws: DrawArgs,
    /// Schedules for each bug.
    #[arg(long, default_value_t = 2_000, value_name = "N",
          value_parser = clap::value_parser!(u64).range(1..))]
    schedules: u64,
}

/// Why a command failed: one line, exit code 2.
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

/// Fails unless `path` is a directory.
fn is_directory(path: &Path) -> Result<(), Failure> {
    match path.is_dir() {
        true => Ok(()),
        false => Err(Failure(format!("{}: is no directory", path.display()))),
    }
}

/// What a command prints, and whether there was no violation.
struct Output {
    text: String,
    json: serde_json::Value,
    clean: bool,
}

impl Output {
    /// Adds what a campaign has discovered, and what may be left.
    fn add_discovery(&mut self, discovery: &Discovery) {
        let Discovery { known, singletons, doubletons, taken, last_new, executions } = *discovery;
        let (unseen, probability) = (discovery.unseen(), discovery.probability());
        let expected = discovery.expected();
        self.text += &format!(
            "paths known: {known}\n\
             paths expected unseen, at least: {unseen:.0} (taken once: {singletons})\n\
             chance that the next path is new: {probability:.1e}\n\
             new paths expected of the next execution: {expected:.1e}\n\
             last new path: {last_new} of {taken}\n"
        );
        self.json["discovery"] = serde_json::json!({
            "known": known,
            "unseen": unseen,
            "singletons": singletons,
            "doubletons": doubletons,
            "probability": probability,
            "expected": expected,
            "executions": executions,
            "taken": taken,
            "last_new": last_new,
        });
    }
}

/// What can be done with a Raft, whichever it is.
trait Subject {
    fn replay(&self, files: &[PathBuf], system: &SystemArgs) -> Result<Output, Failure>;
    fn shrink(
        &self,
        file: &Path,
        out: Option<&Path>,
        system: &SystemArgs,
    ) -> Result<Output, Failure>;
    fn show(
        &self,
        file: &Path,
        form: commands::Form,
        system: &SystemArgs,
    ) -> Result<Output, Failure>;
    fn random(&self, args: &random::RandomArgs) -> Result<Output, Failure>;
    fn explore(&self, args: &explore::ExploreArgs) -> Result<Output, Failure>;
}

/// The command `explore`.
type Explore<R> = fn(&explore::ExploreArgs, Systems<R>) -> Result<Output, Failure>;

/// The Rafts that `systems` makes.
struct Of<R: Replica> {
    systems: Systems<R>,
    explore: Explore<R>,
}

impl<R: Replica> Subject for Of<R> {
    fn replay(&self, files: &[PathBuf], system: &SystemArgs) -> Result<Output, Failure> {
        commands::replay(files, system.runner(self.systems)?)
    }

    fn shrink(
        &self,
        file: &Path,
        out: Option<&Path>,
        system: &SystemArgs,
    ) -> Result<Output, Failure> {
        commands::shrink(file, out, system.runner(self.systems)?)
    }

    fn show(
        &self,
        file: &Path,
        form: commands::Form,
        system: &SystemArgs,
    ) -> Result<Output, Failure> {
        commands::show(file, form, system.runner(self.systems)?)
    }

    fn random(&self, args: &random::RandomArgs) -> Result<Output, Failure> {
        random::random(args, self.systems)
    }

    fn explore(&self, args: &explore::ExploreArgs) -> Result<Output, Failure> {
        (self.explore)(args, self.systems)
    }
}

/// The program for the Rafts that `systems` makes by the name of a seeded bug.
pub fn main<R: Replica>(systems: Systems<R>) -> ExitCode {
    run(&Of { systems, explore: explore::explore::<R, Schedule> }, None)
}

/// The whole program, for a Raft whose clones share nothing with it: `explore` clones clusters
/// instead of executing their schedules again.
pub fn main_with_clones<R: Replica<Storage: Clone> + Clone>(systems: Systems<R>) -> ExitCode {
    run(&Of { systems, explore: explore::explore::<R, Judged<R>> }, None)
}

/// The whole program, for a Raft that `stored` makes on a real store.
pub fn main_with_store<R, S>(systems: Systems<R>, stored: Systems<S>) -> ExitCode
where
    R: Replica<Storage: Clone> + Clone,
    S: Replica<Storage: Clone> + Clone,
{
    let stored = Of { systems: stored, explore: explore::explore::<S, Judged<S>> };
    run(&Of { systems, explore: explore::explore::<R, Judged<R>> }, Some(&stored))
}

fn run(plain: &dyn Subject, stored: Option<&dyn Subject>) -> ExitCode {
    let cli = Cli::parse();
    let subject = |system: &SystemArgs| match (stored, system.is_stored()) {
        (Some(stored), true) => Ok(stored),
        (None, true) if system.store => Err(Failure("--store: this Raft has no store".into())),
        _ => Ok(plain),
    };
    let output = match &cli.command {
        Command::Replay { files, system } => {
            subject(system).and_then(|subject| subject.replay(files, system))
        }
        Command::Shrink { file, out, system } => {
            subject(system).and_then(|subject| subject.shrink(file, out.as_deref(), system))
        }
        Command::Show { file, resolved, story, system } => {
            let form = commands::Form { resolved: *resolved, story: *story };
            subject(system).and_then(|subject| subject.show(file, form, system))
        }
        Command::Encode { file, out } => commands::encode(file, out.clone()),
        Command::Random(args) => subject(&args.system).and_then(|subject| subject.random(args)),
        Command::Explore(args) => subject(&args.system).and_then(|subject| subject.explore(args)),
        Command::Matrix(args) => Ok(matrix::matrix(args)),
        #[cfg(feature = "bench")]
        Command::Bench(args) => bench::bench(args),
        Command::Mutants => Ok(report::mutants()),
        Command::Variants => Ok(report::variants()),
        Command::Oracles => Ok(report::oracles()),
        Command::Goals => Ok(report::goals()),
        Command::Marks => Ok(report::marks()),
    };
    match output {
        Ok(output) => report::print(&output, cli.json),
        Err(Failure(complaint)) => {
            eprintln!("whitewater: {complaint}");
            ExitCode::from(2)
        }
    }
}
