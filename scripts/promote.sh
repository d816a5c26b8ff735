#!/usr/bin/env bash
# Turns a crash into a named regression: a shrunk artifact, with a text beside it that describes the
# bug.
#
#   scripts/promote.sh FILE NAME [FIX]
#
# FIX is one sentence that describes the fix. The target is the name of FILE's folder, or TARGET.
# WHITEWATER_MUTANT, WHITEWATER_ALWAYS_SYNC and ADAPTER select the system under test; an adapter's
# find goes to the artifacts folder named after its Raft. Nothing is overwritten. Exit code 2 on any
# failure.
start=$PWD
source "$(dirname "$0")/common.sh"
failure_is_2
[ $# = 2 ] || [ $# = 3 ] || die "usage: promote.sh FILE NAME [FIX]"
case "$1" in /*) file=$1 ;; *) file=$start/$1 ;; esac
name=$2
fix=${3:-"not fixed yet"}
[[ "$name" =~ ^[a-z0-9][a-z0-9-]*$ ]] || die "'$name' is not a valid name: use lower-case letters, digits and dashes"
[ -f "$file" ] || die "$file: is not a file"
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
  die "git ignores the name '$name': fuzzers give such names to finds"
fi
options=()
[ "$target" != store ] || options+=(--store)
[ -z "${WHITEWATER_MUTANT:-}" ] || options+=(--mutant "$WHITEWATER_MUTANT")
[ -z "${WHITEWATER_ALWAYS_SYNC:-}" ] || options+=(--always-sync)

# Both files are written under names that git ignores, and then linked to their final names.
mkdir -p "artifacts/$target"
draft=$(mktemp -d "artifacts/$target/found-XXXXXX")
trap 'rm -rf "$draft"' EXIT
code=0
whitewater shrink "$file" --out "$draft/$name" "${options[@]}" >"$draft/output" || code=$?
[ "$code" = 1 ] || die "$file was not promoted"
rerun="$run replay ${options[*]}${options:+ }$artifact"
{
  echo "# $name"
  echo
  [ -z "${WHITEWATER_MUTANT:-}" ] || { echo "Seeded bug: \`$WHITEWATER_MUTANT\`."; echo; }
  echo "Fix: $fix."
  echo
  echo "Rerun: \`$rerun\`"
  echo
  echo '```text'
  grep -v '^saved ' "$draft/output"
  echo '```'
} >"$draft/$name.md"
ln -- "$draft/$name" "$artifact"
ln -- "$draft/$name.md" "$artifact.md" || { rm -f -- "$artifact"; die "$artifact.md exists already"; }
echo "promoted to $artifact and $artifact.md"
echo "rerun: $rerun"
