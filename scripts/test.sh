#!/usr/bin/env bash
# Format, lints, docs and all tests, on stable Rust, without building libFuzzer.
source "$(dirname "$0")/common.sh"
cargo fmt --all --check
cargo clippy --workspace --all-targets --locked -- -D warnings
RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
cargo test --workspace --locked
