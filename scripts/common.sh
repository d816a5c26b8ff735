# Sourced by the other scripts: paths, pinned tools, builds.
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

# For scripts whose exit code 1 means a violation: an unexpected failure ends with 2 instead.
failure_is_2() {
  set -E
  trap '[ "$BASH_SUBSHELL" != 0 ] || die "failed: $BASH_COMMAND"' ERR
}

# Makes `cargo NAME` the pinned version: installs it into the target folder if it is missing.
need_cargo() {
  PATH="$tools/bin:$PATH"
  export PATH
  if [ "$(cargo "$1" --version 2>/dev/null)" != "cargo-$1 $2" ]; then
    echo "installing cargo-$1 $2 into $tools (once)" >&2
    cargo install "cargo-$1" --version "$2" --locked --root "$tools"
  fi
}
need_cargo_fuzz() { need_cargo fuzz "$cargo_fuzz_version"; }

# Installs Redis's command line and benchmark, if they are missing.
need_redis_tools() {
  command -v redis-cli >/dev/null && command -v redis-benchmark >/dev/null && return 0
  echo "installing redis-tools" >&2
  { apt-get update -qq && apt-get install -y -qq redis-tools; } >/dev/null 2>&1 ||
    die "redis-cli is missing, and 'apt-get install redis-tools' fails: install it"
}

# Puts honcho, a runner of Procfiles, on the path: installs it into the target folder if it is missing.
need_honcho() {
  if [ ! -x "$tools/honcho/bin/honcho" ]; then
    echo "installing honcho 2.0.0 into $tools (once)" >&2
    { python3 -m venv "$tools/honcho" && "$tools/honcho/bin/pip" install --quiet honcho==2.0.0; } >/dev/null 2>&1 ||
      die "honcho cannot be installed: python3 with venv and pip are needed"
  fi
  PATH="$tools/honcho/bin:$PATH"
  export PATH
}

# Sets $llvm to the folder of the LLVM tools that match the compiler: a distribution's are often too
# old for its profiles. The output of their installation goes to LOG.
need_llvm_tools() {
  llvm=$(rustc --print target-libdir)/../bin
  if [ ! -x "$llvm/llvm-profdata" ] && ! rustup component add llvm-tools >"$1" 2>&1; then
    die "llvm-tools is missing, and 'rustup component add llvm-tools' fails: $(tail -n 1 "$1")"
  fi
}

# Without a sanitizer, stable Rust is enough. $toolchain is used unquoted: it may be empty.
sanitizer="${SANITIZER:-none}"
case "$sanitizer" in
  none) toolchain= ;;
  *)
    toolchain=+nightly
    # A sanitizer's sections do not link with link-time optimisation.
    export CARGO_PROFILE_RELEASE_LTO=off
    # As cargo fuzz sets it.
    export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_odr_violation=0"
    ;;
esac
# How targets are built. Tracing comparisons helps where bytes are compared with bytes. Schedules
# are decoded through tables, and tracing makes every execution three times as expensive.
build_options=(--sanitizer "$sanitizer" --no-trace-compares)

# Fails unless there is a fuzz target of this name.
need_target() {
  local there=cluster
  [ -n "$adapter" ] || there=$(targets)
  [[ " $there " == *" $1 "* ]] || die "no fuzz target '$1'; there are: $there"
}

targets() {
  (cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//' | paste -sd' ')
}

# The target `mutant` is a Raft with a seeded bug, and needs the name of the bug.
need_bug() {
  [ "$1" != mutant ] || [ -n "${WHITEWATER_MUTANT:-}" ] ||
    die "WHITEWATER_MUTANT must name a seeded bug; 'whitewater mutants' lists them"
}

# The adapters to other Raft implementations, a package each. ADAPTER=fuzz/adapters/tikv/0.4.0 makes
# fuzz.sh, cmin.sh and promote.sh work on one of them.
adapters=(fuzz/adapters/tikv fuzz/adapters/tikv/{0.6.0-to-0.7.0,0.7.0-fixed,0.6.0,0.4.3,0.4.0,0.3.1,0.3.0})
adapter="${ADAPTER:-}"
[ -z "$adapter" ] || [ -f "$adapter/Cargo.toml" ] || die "no adapter '$adapter'; there are: ${adapters[*]}"
# The binaries of all adapters have the same name, so each adapter has its own target folder.
adapter_target() { echo "${CARGO_TARGET_DIR:-$root/target}/adapters/$(basename "$1")"; }

# Makes a copy of TiKV's raft 0.7.0 with a fix that no release has.
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

# Builds a fuzz target, ours or the adapter's. Sets $program to its program, $corpus to its corpus,
# $finds to the prefix of its finds, and $log to the path of this run's log.
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

# Runs the command line in release mode: our Raft's, or the adapter's.
whitewater() {
  if [ -z "$adapter" ]; then
    cargo run --release --quiet --locked --bin whitewater -- "$@"
  else
    CARGO_TARGET_DIR=$(adapter_target "$adapter") cargo run --release --quiet --locked \
      --manifest-path "$adapter/Cargo.toml" -- "$@"
  fi
}
