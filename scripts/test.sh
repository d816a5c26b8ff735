#!/usr/bin/env bash
# Format, lints, docs and all tests, on stable Rust, without building libFuzzer.
#
#   scripts/test.sh           our own Raft
#   scripts/test.sh --all     and these scripts with libFuzzer, and the adapters to other people's Raft, with the
#                             real bugs found in them
source "$(dirname "$0")/common.sh"
[ $# = 0 ] || { [ $# = 1 ] && [ "$1" = --all ]; } || die "usage: test.sh [--all]"
cargo fmt --all --check
# Modules that a macro declares are hidden from cargo fmt.
rustfmt --edition 2021 --check fuzz/src/oracle/*.rs
cargo clippy --workspace --all-targets --locked -- -D warnings
# As adapters have it.
cargo clippy -p whitewater-cli --no-default-features --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
cargo test --workspace --locked
[ $# = 1 ] || exit 0

need_cargo_fuzz
cargo test -p whitewater --test scripts --locked -- --ignored
rustfmt --edition 2021 --check fuzz/adapters/tikv/{src,tests,examples,fuzz_targets}/*.rs
need_fixed_raft
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/adapters/test"
for adapter in "${adapters[@]}"; do
  echo "== $adapter"
  case "$adapter" in
    # One of each source.
    */tikv | */0.4.3) cargo clippy --manifest-path "$adapter/Cargo.toml" --all-targets --locked -- -D warnings ;;
  esac
  cargo test --manifest-path "$adapter/Cargo.toml" --locked
done
