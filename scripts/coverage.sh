#!/usr/bin/env bash
# Shows which lines of our Raft, raft/src, are reached by corpus/cluster and artifacts/cluster.
#
#   scripts/coverage.sh [DIR]     default: coverage/report in the target folder
#
# Prints a summary, and writes DIR/index.html with a page a file, and DIR/uncovered.txt: what was not
# reached, as `file:line: source`, and as `file:line:column: source` where the rest of the line was.
# fuzz/docs/coverage.md says why. Needs rustup's component llvm-tools, and installs it if it is missing.
start=$PWD
source "$(dirname "$0")/common.sh"
[ $# -le 1 ] || die "usage: coverage.sh [DIR]"
work="${CARGO_TARGET_DIR:-$root/target}/coverage"
case "${1:-}" in
  "") report=$work/report ;;
  /*) report=$1 ;;
  *) report=$start/$1 ;;
esac
mkdir -p "$report" "$work" 2>/dev/null || die "$report: cannot be made a folder"
need_llvm_tools "$work/log"

# Everything is built anew with counters. Build scripts count as well, into nothing.
CARGO_TARGET_DIR=$work/build RUSTFLAGS=-Cinstrument-coverage LLVM_PROFILE_FILE=/dev/null \
  cargo build --quiet --locked -p whitewater --bin cluster
binary=$work/build/debug/cluster

# True Raft, whatever the environment says; and no finds that nobody has promoted.
unset WHITEWATER_ALWAYS_SYNC WHITEWATER_ONLY WHITEWATER_IGNORE WHITEWATER_NODES
artifacts=(artifacts/cluster/*.md)
LLVM_PROFILE_FILE=$work/replay.profraw "$binary" corpus/cluster/* "${artifacts[@]%.md}" \
  >"$work/log" 2>&1 || die "the replay failed; its log is $work/log"
"$llvm/llvm-profdata" merge -sparse "$work/replay.profraw" -o "$work/replay.profdata"

counts=("$binary" "-instr-profile=$work/replay.profdata" --sources raft/src)
"$llvm/llvm-cov" show "${counts[@]}" -format=html -output-dir="$report" --show-instantiations=false \
  --project-title="what the corpus reaches in raft/src"
# A line's number and count take 14 columns; under a line that was reached, ^0 marks what was not.
"$llvm/llvm-cov" show "${counts[@]}" --show-instantiations=false --show-line-counts --show-regions |
  root=$root/ awk '
    BEGIN { above = length(ENVIRON["root"]) }
    /^\/.*:$/ { file = substr($0, above + 1, length($0) - above - 1); next }
    /^ *[0-9]+\|/ {
      line = $1 + 0; split($0, part, "|"); count = part[2]; source = substr($0, 15)
      if (count ~ /^ *0$/) print file ":" line ": " source
      next
    }
    count !~ /^ *0$/ {
      for (at = 15; (found = index(substr($0, at), "^0")) > 0; at += found)
        print file ":" line ":" at + found - 15 ": " source
    }' | sort -t: -k1,1 -k2,2n >"$report/uncovered.txt"
"$llvm/llvm-cov" report "${counts[@]}" --show-branch-summary=false
echo "what was not reached: $report/uncovered.txt; pages: $report/index.html"
