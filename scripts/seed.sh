#!/usr/bin/env bash
# Adds to a corpus the scenarios, full-length schedules from the generator, what reaches each goal, and
# what the guided search discovers; and minimises it: how the shipped one was made.
#
#   scripts/seed.sh [TARGET]      default: cluster
source "$(dirname "$0")/common.sh"
target=${1:-cluster}
[ $# -le 1 ] || die "usage: seed.sh [TARGET]"
need_target "$target"
mkdir -p "corpus/$target"
for script in fuzz/tests/scenarios/*.txt; do
  whitewater encode "$script" --out "corpus/$target/$(basename "$script" .txt)" >/dev/null
done
for seed in 1 2 3 4; do
  for strategy in swarm uniform; do
    whitewater random --strategy "$strategy" --seed "$seed" --schedules 30 \
      --save-corpus "corpus/$target" >/dev/null
  done
done
# What is seldom reached.
whitewater random --seed 5 --schedules 60000 --save-corpus "corpus/$target" --new-goals >/dev/null
# Rare paths.
whitewater explore --jobs 1 --seed 6 --executions 200000 --corpus "corpus/$target" \
  --save-corpus "corpus/$target" >/dev/null
exec scripts/cmin.sh "$target"
