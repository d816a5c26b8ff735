#!/usr/bin/env bash
# Turns a crash into a named regression: shrunk, with a text beside it that tells what it was.
#
#   scripts/promote.sh FILE NAME [FIX]
#
# FIX is one sentence: what was mended. The target is the folder that FILE lies in, or TARGET;
# WHITEWATER_MUTANT, WHITEWATER_ALWAYS_SYNC and ADAPTER are honoured; what an adapter finds goes to
# the folder of its Raft. Nothing is overwritten. Exit code 2 if it cannot be done.
start=$PWD
source "$(dirname "$0")/common.sh"
failure_is_2
[ $# = 2 ] || [ $# = 3 ] || die "usage: promote.sh FILE NAME [FIX]"
case "$1" in /*) file=$1 ;; *) file=$start/$1 ;; esac
name=$2
fix=${3:-"not mended yet"}
[[ "$name" =~ ^[a-z0-9][a-z0-9-]*$ ]] || die "'$name' is no name: small letters, digits and dashes"
[ -f "$file" ] || die "$file: is no file"
target=${TARGET:-$(basename "$(dirname "$(realpath "$file")")")}
run="cargo run -rq --bin whitewater --"
if [ -n "$adapter" ]; then
  target=$(echo "$adapter" | cut -d/ -f3)
  run="cargo run -rq --manifest-path $adapter/Cargo.toml --"
else
  need_target "$target"
fi
artifact="artifacts/$target/$name"
{ [ ! -e "$artifact" ] && [ ! -e "$artifact.md" ]; } || die "$artifact exists already"
if git check-ignore -q -- "$artifact" 2>/dev/null; then
  die "git ignores what is called '$name': a fuzzer names its finds so"
fi
under=()
[ -z "${WHITEWATER_MUTANT:-}" ] || under+=(--mutant "$WHITEWATER_MUTANT")
[ -z "${WHITEWATER_ALWAYS_SYNC:-}" ] || under+=(--always-sync)

# Both files are made beside their places, under names that git ignores, and are linked into them together.
mkdir -p "artifacts/$target"
draft=$(mktemp -d "artifacts/$target/found-XXXXXX")
trap 'rm -rf "$draft"' EXIT
code=0
whitewater shrink "$file" --out "$draft/$name" "${under[@]}" >"$draft/said" || code=$?
[ "$code" = 1 ] || die "$file was not promoted"
rerun="$run replay ${under[*]}${under:+ }$artifact"
{
  echo "# $name"
  echo
  [ -z "${WHITEWATER_MUTANT:-}" ] || { echo "Seeded bug: \`$WHITEWATER_MUTANT\`."; echo; }
  echo "Fix: $fix."
  echo
  echo "Rerun: \`$rerun\`"
  echo
  echo '```text'
  grep -v '^saved ' "$draft/said"
  echo '```'
} >"$draft/$name.md"
ln -- "$draft/$name" "$artifact"
ln -- "$draft/$name.md" "$artifact.md" || { rm -f -- "$artifact"; die "$artifact.md exists already"; }
echo "promoted to $artifact and $artifact.md"
echo "rerun: $rerun"
