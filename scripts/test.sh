#!/usr/bin/env bash
# Format, lints, docs and all tests, on stable Rust, without building libFuzzer.
source "$(dirname "$0")/common.sh"
cargo fmt --all --check
# Modules that a macro declares are hidden from cargo fmt.
rustfmt --edition 2021 --check fuzz/src/oracle/*.rs
cargo clippy --workspace --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
cargo test --workspace --locked
