#!/usr/bin/env bash
# A cluster of real processes under real faults, its clients' history judged.
#
#   scripts/cluster-test.sh           half a minute: every kind of fault at least once
#   scripts/cluster-test.sh KILLS     until so many processes were killed with SIGKILL
#
# Prints progress on standard error, and one `name: value unit` line a figure. If something is found,
# says what, and where the history, the data and the logs are. Exit codes: 0 nothing was found, 1 a
# violation was found or the run is blind, 2 wrong usage or a failed start.
#
# SEED=NUMBER chooses faults and requests; by default it is drawn, and printed.
# DISK=plain keeps the data on the real disk. Otherwise each node has a small file system in memory,
# if mounting is allowed: then disks are filled too.
# PROFILE=release builds without assertions, for the figures.
source "$(dirname "$0")/common.sh"
failure_is_2
usage="usage: cluster-test.sh [KILLS]"
[ $# -le 1 ] || die "$usage"
kills="${1:-0}"
[[ "$kills" =~ ^[0-9]{1,6}$ ]] || die "'$kills' is no number of kills; $usage"
[[ "${SEED:-0}" =~ ^[0-9]{1,18}$ ]] || die "SEED is no number: '$SEED'"
profile="${PROFILE:-dev}"
disk="${DISK:-memory}"
[[ "$disk" = memory || "$disk" = plain ]] || die "DISK is memory or plain, not '$disk'"
[[ "$profile" = dev || "$profile" = release ]] || die "PROFILE is dev or release, not '$profile'"

cargo build --quiet --locked --profile "$profile" -p whitewater-kv -p whitewater-nemesis
folder="${CARGO_TARGET_DIR:-$root/target}/${profile/dev/debug}"

# A namespace in which file systems can be mounted that nobody else sees.
namespace=()
options=()
may_mount() {
  local place
  place=$(mktemp -d)
  unshare "$@" mount -t tmpfs -o size=1m tmpfs "$place" 2>/dev/null
  local status=$?
  rmdir "$place"
  return $status
}
if [ "$disk" = memory ]; then
  for how in --mount "--mount --map-root-user"; do
    # shellcheck disable=SC2086
    if may_mount $how; then
      # shellcheck disable=SC2206
      namespace=(unshare $how --)
      options=(--tmpfs 64)
      break
    fi
  done
fi
[ -z "${SEED:-}" ] || options+=(--seed "$SEED")

status=0
# Small snapshots, often; room to spare that is small as well; nodes give up before their clients.
"${namespace[@]}" "$folder/whitewater-nemesis" --program "$folder/whitewater-kv" --kills "$kills" \
  "${options[@]}" -- --disk-reserve 8388608 --snapshot-entries 1000 --timeout-ms 1000 || status=$?
exit "$status"
