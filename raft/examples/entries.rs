//! The cost of an entry: three servers in one process, commands of eight bytes, writes durable at
//! once, messages in order.
//!
//! `entries BATCH ROUNDS` commits BATCH entries in each of ROUNDS rounds and prints how many were
//! committed: to count instructions per entry, subtract a short run from a long one.

use raft::{Config, Durable, Input, LogIndex, Membership, Message, Node, NodeId, NodeSet, Output};

/// Three servers, and the messages in flight between them.
pub struct Cluster {
    /// The servers.
    pub nodes: Vec<Node<u64>>,
    in_flight: Vec<Message<u64>>,
    arriving: Vec<Message<u64>>,
    output: Output<u64>,
    /// How many committed entries the leader has handed out.
    pub committed: u64,
}

impl Cluster {
    /// Three servers, of which the first is the leader.
    pub fn start() -> Cluster {
        let membership = Membership::new(NodeSet::first(3));
        let start = |id| Node::start(Config::new(NodeId(id), membership), Durable::default());
        let mut cluster = Cluster {
            nodes: (0..3).map(start).collect(),
            in_flight: Vec::new(),
            arriving: Vec::new(),
            output: Output::default(),
            committed: 0,
        };
        cluster.step(0, Input::Campaign);
        cluster.settle();
        cluster
    }

    /// A server processes an input, and its write is durable at once.
    pub fn step(&mut self, node: usize, input: Input<u64>) {
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

    /// Delivers all messages.
    pub fn settle(&mut self) {
        while !self.in_flight.is_empty() {
            let mut arriving =
                std::mem::replace(&mut self.in_flight, std::mem::take(&mut self.arriving));
            for message in arriving.drain(..) {
                self.step(usize::from(message.to.0), Input::Receive(message));
            }
            self.arriving = arriving;
        }
    }

    /// Proposes the commands of each round together.
    pub fn commit(&mut self, rounds: Vec<Input<u64>>) {
        for commands in rounds {
            self.step(0, commands);
            self.settle();
        }
    }
}

/// The proposals of `rounds` rounds of `batch` commands.
pub fn commands(batch: u64, rounds: u64) -> Vec<Input<u64>> {
    let round = |number| match batch {
        1 => Input::Propose(number),
        _ => Input::ProposeAll((0..batch).collect()),
    };
    (0..rounds).map(round).collect()
}

/// BATCH and ROUNDS from the command line of `program`.
pub fn arguments(program: &str) -> (u64, u64) {
    let number = |at| std::env::args().nth(at).and_then(|word: String| word.parse::<u64>().ok());
    let (Some(batch), Some(rounds)) = (number(1).filter(|&batch| batch > 0), number(2)) else {
        eprintln!("usage: {program} BATCH ROUNDS");
        std::process::exit(2);
    };
    (batch, rounds)
}

fn main() {
    let (batch, rounds) = arguments("entries");
    let mut cluster = Cluster::start();
    cluster.commit(commands(batch, rounds));
    println!("committed: {} entries", cluster.committed);
    assert_eq!(LogIndex(cluster.committed), cluster.nodes[0].status().commit);
}
