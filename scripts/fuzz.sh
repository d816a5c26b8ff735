#!/usr/bin/env bash
# Fuzzes a target and shows its progress.
#
#   scripts/fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]      default: cluster 60
#
# ADAPTER=fuzz/adapters/tikv fuzzes that Raft. SANITIZER=address uses nightly and AddressSanitizer.
# WHITEWATER_MUTANT names the seeded bug of the target `mutant`. -jobs=N runs N fuzzers, each for
# SECONDS, all at once or at most -workers=M at a time. Each job has its own log and, with -seed,
# its own seed. The target is built by its profile if llvm-tools is there: the first time, and for a
# campaign of ten minutes also after each change of the sources, that takes another build; PGO=0
# does without. Exit code: 0 clean; 1 a violation, or an input crashed, hung or took too much
# memory; 2 wrong usage, no build, or a fuzzer ended for another reason or ran no input: then the
# end of its log is shown.
source "$(dirname "$0")/common.sh"
failure_is_2

target=cluster
seconds=60
if [ $# -gt 0 ] && [ "$1" != -- ]; then target=$1; shift; fi
if [ $# -gt 0 ] && [ "$1" != -- ]; then seconds=$1; shift; fi
if [ $# -gt 0 ]; then [ "$1" = -- ] || die "usage: fuzz.sh [TARGET] [SECONDS] [-- libFuzzer options]"; shift; fi
[[ "$seconds" =~ ^[1-9][0-9]*$ ]] || die "'$seconds' is not a number of seconds"
need_target "$target"
need_bug "$target"

# libFuzzer's own jobs write logs into the current folder and share one seed: jobs are started here
# instead.
jobs=1 workers='' seed='' prefix='' options=()
for option in "$@"; do
  case "$option" in
    -jobs=* | -workers=* | -seed=*)
      [[ "${option#*=}" =~ ^(0|[1-9][0-9]{0,9})$ ]] || die "'$option' is not a number"
      declare "${option:1}"
      ;;
    -artifact_prefix=*) prefix=${option#*=} ;;
    *) options+=("$option") ;;
  esac
done
[ "$jobs" != 0 ] || jobs=1
[ "${workers:-0}" != 0 ] || workers=$jobs
[ "$jobs" -lt 1000 ] || die "'-jobs=$jobs' is too large"

# A short campaign is not worth a profile of its own, if there is an older one.
if ((seconds < 600)); then build_target "$target" older; else build_target "$target"; fi
finds=${prefix:-$finds}
logs=()
for ((job = 0; job < jobs; job++)); do
  if [ "$jobs" = 1 ]; then logs+=("$log"); else logs+=("${log%.log}-job-$job.log"); fi
done
# New inputs go to the target's own corpus. A schedule has the same meaning for all targets, so each
# of them also starts from the corpus of `cluster`.
corpora=("$corpus")
[ "$corpus" = corpus/cluster ] || corpora+=(corpus/cluster)

# Runs the job of this number. libFuzzer's generator behaves alike for small consecutive seeds:
# these are spread.
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
set -m # The fuzzers get their own process group, so that all of them can be stopped.
run_jobs &
fuzzers=$!
set +m
# Stops the whole process group before its folder is removed.
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

# Prints all logs that exist.
all_logs() { cat -- "${logs[@]}" 2>/dev/null || true; }

# Prints the new saved inputs of a kind, one a line.
saved() {
  local file
  for file in "$finds$1"-*; do
    [ ! "$file" -nt "$work/start" ] || echo "$file"
  done
}

# Prints the number of finds: the largest of the saved files, the stories in the logs and
# libFuzzer's count.
count_finds() {
  local files reported counted
  files=$({ saved crash; saved oom; saved timeout; saved leak; } | wc -l)
  reported=$(all_logs | grep -ac '^==== whitewater' || true)
  # A fuzzer with -fork prints no story of an ignored crash, but counts it.
  counted=$(for log in "${logs[@]}"; do
    { grep -aoE 'oom/timeout/crash: [0-9/]+' "$log" 2>/dev/null || true; } | tail -n 1
  done | awk -F'[ /]' '{ all += $(NF - 2) + $(NF - 1) + $NF } END { print all + 0 }')
  printf '%s\n' "$files" "$reported" "$counted" | sort -n | tail -n 1
}

# Prints executions by libFuzzer and by the explorer inside it, and events, summed over all jobs;
# then edges, features, corpus and goals, each from the job with the most; `-` for a value that is
# in no log.
statistics() {
  local log
  for log in "${logs[@]}"; do
    echo "next job"
    tail -c 40000 -- "$log" 2>/dev/null || true
  done | LC_ALL=C awk '
    function last(name, pattern) {
      if (match($0, pattern)) { now[name] = substr($0, RSTART, RLENGTH); sub(/.*[# ]/, "", now[name]) }
    }
    function end_job(name) {
      for (name in now) {
        if (name ~ /^(executions|explored|events)$/) all[name] += now[name]
        else if (now[name] + 0 >= all[name] + 0) all[name] = now[name]
      }
      split("", now)
    }
    function known(name) { return name in all ? all[name] : "-" }
    /^next job$/ { end_job() }
    /^#/ { last("executions", "^#[0-9]+"); last("edges", "cov: [0-9]+") }
    /^#/ { last("features", "ft: [0-9]+"); last("corpus", "corp: [0-9]+") }
    /^whitewater: / { last("explored", "explored [0-9]+"); last("events", "events [0-9]+") }
    /^whitewater: / { last("goals", "goals [0-9]+/[0-9]+") }
    END {
      end_job()
      print known("executions"), known("explored"), known("events"), known("edges"), known("features"), known("corpus"), known("goals")
    }'
}

show() {
  local now=$SECONDS rate=- executions explored events edges features inputs goals
  read -r executions explored events edges features inputs goals < <(statistics)
  if [ "$events" != - ]; then
    rate=$((now > shown_at ? (events - shown_events) / (now - shown_at) : 0))
    shown_events=$events shown_at=$now
  fi
  printf '%4ds  executions %s  explored %s  events/s %s  edges %s  features %s  corpus %s  goals %s  finds %s\n' \
    "$now" "$executions" "$explored" "$rate" "$edges" "$features" "$inputs" "$goals" "$(count_finds)"
}

# Prints what each job has discovered: the paths of the code under test that it knows; how many it
# expects to be unseen, at least (Chao1); the chance that the next path is a new one (Good and
# Turing); and after how many of all paths the last new one was taken.
discovered() {
  local log
  for log in "${logs[@]}"; do
    { grep -a '^whitewater: paths ' "$log" || true; } | tail -n 1 | cut -d' ' -f2-
  done
}

# Prints the faults and goals that no job reached, if every job has reported.
never_reached() {
  local log
  for log in "${logs[@]}"; do
    { grep -a '^whitewater: never reached: ' "$log" || true; } | tail -n 1 | cut -d: -f3- | tr -s ' ' '\n'
  done | awk -v jobs="$jobs" 'NF && ++count[$1] == jobs { printf " %s", $1 }'
}

# Prints one story for each fingerprint: the first.
stories() {
  all_logs | awk '
    /^==== whitewater/ { printing = !($0 in printed); printed[$0] }
    printing { print }
    /^DEDUP_TOKEN/ { printing = 0 }'
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
discovered
missed=$(never_reached)
[ -z "$missed" ] || echo "never reached (faults, goals):$missed"

read -r ran _ < <(statistics)
found=$(count_finds)
reported=$(stories)
if [ -n "$reported" ] || { [ "$found" != 0 ] && [ "$ran" != - ] && [ "$ran" != 0 ]; }; then
  echo "$reported"
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
  die "the fuzzer ran no input; its log is ${logs[*]}"
fi
all_logs | grep -aE '^stat::(number_of_executed_units|average_exec_per_sec)' || true
echo "clean"
