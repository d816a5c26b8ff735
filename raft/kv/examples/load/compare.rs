//! The comparison: systems side by side in one run, under the same load in turn.
//!
//! Promises: at any time one system is under load, the others run and are idle; each load is
//! repeated in rounds in which the systems alternate, and a figure is the median of its rounds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::closed_loop::{self, Load, Operation, Outcome};
use crate::cluster::{Cluster, System};
use crate::failover;
use crate::figures::{line, median, median_line, ratio_line, Goal, Measure};
use crate::host::{syncs_per_second, Flushes, Usage};
use crate::start;

/// How much is measured.
pub struct Extent {
    /// How often each load is repeated.
    pub rounds: usize,
    /// How long a load lasts before it is measured.
    pub warm_up: Duration,
    /// How long it is measured.
    pub duration: Duration,
    /// How often the leader is killed.
    pub kills: usize,
    /// How many entries are behind the snapshot of a node that starts.
    pub entries: u64,
}

/// How many clients there are in the loads.
const CLIENTS: [usize; 3] = [1, 64, 256];
/// Which system is compared with which.
const PAIRS: [[System; 2]; 3] =
    [[System::Kv, System::Etcd], [System::KvOnRedb, System::Etcd], [System::Kv, System::KvOnRedb]];

/// Compares `systems`, with data in `directory`.
pub async fn compare(
    systems: &[System],
    programs: impl Fn(System) -> PathBuf,
    directory: &Path,
    extent: &Extent,
) -> Result<(), String> {
    let probe = || syncs_per_second(directory, Duration::from_secs(1));
    let before = probe()?;
    let mut clusters = Vec::new();
    for system in systems {
        eprintln!("starting three nodes of {}", system.name());
        let cluster = Cluster::start(*system, &programs(*system), directory).await?;
        let leader = cluster.leader().await?;
        closed_loop::fill(system.protocol(), &cluster.address(leader)).await?;
        clusters.push(cluster);
    }
    memory(&clusters, "memory with 10,000 keys", None)?;
    for operation in [Operation::Put, Operation::Get] {
        for clients in CLIENTS {
            loads(&clusters, operation, clients, directory, extent).await?;
        }
    }
    memory(&clusters, "memory after the load", Some(Goal::AtMost(0.5)))?;
    failovers(&mut clusters, extent.kills).await?;
    drop(clusters);
    for system in systems.iter().filter(|system| **system != System::Etcd) {
        start::measure(*system, &programs(*system), directory, extent.entries).await?;
    }
    print_line(median_line("disk", "synced appends of 4 KiB", &[before, probe()?], "per s"));
    Ok(())
}

/// A measured property of one system.
type Column = (&'static str, f64);

/// Compares the systems with each other. `goal` is that of whitewater-kv against etcd.
fn print_ratios(
    subject: &str,
    rows: &[(System, Vec<Column>)],
    goal: impl Fn(&str) -> Option<Goal>,
) {
    let of = |system| rows.iter().find(|(other, _)| *other == system).map(|(_, columns)| columns);
    for [ours, theirs] in PAIRS {
        let (Some(our_columns), Some(their_columns)) = (of(ours), of(theirs)) else { continue };
        let subject = format!("{subject} {}/{}", ours.name(), theirs.name());
        for ((measure, our), (_, their)) in our_columns.iter().zip(their_columns) {
            let is_the_goal = [ours, theirs] == [System::Kv, System::Etcd];
            let goal = goal(measure).filter(|_| is_the_goal);
            println!("{}", ratio_line(&subject, measure, our / their, goal));
        }
    }
}

fn print_line(line: Option<String>) {
    if let Some(line) = line {
        println!("{line}");
    }
}

/// The figures of one round.
type Round = Vec<(Measure, f64)>;

/// One load on all clusters in turn, and its figures.
async fn loads(
    clusters: &[Cluster],
    operation: Operation,
    clients: usize,
    directory: &Path,
    extent: &Extent,
) -> Result<(), String> {
    let mut rounds = vec![Vec::new(); clusters.len()];
    for _ in 0..extent.rounds {
        for (cluster, rounds) in clusters.iter().zip(&mut rounds) {
            rounds.push(round(cluster, operation, clients, directory, extent).await?);
        }
    }
    let subject = format!("{} {clients}", format!("{operation:?}").to_lowercase());
    let mut rows = Vec::new();
    for (cluster, rounds) in clusters.iter().zip(&rounds) {
        let system = cluster.system;
        let mut columns = Vec::new();
        for (measure, values) in by_measure(rounds) {
            let subject = format!("{subject} {}", system.name());
            let median = median(&values);
            let all = if measure.shows_rounds() { &values[..] } else { &[] };
            let printed = median.map(|m| line(&subject, measure.name(), m, measure.unit(), all));
            print_line(printed);
            let median = median.filter(|_| measure.is_compared());
            columns.extend(median.map(|median| (measure.name(), median)));
        }
        rows.push((system, columns));
    }
    print_ratios(&subject, &rows, |measure| goal(operation, clients, measure));
    Ok(())
}

/// The values of each measure, over all rounds.
fn by_measure(rounds: &[Round]) -> Vec<(Measure, Vec<f64>)> {
    let measures = rounds.first().into_iter().flatten().map(|(measure, _)| *measure);
    let values = |of: Measure| {
        let all = rounds.iter().flatten().filter(move |(measure, _)| *measure == of);
        all.map(|(_, value)| *value).collect()
    };
    measures.map(|measure| (measure, values(measure))).collect()
}

fn goal(operation: Operation, clients: usize, measure: &str) -> Option<Goal> {
    match (measure, operation, clients) {
        ("rate", Operation::Put, 1) => Some(Goal::AtLeast(1.2)),
        ("rate", _, _) => Some(Goal::AtLeast(2.0)),
        ("p99", _, _) => Some(Goal::AtMost(1.0)),
        _ => None,
    }
}

/// What a cluster and its disk have used so far.
struct Sample {
    nodes: Vec<Usage>,
    flushes: Option<Flushes>,
}

impl Sample {
    fn sum(&self, of: fn(&Usage) -> f64) -> f64 {
        self.nodes.iter().map(of).sum()
    }
}

async fn round(
    cluster: &Cluster,
    operation: Operation,
    clients: usize,
    directory: &Path,
    extent: &Extent,
) -> Result<Round, String> {
    let leader = cluster.leader().await?;
    let load = Load {
        protocol: cluster.system.protocol(),
        addresses: vec![cluster.address(leader)],
        operation,
        clients,
        warm_up: extent.warm_up,
        duration: extent.duration,
    };
    let before = cluster.commits_and_syncs(leader).await?;
    let sample = || Ok(Sample { nodes: cluster.usage()?, flushes: Flushes::of(directory) });
    let (outcome, samples) = closed_loop::run(&load, sample).await?;
    let after = cluster.commits_and_syncs(leader).await?;
    let mut round = common(&outcome, &samples);
    if operation == Operation::Put {
        let [commits, syncs] = [0, 1].map(|at| after[at] - before[at]);
        round.push((Measure::CommitsPerSync, commits / syncs.max(1.0)));
        round.extend(of_the_disk(&outcome, &samples));
    }
    let figures: Vec<String> = round.iter().map(|(_, value)| format!("{value:.1}")).collect();
    let name = cluster.system.name();
    eprintln!("{operation:?} {clients} {name}: {}", figures.join(" "));
    match outcome.first_error {
        Some(error) => Err(format!(
            "{name} refused {} requests under load, the first: {error}",
            outcome.errors
        )),
        None => Ok(round),
    }
}

/// The figures that every load has.
fn common(outcome: &Outcome, [before, after]: &[Sample; 2]) -> Round {
    let cpu = |usage: &Usage| usage.cpu.as_secs_f64() * 1e6;
    vec![
        (Measure::Rate, outcome.rate()),
        (Measure::P50, outcome.milliseconds(0.5)),
        (Measure::P99, outcome.milliseconds(0.99)),
        (Measure::P999, outcome.milliseconds(0.999)),
        (Measure::Cpu, (after.sum(cpu) - before.sum(cpu)) / outcome.operations()),
        (Measure::DriverCpu, outcome.cpu_per_operation()),
    ]
}

/// The figures of writes.
fn of_the_disk(outcome: &Outcome, [before, after]: &[Sample; 2]) -> Round {
    let written = |usage: &Usage| usage.written as f64;
    let nodes = after.nodes.len() as f64;
    let written = (after.sum(written) - before.sum(written)) / nodes / outcome.operations();
    let flushes = before.flushes.zip(after.flushes);
    let flush = flushes.and_then(|(before, after)| after.mean_since(before));
    let flush = flush.map(|mean| (Measure::Flush, mean));
    [(Measure::Bytes, written)].into_iter().chain(flush).collect()
}

/// Resident memory of all nodes together, and its peak at the node with the most.
fn memory(clusters: &[Cluster], subject: &str, goal: Option<Goal>) -> Result<(), String> {
    let mut rows = Vec::new();
    for cluster in clusters {
        let usage = cluster.usage()?;
        let mebibytes = |of: fn(&Usage) -> u64| -> Vec<f64> {
            usage.iter().map(|usage| of(usage) as f64 / f64::from(1 << 20)).collect()
        };
        let (resident, peaks) = (mebibytes(|usage| usage.resident), mebibytes(|usage| usage.peak));
        let columns = vec![
            ("resident memory", resident.iter().sum()),
            ("peak of the largest node", peaks.iter().copied().fold(0.0, f64::max)),
        ];
        let subject = format!("{subject} {}", cluster.system.name());
        for ((measure, value), all) in columns.iter().zip([resident, peaks]) {
            println!("{}", line(&subject, measure, *value, "MiB", &all));
        }
        rows.push((cluster.system, columns));
    }
    print_ratios(subject, &rows, |_| goal);
    Ok(())
}

async fn failovers(clusters: &mut [Cluster], kills: usize) -> Result<(), String> {
    const MEDIAN: &str = "kill to first write";
    const WORST: &str = "worst kill to first write";
    let mut rows = Vec::new();
    for cluster in clusters {
        let system = cluster.system;
        let times = failover::measure(cluster, kills).await?;
        let times: Vec<f64> = times.iter().map(Duration::as_secs_f64).collect();
        let worst = times.iter().copied().fold(0.0, f64::max);
        let subject = format!("failover {}", system.name());
        print_line(median_line(&subject, MEDIAN, &times, "seconds"));
        println!("{}", line(&subject, WORST, worst, "seconds", &[]));
        let median = median(&times).map(|median| (MEDIAN, median));
        rows.push((system, median.into_iter().chain([(WORST, worst)]).collect()));
    }
    print_ratios("failover", &rows, |measure| (measure == MEDIAN).then_some(Goal::AtMost(0.5)));
    Ok(())
}
