#!/usr/bin/env bash
# Fuzzes a target and shows how it goes.
#
#   scripts/fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]      default: cluster 60
#
# ADAPTER=fuzz/adapters/tikv fuzzes that Raft. SANITIZER=address uses nightly and AddressSanitizer.
# WHITEWATER_MUTANT names the seeded bug of the target `mutant`. With -jobs=N that many fuzzers run at once,
# or as many as -workers says, each for SECONDS, with a log and, if there is a -seed, a seed of its own.
# Exit code: 0 clean; 1 a promise was broken, or an input crashed, hung or took too much memory; 2 wrong
# usage, no build, or a fuzzer that ended for another reason, or ran nothing: then its log is shown.
source "$(dirname "$0")/common.sh"
failure_is_2

target=cluster
seconds=60
if [ $# -gt 0 ] && [ "$1" != -- ]; then target=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then seconds=$1; shift; fi
if [ $# -gt 0 ]; then [ "$1" = -- ] || die "usage: fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]"; shift; fi
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || die "'$seconds' is no number of seconds"
need_target "$target"
need_bug "$target"

# libFuzzer's own jobs write where they are started, and all have one seed: they are started here.
jobs=1 workers='' seed='' prefix='' options=()
for option in "$@"; do
  case "$option" in
    -jobs=* | -workers=* | -seed=*)
      [[ "${option#*=}" =~ ^(0|[1-9][0-9]{0,9})$ ]] || die "'$option' is no number"
      declare "${option:1}"
      ;;
    -artifact_prefix=*) prefix=${option#*=} ;;
    *) options+=("$option") ;;
  esac
done
[ "$jobs" != 0 ] || jobs=1
[ "${workers:-0}" != 0 ] || workers=$jobs
[ "$jobs" -lt 1000 ] || die "'-jobs=$jobs' are too many"

build_target "$target"
finds=${prefix:-$finds}
logs=()
for ((job = 0; job < jobs; job++)); do
  if [ "$jobs" = 1 ]; then logs+=("$log"); else logs+=("${log%.log}-job-$job.log"); fi
done
# New inputs go to the target's own corpus; schedules mean the same to all targets, so all begin with
# those of `cluster`.
corpora=("$corpus")
[ "$corpus" = corpus/cluster ] || corpora+=(corpus/cluster)

# Each job by its number. libFuzzer's generator makes small consecutive seeds alike: these are spread.
run_job() {
  local own=() code=0
  [ -z "$seed" ] || own=("-seed=$(($1 == 0 || seed == 0 ? seed : (seed + $1 * 918273645) % 2147483646 + 1))")
  TMPDIR=$work "$program" "-artifact_prefix=$finds" "-max_total_time=$seconds" -print_final_stats=1 \
    "${options[@]}" "${own[@]}" "${corpora[@]}" >"${logs[$1]}" 2>&1 || code=$?
  echo "$code" >"$work/code-$1"
}
run_jobs() {
  local worker job
  for ((worker = 0; worker < workers; worker++)); do
    for ((job = worker; job < jobs; job += workers)); do run_job "$job"; done &
  done
  wait
}

work=$(mktemp -d)
touch "$work/start"
echo "fuzzing $target for $seconds s; libFuzzer's log is ${logs[*]}"
set -m # The fuzzers get a process group of their own, so that all of it can be stopped.
run_jobs &
fuzzers=$!
set +m
# Nobody of the group may write any more when its folder goes.
stop() {
  if [ -n "$fuzzers" ]; then
    kill -- -"$fuzzers" 2>/dev/null || true
    wait "$fuzzers" 2>/dev/null || true
    for _ in {1..50}; do
      kill -0 -- -"$fuzzers" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL -- -"$fuzzers" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM

# The logs that there are.
all_logs() { cat -- "${logs[@]}" 2>/dev/null || true; }

# The saved inputs of a kind that are new, a line each.
saved() {
  local file
  for file in "$finds$1"-*; do
    [ ! "$file" -nt "$work/start" ] || echo "$file"
  done
}

# How many inputs were found to break something: files; where none could be written, what is told of them.
count_finds() {
  local files told counted
  files=$({ saved crash; saved oom; saved timeout; saved leak; } | wc -l)
  told=$(all_logs | grep -ac '^==== whitewater' || true)
  # A fuzzer that forks tells nothing of what it ignores, but counts it.
  counted=$(for log in "${logs[@]}"; do
    { grep -aoE 'oom/timeout/crash: [0-9/]+' "$log" 2>/dev/null || true; } | tail -n 1
  done | awk -F'[ /]' '{ all += $(NF - 2) + $(NF - 1) + $NF } END { print all + 0 }')
  printf '%s\n' "$files" "$told" "$counted" | sort -n | tail -n 1
}

# Executions and events of all jobs; edges, features, corpus and goals of the job that has most; `-` is what
# no log says.
standing() {
  local log
  for log in "${logs[@]}"; do
    echo "next job"
    tail -c 40000 -- "$log" 2>/dev/null || true
  done | LC_ALL=C awk '
    function last(name, pattern) {
      if (match($0, pattern)) { now[name] = substr($0, RSTART, RLENGTH); sub(/.*[# ]/, "", now[name]) }
    }
    function job_ends(name) {
      for (name in now) {
        if (name == "executions" || name == "events") all[name] += now[name]
        else if (now[name] + 0 >= all[name] + 0) all[name] = now[name]
      }
      split("", now)
    }
    function known(name) { return name in all ? all[name] : "-" }
    /^next job$/ { job_ends() }
    /^#/ { last("executions", "^#[0-9]+"); last("edges", "cov: [0-9]+") }
    /^#/ { last("features", "ft: [0-9]+"); last("corpus", "corp: [0-9]+") }
    /^whitewater: / { last("events", "events [0-9]+"); last("goals", "goals [0-9]+/[0-9]+") }
    END {
      job_ends()
      print known("executions"), known("events"), known("edges"), known("features"), known("corpus"), known("goals")
    }'
}

show() {
  local now=$SECONDS rate=- executions events edges features inputs goals
  read -r executions events edges features inputs goals < <(standing)
  if [ "$events" != - ]; then
    rate=$((now > shown_at ? (events - shown_events) / (now - shown_at) : 0))
    shown_events=$events shown_at=$now
  fi
  printf '%4ds  executions %s  events/s %s  edges %s  features %s  corpus %s  goals %s  finds %s\n' \
    "$now" "$executions" "$rate" "$edges" "$features" "$inputs" "$goals" "$(count_finds)"
}

# What no job reached, if all of them say.
never_reached() {
  local log
  for log in "${logs[@]}"; do
    { grep -a '^whitewater: never reached: ' "$log" || true; } | tail -n 1 | cut -d: -f3- | tr -s ' ' '\n'
  done | awk -v jobs="$jobs" 'NF && ++count[$1] == jobs { printf " %s", $1 }'
}

# Each story once: a bug that many inputs show is told by the first.
stories() {
  all_logs | awk '
    /^==== whitewater/ { telling = !($0 in told); told[$0] }
    telling { print }
    /^DEDUP_TOKEN/ { telling = 0 }'
}

SECONDS=0
shown_at=0
shown_events=0
while kill -0 "$fuzzers" 2>/dev/null; do
  for _ in 1 2 3 4 5 6; do
    ! kill -0 "$fuzzers" 2>/dev/null || sleep 0.5
  done
  show
done
wait "$fuzzers" || true
fuzzers=''
missed=$(never_reached)
[ -z "$missed" ] || echo "never reached (faults, goals):$missed"

read -r ran _ < <(standing)
found=$(count_finds)
told=$(stories)
if [ -n "$told" ] || { [ "$found" != 0 ] && [ "$ran" != - ] && [ "$ran" != 0 ]; }; then
  echo "$told"
  { saved found; saved crash; saved oom; saved timeout; saved leak; } | awk '
    NR <= 10 { print "saved     " $0 }
    END { if (NR > 10) print "saved     and " NR - 10 " more" }'
  echo "finds: $found; the log is ${logs[*]}"
  exit 1
fi
for ((job = 0; job < jobs; job++)); do
  code=$(cat "$work/code-$job" 2>/dev/null || echo unknown)
  if [ "$code" != 0 ]; then
    tail -n 20 -- "${logs[job]}" >&2 || true
    die "the fuzzer ended with code $code; its log is ${logs[job]}"
  fi
done
if [ "$ran" = - ] || [ "$ran" = 0 ]; then
  all_logs | tail -n 20 >&2
  die "the fuzzer ran nothing; its log is ${logs[*]}"
fi
all_logs | grep -aE '^stat::(number_of_executed_units|average_exec_per_sec)' || true
echo "clean"
