#!/usr/bin/env bash
# Adds to a corpus the scenarios, full-length schedules from the generator, schedules that reach
# each goal, and those that the guided search discovers; then minimises it. The shipped corpus was
# made so.
#
#   scripts/seed.sh [TARGET]      default: cluster
#
# The inputs are collected in a temporary folder, which scripts/cmin.sh merges into the corpus. Exit
# codes are those of cmin.sh.
source "$(dirname "$0")/common.sh"
failure_is_2
target=${1:-cluster}
[ $# -le 1 ] || die "usage: seed.sh [TARGET]"
[ -z "$adapter" ] || die "an adapter starts from corpus/cluster, and has no seeds of its own"
need_target "$target"
need_bug "$target"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
draft=$work/corpus
mkdir -p "$draft" "corpus/$target"

# The system of the target.
system=()
[ "$target" != store ] || system=(--store)

# Runs the command line; shows its output only if it fails or true Raft has a violation.
guide whitewater older
quietly() {
  local code=0
  whitewater "$@" >"$work/output" 2>&1 || code=$?
  [ "$code" = 0 ] || { cat "$work/output" >&2; exit "$code"; }
}
for script in fuzz/tests/scenarios/*.txt; do
  quietly encode "$script" --out "$draft/$(basename "$script" .txt)"
done
find "corpus/$target" -type f ! -empty -exec cp -n -t "$draft" -- {} +
for seed in 1 2 3 4; do
  for strategy in swarm uniform; do
    quietly random "${system[@]}" --strategy "$strategy" --seed "$seed" --schedules 30 --save-corpus "$draft"
  done
done
# Schedules that reach rare goals.
quietly random "${system[@]}" --seed 5 --schedules 60000 --save-corpus "$draft" --new-goals
# Rare paths.
quietly explore "${system[@]}" --jobs 1 --seed 6 --executions 200000 --corpus "$draft" --save-corpus "$draft"
scripts/cmin.sh "$target" "$draft" || exit $?
