//! The start of a node with many entries behind its snapshot.

use std::path::Path;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::closed_loop::{name, VALUE};
use crate::cluster::{Cluster, System, NODES};
use crate::figures::line;
use crate::resp::Client;

/// How many SETs are sent before the first reply is read, and over how many connections.
const PIPELINE: u64 = 100;
const CONNECTIONS: u64 = 16;
/// How long a start may take.
const LIMIT: Duration = Duration::from_secs(120);

/// Fills a cluster with `entries` keys, a SET each, kills a follower and starts it again.
pub async fn measure(
    system: System,
    program: &Path,
    directory: &Path,
    entries: u64,
) -> Result<(), String> {
    let directory = directory.join("start");
    let mut cluster = Cluster::start(system, program, &directory).await?;
    let leader = cluster.leader().await?;
    eprintln!("{}: writing {entries} keys", system.name());
    let begun = Instant::now();
    write(&cluster.address(leader), entries).await?;
    let rate = entries as f64 / begun.elapsed().as_secs_f64();
    // A snapshot that is being taken is finished.
    sleep(Duration::from_secs(2)).await;
    let node = (leader + 1) % NODES;
    cluster.kill(node);
    let target = applied(&cluster, leader).await?;
    let begun = Instant::now();
    cluster.spawn(node)?;
    let answered = until(begun, async || {
        let mut client = Client::connect(&cluster.address(node)).await?;
        client.ping().await.map(|()| true)
    });
    let answered = answered.await?;
    let caught_up = until(begun, async || Ok(applied(&cluster, node).await? >= target)).await?;
    let subject = format!("{entries} entries {}", system.name());
    let figures = [
        ("pipelined SETs", rate, "ops/s"),
        ("start to PONG", answered.as_secs_f64(), "seconds"),
        ("start to caught up", caught_up.as_secs_f64(), "seconds"),
    ];
    for (measure, value, unit) in figures {
        println!("{}", line(&subject, measure, value, unit, &[]));
    }
    Ok(())
}

/// The time from `begun` until `is_done`, which is asked again and again.
async fn until(
    begun: Instant,
    is_done: impl AsyncFn() -> Result<bool, String>,
) -> Result<Duration, String> {
    loop {
        let done = is_done().await;
        if done == Ok(true) {
            return Ok(begun.elapsed());
        }
        if begun.elapsed() > LIMIT {
            return Err(format!("a node has not started in {LIMIT:?}: {done:?}"));
        }
        sleep(Duration::from_millis(2)).await;
    }
}

/// The index up to which a node has applied its log.
async fn applied(cluster: &Cluster, node: usize) -> Result<u64, String> {
    let info = cluster.info(node).await?;
    let value = info.lines().find_map(|line| line.strip_prefix("raft_applied_index:"));
    let value = value.and_then(|value| value.trim().parse().ok());
    value.ok_or("INFO has no raft_applied_index".into())
}

/// Writes the keys from 0 to `count`.
async fn write(address: &str, count: u64) -> Result<(), String> {
    let mut clients = JoinSet::new();
    for connection in 0..CONNECTIONS {
        let address = address.to_string();
        clients.spawn_local(async move {
            let mut client = Client::connect(&address).await?;
            let value = [b'x'; VALUE];
            let starts = (connection * PIPELINE..count).step_by((CONNECTIONS * PIPELINE) as usize);
            for start in starts {
                let keys = start..count.min(start + PIPELINE);
                let keys: Vec<String> = keys.map(name).collect();
                client.set_all(keys.iter().map(|key| (key.as_bytes(), &value[..]))).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = clients.join_next().await {
        ended.map_err(|error| error.to_string()).and_then(|result: Result<(), String>| result)?;
    }
    Ok(())
}
