//! The command `whitewater-nemesis`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use nemesis::cluster::Settings;
use nemesis::finding::Finding;
use nemesis::judge::judge;
use nemesis::plan::Family;
use nemesis::report::{read_history, table};
use nemesis::run::{run, Options, Run};
use tokio::signal::unix::{signal, SignalKind};

/// Starts a cluster of real processes, makes faults, and judges what clients saw.
///
/// Exit codes: 0 nothing was found, 1 a violation was found or the run is blind, 2 wrong usage or a
/// failed start.
#[derive(Parser)]
#[command(name = "whitewater-nemesis", version)]
struct Arguments {
    /// The program of a node: started with serve --id --peers --listen --data, and --join.
    #[arg(long, required_unless_present = "judge")]
    program: Option<PathBuf>,
    /// Judges a recorded history instead.
    #[arg(long, value_name = "FILE", conflicts_with = "program")]
    judge: Option<PathBuf>,
    /// How many nodes there are at first; the cluster grows to two more.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=9))]
    nodes: u64,
    /// How many clients.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=100))]
    clients: u32,
    /// How many seconds, at least: every kind of fault must have hit.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// How many processes must be killed, at least; with it, kills come more often.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1_000_000))]
    kills: u64,
    /// The seed of the plan and of the clients. By default it is drawn.
    #[arg(long)]
    seed: Option<u64>,
    /// Only these families of faults.
    #[arg(long, value_enum, value_delimiter = ',')]
    faults: Vec<Family>,
    /// Gives each node a file system in memory of so many MiB, which can be filled. Needs the right
    /// to mount; without it, disks are not filled.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u32).range(4..=4_096))]
    tmpfs: Option<u32>,
    /// Where data and logs are: an empty or new directory. By default a temporary one, which is
    /// kept if something is found.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// More arguments for each node.
    #[arg(last = true)]
    arguments: Vec<String>,
}

const ALL: [Family; 6] =
    [Family::Kill, Family::Pause, Family::Link, Family::Disk, Family::Membership, Family::Order];

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match &arguments.judge {
        Some(file) => judge_file(file),
        None => start(&arguments),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(reason) => {
            eprintln!("whitewater-nemesis: {reason}");
            ExitCode::from(2)
        }
    }
}

fn judge_file(file: &Path) -> Result<bool, String> {
    let records = read_history(file)?;
    // The final reads are not marked in a file: whether writes are lost is not judged.
    let verdict = judge(&records, u64::MAX);
    println!("keys_judged: {} keys", verdict.keys);
    for (key, complaint) in &verdict.complaints {
        println!("{}", Finding::NotLinearizable { key: *key, complaint: complaint.clone() });
        println!("{}", table(&records, *key));
    }
    Ok(verdict.complaints.is_empty())
}

/// Where a run keeps its files, and whether they go away with it.
enum Home {
    Temporary(tempfile::TempDir),
    Given(PathBuf),
}

impl Home {
    fn new(given: Option<&PathBuf>) -> Result<Home, String> {
        let Some(path) = given else {
            let folder = tempfile::Builder::new().prefix("whitewater-nemesis-").tempdir();
            return folder.map(Home::Temporary).map_err(|e| format!("no temporary directory: {e}"));
        };
        let error = |e: std::io::Error| format!("{}: {e}", path.display());
        std::fs::create_dir_all(path).map_err(error)?;
        match std::fs::read_dir(path).map_err(error)?.next() {
            Some(_) => Err(format!("{}: the directory is not empty", path.display())),
            None => Ok(Home::Given(path.canonicalize().map_err(error)?)),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Home::Temporary(folder) => folder.path(),
            Home::Given(path) => path,
        }
    }

    fn keep(self) -> PathBuf {
        match self {
            Home::Temporary(folder) => folder.keep(),
            Home::Given(path) => path,
        }
    }
}

fn start(arguments: &Arguments) -> Result<bool, String> {
    let program = arguments.program.clone().unwrap_or_default();
    let error = |e| format!("{}: {e}", program.display());
    let program = program.canonicalize().map_err(error)?;
    let home = Home::new(arguments.directory.as_ref())?;
    let root = home.path().to_path_buf();
    let (nodes, tmpfs, more) = (arguments.nodes, arguments.tmpfs, arguments.arguments.clone());
    let options = Options {
        settings: Settings { program, arguments: more, nodes, root, tmpfs },
        seed: arguments.seed.unwrap_or_else(drawn_seed),
        duration: Duration::from_secs(arguments.seconds),
        kills: arguments.kills,
        clients: arguments.clients,
        families: families(arguments),
    };
    eprintln!("seed {}, files in {}", options.seed, home.path().display());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|e| format!("no runtime: {e}"))?;
    let run = runtime.block_on(until_signal(&options))?;
    let found = !run.summary.findings.is_empty();
    let saved = if found { Some(run.save(&options)) } else { None };
    print(&run);
    drop(run);
    if let Some(saved) = saved {
        let history = saved.map_err(|e| format!("the history cannot be saved: {e}"))?;
        println!("history: {}", history.display());
        println!("data directories and logs: {}", home.keep().display());
    }
    Ok(!found)
}

/// A run that ends, and its processes with it, at SIGINT and SIGTERM.
async fn until_signal(options: &Options) -> Result<Run, String> {
    let error = |e: std::io::Error| format!("the run cannot go on: {e}");
    let mut interrupt = signal(SignalKind::interrupt()).map_err(error)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(error)?;
    tokio::select! {
        result = run(options, &|line| eprintln!("{line}")) => result.map_err(error),
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("terminated".into()),
    }
}

/// The families that were asked for and are possible.
fn families(arguments: &Arguments) -> Vec<Family> {
    let asked = if arguments.faults.is_empty() { &ALL[..] } else { &arguments.faults };
    let mut families: BTreeSet<Family> = asked.iter().copied().collect();
    if arguments.tmpfs.is_none() && families.remove(&Family::Disk) {
        println!("skipped: disks are not filled, since nodes have none of their own (--tmpfs)");
    }
    families.into_iter().collect()
}

/// A seed from the clock.
fn drawn_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |now| now.as_nanos() as u64 % 1_000_000_000)
}

fn print(run: &Run) {
    for (name, value, unit) in run.summary.figures() {
        println!("{name}: {value} {unit}");
    }
    let mut tables = 0;
    for finding in &run.summary.findings {
        println!("found: {finding}");
        if let Finding::NotLinearizable { key, .. } = finding {
            tables += 1;
            if tables <= 3 {
                println!("{}", table(&run.records, *key));
            }
        }
    }
}
