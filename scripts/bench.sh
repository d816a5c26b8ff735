#!/usr/bin/env bash
# Measures a figure on this machine and prints it; with --save also records it and regenerates the
# page of results (fuzz/docs/results.md).
#
#   scripts/bench.sh FIGURE [--save]
#   scripts/bench.sh page       generates the page of results from the recorded figures
#
#   scripts/bench.sh rate       events per CPU second with all oracles on, short and long schedules
#   scripts/bench.sh pgo        the command line and the fuzz target as scripts/pgo.sh builds them, against the
#                               plain builds: sixty pairs of runs of about a CPU second each
#   scripts/bench.sh instructions  instructions, misses of the instruction cache and mispredicted branches of an
#                               event, by phase; exit code 1 if the plain build takes 2 % more than recorded
#   scripts/bench.sh core       cost of an entry in our core: instructions and allocations
#   scripts/bench.sh harness    the rate, and the cost of finding five bugs beyond Figure 2
#   scripts/bench.sh silent     violations of true Raft in three million schedules by the swarm, and
#                               in as many drawn uniformly
#   scripts/bench.sh bugs       every strategy on every seed of the bench: takes an hour or two, and
#                               continues where it was stopped
#   scripts/bench.sh matrix     which oracle is the first to find each seeded bug, in 2,000
#                               schedules (fuzz/docs/bugs.md)
#   scripts/bench.sh costs      cost of oracles, goals, the client check and a recovery, against a
#                               bare cluster; allocations and bytes of a clone
#   scripts/bench.sh liveness   schedules to the first find of each bug that costs progress, five
#                               seeds each
#   scripts/bench.sh kinds      how many of ten campaigns of 10 CPU seconds find each bug of the kinds that
#                               practitioners report
#   scripts/bench.sh judged     how often each oracle has something to check in 1,000 schedules
#   scripts/bench.sh digests    ten thousand schedules twice in release and once in debug
#   scripts/bench.sh shrink     events before and after shrinking, for a find of each seeded bug
#   scripts/bench.sh target     CPU time to a find by the fuzz target against `explore`, bugs of tiers 3 and 4
#   scripts/bench.sh stable     whether `explore --until-stable` goes on until it has found each seeded bug
#   scripts/bench.sh jobs       events per second and time to a find by two workers of `explore` against one
#   scripts/bench.sh mutants    the fuzz target `mutant` against five bugs, empty and shipped corpus
#   scripts/bench.sh fuzz       executions and events per CPU second inside `cargo fuzz run cluster`
#   scripts/bench.sh real-bugs  cost of finding three real bugs of TiKV's raft, with guidance and without, and
#                               controls without finds
#   scripts/bench.sh versus     our core and TiKV's raft 0.7.0 on the same workload
#   scripts/bench.sh kv         the key-value store against etcd 3.4, three processes each: takes ten
#                               minutes, or with --quick two
#   scripts/bench.sh kills      the same under faults until a thousand processes were killed, its data
#                               on the real disk: takes twenty minutes
#
# core, harness, kv and kills print one `name: value unit` line a figure; the first two with --json one JSON
# document.
#
# Campaigns run programs that are built by profile where llvm-tools is there, which takes two builds
# more, once for these sources. PGO=0 does without; PGO=1 also installs llvm-tools.
#
# Each figure is recorded with today's date, the commit (-dirty if measured files were changed) and
# the machine. Its rows replace those of the same figure in fuzz/docs/results/figures.jsonl, and no
# others. `bugs` adds its campaigns to the rows in fuzz/docs/results/campaigns.jsonl.gz. To run all
# campaigns again, remove that file, and bench/campaigns.jsonl in the target folder.
source "$(dirname "$0")/common.sh"
cargo build --release --quiet --locked
bin="${CARGO_TARGET_DIR:-$root/target}"
release="$bin/release/whitewater"
# The command line that campaigns run, which may be that built by its profile.
fast=$release
# libFuzzer's generator behaves alike for small consecutive seeds: these are spread.
seeds=(918273645 123456789 2046813577 777000111 1500450271)
docs=fuzz/docs
# The file that collects figures to be saved; empty if nothing is saved.
notes=

# Notes a figure to be saved: NAME MEASURE VALUE UNIT [SPREAD].
note() {
  [ -n "$notes" ] || return 0
  printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "${5:-}" >>"$notes"
}

# Notes the maximum over some runs: NAME MEASURE UNIT RUN...
note_max() {
  local name=$1 measure=$2 unit=$3 sorted
  shift 3
  sorted=$(printf '%s\n' "$@" | sort -g)
  note "$name" "$measure, at most" "$(tail -n 1 <<<"$sorted")" "$unit" "all: $(paste -sd ' ' <<<"$sorted")"
}

# A field of the summary that `random` prints.
field() { sed -n "s/^$1: \([^ ]*\).*/\1/p"; }

# What a log of libFuzzer says at its end: the executions, also those by the explorer inside it, and
# the events.
ran() {
  grep -aoE 'inputs [0-9]+ explored [0-9]+ events [0-9]+' "$1" | tail -n 1 | awk '{print $2 + $4, $6}'
}

median() { printf '%s\n' "$@" | sort -n | awk '{v[NR]=$1} END {print NR % 2 ? v[(NR+1)/2] : (v[NR/2]+v[NR/2+1])/2}'; }

range() { printf '%s\n' "$@" | sort -g | sed -n '1s/^/from /p; $s/^/to /p' | paste -sd' '; }
mean() { printf '%s\n' "$@" | awk '{sum += $1} END {printf (sum < 100 * NR ? "%.2f" : "%.0f"), sum / NR}'; }

# Runs two variants of `random` alternately with each seed: twice PROGRAM, OPTIONS as one word,
# NAME. Machines are shared, and other load slows a run by a fifth: each run is repeated three
# times, and the best of the three is the least disturbed. Leaves all rates of the first variant in
# `all`, the best rates of the two variants in `firsts` and `seconds`, and their ratios in `ratios`.
alternate() {
  local programs=("$1" "$4") options=("$2" "$5") names=("$3" "$6") seed way rate best
  all=() firsts=() seconds=() ratios=()
  for seed in "${seeds[@]}"; do
    best=(0 0)
    for way in 0 1 0 1 0 1; do
      # shellcheck disable=SC2086 # The options are several words.
      rate=$("${programs[way]}" random ${options[way]} --seed "$seed" | field rate)
      [ "$way" = 1 ] || all+=("$rate")
      best[way]=$((rate > best[way] ? rate : best[way]))
    done
    firsts+=("${best[0]}")
    seconds+=("${best[1]}")
    ratios+=("$(awk "BEGIN {printf \"%.2f\", ${best[1]} / ${best[0]}}")")
    echo "seed $seed, best of 3: ${names[0]} ${best[0]}, ${names[1]} ${best[1]} events/cpu-s"
  done
}

short="--schedules 20000 --events 300"

rate() {
  local all firsts seconds ratios ratio spread
  alternate "$release" "$short" "300 events" "$release" "--schedules 1200 --events 5000" "5000 events"
  echo "rate_300: $(median "${firsts[@]}") events/cpu-s (median of bests)," \
    "$(median "${all[@]}") (median of all runs)"
  echo "rate_5000_over_300: $(median "${ratios[@]}") (median)"
  note "300 events" "events per CPU second" "$(median "${firsts[@]}")" events "median of bests"
  note "300 events" "of all runs" "$(median "${all[@]}")" "events per CPU second" median
  note "5,000 events against 300" "ratio of rates" "$(median "${ratios[@]}")" times median
  ratio=$(pairs guided search_rate random explore | "$release" bench ratio)
  echo "explore against random, events per CPU second, $ratio"
  read -r ratio spread <<<"${ratio#guided: }"
  note "\`explore\` against \`random\`" "ratio of rates" "$ratio" times "${spread//[()]/}"
}

# Runs two programs sixty times alternately, in an order that is drawn: NAME, RUN, PLAIN, OTHER. RUN
# prints what a program does per CPU second. Prints lines for `whitewater bench ratio`.
pairs() {
  local name=$1 run=$2 programs=("$3" "$4") pair first rates=()
  RANDOM=7
  for ((pair = 1; pair <= 60; pair++)); do
    first=$((RANDOM / 64 % 2))
    rates[first]=$("$run" "${programs[first]}" $pair)
    rates[1 - first]=$("$run" "${programs[1 - first]}" $pair)
    printf '%s\t%s\t%s\n' "$name" "${rates[1]}" "${rates[0]}"
  done
}

# Events per CPU second in a search of about a CPU second: random|explore SEED.
search_rate() {
  case $1 in
    random) "$release" random --schedules 3200 --events 640 --seed "$2" ;;
    explore) "$release" explore --jobs 1 --executions 4500 --seed "$2" ;;
  esac | field rate
}

# Events per CPU second in a campaign of about a CPU second: PROGRAM SEED.
random_rate() { "$1" random --schedules 8000 --events 300 --seed "$2" | field rate; }
target_rate() {
  local work cpu events
  work=$(mktemp -d)
  mkdir "$work/corpus"
  cp corpus/cluster/* "$work/corpus/"
  read -r _ cpu < <(campaign "$work/log" "$1" "-artifact_prefix=$work/" -seed="$2" -runs=1024 "$work/corpus")
  read -r _ events < <(ran "$work/log")
  rm -rf "$work"
  awk "BEGIN {printf \"%d\", $events / $cpu}"
}

pgo() {
  local work guided name ratio spread
  work=$(mktemp -d)
  guided=$(scripts/pgo.sh)
  pairs "300 events" random_rate "$release" "$guided" >"$work/pairs"
  need_cargo_fuzz
  # The other build takes its place.
  cp "$(fuzz_binary cluster)" "$work/cluster"
  guided=$(scripts/pgo.sh cluster)
  pairs "cargo fuzz run cluster" target_rate "$work/cluster" "$guided" >>"$work/pairs"
  while IFS=: read -r name ratio; do
    echo "$name, events per CPU second against the plain build:$ratio"
    mapfile -t rates < <(awk -F'\t' -v name="$name" '$1 == name {print $2}' "$work/pairs")
    note "$name" "events per CPU second" "$(median "${rates[@]}")" events "median of 60 runs"
    read -r ratio spread <<<"$ratio"
    note "$name" "against the plain build" "$ratio" times "${spread//[()]/}"
  done < <("$release" bench ratio <"$work/pairs")
  rm -rf "$work"
}

# Instructions an event by phase, by callgrind. Ends with 1 if those of the plain build are more than
# 2 % above the recorded ones, if the compiler is the same; with --save the new ones are recorded.
instructions() {
  local work program build total row recorded='' name instructions misses mispredicted measure
  need_command valgrind valgrind
  need_command addr2line binutils
  work=$(mktemp -d)
  for build in plain ${guided:+profile}; do
    program=$release measure=
    [ "$build" = plain ] || program=$guided measure=", by profile"
    valgrind --tool=callgrind --dump-instr=yes --cache-sim=yes --branch-sim=yes --callgrind-out-file="$work/counts" \
      "$program" random --seed 7 --schedules 1000 --events 300 >"$work/out" 2>"$work/log" ||
      die "callgrind fails: $(tail -n 1 "$work/log")"
    "$release" bench phases "$work/counts" "$program" --events "$(field events <"$work/out")" >"$work/$build"
    sed "s/^/$build: /" "$work/$build"
    while IFS=' ' read -r instructions _ misses _ _ mispredicted _ name; do
      note "$name" "instructions$measure" "$instructions" "an event"
      note "$name" "I1 misses$measure" "$misses" "an event"
      note "$name" "mispredicted branches$measure" "$mispredicted" "an event"
    done < <(sed -E 's/^([^:]*): (.*)/\2 \1/' "$work/$build")
  done
  total=$(field total <"$work/plain")
  note "random, 300 events" "instructions per event" "$total" instructions "of the plain build"
  rm -rf "$work"
  row=$(grep '"figure":"instructions","name":"random, 300 events"' "$docs/results/figures.jsonl" || true)
  if [[ "$row" =~ \"value\":([0-9]+) && "$row" == *"; $(rustc --version | cut -d' ' -f1,2)\""* ]]; then
    recorded=${BASH_REMATCH[1]}
    echo "recorded: $recorded instructions"
  else
    echo "recorded: none with this compiler"
  fi
  if [ -z "$notes" ] && [ -n "$recorded" ] && ((total * 100 > recorded * 102)); then
    echo "bench.sh: $total instructions an event are more than 2 % above the recorded $recorded;" \
      "'bench.sh instructions --save' accepts them" >&2
    exit 1
  fi
}

silent() {
  local output measure code=0
  for strategy in swarm uniform; do
    output=$("$fast" random --strategy "$strategy" --schedules 3000000 --events 300 --seed 7) || code=$?
    sed -n "s/^\(schedules\|events\|violations\|found .*\)/$strategy \1/p" <<<"$output"
    for measure in schedules events violations; do
      note "$strategy" $measure "$(field $measure <<<"$output")" $measure
    done
    [ $code = 0 ] || return $code
  done
}

digests() {
  local output
  cargo build --quiet --locked
  output=$(
    for binary in "$release" "$release" "$bin/debug/whitewater"; do
      for strategy in swarm uniform; do
        echo "$(basename "$(dirname "$binary")") $strategy" \
          "$("$binary" random --strategy "$strategy" --schedules 10000 --seed 5 | field digest)"
      done
    done | sort
  )
  uniq -c <<<"$output"
  for strategy in swarm uniform; do
    note "$strategy" "distinct digests" "$(awk -v s="$strategy" '$2 == s {print $3}' <<<"$output" | sort -u | wc -l)" \
      "in 3 runs" "10,000 schedules each"
  done
}

shrink() {
  local find all=() bugs=0 sorted
  while read -r mutant _; do
    bugs=$((bugs + 1))
    find=$("$fast" random --mutant "$mutant" --nodes 3 --schedules 200000 --stop-at-first --shortest-of 1 |
      grep -oE '[0-9]+ events, shrunk to [0-9]+' || true)
    echo "$mutant: ${find:-no find at 3 nodes}"
    if [ -n "$find" ]; then
      all+=("${find##* }")
      note "$mutant" "found with" "${find%% *}" events
      note "$mutant" "shrunk to" "${find##* }" events
    else
      note "$mutant" "finds in 200,000 schedules" 0 finds
    fi
  done < <("$fast" mutants)
  echo "median: $(median "${all[@]}") events at 3 nodes, ${#all[@]} bugs"
  sorted=$(printf '%s\n' "${all[@]}" | sort -n)
  note "all bugs" finds "${#all[@]}" "of $bugs"
  note "all bugs" "shrunk to, median" "$(median "${all[@]}")" events \
    "from $(head -n 1 <<<"$sorted") to $(tail -n 1 <<<"$sorted")"
}

matrix() {
  local output bug firsts sum
  output=$("$fast" matrix)
  echo "$output"
  note "all bugs" found "$(field found <<<"$output")" "$(sed -n 's/^found: [0-9]* \(of [0-9]*\).*/\1/p' <<<"$output")"
  while IFS='|' read -r _ bug _ _ firsts _; do
    # Of `oracle number, oracle number` every second word is a number.
    sum=$(awk '{for (i = 2; i <= NF; i += 2) sum += $i} END {print sum + 0}' <<<"$firsts")
    [ "$sum" != 0 ] || firsts=
    note "$(xargs <<<"$bug")" "found in, of 2,000 schedules" "$sum" schedules "$(xargs <<<"$firsts")"
  done < <(sed -n '3,/^$/p' <<<"$output" | grep '^| ')
}

# Every strategy on every seed of the bench, with fewer campaigns for expensive searches and hard
# bugs: takes an hour or two. Finished campaigns are kept and not run again.
bugs() {
  local fuzzer searches=swarm,pct,delays,explore rows=$bin/bench/campaigns.jsonl
  local packed=$docs/results/campaigns.jsonl.gz
  need_cargo_fuzz
  fuzzer=$(fuzz_binary mutant)
  mkdir -p "$bin/bench"
  [ ! -f "$packed" ] || "$fast" bench merge "$rows" "$packed" >&2
  campaigns() {
    "$fast" bench --jobs 2 --seed 9 --out "$rows" --fuzzer "$fuzzer" "$@" >/dev/null
  }
  for tier in 1 2 3 5; do campaigns --tier "$tier" --strategies "$searches" --trials 100; done
  campaigns --tier 4 --strategies swarm,explore --trials 20
  campaigns --tier 4 --strategies pct,delays --trials 10
  campaigns --strategies libfuzzer,libfuzzer-edges --trials 5
  campaigns --strategies uniform --trials 5
  campaigns --strategies explore,libfuzzer --trials 3 --corpus corpus/cluster
  campaigns --strategies swarm,explore --trials 20 --cap 60 \
    --bugs acknowledges-whole-log,acknowledges-whole-log-among-five,snapshot-before-truncation
  "$fast" bench --report-only --out "$rows"
  if [ -n "$notes" ]; then
    "$fast" bench merge "$packed" "$rows" >&2
    note campaigns rows "$(wc -l <"$rows")" campaigns
  fi
}

# CPU seconds to a find by the fuzz target and by `explore`, on the bugs of tiers 3 and 4: eight campaigns of at
# most 10 CPU seconds each.
target() {
  local fuzzer work tier class ratio spread bugs found start
  need_cargo_fuzz
  fuzzer=$(fuzz_binary mutant)
  work=$(mktemp -d)
  for tier in 3 4; do
    "$fast" bench --strategies explore,libfuzzer --fuzzer "$fuzzer" --tier "$tier" --trials 8 --seed 21 \
      --out "$work/rows" >/dev/null
  done
  # The start of the process is most of the time to a shallow bug.
  start=$(for _ in {1..9}; do
    WHITEWATER_MUTANT=votes-twice campaign "$work/log" "$fuzzer" "-artifact_prefix=$work/" -runs=0
  done | cut -d' ' -f2 | sort -g | sed -n 5p)
  echo "start of the fuzz target: $start CPU s"
  note "start of the fuzz target" "CPU s, median of 9" "$start" "CPU s"
  awk -v found_in="$work/found" -v start="$start" '
    function field(name,  text) {
      match($0, "\"" name "\":\"?[^\",}]*")
      text = substr($0, RSTART, RLENGTH)
      sub(/^"[^"]*":"?/, "", text)
      return text
    }
    {
      bug = field("bug"); which = field("strategy")
      class[bug] = field("set") ", tier " field("tier")
      cpu[bug, which] += field("cpu_seconds")
      campaigns[bug, which]++
      found[bug, which] += field("found") == "true"
      finds[class[bug], which] += field("found") == "true"
      all[class[bug], which]++
    }
    function cost(bug, which) { return cpu[bug, which] / (found[bug, which] ? found[bug, which] : 1) }
    function without_start(bug,  left) {
      left = cpu[bug, "libfuzzer"] - start * campaigns[bug, "libfuzzer"]
      return (left > 0.001 ? left : 0.001) / (found[bug, "libfuzzer"] ? found[bug, "libfuzzer"] : 1)
    }
    function share(name, which) { return finds[name, which] "/" all[name, which] }
    END {
      for (bug in class) {
        print class[bug] "\t" cost(bug, "libfuzzer") "\t" cost(bug, "explore")
        print class[bug] ", without the start\t" without_start(bug) "\t" cost(bug, "explore")
        names[class[bug]]
      }
      for (name in names) print name ":" share(name, "libfuzzer") ", by explore in " share(name, "explore") >found_in
    }' "$work/rows" >"$work/pairs"
  while IFS=: read -r class ratio; do
    found=$(grep "^${class%, without*}:" "$work/found" | cut -d: -f2)
    read -r ratio spread <<<"${ratio% pairs}"
    bugs=${spread##* } spread=${spread%), *}
    echo "$class: $ratio $spread) x the CPU time of explore, $bugs bugs, found in $found"
    note "$class ($bugs bugs)" "CPU time, times that of explore" "$ratio" times "${spread#(}; found in $found"
  done < <("$release" bench ratio <"$work/pairs")
  rm -rf "$work"
}

# Events per second, by two workers of `explore` and by two fuzz targets with one corpus, against one;
# and the time to a find by `explore`. Time is that of the clock: nothing else should run.
jobs() {
  local work one two seed bug mutant name ratio spread fuzzer
  work=$(mktemp -d)
  need_cargo_fuzz
  fuzzer=$(fuzz_binary cluster)
  # Seconds of the clock that a search takes.
  seconds() {
    local start=$EPOCHREALTIME
    "$fast" explore "$@" >"$work/out" 2>/dev/null || true
    awk "BEGIN {print $EPOCHREALTIME - $start}"
  }
  for seed in {1..12}; do
    one=$(seconds --jobs 1 --executions 10000 --seed "$seed")
    one=$(awk "BEGIN {print $(field events <"$work/out") / $one}")
    two=$(seconds --jobs 2 --executions 10000 --seed "$seed")
    two=$(awk "BEGIN {print $(field events <"$work/out") / $two}")
    printf 'explore: events per second\t%s\t%s\n' "$two" "$one" >>"$work/pairs"
    one=$(fuzzers_rate "$work/one" "$fuzzer" "$seed")
    two=$(fuzzers_rate "$work/two" "$fuzzer" "$seed" "$((seed + 100))")
    printf 'fuzz target: events per second\t%s\t%s\n' "$two" "$one" >>"$work/pairs"
  done
  for bug in $slow_bugs; do
    for seed in {1..12}; do
      mutant=(--mutant "$bug" --seed "$seed" --cpu 60 --stop-at-first --shortest-of 1)
      echo "$(seconds --jobs 1 "${mutant[@]}") $(seconds --jobs 2 "${mutant[@]}")"
    done | awk '{one += $1; two += $2} END {printf "explore: time to a find\t%s\t%s\n", one / NR, two / NR}' >>"$work/pairs"
  done
  while IFS=: read -r name ratio; do
    echo "$name:$ratio"
    read -r ratio spread <<<"${ratio% pairs}"
    note "$name" "two workers against one" "$ratio" "times better" "${spread%), *})"
  done < <("$release" bench ratio <"$work/pairs")
  rm -rf "$work"
}

# Events per second of one fuzz target a seed, all with one corpus: FOLDER PROGRAM SEED...
fuzzers_rate() {
  local folder=$1 program=$2 start seed fuzzers=() events=0 more
  shift 2
  rm -rf "$folder"
  mkdir -p "$folder/corpus"
  cp corpus/cluster/* "$folder/corpus/"
  start=$EPOCHREALTIME
  for seed in "$@"; do
    "$program" "-artifact_prefix=$folder/" -seed="$seed" -runs=2048 "$folder/corpus" >"$folder/log-$seed" 2>&1 &
    fuzzers+=($!)
  done
  wait "${fuzzers[@]}"
  start=$(awk "BEGIN {print $EPOCHREALTIME - $start}")
  for seed in "$@"; do
    read -r _ more < <(ran "$folder/log-$seed")
    events=$((events + more))
  done
  awk "BEGIN {print $events / $start}"
}

# Deep bugs of tier 4 that a search by one worker finds in some seconds.
slow_bugs="commits-to-last-entry-in-joint reads-without-quorum-in-change reads-without-quorum-with-tail
  snapshot-removes-suffix-in-joint stale-acks-confirm-reads-in-change stale-acks-confirm-reads-in-joint
  vote-cleared-on-step-down-in-joint votes-by-an-older-log-in-joint"

# Three campaigns of `explore --until-stable` on each seeded bug, of at most 60 CPU seconds: how many find it, how
# many end before, and how many reach the limit. And when they end on correct Raft.
stable() {
  local mutant seed out runs=0 found=0 ended=0 limit=0 missed last
  until_stable() { "$fast" explore --jobs 1 --until-stable --cpu 60 --stop-at-first --shortest-of 1 "$@" || true; }
  while read -r mutant _; do
    missed=0
    for seed in 1 2 3; do
      out=$(until_stable --mutant "$mutant" --seed "$seed" 2>/dev/null)
      runs=$((runs + 1))
      last=$(field stable <<<"$out")
      [ -n "$last" ] || die "no campaign with $mutant"
      if grep -q '^found' <<<"$out"; then
        found=$((found + 1))
        continue
      fi
      missed=$((missed + 1))
      if [ "$last" = yes ]; then ended=$((ended + 1)); else limit=$((limit + 1)); fi
    done
    [ $missed = 0 ] || echo "$mutant: missed by $missed of 3"
    [ $missed = 0 ] || note "$mutant" "campaigns of three that miss it" $missed campaigns
  done < <("$release" mutants)
  echo "all bugs: $found of $runs campaigns found their bug, $ended ended as stable before, $limit reached the limit"
  note "all bugs" "found their bug" $found "of $runs"
  note "all bugs" "ended as stable before" $ended campaigns
  note "all bugs" "reached the limit before" $limit campaigns
  for seed in 1 2 3; do
    out=$(until_stable --seed "$seed" 2>/dev/null)
    echo "correct Raft, seed $seed: stable $(field stable <<<"$out") after $(field schedules <<<"$out") executions," \
      "$(field cpu <<<"$out") CPU s"
    note "correct Raft, seed $seed" "executions" "$(field schedules <<<"$out")" executions
    note "correct Raft, seed $seed" "CPU s" "$(field cpu <<<"$out")" "CPU s"
  done
}

costs() {
  local output name times
  output=$(cargo run --release --quiet --locked -p whitewater --example costs)
  echo "$output"
  while IFS=: read -r name times; do
    note "$name" "CPU time" "${times//[ x]/}" "times a bare cluster"
  done < <(grep -E ' x$' <<<"$output" | grep -v '^bare:')
  output=$(cargo run --release --quiet --locked -p whitewater --example clones)
  echo "$output"
  while read -r name times _ bytes _; do
    note "cluster of 3 nodes after 300 events, ${name%:}" allocations "$times" allocations "$bytes bytes"
  done <<<"$output"
}

# The seeded bugs that an oracle of progress or of effort must detect.
liveness() {
  local name oracle out runs cpus
  while read -r name oracle; do
    runs=() cpus=()
    for seed in "${seeds[@]}"; do
      out=$("$fast" random --mutant "$name" --only "$oracle" --stop-at-first --shortest-of 1 --schedules 400000 \
        --seed "$seed" 2>/dev/null || true)
      runs+=("$(field schedules <<<"$out")")
      cpus+=("$(field cpu <<<"$out")")
    done
    echo "$name: median $(median "${runs[@]}") schedules," \
      "$(median "${cpus[@]}") CPU s ($oracle; $(printf '%s\n' "${runs[@]}" | sort -n | paste -sd ' '))"
    note "$name" "schedules, median" "$(median "${runs[@]}")" schedules \
      "all: $(printf '%s\n' "${runs[@]}" | sort -n | paste -sd ' ')"
    note "$name" "CPU s, median" "$(median "${cpus[@]}")" "CPU s"
  done < <("$fast" mutants --json | tr -d '\n' | sed 's/}/}\n/g' |
    sed -nE 's/.*"caught_by": "(recovers-after-healing|fresh-read-is-answered|core-converges|change-finishes|leader-is-stable|pre-vote-spares-the-term|silent-leader-steps-down|effort-is-bounded)".*"name": "([^"]*)".*/\2 \1/p')
}

# The seeded bugs of kinds that practitioners report, and that were once missed.
kinds_of_bugs="lease-kept-through-transfer lease-too-long lease-forgets-drift lease-without-check-quorum
  leads-without-its-disk snapshot-restarts-with-each-newer commit-waits-for-all refused-pre-votes-counted
  requests-forgotten-at-step-down transfer-target-pre-votes stale-append-resets-election-timer
  heartbeat-leaves-election-timer pre-vote-without-log-check pre-vote-despite-a-leader
  votes-right-after-a-restart voter-without-catch-up acks-of-earlier-membership-counted
  progress-of-removed-member-kept joins-as-initial-member starts-from-old-copy
  applied-index-taken-for-commit compacts-ahead-of-commit restores-older-snapshot applied-index-saved-alone
  half-restore-trusted machine-behind-snapshot-started delivered-snapshot-counts-as-stored
  delivered-counts-as-contact outdated-read-sent failed-read-not-retried snapshot-term-before-tail
  tail-of-replaced-log-kept stale-entry-at-snapshot-kept restart-skips-tail
  unknown-pre-vote-counts-as-refusal election-timer-advanced-at-start roll-back-to-old-files
  older-version-skips-changes older-version-skips-commands old-lease-not-awaited
  old-lease-awaited-without-skew lease-counted-from-acknowledgement restart-forgets-lease
  clock-set-back-shortens-promise leases-in-votes-ignored clocks-beyond-bound"

kinds() {
  local name seed out found cpus
  for name in $kinds_of_bugs; do
    found=0 cpus=()
    for seed in {1..10}; do
      out=$("$fast" random --mutant "$name" --cpu 10 --schedules 1000000000 --stop-at-first \
        --shortest-of 1 --seed "$seed" 2>/dev/null || true)
      [ -n "$(field search <<<"$out")" ] || die "no campaign with $name"
      cpus+=("$(field search <<<"$out")")
      if grep -q '^found' <<<"$out"; then found=$((found + 1)); fi
    done
    echo "$name: found by $found of 10, median $(median "${cpus[@]}") CPU s"
    note "$name" "campaigns of ten that find it" "$found" campaigns
    note "$name" "CPU s, median" "$(median "${cpus[@]}")" "CPU s" "all: $(printf '%s\n' "${cpus[@]}" | sort -g | paste -sd ' ')"
  done
}

judged() {
  local schedules=20000 name checks
  "$fast" random --schedules $schedules --seed 7 \
    | awk '/^checks, by oracle/ {on = 1; next} /^[^ ]/ {on = 0} on && NF == 2' \
    | while read -r checks name; do
      checks=$((checks * 1000 / schedules))
      echo "$name: $checks checks in 1,000 schedules"
      note "$name" checks "$checks" checks
    done
}

# A backtrace of each find would cost more than most finds.
export RUST_BACKTRACE=0

# Runs a fuzz binary for at most 60 CPU seconds; prints its executions and CPU seconds.
campaign() {
  local log=$1 runs spent
  shift
  # The second line of `times` has the CPU time of the child processes.
  spent=$(bash -c 'ulimit -t 60; log=$1; shift; "$@" >"$log" 2>&1; times' - "$log" "$@" 2>/dev/null |
    sed -n 2p)
  runs=$(grep -aoE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#' || true)
  echo "${runs:-0} $(echo "$spent" | tr 'ms' '  ' | awk '{printf "%.2f", $1 * 60 + $2 + $3 * 60 + $4}')"
}

# Builds a fuzz target, ours or an adapter's, by its profile if programs are built so. Prints its
# path.
fuzz_binary() (
  adapter=${2:-}
  use_adapter
  guide "$1"
  [ -n "$guided" ] || build "$1"
  echo "${guided:-$built}"
)

# Builds an adapter's command line and prints its path.
adapter_binary() {
  local target
  target=$(adapter_target "$1")
  CARGO_TARGET_DIR=$target cargo build --release --quiet --locked --manifest-path "$1/Cargo.toml"
  echo "$target/release/cluster"
}

# Searches for the violation ONLY by the command line PROGRAM of an adapter, with OPTIONS. Prints
# executions, events and CPU seconds of the search, and the events of the shrunk find or nothing.
search_by_command() {
  local program=$1 only=$2 out
  shift 2
  out=$("$program" "$@" --only "$only" --stop-at-first --shortest-of 1 || true)
  echo "$(sed -n 's/^search: \(.*\) CPU s, \(.*\) executions, \(.*\) events.*/\2 \3 \1/p' <<<"$out")" \
    "$(sed -n 's/.* shrunk to \([0-9]*\).*/\1/p' <<<"$out")"
}

# The same by the fuzz target PROGRAM, from an empty corpus, with variables. A find is not shrunk,
# and counts as one of 0 events.
search_by_target() {
  local program=$1 only=$2 seed=$3 work cpu
  shift 3
  work=$(mktemp -d)
  mkdir "$work/corpus"
  read -r _ cpu < <(campaign "$work/log" env WHITEWATER_UNSHRUNK=1 WHITEWATER_ONLY="$only" "$@" \
    "$program" -artifact_prefix="$work/" -seed="$seed" "$work/corpus")
  echo "$(ran "$work/log") $cpu $(grep -aq '^DEDUP_TOKEN' "$work/log" && echo 0)"
  rm -rf "$work"
}

# One search of a real bug: NAME SEED. It uses the variables of `real_bug`.
search_real_bug() {
  local set=()
  [ -z "$option" ] || set=(WHITEWATER_ALWAYS_SYNC=1)
  case $1 in
    random) search_by_command "$cli" "$only" random ${option:+"$option"} --schedules 1000000 --seed "$2" ;;
    explore) search_by_command "$cli" "$only" explore ${option:+"$option"} --jobs 1 --cpu 60 --seed "$2" ;;
    "cargo fuzz") search_by_target "$fuzzer" "$only" "$2" "${set[@]}" ;;
    *) search_by_target "$fuzzer" "$only" "$2" "${set[@]}" WHITEWATER_EDGES_ALONE=1 ;;
  esac
}

# Measures the cost of finding the real bug BUG of an adapter, by its fingerprint, with this option:
# `random` without guidance, `explore` by the visible effects of each step, the fuzz target by both
# these and the compiler's counters, and by the counters alone.
real_bug() {
  local bug=$1 adapter=$2 only=$3 option=${4:-} cli fuzzer name at run
  local found inputs events costs small blind=()
  cli=$(adapter_binary "$adapter")
  fuzzer=$(fuzz_binary cluster "$adapter")
  for name in random explore "cargo fuzz" "cargo fuzz, counters alone"; do
    found=0 inputs=() events=() costs=() small=()
    for at in {1..32}; do
      # libFuzzer's generator behaves alike for small consecutive seeds: these are spread.
      read -ra run < <(search_real_bug "$name" $((918273645 * at % 2147483647)))
      inputs+=("${run[0]}") events+=("${run[1]}") costs+=("${run[2]}")
      [ -z "${run[3]:-}" ] || found=$((found + 1))
      [ "${run[3]:-0}" = 0 ] || small+=("${run[3]}")
    done
    [ "$name" != random ] || blind=("${events[@]}")
    note_searches "$bug, ${adapter#fuzz/adapters/}: $name"
  done
}

# Prints and notes the results of the runs in found, inputs, events, costs and small, and the ratio
# of events to those of `random` in blind: NAME. A run without a find counts with its whole budget.
note_searches() {
  local ratio spread
  read -r _ ratio spread < <(paste <(printf '%s\n' "${events[@]}") <(printf '%s\n' "${blind[@]}") |
    sed -E 's/\b0\b/1/g; s/^/events\t/' | "$release" bench ratio)
  spread=${spread%%)*}
  echo "$1: found $found of ${#costs[@]}; CPU s ${costs[*]}; events ${events[*]}"
  echo "$1: mean $(mean "${costs[@]}") CPU s, $(mean "${events[@]}") events, $ratio $spread) times those of random"
  note "$1" found "$found" "of ${#costs[@]}"
  note "$1" "executions, mean" "$(mean "${inputs[@]}")" executions "$(range "${inputs[@]}")"
  note "$1" "events, mean" "$(mean "${events[@]}")" events "$(range "${events[@]}")"
  note "$1" "CPU s, mean" "$(mean "${costs[@]}")" "CPU s" "$(range "${costs[@]}")"
  [ "${events[*]}" = "${blind[*]}" ] || note "$1" "events against random" "$ratio" times "${spread#(}"
  [ ${#small[@]} = 0 ] || note "$1" "shrunk to, median" "$(median "${small[@]}")" events "$(range "${small[@]}")"
}

# Notes the results of the runs in found, inputs, events and costs: NAME. A run without a find
# counts with its whole budget.
note_runs() {
  note "$1" found "$found" "of ${#seeds[@]}"
  note_max "$1" executions executions "${inputs[@]}"
  note_max "$1" events events "${events[@]}"
  note_max "$1" "CPU s" "CPU s" "${costs[@]}"
}

# Runs a hundred thousand schedules, which are expected to find nothing.
control() {
  local binary output
  binary=$(adapter_binary "$1")
  # shellcheck disable=SC2086 # The option may be absent.
  output=$("$binary" random ${2:-} --schedules 100000 --seed 11 | grep -E '^(schedules|events|lints|violations):' || true)
  echo "control $*: $(paste -sd' ' <<<"$output")"
  note "control: ${1#fuzz/adapters/}${2:+, always synced}" violations "$(field violations <<<"$output")" violations
  note "control: ${1#fuzz/adapters/}${2:+, always synced}" lints "$(field lints <<<"$output")" lints
}

real-bugs() {
  local tikv=fuzz/adapters/tikv
  need_cargo_fuzz
  need_fixed_raft
  real_bug B1 $tikv/0.4.0 ack-is-durable
  real_bug B1 $tikv/0.4.3 ack-is-durable
  real_bug B2 $tikv next-is-above-match
  real_bug B3 $tikv/0.3.0 recovers-after-healing --always-sync
  for where in $tikv/0.4.0 $tikv/0.4.3 $tikv/0.3.1; do control "$where" --always-sync; done
  for where in $tikv/0.6.0 $tikv/0.7.0-fixed $tikv; do control "$where"; done
}

# Instructions per committed entry: PROGRAM ROUNDS ARGS... The program prints how many entries it
# has committed. The difference of a long and a short run leaves out the start. If `$inside` is set,
# only the function of that name counts, with all that it calls.
per_entry() {
  local program=$1 rounds=$2 ir=() done=()
  shift 2
  for rounds in "$rounds" $((rounds * 2)); do
    ir+=("$(valgrind --tool=callgrind ${inside:+"--toggle-collect=$inside"} \
      --callgrind-out-file=/dev/null "$program" "$@" "$rounds" 2>&1 |
      grep -oE 'Collected : [0-9]+' | cut -d' ' -f3)")
    done+=("$("$program" "$@" "$rounds" | grep -oE '[0-9]+')")
  done
  echo $(((ir[1] - ir[0]) / (done[1] - done[0])))
}

versus() {
  local where=fuzz/adapters/tikv target binary rates name one many
  need_command valgrind valgrind
  target=$(adapter_target $where)
  CARGO_TARGET_DIR=$target cargo build --release --quiet --locked --manifest-path $where/Cargo.toml --example versus
  for side in ours tikv; do
    name="our core"
    [ $side = ours ] || name="TiKV's raft 0.7.0"
    one=$(per_entry "$target/release/examples/versus" 1000 $side 1)
    many=$(per_entry "$target/release/examples/versus" 50 $side 64)
    echo "$side: $one instructions per entry one at a time, $many with 64 a round"
    note "$name" "instructions per entry, one at a time" "$one" instructions
    note "$name" "instructions per entry, 64 a round" "$many" instructions
  done
  for side in ours tikv; do
    name="our core"
    binary=$release
    [ $side = ours ] || { name="TiKV's raft 0.7.0" && binary=$(adapter_binary $where); }
    rates=()
    for seed in "${seeds[@]}"; do
      for _ in 1 2 3; do
        # A lint is not a failure here.
        rates+=("$( ("$binary" random --nodes 3 --seed "$seed" --schedules 5000 || true) | field rate)")
      done
    done
    echo "$side: $(median "${rates[@]}") events/cpu-s under all oracles (median of 15 runs)"
    note "$name" "events per CPU second under all oracles" "$(median "${rates[@]}")" events "median of 15 runs"
  done
}

# Fuzzes the target `mutant` with a seeded bug, from a corpus, five times. Leaves the number of runs
# with a find in `found`, and the executions, events and CPU seconds of each run in `inputs`,
# `events` and `costs`.
fuzz_mutant() {
  local binary=$1 mutant=$2 corpus=$3 work runs cpu
  work=$(mktemp -d)
  found=0 inputs=() events=() costs=()
  for seed in "${seeds[@]}"; do
    rm -rf "$work/corpus" "$work/artifacts"
    mkdir -p "$work/corpus" "$work/artifacts"
    [ "$corpus" = empty ] || cp corpus/cluster/* "$work/corpus/"
    read -r runs cpu < <(WHITEWATER_MUTANT=$mutant campaign "$work/log" "$binary" \
      -artifact_prefix="$work/artifacts/" -seed="$seed" "$work/corpus")
    grep -aq "^DEDUP_TOKEN" "$work/log" && found=$((found + 1))
    costs+=("$cpu")
    inputs+=("$(ran "$work/log" | cut -d' ' -f1)")
    events+=("$(ran "$work/log" | cut -d' ' -f2)")
  done
  rm -rf "$work"
}

mutants() {
  local binary found inputs events costs
  need_cargo_fuzz
  binary=$(fuzz_binary mutant)
  for mutant in stale-vote-counted vote-not-persisted commits-older-terms-by-counting votes-twice \
    truncates-without-conflict; do
    for corpus in empty shipped; do
      fuzz_mutant "$binary" $mutant $corpus
      echo "$mutant, $corpus corpus: $found of ${#seeds[@]} runs, executions ${inputs[*]}," \
        "events ${events[*]}, CPU s ${costs[*]}"
      note $mutant "$corpus corpus: found" "$found" "of ${#seeds[@]}"
      note_max $mutant "$corpus corpus: CPU s" "CPU s" "${costs[@]}"
    done
  done
}

core() {
  local program=$bin/release/examples/entries name all step steady
  need_command valgrind valgrind
  # Built alone: within the harness the core also records coverage marks.
  cargo build --release --quiet --locked -p whitewater-raft --example entries
  cargo build --release --quiet --locked -p whitewater --example allocations
  for batch in 1 64; do
    name="64 a round"
    [ $batch = 64 ] || name="one at a time"
    all=$(per_entry "$program" 1000 $batch)
    step=$(inside='raft::node::Node<C>::step' per_entry "$program" 1000 $batch)
    steady=$("$bin/release/examples/allocations" $batch 1000 | field allocations)
    echo "core_$batch: $all instructions/entry"
    echo "core_${batch}_step: $step instructions/entry"
    echo "core_${batch}_steady: $steady allocations"
    note "$name" "core alone" "$step" "instructions per entry"
    note "$name" "with the carrying of messages" "$all" "instructions per entry"
    note "$name" allocations "$steady" allocations
  done
}

harness() {
  local binary found inputs events costs
  # The rate is recorded as a separate figure.
  notes='' rate | sed -n 's/^rate_300: \([0-9]*\) .*/rate_300: \1 events\/cpu-s/p; s/^rate_5000_over_300: \([0-9.]*\).*/rate_5000_over_300: \1 times/p'
  need_cargo_fuzz
  binary=$(fuzz_binary mutant)
  for mutant in change-in-fresh-term snapshot-removes-suffix two-changes-at-once \
    stale-acks-confirm-reads progress-half-sorted; do
    fuzz_mutant "$binary" $mutant shipped
    echo "${mutant}_found: $found of ${#seeds[@]} runs"
    echo "${mutant}_executions: $(median "${inputs[@]}") executions (${inputs[*]})"
    echo "${mutant}_events: $(median "${events[@]}") events (${events[*]})"
    echo "${mutant}_cpu: $(median "${costs[@]}") CPU s (${costs[*]})"
    note_runs $mutant
  done
}

# etcd is compared with, and no part of the product: Debian has it.
need_etcd() {
  local how="apt-get install etcd-server, or another etcd 3.4 in PATH"
  ! command -v etcd >/dev/null || return 0
  [[ $(id -u) = 0 && -x $(command -v apt-get) ]] || die "etcd is not installed: $how"
  echo "installing etcd-server (once)" >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq etcd-server >&2 ||
    die "etcd cannot be installed: $how"
}

kv() {
  local lines line form='^(.*), ([^,:]*): ([0-9.]+) ([^(]*[^( ])( \((.*)\))?$'
  need_etcd
  lines=$(mktemp)
  # With a second store, to compare the log with.
  cargo build --release --quiet --locked -p whitewater-kv --features redb --bin whitewater-kv --example load
  # The data is on the disk of the target folder: that of /tmp may be in memory.
  "$bin/release/examples/load" compare --program "$bin/release/whitewater-kv" --with-redb \
    --data "$bin/bench" "$@" | tee "$lines"
  while IFS= read -r line; do
    [[ $line =~ $form ]] || die "not a figure: $line"
    note "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "${BASH_REMATCH[3]}" "${BASH_REMATCH[4]}" \
      "${BASH_REMATCH[6]}"
  done <"$lines"
  rm -f "$lines"
}

kills() {
  local lines name value unit
  lines=$(mktemp)
  DISK=plain PROFILE=release scripts/cluster-test.sh 1000 | tee "$lines"
  while read -r name value unit; do
    name=${name%:}
    [ "$unit" != s ] || unit=seconds
    note "${name//_/ }" "1,000 kills" "$value" "$unit"
  done < <(grep -E '^[a-z_]+: [0-9.]+ ' "$lines")
  rm -f "$lines"
}

# `name: value unit` lines as one JSON document.
as_json() {
  sed 's/"/\\"/g; s/^\([^:]*\): \([0-9.]*\) \(.*\)/  "\1": {"value": \2, "unit": "\3"}/' |
    paste -sd, | sed 's/^/{/; s/$/}/'
}

fuzz() {
  local binary work runs cpu events inputs empty_runs empty_cpu
  need_cargo_fuzz
  binary=$(fuzz_binary cluster)
  work=$(mktemp -d)
  mkdir -p "$work/corpus" "$work/empty/fuzz_targets" "$work/nothing"
  cp corpus/cluster/* "$work/corpus/"
  read -r runs cpu < <(campaign "$work/log" "$binary" -seed=918273645 \
    -runs=4000 "$work/corpus")
  read -r inputs events < <(ran "$work/log")
  awk "BEGIN {printf \"executions: %d /cpu-s\nevents: %d /cpu-s\n\", $inputs / $cpu, $events / $cpu}" | tee "$work/output"
  cat >"$work/empty/Cargo.toml" <<'TOML'
[package]
name = "empty"
version = "0.0.0"
edition = "2021"
[package.metadata]
cargo-fuzz = true
[dependencies]
libfuzzer-sys = "0.4.13"
[[bin]]
name = "empty"
path = "fuzz_targets/empty.rs"
[workspace]
TOML
  printf '#![no_main]\nlibfuzzer_sys::fuzz_target!(|_data: &[u8]| {});\n' \
    >"$work/empty/fuzz_targets/empty.rs"
  (cd "$work/empty" && CARGO_TARGET_DIR="$work/target" cargo $toolchain fuzz build \
    --fuzz-dir . "${build_options[@]}" >&2)
  read -r empty_runs empty_cpu < <(campaign "$work/log" \
    "$(find "$work/target" -path '*release/empty' -type f | head -n 1)" -len_control=0 -max_len=2592 \
    -seed=918273645 -runs=1000000 "$work/corpus")
  awk "BEGIN {printf \"empty target: %d executions/cpu-s\nshare: %.2f %%\n\", $empty_runs / $empty_cpu, \
    100 * ($inputs / $cpu) / ($empty_runs / $empty_cpu)}" | tee -a "$work/output"
  note cluster "executions per CPU second" "$(field executions <"$work/output")" executions
  note cluster "events per CPU second" "$(field events <"$work/output")" events
  note cluster "events per execution" $((events / inputs)) events
  note cluster "share of an empty target" "$(field share <"$work/output")" %
  note "empty target" "executions per CPU second" "$(field 'empty target' <"$work/output")" executions
  rm -rf "$work"
}

# Measures a figure. Campaigns run programs that are built by profile, if programs are built so, and
# are recorded with PGO=1 or PGO=0 in their command: the costs of finds depend on it. All other
# figures are of plain builds, or of both.
how=
measure() {
  case $1 in
    instructions) guide whitewater ;;
    silent | bugs | matrix | liveness | kinds | judged | shrink | target | jobs | stable) guide whitewater && how=PGO ;;
    harness | mutants) how=PGO ;;
    *) plain_because="this figure is of the plain build" ;;
  esac
  fast=${guided:-$release}
  [ -z "$how" ] || how="PGO=$(wants_profile && echo 1 || echo 0) "
  "$1"
}

# Measures a figure and records it.
save() {
  local commit
  commit=$(git rev-parse --short HEAD)
  # Documents are not measured.
  git diff --quiet HEAD -- . ":!$docs" ':!*.md' || commit+=-dirty
  notes=$(mktemp)
  trap 'rm -f "$notes"' EXIT
  measure "$1"
  "$release" bench record "$docs" "$1" --command "${how}scripts/bench.sh $1" --commit "$commit" \
    --date "$(date -u +%F)" <"$notes" >&2
}

figures="rate pgo instructions core harness silent bugs matrix costs liveness kinds judged digests shrink target jobs stable mutants fuzz real-bugs versus kv kills"
usage="usage: bench.sh ${figures// /|} [--save], bench.sh core|harness [--json], bench.sh kv [--quick], or bench.sh page"
[ $# -le 2 ] || die "$usage"
case "${1:-} ${2:-}" in
  "page ") "$release" bench page $docs ;;
  "kv --quick") kv --quick ;;
  "core --json" | "harness --json") measure "$1" | as_json ;;
  *" " | *" --save")
    [[ $# -ge 1 && " $figures " == *" $1 "* ]] || die "$usage"
    if [ $# = 1 ]; then measure "$1"; else save "$1"; fi
    ;;
  *) die "$usage" ;;
esac
