//! What an entry costs: three servers in one process, commands of eight bytes, writes durable at
//! once, messages in order.
//!
//! `entries BATCH ROUNDS` commits BATCH entries in each of ROUNDS rounds and prints how many were
//! committed: whoever counts instructions subtracts a short run from a long one. Then it compacts
//! all logs, goes on for as many rounds, and prints how often it allocated in those, which is when
//! every buffer has its size.

use std::sync::Arc;

use raft::{Config, Durable, Input, LogIndex, Membership, Message, Node, NodeId, NodeSet, Output};

struct Cluster {
    nodes: Vec<Node<u64>>,
    in_flight: Vec<Message<u64>>,
    arriving: Vec<Message<u64>>,
    output: Output<u64>,
    committed: u64,
}

impl Cluster {
    fn start() -> Cluster {
        let membership = Membership::new(NodeSet::first(3));
        let start = |id| Node::start(Config::new(NodeId(id), membership), Durable::default());
        let nodes = (0..3).map(start).collect();
        Cluster {
            nodes,
            in_flight: Vec::new(),
            arriving: Vec::new(),
            output: Output::default(),
            committed: 0,
        }
    }

    fn step(&mut self, node: usize, input: Input<u64>) {
        self.nodes[node].step(input, &mut self.output);
        self.collect(node);
        while let Some(write) = self.output.write.take() {
            self.output.recycle(write.entries);
            self.nodes[node].step(Input::Persisted(write.id), &mut self.output);
            self.collect(node);
        }
    }

    fn collect(&mut self, node: usize) {
        self.in_flight.append(&mut self.output.messages);
        self.committed += if node == 0 { self.output.committed.len() as u64 } else { 0 };
    }

    fn settle(&mut self) {
        while !self.in_flight.is_empty() {
            let mut arriving =
                std::mem::replace(&mut self.in_flight, std::mem::take(&mut self.arriving));
            for message in arriving.drain(..) {
                self.step(usize::from(message.to.0), Input::Receive(message));
            }
            self.arriving = arriving;
        }
    }

    /// What clients bring in a round reaches the core together.
    fn commit(&mut self, rounds: Vec<Input<u64>>) {
        for commands in rounds {
            self.step(0, commands);
            self.settle();
        }
    }

    /// Every server hears what is committed, and forgets how it came about.
    fn compact(&mut self) {
        for _ in 0..4 {
            self.step(0, Input::Tick);
            self.settle();
        }
        let data: Arc<[u8]> = Arc::from([0; 8]);
        for node in 0..3 {
            let index = self.nodes[node].status().commit;
            self.step(node, Input::Compact { index, data: Arc::clone(&data) });
        }
    }
}

fn main() {
    let number = |at| std::env::args().nth(at).and_then(|word: String| word.parse::<u64>().ok());
    let (Some(batch), Some(rounds)) = (number(1).filter(|&batch| batch > 0), number(2)) else {
        eprintln!("usage: entries BATCH ROUNDS [allocations]");
        std::process::exit(2);
    };
    let round = |number| match batch {
        1 => Input::Propose(number),
        _ => Input::ProposeAll((0..batch).collect()),
    };
    let commands = || (0..rounds).map(round).collect::<Vec<_>>();
    let mut cluster = Cluster::start();
    cluster.step(0, Input::Campaign);
    cluster.settle();
    cluster.commit(commands());
    println!("committed: {} entries", cluster.committed);
    assert_eq!(LogIndex(cluster.committed), cluster.nodes[0].status().commit);
    if std::env::args().nth(3).as_deref() == Some("allocations") {
        cluster.compact();
        let (before, commands) = (cluster.committed, commands());
        let counted = allocation_counter::measure(|| cluster.commit(commands));
        let entries = cluster.committed - before;
        println!("allocations: {} in {entries} entries", counted.count_total);
    }
}
