#!/usr/bin/env bash
# Expected: if a custom mutator (fuzz_mutator!) panics, libFuzzer saves the input that the mutator
#           was given, as it saves the target's input when the target panics.
# Happens:  the campaign ends as after a crash, but the artifact has no bytes, and replaying it
#           succeeds: libFuzzer knows the current input only while the target runs.
# Matters:  every bug of a mutator has the same artifact (the hash of nothing), which looks like a
#           crash that cannot be reproduced. A mutator must report its own input. The log still has
#           the hash of the input that was being mutated ("base unit").
# Version:  libfuzzer-sys 0.4.13 (crates.io), built with its own copy of libFuzzer.
# Source:   https://github.com/rust-fuzz/libfuzzer: CurrentUnitSize in libfuzzer/FuzzerLoop.cpp,
#           which ExecuteCallback resets to 0 and DumpCurrentUnit uses as the size.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src" "$work/corpus" "$work/artifacts"
cat > "$work/Cargo.toml" <<'TOML'
[package]
name = "target"
version = "0.0.0"
edition = "2021"

[workspace]

[dependencies]
libfuzzer-sys = "=0.4.13"
TOML
cat > "$work/src/main.rs" <<'RUST'
#![no_main]
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    std::hint::black_box(data);
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, _seed: u32| {
    assert!(size < 3, "the mutator was given {:?}", String::from_utf8_lossy(&data[..size]));
    libfuzzer_sys::fuzzer_mutate(data, size, max_size)
});
RUST

unset CUSTOM_LIBFUZZER_PATH
# The flags of cargo-fuzz that stable Rust accepts.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
export CARGO_TARGET_DIR="$work/target" RUST_BACKTRACE=0
host=$(rustc -vV | sed -n 's/^host: //p')
cd "$work"
cargo build --quiet --release --target "$host" || untried "the target does not build"
target="$work/target/$host/release/target"

printf 'schedule' > corpus/schedule
campaign=0
"$target" -seed=1 -runs=1000 -artifact_prefix=artifacts/ corpus > campaign.log 2>&1 || campaign=$?
grep -q 'the mutator was given "schedule"' campaign.log || untried "the mutator did not panic"
artifact=$(find artifacts -type f)
size=none replay=none
if [ -f "$artifact" ]; then
  size=$(stat -c %s "$artifact") replay=0
  "$target" "$artifact" > replay.log 2>&1 || replay=$?
fi

echo "version:   libfuzzer-sys 0.4.13, $(rustc --version)"
echo "behaviour: a panic in a mutator is saved as an empty input, which replays clean"
echo "seen:      $(grep -a 'the mutator was given' campaign.log)"
echo "           the campaign ends with $campaign"
echo "           its artifact: ${artifact:-none}, bytes: $size"
echo "           replaying it ends with $replay"

if [ $campaign != 0 ] && [ "$size" = 0 ] && [ "$replay" = 0 ]; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
