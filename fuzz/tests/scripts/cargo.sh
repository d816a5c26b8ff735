#!/usr/bin/env bash
# A stub of cargo for tests that must not build libFuzzer. It behaves as cargo-fuzz 0.13.2 was
# measured to behave, with target.sh as the program that it builds.
set -euo pipefail
here=$(dirname "$(realpath "$0")")

# The command line: the files that it writes, and exit code 1 for a violation.
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
    explore) [ "${STUB_MODE:-}" != finds ] && echo "12" >"$out/explore" ;;
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
# A program shows how it was built, and by which profile.
echo "# flags: ${RUSTFLAGS:-}, profile: $(cat /dev/fd/9 2>/dev/null || true)" >>"$built/$target"
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
    # It replaces the corpus if the merge ends with 0, and itself ends with 0 in any case.
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
