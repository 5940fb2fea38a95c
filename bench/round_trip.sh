#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/round_trip.sh CHECKPOINT [CONFIGURATION...]: quantize -> dequantize to FP16 -> import ->
# dequantize again. Prints time and peak memory of each step as a Markdown table, with the weights that
# import found to differ, whether the second checkpoint equals the first byte by byte (so all
# products do), and matrices whose packed stream differs (levels and scale indices). Exits 1 when a
# weight or a product differs. CONFIGURATION is SCALES-DEPTH or SCALES-mixed; all by default.
# TRINE is the command (build/bin/trine), WORK the directory for its files (15 GB for 3B). Needs GNU
# time (package time).
set -euo pipefail
trine=${TRINE:-$(dirname "$0")/../build/bin/trine}
checkpoint=$1
shift
[ $# -gt 0 ] || set -- {v2,best}-{4,3,2,1,mixed}
work=$(mktemp -d -p "${WORK:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$work"' EXIT

# Runs a command of trine; its report to $work/report, "seconds s, memory GiB" to $cost.
measured() {
  /usr/bin/time -f '%e %M' -o "$work/time" "$trine" "$@" --json --quiet >"$work/report"
  cost=$(awk '{ printf "%.1f s, %.2f GiB", $1, $2 / 1048576 }' "$work/time")
}
number() { sed -n "s/^  \"$1\": \([-+.e0-9]*\),\{0,1\}\$/\1/p" "$work/report"; }
# The checksums of the packed streams, one a line, from the header of a packed model.
streams() {
  head -c 4000000 "$1/model.trine.safetensors" | grep -ao '"crc32c\.[^"]*proj[^"]*":"[^"]*"' | grep weight
}

status=0
echo "| configuration | quantize | dequantize | import | weights | differ | products equal | streams that differ |"
echo "|---|---|---|---|---|---|---|---|"
for configuration in "$@"; do
  scales=${configuration%-*} depth=${configuration#*-}
  case $depth in
    mixed) how=(--depth 3 --matrix-depth '*.mlp.down_proj.weight=4' '*.q_proj.weight=2' '*.k_proj.weight=1') ;;
    *) how=(--depth "$depth") ;;
  esac
  measured quantize "$checkpoint" "$work/packed" --scales "$scales" "${how[@]}"
  row="| $configuration | $cost"
  measured dequantize "$work/packed" "$work/first"
  row+=" | $cost"
  measured import "$work/first" "$work/again"
  differ=$(number differing)
  row+=" | $cost | $(number weights) | $differ"
  measured dequantize "$work/again" "$work/second"
  equal=yes
  for file in "$work"/first/*.safetensors; do
    cmp -s "$file" "$work/second/${file##*/}" || equal=NO
  done
  [ "$equal$differ" = yes0 ] || status=1
  streams "$work/packed" >"$work/a"
  streams "$work/again" >"$work/b"
  echo "$row | $equal | $(diff "$work/a" "$work/b" | grep -c '^<' || true) of $(wc -l <"$work/a") |"
  rm -rf "$work"/{packed,first,again,second}
done
exit $status
