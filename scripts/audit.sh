#!/usr/bin/env bash
# The mutation audit: cargo-mutants changes raft/src in one place at a time, and fuzz/tests/audit.rs
# checks whether the oracles detect the change.
#
#   scripts/audit.sh          all of the 12 shards that are not done yet
#   scripts/audit.sh K/N      shard K of N, K from 0; each is a sample of all files
#
# Prints one verdict a line for each mutant: an oracle detects it; it only behaves differently,
# which is a blind spot of the oracles or violates no property; it hangs or crashes the harness; it
# only fails one of the core's own tests; nothing detects it; or it does not build.
# fuzz/docs/audit.md says why some are missed. Verdicts are kept in the target folder, under a
# checksum of the sources, so an audit can be stopped after any shard and continued. Exit code: 0
# even if mutants are missed; 2 wrong usage or no verdict.
source "$(dirname "$0")/common.sh"
cargo_mutants_version=27.1.0
usage="usage: audit.sh [K/N], K from 0 to N-1"
[ $# -le 1 ] || die "$usage"
[[ "${1:-0/12}" =~ ^(0|[1-9][0-9]{0,3})/([1-9][0-9]{0,3})$ ]] || die "$usage"
first=${BASH_REMATCH[1]} count=${BASH_REMATCH[2]}
[ "$first" -lt "$count" ] || die "$usage"
last=$first
[ $# = 1 ] || last=$((count - 1))

unknown=$(git ls-files --others -- corpus/cluster | wc -l)
[ "$unknown" = 0 ] || die "corpus/cluster has $unknown inputs that git does not track, and the audit uses" \
  "tracked inputs only: promote them (scripts/cmin.sh), or remove them (git clean -Xdf corpus)"

work="${CARGO_TARGET_DIR:-$root/target}/audit"
sources=(raft/src fuzz/src fuzz/tests/{audit.rs,golden/audit.txt} {corpus,artifacts}/cluster)
state=$(find "${sources[@]}" -type f -print0 | LC_ALL=C sort -z | xargs -0 cksum | cksum | cut -d' ' -f1)
verdicts=$work/verdicts-$state
mkdir -p "$verdicts"

# Prints the verdict from a log of cargo-mutants.
verdict() {
  local name oracle
  name=$(sed -n 's/^\*\*\* \(raft\/src\/.*\)/\1/p;T;q' "$1")
  if ! grep -q '^running 2 tests' "$1"; then
    echo "does not build: $name"
  elif grep -q '^test no_oracle_complains .* FAILED' "$1"; then
    oracle=$(grep -A1 "^thread 'no_oracle_complains'" "$1" | sed -n '2s/^[^:]*: \([a-z0-9-]*\): .*/\1/p')
    echo "caught by an oracle: $name: ${oracle:-panic}"
  elif grep -q '^test true_raft_behaves_as_it_did .* FAILED' "$1"; then
    echo "caught by behaviour alone: $name"
  elif grep -q '^test result: ok' "$1"; then
    echo "missed: $name"
  else
    echo "hung or crashed: $name"
  fi
}

# Whether a change that fuzz/tests/audit.rs misses fails one of the core's own tests: applies the
# DIFF of FILE in a copy of the sources.
fails_own_tests() {
  local copy=$work/copy
  rm -rf "$copy"
  mkdir -p "$copy"
  git ls-files -z -- ':!corpus' ':!artifacts' | xargs -0 cp --parents -t "$copy"
  patch -s "$copy/$1" "$2"
  ! (cd "$copy" && timeout 300 cargo test --quiet --locked --profile audit -p whitewater-raft) \
    >"$work/log" 2>&1
}

# Runs one shard in a copy of the sources. The copy includes files that .gitignore matches, since
# the tracked corpus is among them. A normal run takes a second: a mutant that runs for a minute
# counts as hung. A mutant that needs more memory than the limit here grows without bound.
run_shard() {
  local out=$work/shard code=0 log line file
  rm -rf "$out"
  mkdir -p "$out"
  (ulimit -v 8388608 || true; exec cargo mutants --package whitewater-raft --test-package whitewater \
    --exclude-re 'impl (std::)?(fmt::)?(Debug|Display)' --shard "$1" --sharding round-robin --jobs 1 \
    --gitignore=false --baseline skip --timeout 60 --profile audit --output "$out" --no-times \
    --cargo-arg=--locked --cargo-arg=--test=audit -- -- --ignored) >&2 || code=$?
  case "$code" in
    0 | 2 | 3) ;; # All caught; some missed; some hung.
    *) die "cargo-mutants ended with code $code" ;;
  esac
  for log in "$out"/mutants.out/log/*.log; do
    line=$(verdict "$log")
    file=$(sed -n 's/^missed: \([^:]*\):.*/\1/p' <<<"$line")
    if [ -n "$file" ] && fails_own_tests "$file" "$out/mutants.out/diff/$(basename "$log" .log).diff"; then
      line="caught by the core's own tests${line#missed}"
    fi
    echo "$line"
  done >"$out/verdicts"
  mv "$out/verdicts" "$verdicts/${1/\//-of-}"
}

need_cargo mutants "$cargo_mutants_version"
export CARGO_TARGET_DIR=$work/build
for ((shard = first; shard <= last; shard++)); do
  if [ -f "$verdicts/$shard-of-$count" ]; then continue; fi
  # An interrupted audit may leave a mutant in the build folder: it must not be taken for true Raft,
  # nor another build of Raft for the mutant.
  cargo clean --quiet --profile audit -p whitewater-raft -p whitewater
  cargo test --quiet --locked --profile audit -p whitewater --test audit -- --ignored >"$work/log" 2>&1 ||
    die "fuzz/tests/audit.rs fails on true Raft: see $work/log; if the change is intended, run" \
      "UPDATE=1 cargo test --test audit -- --ignored"
  run_shard "$shard/$count"
done

if [ $# = 1 ]; then files=("$verdicts/$first-of-$count"); else files=("$verdicts"/*-of-"$count"); fi
sort -t: -k2,2 -k3,3n "${files[@]}"
echo "${#files[@]} of $count shards, $(cat "${files[@]}" | wc -l) mutants"
cut -d: -f1 "${files[@]}" | sort | uniq -c
