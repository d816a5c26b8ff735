#!/usr/bin/env bash
# Expected: campaigns with -seed=1, -seed=2 ... -seed=8 run the inputs of their corpus in unrelated
#           orders: eight independent trials.
# Happens:  the orders are correlated: one input out of 64 comes 2nd, 4th, 6th ... 16th, others move
#           by other steps. The generator is linear, and its first number is a multiple of the seed
#           (modulo 2^31 - 1).
# Matters:  "eight seeds found the bug after 3, 5, 7 ... inputs" is one trial, not eight. Take seeds
#           from anywhere in 31 bits for comparisons and for the workers of a campaign.
# Version:  libfuzzer-sys 0.4.13 (crates.io), built with its own copy of libFuzzer and the C++
#           library of the machine (GNU's shuffle draws the places of two inputs from one number).
# Source:   https://github.com/rust-fuzz/libfuzzer: libfuzzer/FuzzerRandom.h (std::minstd_rand) and
#           ReadAndExecuteSeedCorpora in libfuzzer/FuzzerLoop.cpp (std::shuffle).
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

mkdir -p "$work/src" "$work/corpus"
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

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if !data.is_empty() {
        println!("input {}", String::from_utf8_lossy(data));
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

for i in {10..73}; do printf '%s' "$i" > "corpus/$i"; done

# Lines "trial place input" of one campaign for each seed.
orders() {
  local trial=0 seed
  for seed; do
    trial=$((trial + 1))
    "$target" -seed="$seed" -runs=0 corpus 2> /dev/null |
      awk -v trial=$trial '/^input/ { print trial, ++n, $2 }'
  done
}
# The inputs whose place goes up or down by one step from each trial to the next, with their places.
lines() {
  awk '
    { place[$1, $3] = $2; inputs[$3] = 1; if ($1 > trials) trials = $1 }
    END {
      for (i in inputs) {
        step = place[2, i] - place[1, i]
        row = place[1, i]
        for (t = 2; t <= trials; t++) {
          row = row " " place[t, i]
          if (place[t, i] - place[t - 1, i] != step) step = 0
        }
        if (step) print "input " i " at the places " row
      }
    }' "$1"
}
orders 1 2 3 4 5 6 7 8 > small
orders 918273645 123456789 2046813577 777000111 1500450271 42424243 1234577 1987654321 > spread
[ "$(wc -l < small)" = 512 ] && [ "$(wc -l < spread)" = 512 ] || untried "not every input was run"
lines small > small.lines
lines spread > spread.lines

echo "version:   libfuzzer-sys 0.4.13, $(rustc --version)"
echo "behaviour: from one small seed to the next, the place of some input moves by a constant step"
echo "seen:      seeds 1 to 8: $(wc -l < small.lines) of 64 inputs"
sed 's/^/             /' small.lines
echo "           eight spread seeds: $(wc -l < spread.lines) of 64 inputs"

if [ -s small.lines ] && [ ! -s spread.lines ]; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
