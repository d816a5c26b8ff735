//! A run: a cluster, its clients, its faults, and the verdict.
//!
//! Promises: after the last fault all is healed, and everything is read at every node: by
//! linearizable reads, which are part of the history, and from each node's own state. Clients are
//! never cut off amid an operation: each has its outcome.

use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout, Instant};

use crate::client::{value_of, Address, Client, Workload};
use crate::cluster::{Cluster, Settings};
use crate::finding::Finding;
use crate::history::{Key, Outcome, Record, Request};
use crate::judge::judge;
use crate::nemesis::Nemesis;
use crate::plan::{name, Family, Plan, KINDS};
use crate::report::{best_second, write_history, Demand, Summary};
use crate::resp::{Connection, Reply};

/// How long the nodes have to come to the same state.
const AGREEMENT: Duration = Duration::from_secs(20);
/// The first of the clients that read at the end, one for each node.
const READER: u32 = 2_000;

/// What to do.
#[derive(Clone, Debug)]
pub struct Options {
    /// The cluster.
    pub settings: Settings,
    /// Makes the plan and the clients.
    pub seed: u64,
    /// How long, at least.
    pub duration: Duration,
    /// How many kills, at least.
    pub kills: u64,
    /// How many clients.
    pub clients: u32,
    /// Which faults.
    pub families: Vec<Family>,
}

/// A run, from an empty cluster to the verdict. `progress` takes a line now and then.
pub async fn run(options: &Options, progress: &dyn Fn(String)) -> io::Result<Run> {
    let workload = Arc::new(Workload::default());
    let cluster = Cluster::start(options.settings.clone(), workload.clone()).await?;
    let mut nemesis = Nemesis::new(cluster, workload.clone());
    let mut healed_after = None;
    let start = Instant::now();
    if nemesis.until_served().await?.is_some() {
        let mut clients = JoinSet::new();
        for number in 1..=options.clients {
            clients.spawn(Client::new(number, workload.clone()).run(options.seed));
        }
        make_faults(options, &mut nemesis, &workload, progress).await?;
        nemesis.cluster.heal()?;
        healed_after = nemesis.until_served().await?;
        workload.stop();
        clients.join_all().await;
    }
    let duration = start.elapsed();
    let last = workload.recorder.event();
    if healed_after.is_some() {
        progress("reading every key at every node".into());
        let findings = read_everywhere(&nemesis.cluster, &workload).await;
        nemesis.cluster.findings.extend(findings);
    }
    nemesis.cluster.restart_ended()?;
    progress("judging the history".into());
    let records = workload.recorder.take();
    Ok(conclude(options, nemesis, records, last, duration, healed_after))
}

/// What a run leaves.
pub struct Run {
    /// What is known of it.
    pub summary: Summary,
    /// All operations.
    pub records: Vec<Record>,
    nemesis: Nemesis,
}

impl Run {
    /// Saves the history and what would be lost with the cluster. Returns where the history is.
    pub fn save(&self, options: &Options) -> io::Result<PathBuf> {
        let root = &options.settings.root;
        let path = root.join("history.jsonl");
        write_history(&path, &self.records)?;
        self.nemesis.cluster.save(root)?;
        Ok(path)
    }
}

/// The kinds of faults that a run must have hit.
fn demand(options: &Options) -> Demand {
    let asked = KINDS.iter().filter(|(_, family, _)| options.families.contains(family));
    Demand { kinds: asked.map(|(name, ..)| *name).collect(), kills: options.kills }
}

/// Plays the plan until there were enough faults of every kind, or no more are to be expected.
async fn make_faults(
    options: &Options,
    nemesis: &mut Nemesis,
    workload: &Workload,
    progress: &dyn Fn(String),
) -> io::Result<()> {
    let start = Instant::now();
    let times = if options.kills > 0 { 4 } else { 1 };
    let kinds = demand(options).kinds;
    let latest = options.duration + Duration::from_secs(90 + 10 * options.kills);
    let mut plan = Plan::new(options.seed, &options.families, times);
    while let Some(episode) = plan.next() {
        let has_hit = |name: &&str| nemesis.counts.hits.get(name).is_some_and(|&hits| hits > 0);
        let is_enough = start.elapsed() >= options.duration
            && nemesis.counts.kills >= options.kills
            && kinds.iter().all(has_hit);
        // What was found is not buried under more faults.
        let has_found = !nemesis.cluster.findings.is_empty();
        if is_enough || has_found || start.elapsed() >= latest {
            break;
        }
        let at = start.elapsed().as_secs_f64();
        let story = nemesis.play(&episode).await?;
        let (tally, kills) = (workload.recorder.tally(), nemesis.counts.kills);
        progress(format!(
            "{at:6.1} s  {story}: {} ok, {} failed, {} unknown, {kills} kills so far",
            tally.ok, tally.failed, tally.unknown
        ));
        let hits = &nemesis.counts.hits;
        let kinds = episode.faults.iter().map(|fault| fault.kind);
        kinds.filter(|kind| !hits.contains_key(name(*kind))).for_each(|kind| plan.again(kind));
    }
    Ok(())
}

/// Reads every key at every node, and compares what each node holds.
async fn read_everywhere(cluster: &Cluster, workload: &Arc<Workload>) -> Vec<Finding> {
    let keys = workload.recorder.keys();
    let mut readers = JoinSet::new();
    for (number, id) in (READER..).zip(cluster.ids()) {
        let Some(address) = cluster.address(id) else { continue };
        let client = Client::new(number, workload.clone());
        readers.spawn(read_at((id, address), client, keys.clone()));
    }
    readers.join_all().await.into_iter().flatten().collect()
}

async fn read_at(node: Address, mut client: Client, keys: BTreeSet<Key>) -> Option<Finding> {
    let deadline = Instant::now() + AGREEMENT + Duration::from_millis(5) * keys.len() as u32;
    let mut local = Local { address: node.1, connection: None };
    for key in keys {
        let expected = loop {
            let patience = Duration::from_secs(2);
            let reason = match client.ask(node, key, Request::Get, patience).await {
                Outcome::Found(value) => break value,
                Outcome::Failed(why) | Outcome::Unknown(why) => why,
                other => format!("{other:?}"),
            };
            if Instant::now() >= deadline {
                return Some(Finding::Silent { node: node.0, key, reason });
            }
            sleep(Duration::from_millis(50)).await;
        };
        loop {
            let value = match local.get(key).await {
                Ok(reply) if value_of(key, &reply) == Some(expected) => break,
                Ok(reply) => reply.text().chars().take(40).collect(),
                Err(reason) => reason,
            };
            if Instant::now() >= deadline {
                return Some(Finding::StatesDiffer { key, node: node.0, value, expected });
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    None
}

/// Reads what a node itself holds.
struct Local {
    address: SocketAddr,
    connection: Option<Connection>,
}

impl Local {
    async fn get(&mut self, key: Key) -> Result<Reply, String> {
        let connection = self.connection.take();
        let get = async {
            let mut connection = match connection {
                Some(connection) => connection,
                None => {
                    let mut connection = Connection::open(self.address).await?;
                    connection.call(&["READONLY"]).await?;
                    connection
                }
            };
            let reply = connection.call(&["GET", &key.to_string()]).await?;
            Ok::<_, io::Error>((reply, connection))
        };
        let got = timeout(Duration::from_secs(2), get).await.map_err(|_| "nothing in time")?;
        let (reply, connection) = got.map_err(|error| error.to_string())?;
        self.connection = Some(connection);
        Ok(reply)
    }
}

fn conclude(
    options: &Options,
    nemesis: Nemesis,
    records: Vec<Record>,
    last: u64,
    duration: Duration,
    healed_after: Option<Duration>,
) -> Run {
    let verdict = judge(&records, last);
    let mut findings = nemesis.cluster.findings.clone();
    let complaints = verdict.complaints.iter().cloned();
    findings.extend(complaints.map(|(key, complaint)| Finding::NotLinearizable { key, complaint }));
    if verdict.lost > 0 {
        findings.push(Finding::Lost(verdict.lost));
    }
    let counts = nemesis.counts.clone();
    let blind = demand(options).blindness(duration, &records, &counts);
    findings.extend(blind.into_iter().map(Finding::Blind));
    let mut tally = crate::history::Tally::default();
    records.iter().for_each(|record| tally.add(record));
    let summary = Summary {
        duration,
        tally,
        counts,
        ends_for_space: nemesis.cluster.ends_for_space,
        healed_after: healed_after.map(|time| time.as_micros() as u64),
        verdict,
        best_second: best_second(&records),
        findings,
    };
    Run { summary, records, nemesis }
}
