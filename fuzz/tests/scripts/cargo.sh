#!/usr/bin/env bash
# Stands in for cargo where a test would have to build libFuzzer: does what cargo-fuzz 0.13.2 was measured to
# do, with target.sh for the program that it builds.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

# The command line: what it writes, and that it ends with 1 where a promise is broken.
if [ "$1" = run ]; then
  while [ "$1" != -- ]; do shift; done
  shift
  command=$1 input=${2:-}
  while [ $# -gt 1 ]; do
    case "$1" in
      --out | --save-corpus) out=$2; shift ;;
    esac
    shift
  done
  case "$command" in
    encode) cp "$input" "$out" ;;
    random) echo "10 11" >"$out/random" ;;
    explore) [ "${STAND_IN:-}" != finds ] && echo "12" >"$out/explore" ;;
    shrink) cp "$input" "$out"; printf 'the story\nsaved %s\n' "$out"; exit 1 ;;
  esac
  exit
fi

[ "$1" = fuzz ]
built=${CARGO_TARGET_DIR:-$PWD/target}/$(rustc -vV | sed -n 's/^host: //p')/release
command=$2
shift 2
if [ "$command" = --version ]; then
  echo "cargo-fuzz 0.13.2"
  exit
fi
while [[ "${1:-}" == --* ]]; do
  case "$1" in
    --sanitizer | --fuzz-dir) shift 2 ;;
    *) shift ;;
  esac
done
target=$1
shift
mkdir -p "$built"
cp "$here/target.sh" "$built/$target"
corpus=$PWD/fuzz/corpus/$target
prefix=-artifact_prefix=$PWD/fuzz/artifacts/$target/
case "$command" in
  build) ;;
  run)
    corpora=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do corpora+=("$1"); shift; done
    [ $# = 0 ] || shift
    exec "$built/$target" "$prefix" "$@" "${corpora[@]}"
    ;;
  cmin)
    # It replaces the corpus if the merge says that all is well, and says so itself in any case.
    merged=$(mktemp -d fuzz/.tmpXXXXXX)
    mkdir "$merged/corpus"
    if "$built/$target" "$prefix" -merge=1 "$PWD/$merged/corpus" "$corpus"; then
      mv "$(realpath "$corpus")" "$merged/old"
      mv "$merged/corpus" "$(realpath fuzz/corpus)/$target"
    fi
    rm -rf "$merged"
    ;;
  *) exit 101 ;;
esac
