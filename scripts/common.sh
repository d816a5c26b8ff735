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

# Installs the PACKAGE that has COMMAND, if it is missing.
need_command() {
  ! command -v "$1" >/dev/null || return 0
  echo "installing $2" >&2
  { apt-get update -qq && apt-get install -y -qq "$2"; } >/dev/null 2>&1 ||
    die "$1 is missing, and 'apt-get install $2' fails: install it"
}

# Installs Redis's command line and benchmark, if they are missing.
need_redis_tools() { need_command redis-cli redis-tools && need_command redis-benchmark redis-tools; }

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
# old for its profiles.
find_llvm_tools() {
  llvm=$(rustc --print target-libdir)/../bin
  [ -x "$llvm/llvm-profdata" ]
}

# Installs them if they are missing. The output of their installation goes to LOG.
need_llvm_tools() {
  if ! find_llvm_tools && ! rustup component add llvm-tools >"$1" 2>&1; then
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

# Selects the adapter's own target folder and the options that make cargo fuzz build it.
where=()
use_adapter() {
  [ -n "$adapter" ] || return 0
  [ "$(basename "$adapter")" != 0.7.0-fixed ] || need_fixed_raft
  where=(--fuzz-dir "$adapter")
  CARGO_TARGET_DIR=$(adapter_target "$adapter")
  export CARGO_TARGET_DIR
}

# Builds a program for the host: `whitewater`, our command line, or a fuzz target, ours or the
# adapter's. Sets $built to its path. FLAGS are added to those of the compiler; with an explicit
# target they do not apply to build scripts and procedural macros.
build() {
  local host flags="${RUSTFLAGS:-}${2:+ $2}"
  host=$(rustc -vV | sed -n 's/^host: //p')
  if [ "$1" = whitewater ]; then
    RUSTFLAGS=$flags cargo build --release --quiet --locked --target "$host" --bin whitewater >&2
  else
    # shellcheck disable=SC2086
    RUSTFLAGS=$flags cargo $toolchain fuzz build "${where[@]}" "${build_options[@]}" "$1" >&2
  fi || die "$1 does not build"
  built=${CARGO_TARGET_DIR:-$root/target}/$host/release/$1
}

# Profile-guided optimisation: a first build counts how often each branch is taken, in a short
# campaign of its own kind, and the second is optimised by these counts. PGO=1: always, and
# llvm-tools is installed if it is missing. PGO=0: never. By default: where llvm-tools is there, but
# not for adapters, since each would need two more builds.
guided=
pgo="${PGO:-}"
[[ "$pgo" =~ ^[01]?$ ]] || die "PGO is '$pgo': it must be 0 or 1"

# Fails if programs are not built by profile, and sets $why_plain to the reason. A script that needs
# plain builds gives its reason in $plain_because.
plain_because=
wants_profile() {
  why_plain=$plain_because
  if [ -n "$why_plain" ]; then
    :
  elif [ "$pgo" = 0 ]; then
    why_plain="PGO=0"
  elif [ "$sanitizer" != none ]; then
    why_plain="SANITIZER=$sanitizer"
  elif [ -n "$adapter" ] && [ "$pgo" != 1 ]; then
    why_plain="an adapter, without PGO=1"
  elif ! find_llvm_tools && [ "$pgo" != 1 ]; then
    why_plain="llvm-tools is missing ('rustup component add llvm-tools' adds it)"
  fi
  [ -z "$why_plain" ]
}

# Prints two checksums: of the compiler with its flags, and of all that is compiled.
state() {
  { rustc -vV && echo "${RUSTFLAGS:-}"; } | cksum | cut -d' ' -f1 | tr '\n' ' '
  find Cargo.toml Cargo.lock raft fuzz \( -name tests -o -name examples \) -prune -o \
    -type f \( -name '*.rs' -o -name 'Cargo.*' \) -print0 |
    LC_ALL=C sort -z | xargs -0 cksum | cksum | cut -d' ' -f1
}

# The digest of a short campaign by the command line: it does not depend on the build.
digest() { "$1" random --schedules 10000 --events 300 --seed 1 | sed -n 's/^digest: //p'; }

# The short campaigns in which the program NAME at PATH is counted, with files in the folder WORK:
# as campaigns are, and the same each time. A find would end a fuzz target without its counts, so
# that none is reported.
exercise() (
  name=$1 program=$2 work=$3
  unset "${!WHITEWATER_@}"
  if [ "$name" = whitewater ]; then
    digest "$program" >"$work/digest"
    "$program" explore --jobs 1 --executions 4000 --seed 1 >/dev/null
  else
    mkdir "$work/corpus"
    find corpus/cluster -type f -exec cp -t "$work/corpus" -- {} +
    WHITEWATER_MUTANT=commits-older-terms-by-counting WHITEWATER_ONLY=panic-in-training \
      "$program" -seed=1 -runs=2000 "-artifact_prefix=$work/" "$work/corpus" >"$work/log" 2>&1 ||
      die "the campaign for the profile failed: $(tail -n 1 "$work/log")"
  fi
)

# Builds a program by its profile, and sets $guided to its path; or to nothing, if programs are not
# built so. Says which. The profile is that of the present sources: without one it is taken, which
# is another build. With a second argument one of other sources is good enough: functions that have
# changed are then optimised as in the plain build.
guide() {
  local name=$1 older=${2:-} why_plain folder=${CARGO_TARGET_DIR:-$root/target}/pgo state known='' age=''
  guided=
  wants_profile || { echo "$name: plain build: $why_plain" >&2; return 0; }
  mkdir -p "$folder"
  need_llvm_tools "$folder/log"
  state=$(state)
  [ ! -f "$folder/$name.state" ] || known=$(<"$folder/$name.state")
  if [ "$known" != "$state" ]; then
    if [ -n "$older" ] && [ "${known% *}" = "${state% *}" ]; then
      age=" of other sources"
    else
      take_profile
    fi
  fi
  # A path in RUSTFLAGS would be split at its spaces: the profile is file 9 of the compiler, which
  # need not list the functions that have changed.
  build "$name" "-Cprofile-use=/dev/fd/9 -Cllvm-args=-no-pgo-warn-mismatch" 9<"$folder/$name.profile"
  if ! cmp -s "$built" "$folder/$name"; then
    if [ "$name" = whitewater ] && [ -z "$age" ] && [ "$(digest "$built")" != "$(<"$folder/digest")" ]; then
      die "the build by profile and the one that was counted behave differently"
    fi
    cp "$built" "$folder/$name.new"
    mv "$folder/$name.new" "$folder/$name"
  fi
  guided=$folder/$name
  echo "$name: built by profile$age" >&2
}

# Takes the profile of a program for `guide`, with its variables.
take_profile() {
  local work
  echo "$name: taking a profile: another build, once for these sources; PGO=0 does without" >&2
  build "$name" -Cprofile-generate
  work=$(mktemp -d "$folder/counts-XXXXXX")
  LLVM_PROFILE_FILE=$work/%m.profraw exercise "$name" "$built" "$work"
  [ -n "$(find "$work" -name '*.profraw')" ] || { rm -rf "$work" && die "$name has left no counts"; }
  "$llvm/llvm-profdata" merge --sparse -o "$work/profile" "$work"/*.profraw
  echo "$state" >"$work/state"
  rm -f "$folder/$name.state"
  [ ! -f "$work/digest" ] || mv "$work/digest" "$folder/digest"
  mv "$work/profile" "$folder/$name.profile"
  mv "$work/state" "$folder/$name.state"
  rm -rf "$work"
}

# Builds a fuzz target, ours or the adapter's, by its profile if programs are built so; see `guide`.
# Sets $program to its program, $corpus to its corpus, $finds to the prefix of its finds, and $log
# to the path of this run's log.
build_target() {
  local home=${adapter:+$adapter/} folder
  need_cargo_fuzz
  use_adapter
  guide "$@"
  [ -n "$guided" ] || build "$1"
  program=${guided:-$built}
  folder=${CARGO_TARGET_DIR:-$root/target}/fuzz-logs
  corpus=${home}corpus/$1
  finds=${home}artifacts/$1/
  log=$folder/$(basename "$0" .sh)-$1-$(date +%Y%m%d-%H%M%S)-$$.log
  mkdir -p "$corpus" "$finds" "$folder"
}

# Runs the command line in release mode: our Raft's, that which `guide` has built if it has, or the
# adapter's.
whitewater() {
  if [ -n "$adapter" ]; then
    CARGO_TARGET_DIR=$(adapter_target "$adapter") cargo run --release --quiet --locked \
      --manifest-path "$adapter/Cargo.toml" -- "$@"
  elif [ -n "${guided:-}" ]; then
    "$guided" "$@"
  else
    cargo run --release --quiet --locked --bin whitewater -- "$@"
  fi
}
