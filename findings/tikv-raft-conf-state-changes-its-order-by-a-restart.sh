#!/usr/bin/env bash
# Expected: two nodes that have applied the same membership changes have equal ConfStates: `==` is
#           enough, and a node that restarts from the ConfState it returned returns an equal one.
# Happens:  voters are listed in the order of a hash table, which depends on how the table grew and
#           on what was removed. After a restart the order can differ, and then `==` is false, and
#           bytes and checksums differ. (A comment in conf_state_eq says that "in most case, they
#           can be compared directly".)
# Matters:  checks that replicas agree, digests of snapshots or of a state machine that holds the
#           ConfState, and deterministic tests with restarts. Compare with
#           raft_proto::conf_state_eq, or sort before writing.
# Version:  raft 0.7.0 and raft-proto 0.7.0 (crates.io), feature protobuf-codec.
# Source:   https://github.com/tikv/raft-rs: to_conf_state in src/tracker.rs, conf_state_eq in
#           proto/src/confstate.rs.
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
raft-proto = { version = "=0.7.0", default-features = false, features = ["protobuf-codec"] }
slog = "=2.8.2"
TOML
cat > "$work/src/main.rs" <<'RUST'
use protobuf::Message;
use raft::eraftpb::{ConfChange, ConfChangeType, ConfState};
use raft::storage::MemStorage;
use raft::{Config, RawNode};
use raft_proto::conf_state_eq;

/// Node 1, started or restarted with the membership on its disk.
fn start(membership: ConfState) -> RawNode<MemStorage> {
    let config = Config { id: 1, election_tick: 10, heartbeat_tick: 1, ..Config::default() };
    let disk = MemStorage::new_with_conf_state(membership);
    RawNode::new(&config, disk, &slog::Logger::root(slog::Discard, slog::o!())).unwrap()
}

fn apply(node: &mut RawNode<MemStorage>, kind: ConfChangeType, id: u64) -> ConfState {
    let mut change = ConfChange::default();
    change.set_change_type(kind);
    change.node_id = id;
    node.apply_conf_change(&change).unwrap()
}

fn main() {
    // Nodes 4 to 7 are added, and removed again.
    let mut node = start(ConfState::from((vec![1, 2, 3], vec![])));
    let mut running = ConfState::default();
    for kind in [ConfChangeType::AddNode, ConfChangeType::RemoveNode] {
        for id in 4..=7 {
            running = apply(&mut node, kind, id);
        }
    }
    let restarted = start(running.clone()).raft.prs().conf().to_conf_state();
    println!("returned: {:?}", running.voters);
    println!("after a restart from it: {:?}", restarted.voters);
    println!("==: {}", running == restarted);
    println!("same bytes: {}", running.write_to_bytes().unwrap() == restarted.write_to_bytes().unwrap());
    println!("conf_state_eq: {}", conf_state_eq(&running, &restarted));
}
RUST

unset RUSTFLAGS
export CARGO_TARGET_DIR="$work/target"
cd "$work"
cargo build --quiet || untried "the host does not build"
"$work/target/debug/host" > seen 2>&1 || echo "the host failed" >> seen

echo "version:   raft 0.7.0, $(rustc --version)"
echo "behaviour: a node restarted from a ConfState has the same membership and a ConfState that is not =="
sed -e '1s/^/seen:      /' -e '2,$s/^/           /' seen

if grep -qx '==: false' seen && grep -qx 'same bytes: false' seen && grep -qx 'conf_state_eq: true' seen; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
