#!/usr/bin/env bash
# Expected: a leader knows nothing of a node that it has removed and added again: its progress starts
#           with matched = 0, until the node acknowledges something.
# Happens:  an acknowledgement that the node had sent before it was removed, and that arrives in the
#           same term after it was added again, sets matched. If the node has come back with an empty
#           disk, the leader takes for stored what is not, and names a commit index in its heartbeats
#           that the node does not have.
# Matters:  names that are used again: a replaced volume, a container without one. Use a new id for
#           each incarnation of a node, as TiKV does for its peers.
# Version:  raft 0.7.0 (crates.io), feature protobuf-codec.
# Source:   https://github.com/tikv/raft-rs/issues/571 (open): handle_append_response in src/raft.rs,
#           maybe_update in src/tracker/progress.rs.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "host"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
protobuf = "=2.28.0"
raft = { version = "=0.7.0", default-features = false, features = ["protobuf-codec"] }
slog = "=2.8.2"
TOML
cat > "$work/src/main.rs" <<'RUST'
use std::collections::VecDeque;

use protobuf::Message as _;
use raft::eraftpb::{ConfChange, ConfChangeType, Entry, EntryType, Message, MessageType};
use raft::storage::MemStorage;
use raft::{Config, RawNode};

/// A node with an empty disk, of a cluster of these voters; none if it does not know them yet.
fn start(id: u64, voters: Vec<u64>) -> RawNode<MemStorage> {
    let config = Config { id, election_tick: 10, heartbeat_tick: 1, ..Config::default() };
    let disk = match voters.is_empty() {
        true => MemStorage::new(),
        false => MemStorage::new_with_conf_state((voters, vec![])),
    };
    RawNode::new(&config, disk, &slog::Logger::root(slog::Discard, slog::o!())).unwrap()
}

/// The node's writes are durable and its committed entries applied; returns its messages.
fn run(node: &mut RawNode<MemStorage>) -> Vec<Message> {
    let mut sent = Vec::new();
    while node.has_ready() {
        let mut ready = node.ready();
        sent.extend(ready.take_messages());
        if !ready.snapshot().is_empty() {
            node.mut_store().wl().apply_snapshot(ready.snapshot().clone()).unwrap();
        }
        node.mut_store().wl().append(ready.entries()).unwrap();
        if let Some(state) = ready.hs() {
            node.mut_store().wl().set_hardstate(state.clone());
        }
        sent.extend(ready.take_persisted_messages());
        let mut committed = ready.take_committed_entries();
        let mut light = node.advance(ready);
        sent.extend(light.take_messages());
        committed.extend(light.take_committed_entries());
        committed.iter().for_each(|entry| apply(node, entry));
        node.advance_apply();
    }
    sent
}

fn apply(node: &mut RawNode<MemStorage>, entry: &Entry) {
    if entry.get_entry_type() == EntryType::EntryConfChange {
        let mut change = ConfChange::default();
        change.merge_from_bytes(entry.get_data()).unwrap();
        let state = node.apply_conf_change(&change).unwrap();
        node.mut_store().wl().set_conf_state(state);
    }
}

/// Three nodes. Messages from node 3 are held back while `held` is some.
struct Cluster {
    nodes: Vec<RawNode<MemStorage>>,
    held: Option<Vec<Message>>,
}

impl Cluster {
    fn node(&mut self, id: u64) -> &mut RawNode<MemStorage> {
        &mut self.nodes[id as usize - 1]
    }

    /// All messages arrive, in order, until there are none.
    fn settle(&mut self, first: impl IntoIterator<Item = Message>) {
        let mut flight: VecDeque<Message> = first.into_iter().collect();
        for _ in 0..1000 {
            for node in &mut self.nodes {
                flight.extend(run(node));
            }
            let Some(message) = flight.pop_front() else { return };
            match &mut self.held {
                Some(held) if message.from == 3 => held.push(message),
                _ => drop(self.node(message.to).step(message)),
            }
        }
    }

    fn change(&mut self, kind: ConfChangeType) {
        let mut change = ConfChange::default();
        change.set_change_type(kind);
        change.node_id = 3;
        self.node(1).propose_conf_change(vec![], change).unwrap();
        self.settle([]);
    }
}

fn main() {
    let nodes = (1..=3).map(|id| start(id, vec![1, 2, 3])).collect();
    let mut cluster = Cluster { nodes, held: None };
    cluster.node(1).campaign().unwrap();
    cluster.settle([]);
    // Node 3 stores a command; its acknowledgement is in flight.
    cluster.held = Some(Vec::new());
    cluster.node(1).propose(vec![], b"x".to_vec()).unwrap();
    cluster.settle([]);
    let is_ack = |message: &Message| message.get_msg_type() == MessageType::MsgAppendResponse;
    let late = cluster.held.take().unwrap().into_iter().find(is_ack).unwrap();
    // It is removed, comes back with an empty disk, and is added again, in the same term.
    cluster.change(ConfChangeType::RemoveNode);
    cluster.nodes[2] = start(3, vec![]);
    cluster.held = Some(Vec::new());
    cluster.change(ConfChangeType::AddNode);
    let term = cluster.node(1).raft.term;
    let matched = |cluster: &mut Cluster| cluster.node(1).raft.prs().get(3).unwrap().matched;
    println!("acknowledged before, in term {}: {}", late.term, late.index);
    println!("added again, in term {term}: matched {}", matched(&mut cluster));
    let leader = cluster.node(1);
    leader.step(late).unwrap();
    run(leader);
    leader.tick();
    let is_heartbeat = |message: &Message| message.get_msg_type() == MessageType::MsgHeartbeat;
    let sent = run(leader);
    let heartbeat = sent.iter().find(|message| message.to == 3 && is_heartbeat(message)).unwrap();
    println!("after the late acknowledgement: matched {}", matched(&mut cluster));
    println!("its next heartbeat to node 3: commit {}", heartbeat.commit);
    println!("log of node 3 up to {}", cluster.node(3).raft.raft_log.last_index());
}
RUST

unset RUSTFLAGS
export CARGO_TARGET_DIR="$work/target"
cd "$work"
cargo build --quiet || untried "the host does not build"
"$work/target/debug/host" > seen 2>&1 || echo "the host failed" >> seen

echo "version:   raft 0.7.0, $(rustc --version)"
echo "behaviour: an acknowledgement from before a removal counts after the node was added again"
sed -e '1s/^/seen:      /' -e '2,$s/^/           /' seen

if grep -q 'added again, in term 1: matched 0$' seen && grep -q 'late acknowledgement: matched [1-9]' seen \
  && grep -q 'log of node 3 up to 0$' seen; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
