#!/usr/bin/env bash
# Expected: an input for which a target returns Corpus::Reject (-1 to libFuzzer) is in no corpus
#           that libFuzzer writes, so `-merge=1` and `cargo fuzz cmin` drop it as a campaign does.
# Happens:  a campaign leaves it out; a merge keeps it for the edges that it covers before it is
#           rejected, and counts those as new.
# Matters:  targets that reject inputs which do not decode: a minimised corpus has them again, and
#           the number of features that a merge prints can be larger than what a campaign can reach.
# Version:  libfuzzer-sys 0.4.13 (crates.io), built with its own copy of libFuzzer.
# Source:   https://github.com/rust-fuzz/libfuzzer: libfuzzer/FuzzerMerge.cpp ignores the target's
#           return value, unlike RunOne in libfuzzer/FuzzerLoop.cpp. Reported in
#           https://github.com/llvm/llvm-project/issues/180033.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src" "$work/corpus" "$work/merged"
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
use libfuzzer_sys::{fuzz_target, Corpus};

fuzz_target!(|data: &[u8]| -> Corpus {
    if data.first() == Some(&b'n') {
        Corpus::Reject
    } else {
        Corpus::Keep
    }
});
RUST

unset CUSTOM_LIBFUZZER_PATH
# The flags of cargo-fuzz that stable Rust accepts.
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
  -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table"
export CARGO_TARGET_DIR="$work/target"
host=$(rustc -vV | sed -n 's/^host: //p')
cd "$work"
cargo build --quiet --release --target "$host" || untried "the target does not build"
target="$work/target/$host/release/target"

printf 'yes' > corpus/kept
printf 'no' > corpus/rejected
"$target" -seed=1 -runs=0 corpus > campaign.log 2>&1 || untried "the campaign failed"
"$target" -seed=1 -merge=1 merged corpus > merge.log 2>&1 || untried "the merge failed"
in_campaign=$(sed -n 's|.*INITED.* corp: \([0-9]*\)/.*|\1|p' campaign.log)
merged=$(find merged -type f | wc -l)
words=$(for file in merged/*; do cat "$file" && echo -n ' '; done)

echo "version:   libfuzzer-sys 0.4.13, $(rustc --version)"
echo "behaviour: a merge keeps an input that the target rejects; a campaign does not"
echo "seen:      corpus: yes (kept), no (rejected)"
echo "           campaign: $in_campaign of 2 inputs in its corpus"
echo "           merge: $merged of 2 files: $words"
echo "           $(grep 'new files with' merge.log)"

if [ "$in_campaign" = 1 ] && [ "$merged" = 2 ] && [[ $words == *no* ]]; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
