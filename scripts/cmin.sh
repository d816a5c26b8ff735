#!/usr/bin/env bash
# Minimises the corpus of a target: the inputs that together reach all that is known stay. Those that fuzzing
# has added, and that git ignores, are promoted: git is told that they are to be added, and shows them.
#
#   scripts/cmin.sh [TARGET] [FOLDER...] [-- OPTIONS]      default: cluster
#
# What FOLDERs have beyond the corpus is taken into it. Of libFuzzer's options it takes -set_cover_merge=1,
# -use_counters=N, -use_value_profile=N, -timeout=N, -rss_limit_mb=N, -malloc_limit_mb=N and -verbosity=N.
# ADAPTER is honoured, as is WHITEWATER_MUTANT by the target `mutant`.
#
# The corpus is never replaced: inputs are taken out one by one, and only when a second merge has shown that
# those which stay reach all that was reached. Exit code: 0 done; 1 some inputs break a promise: they stay,
# and the others are minimised; 2 wrong usage, no build, or a merge that failed: the corpus is as it was.
start=$PWD
source "$(dirname "$0")/common.sh"
failure_is_2

target=cluster folders=() options=()
if [ $# -gt 0 ] && [ "$1" != -- ]; then target=$1; shift; fi
need_target "$target"
need_bug "$target"
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case "$1" in /*) folder=$1 ;; *) folder=$start/$1 ;; esac
  [ -d "$folder" ] || die "$1: is no folder; usage: cmin.sh [TARGET] [FOLDER...] [-- OPTIONS]"
  folders+=("$folder")
  shift
done
[ $# = 0 ] || shift
for option in "$@"; do
  [[ "$option" =~ ^-(set_cover_merge=1|(use_counters|use_value_profile|timeout|(rss|malloc)_limit_mb|verbosity)=[0-9]+)$ ]] ||
    die "a merge here does not take '$option'; it takes -set_cover_merge=1, -use_counters=N," \
      "-use_value_profile=N, -timeout=N, -rss_limit_mb=N, -malloc_limit_mb=N, -verbosity=N"
  options+=("$option")
done
# A corpus serves all campaigns, not this one alone.
unset WHITEWATER_EDGES_ALONE WHITEWATER_NODES

build_target "$target"
exec 9<"$corpus"
flock -n 9 || die "$corpus is being minimised already"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Ends with 2; what the merge said is at hand.
give_up() {
  tail -n 20 "$log" >&2
  die "$*; $corpus is as it was; the log is $log"
}

# Merges FOLDERs into the new folder $work/NAME, and leaves in $work/NAME.control what each input reached.
merge() {
  local name=$1
  shift
  mkdir "$work/$name"
  "$program" "-artifact_prefix=$finds" "${options[@]}" -merge=1 "-merge_control_file=$work/$name.control" \
    "$work/$name" "$@" >>"$log" 2>&1 || give_up "the merge ended with code $?"
}

# What the control file says of the inputs, and whether the merge RAN them, BROKE at them, or MISSED them.
inputs() {
  awk -v wanted="$2" '
    NR == 1 { count = $1 }
    NR > 2 && NR <= count + 2 { name[NR - 3] = $0 }
    NR > count + 2 && $1 == "STARTED" { state[$2] = "BROKE" }
    NR > count + 2 && $1 == "FT" { state[$2] = "RAN" }
    END { for (i = 0; i < count; i++) if ((i in state ? state[i] : "MISSED") == wanted) print name[i] }
  ' "$work/$1.control"
}

# The numbers of all features that were reached.
features() { awk '$1 == "FT" { for (i = 3; i <= NF; i++) print $i }' "$work/$1.control" | LC_ALL=C sort -u; }

# Which of the inputs that ran were the first to reach one of these features, by number.
first_at() {
  awk 'NR == FNR { wanted[$1]; next }
    $1 == "FT" { for (i = 3; i <= NF; i++) if ($i in wanted) { print ran + 0; break } ran++ }
  ' "$1" "$work/new.control"
}

# libFuzzer lists nothing that is empty.
before=$(find "$corpus" -type f ! -empty | wc -l)
if [ -z "$(find "$corpus" "${folders[@]}" -type f ! -empty -print -quit)" ]; then
  echo "$corpus: there is nothing to minimise"
  exit 0
fi

merge new "$corpus" "${folders[@]}"
[ -z "$(inputs new MISSED)" ] || give_up "the merge left out $(inputs new MISSED | wc -l) inputs"

# Every input that was run with its hash, which is the name that libFuzzer gives to one that stays.
files=() hashes=()
while IFS= read -r -d '' line; do
  hashes+=("${line:0:40}")
  files+=("${line:42}")
done < <(inputs new RAN | tr '\n' '\0' | xargs -0r sha1sum --zero --)
[ "${#files[@]}" = "$(inputs new RAN | wc -l)" ] || give_up "some inputs cannot be read"

# A second merge shows what those that stay reach. What an input reaches may hang by a hair on what ran
# before it: the first that reached what is now missing stays as well.
if [ "${#files[@]}" = 0 ]; then
  touch "$work/again.control"
else
  [ -n "$(find "$work/new" -type f -print -quit)" ] || give_up "the merge kept no input"
  merge again "$work/new"
fi
[ -z "$(inputs again MISSED)$(inputs again BROKE)" ] || give_up "the second merge ended before its end"
features new >"$work/reached"
features again | LC_ALL=C comm -23 "$work/reached" - >"$work/missing"
first_at "$work/missing" >"$work/first"
while read -r i; do
  cp -- "${files[i]}" "$work/new/${hashes[i]}"
done <"$work/first"

# Whatever stays is one of the inputs, byte by byte.
declare -A known=() stays=()
for hash in "${hashes[@]}"; do known[$hash]=; done
for file in "$work/new"/*; do
  [ -e "$file" ] || continue
  [ -n "${known[$(basename "$file")]+.}" ] || give_up "the merge changed an input"
  stays[$(basename "$file")]=
done

# First all that stays is there by the name of its hash, then all the rest goes: at no moment is anything lost.
for i in "${!files[@]}"; do
  file=${files[i]} place=$corpus/${hashes[i]}
  if [ -z "${stays[${hashes[i]}]+.}" ] || [ -e "$place" ]; then continue; fi
  if [[ "$file" != "$corpus"/* ]]; then
    file=$corpus/.new-$$
    cp -- "${files[i]}" "$file"
  fi
  mv -n -- "$file" "$place"
done
for i in "${!files[@]}"; do
  file=${files[i]}
  if [[ "$file" != "$corpus"/* ]]; then continue; fi
  if [ -z "${stays[${hashes[i]}]+.}" ] || [ "$file" != "$corpus/${hashes[i]}" ]; then rm -f -- "$file"; fi
done
echo "$corpus: $before files before, $(find "$corpus" -type f ! -empty | wc -l) now," \
  "which reach $(wc -l <"$work/reached") features"

# Tells git of what is new. An adapter's corpus is nobody's but one's own.
promote() {
  local names=("${!stays[@]}") added
  if [ -n "$adapter" ] || [ -z "$(git ls-files -- scripts/cmin.sh 2>/dev/null)" ]; then return; fi
  printf '%s\0' "${names[@]/#/$corpus/}" | git --literal-pathspecs add --force --intent-to-add \
    --pathspec-from-file=- --pathspec-file-nul || die "the corpus is minimised, but git does not add what is new"
  added=$(git diff --name-only --no-renames --diff-filter=A -- "$corpus" | wc -l)
  echo "git shows $added files added and $(git ls-files --deleted -- "$corpus" | wc -l) deleted:" \
    "'git add $corpus' stages them"
}
[ "${#stays[@]}" = 0 ] || promote

broken=$(inputs new BROKE)
if [ -n "$broken" ]; then
  sed -n '/^==== whitewater/,/^DEDUP_TOKEN/p' "$log"
  echo "$broken"
  echo "these inputs break a promise, or do not end: they stay; the log is $log"
  exit 1
fi
