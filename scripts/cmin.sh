#!/usr/bin/env bash
# Minimises the corpus of a target: the inputs that together reach all that is known.
#
#   scripts/cmin.sh [TARGET]      default: cluster
source "$(dirname "$0")/common.sh"
target=${1:-cluster}
[ $# -le 1 ] || die "usage: cmin.sh [TARGET]"
need_target "$target"
need_cargo_fuzz
before=$(find "corpus/$target" -type f | wc -l)
cargo $toolchain fuzz cmin "${build_options[@]}" "$target"
echo "corpus/$target: $before files before, $(find "corpus/$target" -type f | wc -l) now"
