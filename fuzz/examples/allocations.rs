//! How often our core allocates in its steady state, in which every buffer has its size: the
//! servers of `raft/examples/entries.rs` commit entries, compact them, and commit as many again.
//!
//! `allocations BATCH ROUNDS` prints the number of allocations in the second half. It is not in the
//! core's package, because it needs a library, and the core has no dependency.

use std::sync::Arc;

use entries::{arguments, commands, Cluster};
use raft::Input;

#[allow(dead_code)] // It is a program of its own.
#[path = "../../raft/examples/entries.rs"]
mod entries;

fn main() {
    let (batch, rounds) = arguments("allocations");
    let mut cluster = Cluster::start();
    cluster.commit(commands(batch, rounds));
    compact(&mut cluster);
    let (before, commands) = (cluster.committed, commands(batch, rounds));
    let counted = allocation_counter::measure(|| cluster.commit(commands));
    let entries = cluster.committed - before;
    println!("allocations: {} in {entries} entries", counted.count_total);
}

/// Every server receives the leader's commit index, and compacts its log up to there.
fn compact(cluster: &mut Cluster) {
    for _ in 0..4 {
        cluster.step(0, Input::Tick);
        cluster.settle();
    }
    let data: Arc<[u8]> = Arc::from([0; 8]);
    for node in 0..3 {
        let index = cluster.nodes[node].status().commit;
        cluster.step(node, Input::Compact { index, data: Arc::clone(&data) });
    }
}
