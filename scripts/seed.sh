#!/usr/bin/env bash
# Adds to a corpus the scenarios, full-length schedules from the generator, what reaches each goal, and
# what the guided search discovers; and minimises it: how the shipped one was made.
#
#   scripts/seed.sh [TARGET]      default: cluster
#
# All is gathered in a folder of its own, which scripts/cmin.sh takes into the corpus: exit codes are its own.
source "$(dirname "$0")/common.sh"
failure_is_2
target=${1:-cluster}
[ $# -le 1 ] || die "usage: seed.sh [TARGET]"
[ -z "$adapter" ] || die "an adapter begins with corpus/cluster, and has no seeds of its own"
need_target "$target"
need_bug "$target"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
draft=$work/corpus
mkdir -p "$draft" "corpus/$target"

# Runs the command line without a word, unless true Raft breaks a promise, or it fails.
quietly() {
  local code=0
  whitewater "$@" >"$work/said" 2>&1 || code=$?
  [ "$code" = 0 ] || { cat "$work/said" >&2; exit "$code"; }
}
for script in fuzz/tests/scenarios/*.txt; do
  quietly encode "$script" --out "$draft/$(basename "$script" .txt)"
done
find "corpus/$target" -type f ! -empty -exec cp -n -t "$draft" -- {} +
for seed in 1 2 3 4; do
  for strategy in swarm uniform; do
    quietly random --strategy "$strategy" --seed "$seed" --schedules 30 --save-corpus "$draft"
  done
done
# What is seldom reached.
quietly random --seed 5 --schedules 60000 --save-corpus "$draft" --new-goals
# Rare paths.
quietly explore --jobs 1 --seed 6 --executions 200000 --corpus "$draft" --save-corpus "$draft"
scripts/cmin.sh "$target" "$draft" || exit $?
