//! From a killed leader to the first acknowledged write.
//!
//! A client sends a small write every 20 ms, in turn through the two nodes that do not lead, each
//! over a connection of its own, so that one that waits for an answer holds no other. The time
//! counts from the kill to the answer of the first write that was sent after it.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use crate::client::{Client, Protocol};
use crate::cluster::{Cluster, NODES};

const EVERY: Duration = Duration::from_millis(20);
/// How long the writes go on before the kill.
const BEFORE: Duration = Duration::from_millis(500);
/// No election takes as long.
const LIMIT: Duration = Duration::from_secs(30);

/// Kills the leader `kills` times, and starts it again each time.
pub async fn measure(cluster: &mut Cluster, kills: usize) -> Result<Vec<Duration>, String> {
    let mut times = Vec::new();
    for _ in 0..kills {
        cluster.wait_until_all_serve().await?;
        // The node that has come back catches up.
        sleep(Duration::from_secs(1)).await;
        let name = cluster.system.name();
        let leader = cluster.leader().await?;
        let rest: Vec<String> =
            (0..NODES).filter(|node| *node != leader).map(|node| cluster.address(node)).collect();
        let protocol = cluster.system.protocol();
        // It goes on until its time is up.
        let _ = timeout(BEFORE, write(protocol, &rest, false)).await;
        cluster.kill(leader);
        let killed = Instant::now();
        let written = timeout(LIMIT, write(protocol, &rest, true)).await;
        written.map_err(|_| format!("{name} took no write for {LIMIT:?} after a kill"))?;
        times.push(killed.elapsed());
        eprintln!("{name}: {:.3} s from kill to write", killed.elapsed().as_secs_f64());
        cluster.spawn(leader)?;
    }
    Ok(times)
}

/// Sends writes, for ever or until one is acknowledged.
async fn write(protocol: Protocol, addresses: &[String], until_acknowledged: bool) {
    let (mut writes, mut clock) = (JoinSet::new(), interval(EVERY));
    let mut addresses = addresses.iter().cycle();
    loop {
        tokio::select! {
            _ = clock.tick() => {
                let address = addresses.next().cloned().unwrap_or_default();
                writes.spawn_local(async move {
                    let mut client = Client::connect(protocol, &address).await?;
                    client.put("failover", b"still there?").await
                });
            }
            Some(written) = writes.join_next() => {
                let is_acknowledged = matches!(written, Ok(Ok(())));
                if is_acknowledged && until_acknowledged {
                    return;
                }
            }
        }
    }
}
