#!/usr/bin/env bash
# Expected: `cargo fuzz cmin` fails if the merge that it starts fails, as `cargo fuzz run` does.
# Happens:  it prints one line, leaves the corpus as it was, and ends with 0.
# Matters:  a script or a nightly job that minimises a corpus never notices that it fails. Check the
#           log for "MERGE-OUTER: ... new files" and a plausible number, or call the target itself
#           with -merge=1 and check its exit code and the number of files it keeps: libFuzzer prints
#           0 new files and ends with 0 if the inner process of a merge never starts.
# Version:  cargo-fuzz 0.13.2, libfuzzer-sys 0.4.13 (crates.io).
# Source:   https://github.com/rust-fuzz/cargo-fuzz: exec_cmin in src/project.rs.
set -euo pipefail
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
untried() { echo "not tried: $1" >&2; exit 2; }

unset RUSTFLAGS CUSTOM_LIBFUZZER_PATH
export CARGO_TARGET_DIR="$work/target" RUST_BACKTRACE=0
cargo install --quiet cargo-fuzz --version 0.13.2 --locked --root "$work" ||
  untried "cargo-fuzz does not install"

mkdir -p "$work/fuzz/fuzz_targets" "$work/fuzz/corpus/parse"
cat > "$work/fuzz/Cargo.toml" <<'TOML'
[package]
name = "fuzz"
version = "0.0.0"
edition = "2021"

[package.metadata]
cargo-fuzz = true

[workspace]

[dependencies]
libfuzzer-sys = "=0.4.13"

[[bin]]
name = "parse"
path = "fuzz_targets/parse.rs"
TOML
# A target that needs a variable in its environment, and prints an error without it.
cat > "$work/fuzz/fuzz_targets/parse.rs" <<'RUST'
#![no_main]

libfuzzer_sys::fuzz_target!(
    init: if std::env::var_os("GRAMMAR").is_none() {
        eprintln!("GRAMMAR is not set");
        std::process::exit(3);
    },
    |data: &[u8]| {
        std::hint::black_box(data);
    }
);
RUST
for i in 1 2 3; do printf '%s' "$i" > "$work/fuzz/corpus/parse/$i"; done

cd "$work"
fuzz() { "$work/bin/cargo-fuzz" "$1" --fuzz-dir fuzz --sanitizer none parse "${@:2}"; }
fuzz build > build.log 2>&1 || untried "the target does not build: $(tail -n 3 build.log)"
GRAMMAR=yes fuzz run -- -runs=1 > whole.log 2>&1 || untried "the target does not run"
run=0 cmin=0
fuzz run -- -runs=1 > run.log 2>&1 || run=$?
fuzz cmin > cmin.log 2>&1 || cmin=$?
grep -q '^GRAMMAR is not set$' cmin.log || untried "cmin did not start the target"

echo "version:   $("$work/bin/cargo-fuzz" --version), libfuzzer-sys 0.4.13, $(rustc --version)"
echo "behaviour: cmin ends with 0 although its merge failed"
echo "seen:      $(tail -n 1 cmin.log)"
echo "           cargo fuzz cmin ends with $cmin, cargo fuzz run with $run"
echo "           the corpus had 3 files of the same edges, and has $(find fuzz/corpus/parse -type f | wc -l)"

if [ $cmin = 0 ] && [ $run != 0 ] && grep -q '^Failed to minimize corpus' cmin.log; then
  echo "holds"
else
  echo "this finding no longer holds"
  exit 1
fi
