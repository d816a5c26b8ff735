//! What a clone of a cluster takes: allocations and bytes, of a cluster of 3 nodes after 300
//! events, and to return a used cluster to an archived one. Averages of 200 schedules.

use whitewater::mutants::raft;
use whitewater::replica::ours::Ours;
use whitewater::run::Judged;
use whitewater::search::generator::{Generator, Strategy};

const SCHEDULES: u64 = 200;
const EVENTS: usize = 300;

fn main() {
    let mut generator = Generator::new(Strategy::Swarm, 7);
    let mut cluster: Judged<Ours> = Judged::new(raft());
    let mut used: Judged<Ours> = Judged::new(raft());
    let mut taken = [[0; 2]; 2];
    for _ in 0..SCHEDULES {
        let setup = generator.setup(Some(3));
        cluster.begin(setup, EVENTS).expect("it begins");
        while !cluster.is_over() {
            cluster.perform(generator.event(cluster.enabled())).expect("the core is correct");
        }
        let mut kept = None;
        let archived = allocation_counter::measure(|| kept = Some(cluster.clone()));
        let restored = allocation_counter::measure(|| used.clone_from(kept.as_ref().expect("it")));
        for (sum, info) in taken.iter_mut().zip([archived, restored]) {
            sum[0] += info.count_total;
            sum[1] += info.bytes_total;
        }
    }
    for (name, sum) in ["archived", "restored"].into_iter().zip(taken) {
        let [allocations, bytes] = sum.map(|sum| sum as f64 / SCHEDULES as f64);
        println!("{name}: {allocations:.1} allocations, {bytes:.0} bytes");
    }
}
