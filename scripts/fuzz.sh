#!/usr/bin/env bash
# Fuzzes a target and shows how it goes.
#
#   scripts/fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]      default: cluster 60
#
# ADAPTER=fuzz/adapters/tikv fuzzes that Raft. SANITIZER=address uses nightly and AddressSanitizer.
# WHITEWATER_MUTANT names the seeded bug of the target `mutant`. Exit code: 0 clean, 1 a promise was broken, 2 wrong usage or no build.
source "$(dirname "$0")/common.sh"

target=cluster
seconds=60
if [ $# -gt 0 ] && [ "$1" != -- ]; then target=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then seconds=$1; shift; fi
if [ $# -gt 0 ]; then [ "$1" = -- ] || die "usage: fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]"; shift; fi
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || die "'$seconds' is no number of seconds"
need_target "$target"
if [ "$target" = mutant ]; then
  [ -n "${WHITEWATER_MUTANT:-}" ] || die "WHITEWATER_MUTANT must name a seeded bug; 'whitewater mutants' lists them"
fi

need_cargo_fuzz
where=() own=corpus
if [ -n "$adapter" ]; then
  [ "$(basename "$adapter")" != 0.7.0-fixed ] || need_fixed_raft
  where=(--fuzz-dir "$adapter") own=$adapter/corpus
  CARGO_TARGET_DIR=$(adapter_target "$adapter")
  export CARGO_TARGET_DIR
fi
cargo $toolchain fuzz build "${where[@]}" "${build_options[@]}" "$target" || die "the target does not build"

logs="${CARGO_TARGET_DIR:-$root/target}/fuzz-logs"
mkdir -p "$logs" "$own/$target"
[ -n "$adapter" ] || mkdir -p "artifacts/$target"
log="$logs/$target-$(date +%Y%m%d-%H%M%S)-$$.log"
echo "fuzzing $target for $seconds s; libFuzzer's log is $log"

# New inputs go to the target's own corpus; schedules mean the same to all targets, so all begin with
# those of `cluster`.
seeds=("$own/$target")
[ "$own/$target" = corpus/cluster ] || seeds+=(corpus/cluster)
set -m # The fuzzer gets a process group of its own, so that all of it can be stopped.
cargo $toolchain fuzz run "${where[@]}" "${build_options[@]}" "$target" "${seeds[@]}" -- \
  -max_total_time="$seconds" -print_final_stats=1 "$@" >"$log" 2>&1 &
fuzzer=$!
trap 'kill -- -$fuzzer 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

# The last value that follows a word in the log's last lines.
last() { tail -c 40000 "$log" | grep -aoE "$1" | tail -n 1 | grep -oE '[0-9]+(/[0-9]+)?$' || echo 0; }

show() {
  local now=$SECONDS events rate
  events=$(last 'events [0-9]+')
  rate=$(( now > shown_at ? (events - shown_events) / (now - shown_at) : 0 ))
  [ "$events" = 0 ] || { shown_events=$events; shown_at=$now; }
  printf '%4ds  executions %s  events/s %s  edges %s  features %s  corpus %s  goals %s  finds %s\n' \
    "$now" "$(last '#[0-9]+')" "$rate" "$(last 'cov: [0-9]+')" "$(last 'ft: [0-9]+')" \
    "$(last 'corp: [0-9]+')" "$(last 'goals [0-9]+/[0-9]+')" \
    "$(grep -ac '^==== whitewater' "$log" || true)"
}

SECONDS=0
shown_at=0
shown_events=0
while kill -0 "$fuzzer" 2>/dev/null; do
  for _ in 1 2 3 4 5 6; do kill -0 "$fuzzer" 2>/dev/null && sleep 0.5; done
  show
done
code=0
wait "$fuzzer" || code=$?
trap - EXIT INT TERM
missed=$(grep -a '^whitewater: never reached: ' "$log" | tail -n 1 | cut -d: -f3-)
[ -z "${missed// /}" ] || echo "never reached (faults, goals):$missed"

if grep -aq '^==== whitewater' "$log"; then
  sed -n '/^==== whitewater/,/^DEDUP_TOKEN/p' "$log"
  exit 1
fi
if [ "$code" != 0 ]; then
  tail -n 20 "$log" >&2
  die "the fuzzer ended with code $code; its log is $log"
fi
grep -aE '^stat::(number_of_executed_units|average_exec_per_sec)' "$log"
echo "clean"
