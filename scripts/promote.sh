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
[ $# -ge 2 ] && [ $# -le 3 ] || die "usage: promote.sh FILE NAME [FIX]"
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
[ ! -e "$artifact" ] && [ ! -e "$artifact.md" ] || die "$artifact exists already"
# Unquoted below: some words, or none.
under="${WHITEWATER_MUTANT:+--mutant $WHITEWATER_MUTANT}${WHITEWATER_ALWAYS_SYNC:+--always-sync}"

draft=$(mktemp)
trap 'rm -f "$draft" "$draft.md"' EXIT
code=0
whitewater shrink "$file" --out "$artifact" $under >"$draft" || code=$?
[ "$code" = 1 ] || die "$file was not promoted"
{
  echo "# $name"
  echo
  [ -z "${WHITEWATER_MUTANT:-}" ] || { echo "Seeded bug: \`$WHITEWATER_MUTANT\`."; echo; }
  echo "Fix: $fix."
  echo
  echo "Rerun: \`$run replay ${under:+$under }$artifact\`"
  echo
  echo '```text'
  grep -v '^saved ' "$draft"
  echo '```'
} >"$draft.md"
mv -n "$draft.md" "$artifact.md"
echo "promoted to $artifact and $artifact.md"
echo "rerun: $run replay ${under:+$under }$artifact"
