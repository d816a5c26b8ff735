#!/usr/bin/env bash
# Expected: CheckerBuilder::symmetry() reduces the states of every search that is spawned after it.
# Happens:  depth-first search visits one state of each class. Breadth-first search visits all
#           states, as if symmetry() had not been called, and prints no warning.
# Matters:  models of a cluster whose nodes can be swapped: up to n! times the states, and
#           breadth-first search is the one that gives shortest counterexamples. The numbers of
#           states of the two searches of one model cannot be compared.
# Version:  stateright 0.31.0 (crates.io).
# Source:   https://github.com/stateright/stateright: src/checker/bfs.rs does not read the option
#           that src/checker/dfs.rs reads; the docs of symmetry() in src/checker.rs mention no
#           limit.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "model"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
stateright = "=0.31.0"
TOML
cat > "$work/src/main.rs" <<'RUST'
use stateright::{Checker, Model, Property, Representative};

/// Terms of four nodes, each 0, 1 or 2: 81 states, in 15 classes up to the names of the nodes.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
struct Terms([u8; 4]);

impl Representative for Terms {
    fn representative(&self) -> Self {
        let mut terms = self.0;
        terms.sort_unstable();
        Terms(terms)
    }
}

struct Cluster;

impl Model for Cluster {
    type State = Terms;
    type Action = usize;

    fn init_states(&self) -> Vec<Terms> {
        vec![Terms([0; 4])]
    }

    fn actions(&self, _: &Terms, actions: &mut Vec<usize>) {
        actions.extend(0..4);
    }

    fn next_state(&self, terms: &Terms, node: usize) -> Option<Terms> {
        let mut next = terms.clone();
        next.0[node] += 1;
        (next.0[node] <= 2).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![Property::always("terms are small", |_, terms: &Terms| terms.0.iter().all(|t| *t <= 2))]
    }
}

fn main() {
    println!("breadth {}", Cluster.checker().spawn_bfs().join().unique_state_count());
    println!("depth {}", Cluster.checker().spawn_dfs().join().unique_state_count());
    println!("symmetry-breadth {}", Cluster.checker().symmetry().spawn_bfs().join().unique_state_count());
    println!("symmetry-depth {}", Cluster.checker().symmetry().spawn_dfs().join().unique_state_count());
}
RUST

unset RUSTFLAGS
export CARGO_TARGET_DIR="$work/target"
cd "$work"
cargo build --quiet || untried "the model does not build"
"$work/target/debug/model" > states 2>&1 || echo "the model failed" >> states

echo "version:   stateright 0.31.0, $(rustc --version)"
echo "behaviour: symmetry() has no effect on spawn_bfs()"
echo "seen:      $(tr '\n' ' ' < states)"

if [ "$(tr '\n' ' ' < states)" = "breadth 81 depth 81 symmetry-breadth 81 symmetry-depth 15 " ]; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
