#!/usr/bin/env bash
# Minimises the corpus of a target: keeps inputs that together reach every feature that the corpus
# reached. Kept inputs that fuzzing has added, and that git ignores, are promoted: marked in git as
# intended to be added, so that `git status` shows them.
#
#   scripts/cmin.sh [TARGET] [FOLDER...] [-- OPTIONS]      default: cluster
#
# Inputs of a FOLDER with new features are added to the corpus. Accepted options of libFuzzer are
# -set_cover_merge=1, -use_counters=N, -use_value_profile=N, -timeout=N, -rss_limit_mb=N,
# -malloc_limit_mb=N and -verbosity=N. ADAPTER selects an adapter, and WHITEWATER_MUTANT the seeded
# bug of the target `mutant`.
#
# The corpus is never replaced as a whole: inputs are removed one by one, and only after a second
# merge has shown that the kept ones reach everything that was reached. Exit code: 0 done; 1 some
# inputs have a violation or do not end: they are kept, and the others are minimised; 2 wrong usage,
# no build, or a merge failed: the corpus is unchanged.
start=$PWD
source "$(dirname "$0")/common.sh"
failure_is_2

target=cluster folders=() options=()
if [ $# -gt 0 ] && [ "$1" != -- ]; then target=$1; shift; fi
need_target "$target"
need_bug "$target"
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  case "$1" in /*) folder=$1 ;; *) folder=$start/$1 ;; esac
  [ -d "$folder" ] || die "$1: is not a folder; usage: cmin.sh [TARGET] [FOLDER...] [-- OPTIONS]"
  folders+=("$folder")
  shift
done
[ $# = 0 ] || shift
for option in "$@"; do
  [[ "$option" =~ ^-(set_cover_merge=1|(use_counters|use_value_profile|timeout|(rss|malloc)_limit_mb|verbosity)=[0-9]+)$ ]] ||
    die "a merge does not accept '$option' here; it accepts -set_cover_merge=1, -use_counters=N," \
      "-use_value_profile=N, -timeout=N, -rss_limit_mb=N, -malloc_limit_mb=N, -verbosity=N"
  options+=("$option")
done
# These variables would restrict the merge, but the corpus serves all campaigns.
unset WHITEWATER_EDGES_ALONE WHITEWATER_NODES

# The compiler inlines by the profile before it inserts the counters of edges: what a corpus reaches,
# and which inputs are kept, must not depend on a profile.
plain_because="what a corpus reaches must not depend on a profile"
build_target "$target"
exec 9<"$corpus"
flock -n 9 || die "$corpus is being minimised already"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Prints the end of the log, and ends with 2.
give_up() {
  tail -n 20 "$log" >&2
  die "$*; $corpus is unchanged; the log is $log"
}

# Merges FOLDERs into the new folder $work/NAME; $work/NAME.control lists the features of each
# input.
merge() {
  local name=$1
  shift
  mkdir "$work/$name"
  "$program" "-artifact_prefix=$finds" "${options[@]}" -merge=1 "-merge_control_file=$work/$name.control" \
    "$work/$name" "$@" >>"$log" 2>&1 || give_up "the merge ended with code $?"
}

# Prints the inputs of a control file in one state: the merge RAN them to the end, BROKE at them, or
# MISSED them.
inputs() {
  awk -v wanted="$2" '
    NR == 1 { count = $1 }
    NR > 2 && NR <= count + 2 { name[NR - 3] = $0 }
    NR > count + 2 && $1 == "STARTED" { state[$2] = "BROKE" }
    NR > count + 2 && $1 == "FT" { state[$2] = "RAN" }
    END { for (i = 0; i < count; i++) if ((i in state ? state[i] : "MISSED") == wanted) print name[i] }
  ' "$work/$1.control"
}

# Prints the numbers of all features that were reached.
features() { awk '$1 == "FT" { for (i = 3; i <= NF; i++) print $i }' "$work/$1.control" | LC_ALL=C sort -u; }

# Prints the numbers of the inputs that were the first to reach one of these features. Only inputs
# that ran are counted.
first_at() {
  awk 'NR == FNR { wanted[$1]; next }
    $1 == "FT" { for (i = 3; i <= NF; i++) if ($i in wanted) { print ran + 0; break } ran++ }
  ' "$1" "$work/new.control"
}

# libFuzzer ignores empty files.
before=$(find "$corpus" -type f ! -empty | wc -l)
if [ -z "$(find "$corpus" "${folders[@]}" -type f ! -empty -print -quit)" ]; then
  echo "$corpus: there is nothing to minimise"
  exit 0
fi

merge new "$corpus" "${folders[@]}"
[ -z "$(inputs new MISSED)" ] || give_up "the merge did not run $(inputs new MISSED | wc -l) inputs"

# Every input that was run, with its hash. libFuzzer names a kept input by its hash.
files=() hashes=()
while IFS= read -r -d '' line; do
  hashes+=("${line:0:40}")
  files+=("${line:42}")
done < <(inputs new RAN | tr '\n' '\0' | xargs -0r sha1sum --zero --)
[ "${#files[@]}" = "$(inputs new RAN | wc -l)" ] || give_up "some inputs cannot be read"

# A second merge shows which features the kept inputs reach. An input's features may depend on the
# inputs that ran before it: if a feature is missing now, the first input that reached it is kept as
# well.
if [ "${#files[@]}" = 0 ]; then
  touch "$work/again.control"
else
  [ -n "$(find "$work/new" -type f -print -quit)" ] || give_up "the merge kept no input"
  merge again "$work/new"
fi
[ -z "$(inputs again MISSED)$(inputs again BROKE)" ] || give_up "the second merge did not run every input"
features new >"$work/reached"
features again | LC_ALL=C comm -23 "$work/reached" - >"$work/missing"
first_at "$work/missing" >"$work/first"
while read -r i; do
  cp -- "${files[i]}" "$work/new/${hashes[i]}"
done <"$work/first"

# Every kept file must equal one of the inputs, byte by byte.
declare -A known=() kept=()
for hash in "${hashes[@]}"; do known[$hash]=; done
for file in "$work/new"/*; do
  [ -e "$file" ] || continue
  [ -n "${known[$(basename "$file")]+.}" ] || give_up "the merge changed an input"
  kept[$(basename "$file")]=
done

# First every kept input is stored under the name of its hash, then the others are removed: nothing
# is lost if this is interrupted.
for i in "${!files[@]}"; do
  file=${files[i]} place=$corpus/${hashes[i]}
  if [ -z "${kept[${hashes[i]}]+.}" ] || [ -e "$place" ]; then continue; fi
  if [[ "$file" != "$corpus"/* ]]; then
    file=$corpus/.new-$$
    cp -- "${files[i]}" "$file"
  fi
  mv -n -- "$file" "$place"
done
for i in "${!files[@]}"; do
  file=${files[i]}
  if [[ "$file" != "$corpus"/* ]]; then continue; fi
  if [ -z "${kept[${hashes[i]}]+.}" ] || [ "$file" != "$corpus/${hashes[i]}" ]; then rm -f -- "$file"; fi
done
echo "$corpus: $before files before, $(find "$corpus" -type f ! -empty | wc -l) now," \
  "which reach $(wc -l <"$work/reached") features"

# Marks new inputs in git as intended to be added. An adapter's corpus is local: git ignores all of
# it.
promote() {
  local names=("${!kept[@]}") added
  if [ -n "$adapter" ] || [ -z "$(git ls-files -- scripts/cmin.sh 2>/dev/null)" ]; then return; fi
  printf '%s\0' "${names[@]/#/$corpus/}" | git --literal-pathspecs add --force --intent-to-add \
    --pathspec-from-file=- --pathspec-file-nul || die "the corpus is minimised, but git does not add the new inputs"
  added=$(git diff --name-only --no-renames --diff-filter=A -- "$corpus" | wc -l)
  echo "git shows $added files added and $(git ls-files --deleted -- "$corpus" | wc -l) deleted:" \
    "'git add $corpus' stages them"
}
[ "${#kept[@]}" = 0 ] || promote

broken=$(inputs new BROKE)
if [ -n "$broken" ]; then
  sed -n '/^==== whitewater/,/^DEDUP_TOKEN/p' "$log"
  echo "$broken"
  echo "these inputs have a violation or do not end: they are kept; the log is $log"
  exit 1
fi
