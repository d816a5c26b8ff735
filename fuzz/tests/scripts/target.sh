#!/usr/bin/env bash
# A stub of a fuzz target with libFuzzer. An input is a line of numbers: the features that it
# reaches. STUB_MODE selects a failure; in each mode the stub behaves as libFuzzer was measured to
# behave.
set -euo pipefail
mode=${STUB_MODE:-}
merge=0 control='' prefix='' seed=$$ jobs=0 folders=()
given=("$@")
for word in "$@"; do
  case "$word" in
    -merge=*) merge=${word#*=} ;;
    -merge_control_file=*) control=${word#*=} ;;
    -artifact_prefix=*) prefix=${word#*=} ;;
    -seed=*) seed=${word#*=} ;;
    -jobs=*) jobs=${word#*=} ;;
    '' | -*) ;;
    *) folders+=("$word") ;;
  esac
done
if [ "$(basename "$0")" = mutant ] && [ -z "${WHITEWATER_MUTANT:-}" ]; then
  echo "mutant: WHITEWATER_MUTANT must name a seeded bug" >&2
  exit 2
fi

# Merges the files of all folders but the first: writes the features of each file to the control
# file, and copies those with new features to the first folder.
merge_folders() {
  local known=' ' number=0 file word new features inputs=()
  while IFS= read -r file; do inputs+=("$file"); done < <(
    for folder in "${folders[@]:1}"; do find "$folder" -type f ! -empty | sort; done
  )
  control=${control:-${folders[0]}.control}
  printf '%s\n' "${#inputs[@]}" 0 "${inputs[@]}" >"$control"
  # A shell that misreads the path never starts the inner process, and the outer one still ends with
  # 0.
  [ "$mode" != path ] || return 0
  [ "$mode" != fails ] || return 1
  for file in "${inputs[@]}"; do
    echo "STARTED $number $(wc -c <"$file")" >>"$control"
    read -r -a features <"$file"
    if [ "${features[0]}" != broken ]; then
      new=
      for word in "${features[@]}"; do
        [[ "$known" == *" $word "* ]] || { known+="$word " new+=" $word"; }
      done
      echo "FT $number$new" >>"$control"
      if [ -n "$new" ] && { [ "$mode" != forgets ] || [ "$number" = 0 ]; }; then
        if [ "$mode" = cuts ]; then head -c 3 "$file" >"$control.input"; else cp "$file" "$control.input"; fi
        mv "$control.input" "${folders[0]}/$(sha1sum "$control.input" | cut -d' ' -f1)"
      fi
    fi
    number=$((number + 1))
  done
  if [ "$mode" = ends-early ]; then sed -i '$d' "$control"; sed -i '$d' "$control"; fi
}

if [ "$merge" = 1 ]; then
  merge_folders
  exit
fi
# Jobs write logs into the current folder, and all have the same options.
if [ "$jobs" != 0 ]; then
  for ((job = 0; job < jobs; job++)); do
    "$0" "${given[@]/#-jobs=*/}" >"fuzz-$job.log" 2>&1 || true
  done
  exit
fi

echo "INFO: Seed: $seed"
case "$mode" in
  start)
    echo "ERROR: The required directory does not exist"
    exit 1
    ;;
  hangs)
    echo $$ >"$prefix/pid"
    sleep 60
    ;;
  fork)
    # Ignored crashes are counted and saved. The exit code is 0 if the last child process ended with
    # 0.
    for number in 1 2 3; do echo "$number" >"${prefix}crash-$number"; done
    echo "#47: cov: 36 ft: 57 corp: 8 exec/s: 0 oom/timeout/crash: 0/0/3 time: 2s job: 4"
    ;;
  fork-saves-nothing)
    echo "#47: cov: 36 ft: 57 corp: 8 exec/s: 0 oom/timeout/crash: 0/0/3 time: 2s job: 4"
    ;;
  fork-starts-nothing)
    echo "#0: cov: 0 ft: 0 corp: 0 exec/s: 0 oom/timeout/crash: 0/0/9 time: 2s job: 4"
    exit 126
    ;;
  story)
    echo "#3 pulse cov: 36 ft: 57 corp: 8/9b"
    echo "==== whitewater: one-vote-per-term ===="
    echo "the story"
    echo "DEDUP_TOKEN: one-vote-per-term"
    echo 3 >"${prefix}crash-3"
    exit 77
    ;;
  *)
    # A short run prints no status of the target.
    echo "#5 DONE cov: 36 ft: 57 corp: 8/9b"
    echo "$seed" >"${folders[0]}/$(sha1sum <<<"$seed" | cut -d' ' -f1)"
    echo "stat::number_of_executed_units: 5"
    # A program that counts for a profile writes its counts at its end.
    [ "$mode" = uncounted ] || [ -z "${LLVM_PROFILE_FILE:-}" ] ||
      echo "counted with $*" >"${LLVM_PROFILE_FILE/\%m/1}"
    ;;
esac
