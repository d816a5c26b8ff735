#!/usr/bin/env bash
# Shows which lines of our Raft (raft/src) corpus/cluster and artifacts/cluster reach.
#
#   scripts/coverage.sh [DIR]     default: coverage/report in the target folder
#
# Prints a summary, and writes DIR/index.html with a page a file, and DIR/uncovered.txt. It lists
# each line that is not reached, as `file:line: source`, and each unreached part of a reached line,
# as `file:line:column: source`. fuzz/docs/coverage.md says why they are not reached. Needs rustup's
# component llvm-tools, and installs it if it is missing.
start=$PWD
source "$(dirname "$0")/common.sh"
[ $# -le 1 ] || die "usage: coverage.sh [DIR]"
work="${CARGO_TARGET_DIR:-$root/target}/coverage"
case "${1:-}" in
  "") report=$work/report ;;
  /*) report=$1 ;;
  *) report=$start/$1 ;;
esac
mkdir -p "$report" "$work" 2>/dev/null || die "$report: the folder cannot be created"
need_llvm_tools "$work/log"

# Everything is rebuilt with counters. The counts of build scripts are discarded.
CARGO_TARGET_DIR=$work/build RUSTFLAGS=-Cinstrument-coverage LLVM_PROFILE_FILE=/dev/null \
  cargo build --quiet --locked -p whitewater --bin cluster
binary=$work/build/debug/cluster

# True Raft, whatever the environment sets; and promoted artifacts only, which have a text.
unset WHITEWATER_ALWAYS_SYNC WHITEWATER_ONLY WHITEWATER_IGNORE WHITEWATER_NODES
artifacts=(artifacts/cluster/*.md)
LLVM_PROFILE_FILE=$work/replay.profraw "$binary" corpus/cluster/* "${artifacts[@]%.md}" \
  >"$work/log" 2>&1 || die "the replay failed; its log is $work/log"
"$llvm/llvm-profdata" merge -sparse "$work/replay.profraw" -o "$work/replay.profdata"

counts=("$binary" "-instr-profile=$work/replay.profdata" --sources raft/src)
"$llvm/llvm-cov" show "${counts[@]}" -format=html -output-dir="$report" --show-instantiations=false \
  --project-title="coverage of raft/src by the corpus"
# A line's number and count take 14 columns. Below a reached line, ^0 marks a region that is not
# reached.
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
echo "not reached: $report/uncovered.txt; pages: $report/index.html"
