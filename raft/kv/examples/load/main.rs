//! Load for replicated key-value stores, whitewater-kv and etcd, from one thread: figures of one
//! store that runs, or a comparison of both side by side.
//!
//! ```text
//! load etcd --at 127.0.0.1:2379 --fill --operation put --clients 64
//! load kv --at 127.0.0.1:7001 --operation get --clients 256
//! load compare --program target/release/whitewater-kv [--quick]
//! ```
//!
//! `compare` starts three processes of each, which keep their data on the same file system, and
//! ends them. On standard output it prints one `name: value unit` line a figure, and on standard
//! error its progress. `scripts/bench.sh kv` runs it.

mod client;
mod closed_loop;
mod cluster;
mod compare;
mod etcd;
mod failover;
mod figures;
mod host;
mod resp;
mod start;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tokio::signal::unix::{signal, SignalKind};
use tokio::task::LocalSet;

use client::Protocol;
use closed_loop::{Load, Operation};
use cluster::System;
use compare::Extent;

/// Load for replicated key-value stores.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Load on an etcd that runs.
    Etcd(Single),
    /// Load on a store that runs and speaks RESP.
    Kv(Single),
    /// Three processes of etcd and of whitewater-kv, under the same loads in turn.
    Compare(Comparison),
}

#[derive(Args)]
struct Single {
    /// Where the store is: HOST:PORT, or several for a client each in turn.
    #[arg(long, required = true, value_delimiter = ',')]
    at: Vec<String>,
    /// What clients do.
    #[arg(long, value_enum, default_value = "put")]
    operation: Operation,
    /// How many clients there are.
    #[arg(long, default_value_t = 64, value_parser = at_least_one)]
    clients: usize,
    /// Seconds before the measurement.
    #[arg(long, default_value_t = 2.0)]
    warm_up: f64,
    /// Seconds of the measurement.
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Write every key once before.
    #[arg(long)]
    fill: bool,
}

#[derive(Args)]
struct Comparison {
    /// The program whitewater-kv.
    #[arg(long)]
    program: PathBuf,
    /// The program etcd.
    #[arg(long, default_value = "etcd")]
    etcd: PathBuf,
    /// Also whitewater-kv with `--redb`: the program needs the feature.
    #[arg(long)]
    with_redb: bool,
    /// Where the data of all nodes is kept while they run; a directory in it is made and removed.
    #[arg(long, default_value_os_t = std::env::temp_dir())]
    data: PathBuf,
    /// How often each load is repeated.
    #[arg(long, default_value_t = 3, value_parser = at_least_one)]
    rounds: usize,
    /// Seconds of a load before its measurement.
    #[arg(long, default_value_t = 1.5)]
    warm_up: f64,
    /// Seconds of a measurement.
    #[arg(long, default_value_t = 7.0)]
    seconds: f64,
    /// How often each leader is killed.
    #[arg(long, default_value_t = 7)]
    kills: usize,
    /// How many entries are behind the snapshot of a node that starts.
    #[arg(long, default_value_t = 1_000_000)]
    entries: u64,
    /// Loads of a second, two kills, 200,000 entries: two minutes, not ten.
    #[arg(long, conflicts_with_all = ["warm_up", "seconds", "kills", "entries"])]
    quick: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
        let tasks = LocalSet::new();
        tasks.block_on(&runtime, unless_interrupted(run(cli.command)))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

/// Ends the work, and with it all processes that it has started, at SIGINT and SIGTERM.
async fn unless_interrupted(work: impl Future<Output = Result<(), String>>) -> Result<(), String> {
    let listen = |kind| signal(kind).map_err(|error| error.to_string());
    let mut interrupted = listen(SignalKind::interrupt())?;
    let mut terminated = listen(SignalKind::terminate())?;
    tokio::select! {
        result = work => result,
        _ = interrupted.recv() => Err("interrupted".into()),
        _ = terminated.recv() => Err("terminated".into()),
    }
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Etcd(single) => load(Protocol::Etcd, single).await,
        Command::Kv(single) => load(Protocol::Kv, single).await,
        Command::Compare(comparison) => compare(comparison).await,
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or("it must be a number, and at least 1".into())
}

fn seconds(name: &str, value: f64) -> Result<Duration, String> {
    let duration = Duration::try_from_secs_f64(value);
    duration.map_err(|_| format!("--{name} {value}: not a number of seconds"))
}

async fn load(protocol: Protocol, single: Single) -> Result<(), String> {
    let Single { at, operation, clients, .. } = single;
    if single.fill {
        closed_loop::fill(protocol, &at[0]).await?;
    }
    let load = Load {
        protocol,
        addresses: at,
        operation,
        clients,
        warm_up: seconds("warm-up", single.warm_up)?,
        duration: seconds("seconds", single.seconds)?,
    };
    let (outcome, _) = closed_loop::run(&load, || Ok(())).await?;
    println!("rate: {:.0} ops/s", outcome.rate());
    for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
        println!("{name}: {:.3} ms", outcome.milliseconds(quantile));
    }
    println!("CPU of the driver: {:.1} us/op", outcome.cpu_per_operation());
    println!("errors: {} requests", outcome.errors);
    outcome.first_error.map_or(Ok(()), |error| Err(format!("the first error: {error}")))
}

async fn compare(comparison: Comparison) -> Result<(), String> {
    let extent = match comparison.quick {
        true => Extent {
            rounds: comparison.rounds,
            warm_up: Duration::from_millis(400),
            duration: Duration::from_millis(1200),
            kills: 2,
            entries: 200_000,
        },
        false => Extent {
            rounds: comparison.rounds,
            warm_up: seconds("warm-up", comparison.warm_up)?,
            duration: seconds("seconds", comparison.seconds)?,
            kills: comparison.kills,
            entries: comparison.entries,
        },
    };
    let mut systems = vec![System::Etcd, System::Kv];
    systems.extend(comparison.with_redb.then_some(System::KvOnRedb));
    let program = |system| match system {
        System::Etcd => comparison.etcd.clone(),
        System::Kv | System::KvOnRedb => comparison.program.clone(),
    };
    let directory = temporary(&comparison.data)?;
    compare::compare(&systems, program, directory.path(), &extent).await
}

fn temporary(parent: &Path) -> Result<tempfile::TempDir, String> {
    let made = std::fs::create_dir_all(parent);
    let made = made.and_then(|()| tempfile::Builder::new().prefix("load-").tempdir_in(parent));
    made.map_err(|error| format!("{}: {error}", parent.display()))
}
