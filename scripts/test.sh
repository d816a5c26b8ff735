#!/usr/bin/env bash
# Format, lints, docs and all tests, on stable Rust, without building libFuzzer.
#
#   scripts/test.sh           our own Raft
#   scripts/test.sh --all     also these scripts with the real libFuzzer, and the adapters to other
#                             Raft implementations, with the real bugs found in them, and the
#                             key-value store with Redis's tools (installed with apt-get if they are
#                             missing), a runner of Procfiles and a real cluster under faults
source "$(dirname "$0")/common.sh"
[ $# = 0 ] || { [ $# = 1 ] && [ "$1" = --all ]; } || die "usage: test.sh [--all]"
cargo fmt --all --check
# cargo fmt does not see modules that a macro declares.
rustfmt --edition 2021 --check fuzz/src/oracle/*.rs
cargo clippy --workspace --all-targets --locked -- -D warnings
# The features that adapters use.
cargo clippy -p whitewater-cli --no-default-features --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
cargo test --workspace --locked
[ $# = 1 ] || exit 0

# The key-value store: its other store, other people's tools, real faults.
cargo clippy -p whitewater-kv --features redb --all-targets --locked -- -D warnings
need_redis_tools
need_honcho
cargo test -p whitewater-kv --features redb --locked redb_store
cargo test -p whitewater-kv --test serve --test tls --locked -- --ignored
scripts/cluster-test.sh
need_cargo_fuzz
cargo test -p whitewater --test scripts --locked -- --ignored
rustfmt --edition 2021 --check fuzz/adapters/tikv/{src,tests,examples,fuzz_targets}/*.rs
rustfmt --edition 2021 --check fuzz/adapters/tikv/0.6.0-to-0.7.0/{src,tests,fuzz_targets}/*.rs
need_fixed_raft
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$root/target}/adapters/test"
for adapter in "${adapters[@]}"; do
  echo "== $adapter"
  case "$adapter" in
    # One adapter for each set of sources.
    */tikv | */0.4.3 | */0.6.0-to-0.7.0) cargo clippy --manifest-path "$adapter/Cargo.toml" --all-targets --locked -- -D warnings ;;
  esac
  cargo test --manifest-path "$adapter/Cargo.toml" --locked
done
