# Sourced by the other scripts: where things are, and tools that fit.
# shellcheck shell=bash disable=SC2034
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
tools="${CARGO_TARGET_DIR:-$root/target}/tools"
cargo_fuzz_version=0.13.2

# Prints one line on standard error and ends with the code for wrong usage.
die() {
  echo "$(basename "$0"): $*" >&2
  exit 2
}

# For scripts whose code 1 says that a promise was broken: what fails unforeseen must not say so.
failure_is_2() {
  set -E
  trap '[ "$BASH_SUBSHELL" != 0 ] || die "failed: $BASH_COMMAND"' ERR
}

# Makes `cargo NAME` the pinned version, and installs it into the target folder if none fits.
need_cargo() {
  PATH="$tools/bin:$PATH"
  export PATH
  if [ "$(cargo "$1" --version 2>/dev/null)" != "cargo-$1 $2" ]; then
    echo "installing cargo-$1 $2 into $tools (once)" >&2
    cargo install "cargo-$1" --version "$2" --locked --root "$tools"
  fi
}
need_cargo_fuzz() { need_cargo fuzz "$cargo_fuzz_version"; }

# Makes $llvm the folder of LLVM's tools, those of the compiler's own LLVM: a distribution's are often
# too old for its profiles. A LOG takes what their installation says.
need_llvm_tools() {
  llvm=$(rustc --print target-libdir)/../bin
  if [ ! -x "$llvm/llvm-profdata" ] && ! rustup component add llvm-tools >"$1" 2>&1; then
    die "llvm-tools is missing, and 'rustup component add llvm-tools' fails: $(tail -n 1 "$1")"
  fi
}

# Without a sanitizer, stable Rust will do. $toolchain stands unquoted: it may be no word at all.
sanitizer="${SANITIZER:-none}"
case "$sanitizer" in
  none) toolchain= ;;
  *)
    toolchain=+nightly
    # A sanitizer's own sections and whole-program optimisation do not link together.
    export CARGO_PROFILE_RELEASE_LTO=off
    # As cargo fuzz has it.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_odr_violation=0"
    ;;
esac
# How targets are built. Tracing comparisons helps where bytes are compared with bytes; schedules are
# read through tables, and it makes every execution three times as dear.
build_options=(--sanitizer "$sanitizer" --no-trace-compares)

# Whether there is a fuzz target of this name.
need_target() {
  local there=cluster
  [ -n "$adapter" ] || there=$(targets)
  [[ " $there " == *" $1 "* ]] || die "no fuzz target '$1'; there are: $there"
}

targets() {
  (cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//' | paste -sd' ')
}

# The target `mutant` is a Raft with a seeded bug, and must be told which.
need_bug() {
  [ "$1" != mutant ] || [ -n "${WHITEWATER_MUTANT:-}" ] ||
    die "WHITEWATER_MUTANT must name a seeded bug; 'whitewater mutants' lists them"
}

# The adapters to other people's Raft, a package each; ADAPTER=fuzz/adapters/tikv/0.4.0 makes fuzz.sh,
# cmin.sh and promote.sh work on one of them.
adapters=(fuzz/adapters/tikv fuzz/adapters/tikv/{0.7.0-fixed,0.6.0,0.4.3,0.4.0,0.3.1,0.3.0})
adapter="${ADAPTER:-}"
[ -z "$adapter" ] || [ -f "$adapter/Cargo.toml" ] || die "no adapter '$adapter'; there are: ${adapters[*]}"
# Binaries of all adapters have the same name, so each has a folder of its own.
adapter_target() { echo "${CARGO_TARGET_DIR:-$root/target}/adapters/$(basename "$1")"; }

# TiKV's raft 0.7.0 as published, and the fix that no release has.
need_fixed_raft() {
  local fixed=$root/target/raft-0.7.0-fixed from
  [ ! -d "$fixed" ] || return 0
  from=$(cargo metadata --format-version 1 --locked --manifest-path fuzz/adapters/tikv/Cargo.toml |
    grep -oE '"manifest_path":"[^"]*/raft-0\.7\.0/Cargo\.toml"' | cut -d'"' -f4)
  mkdir -p "$root/target"
  rm -rf "$fixed.new"
  cp -r "$(dirname "$from")" "$fixed.new"
  patch -s -p1 -d "$fixed.new" <fuzz/adapters/tikv/0.7.0-fixed/next-index.patch
  mv "$fixed.new" "$fixed"
}

# Builds a fuzz target, ours or the adapter's. Leaves its program in $program, its corpus in $corpus, what
# comes before the names of its finds in $finds, and a name for the log of this run in $log.
build_target() {
  local where=() home=
  need_cargo_fuzz
  if [ -n "$adapter" ]; then
    [ "$(basename "$adapter")" != 0.7.0-fixed ] || need_fixed_raft
    where=(--fuzz-dir "$adapter")
    home=$adapter/
    CARGO_TARGET_DIR=$(adapter_target "$adapter")
    export CARGO_TARGET_DIR
  fi
  # shellcheck disable=SC2086
  cargo $toolchain fuzz build "${where[@]}" "${build_options[@]}" "$1" >&2 || die "the target does not build"
  local built=${CARGO_TARGET_DIR:-$root/target}
  program=$built/$(rustc -vV | sed -n 's/^host: //p')/release/$1
  corpus=${home}corpus/$1
  finds=${home}artifacts/$1/
  log=$built/fuzz-logs/$(basename "$0" .sh)-$1-$(date +%Y%m%d-%H%M%S)-$$.log
  mkdir -p "$corpus" "$finds" "$(dirname "$log")"
}

# The command line, built for speed: our Raft's, or the adapter's.
whitewater() {
  if [ -z "$adapter" ]; then
    cargo run --release --quiet --locked --bin whitewater -- "$@"
  else
    CARGO_TARGET_DIR=$(adapter_target "$adapter") cargo run --release --quiet --locked \
      --manifest-path "$adapter/Cargo.toml" -- "$@"
  fi
}
