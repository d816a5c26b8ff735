# Sourced by the other scripts: where things are, and tools that fit.
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
    ;;
esac
# How targets are built. Tracing comparisons helps where bytes are compared with bytes; schedules are
# read through tables, and it makes every execution three times as dear.
build_options=(--sanitizer "$sanitizer" --no-trace-compares)

# Whether there is a fuzz target of this name.
need_target() {
  [ -n "$adapter" ] && [ "$1" = cluster ] && return
  [ -f "fuzz/fuzz_targets/$1.rs" ] || die "no fuzz target '$1'; there are: $(targets)"
}

targets() {
  (cd fuzz/fuzz_targets && printf '%s\n' *.rs | sed 's/\.rs$//' | paste -sd' ')
}

# The adapters to other people's Raft, a package each; ADAPTER=fuzz/adapters/tikv/0.4.0 makes fuzz.sh
# and promote.sh work on one of them.
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

# The command line, built for speed: our Raft's, or the adapter's.
whitewater() {
  if [ -z "$adapter" ]; then
    cargo run --release --quiet --locked --bin whitewater -- "$@"
  else
    CARGO_TARGET_DIR=$(adapter_target "$adapter") cargo run --release --quiet --locked \
      --manifest-path "$adapter/Cargo.toml" -- "$@"
  fi
}
