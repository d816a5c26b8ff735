//! Our core and TiKV's `raft` on the same workload, both as a [`Replica`]: `versus ours|tikv BATCH
//! ROUNDS` commits BATCH entries in each of ROUNDS rounds on three nodes, and prints how many were
//! committed. Writes are durable at once, messages arrive in order, there are no monitors. To count
//! instructions, subtract a short run from a long one.

use std::collections::VecDeque;

use tikv::Tikv;
use whitewater::raft::NodeId;
use whitewater::replica::system_under_test::SystemUnderTest;
use whitewater::replica::{Durable, Input, Replica};
use whitewater::schedule::Setup;

struct Cluster<R: Replica> {
    nodes: Vec<R>,
    in_flight: VecDeque<R::Message>,
    output: R::Output,
    committed: usize,
}

impl<R: Replica> Cluster<R> {
    fn start(sut: &SystemUnderTest<R>) -> Cluster<R> {
        let setup = Setup { nodes: 3, max_entries: 16, ..Setup::default() };
        let start = |id| R::start(NodeId(id), &setup, &sut.options, &Durable::default());
        let nodes = (0..setup.nodes).map(start).collect();
        Cluster { nodes, in_flight: VecDeque::new(), output: R::Output::default(), committed: 0 }
    }

    fn step(&mut self, node: usize, input: Input<R::Message>) {
        let mut next = Some(input);
        while let Some(input) = next.take() {
            self.nodes[node].step(input, &mut self.output);
            let effects = R::effects(&mut self.output);
            self.in_flight.extend(effects.messages.drain(..));
            self.committed += if node == 0 { effects.applied.len() } else { 0 };
            if let Some(write) = effects.write.take() {
                next = Some(Input::Persisted(write.id));
                R::recycle(&mut self.output, write);
            }
        }
    }

    fn settle(&mut self) {
        while let Some(message) = self.in_flight.pop_front() {
            let to = R::message_view(&message).to;
            self.step(usize::from(to.0), Input::Receive(message));
        }
    }
}

fn run<R: Replica>(sut: &SystemUnderTest<R>, batch: u64, rounds: u64) -> usize {
    let mut cluster = Cluster::start(sut);
    cluster.step(0, Input::Timeout);
    cluster.settle();
    for command in 1..=batch * rounds {
        cluster.step(0, Input::Propose(command));
        if command % batch == 0 {
            cluster.settle();
        }
    }
    cluster.committed
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let number = |at: usize| args.get(at).and_then(|word| word.parse::<u64>().ok());
    let side = args.get(1).map(String::as_str);
    match (side, number(2).filter(|&batch| batch > 0), number(3)) {
        (Some("ours"), Some(batch), Some(rounds)) => {
            println!("{}", run(&whitewater::mutants::raft(), batch, rounds));
        }
        (Some("tikv"), Some(batch), Some(rounds)) => {
            let tikv = SystemUnderTest::<Tikv>::without_mutants(None).expect("there is one Raft");
            println!("{}", run(&tikv, batch, rounds));
        }
        _ => {
            eprintln!("usage: versus ours|tikv BATCH ROUNDS");
            std::process::exit(2);
        }
    }
}
