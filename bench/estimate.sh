#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/estimate.sh [DIRECTORY]: the cost model against the RTL. Each row is a step in the
# Verilated core, a token in each bank, and its estimate; models are synthetic and made on the way, in DIRECTORY
# (build/estimate by default). Prints the table of docs/estimate.md, exits 1 when a row is more than
# 2 % off. Needs the targets trine, estimate_check and estimate_check_axi3.
set -euo pipefail
cd "$(dirname "$0")/.."
trine=build/bin/trine check=build/bin/estimate_check work=${1:-build/estimate}
for program in trine estimate_check estimate_check_axi3; do
  [ -x "build/bin/$program" ] ||
    { echo "bench/estimate.sh: build/bin/$program is not there: ninja -C build $program" >&2; exit 2; }
done
mkdir -p "$work"

model() {  # model NAME PRESET DEPTH LAYERS
  [ -d "$work/$1" ] || $trine synth --preset "$2" --depth "$3" --layers "$4" "$work/$1" -q >/dev/null
}
model tiny tiny 4 3
for depth in 1 2 3; do model "tiny-d$depth" tiny "$depth" 1; done
model half qwen2.5-0.5b 4 1
model layer qwen2.5-3b 4 1

echo "| model | position | groups | vectors | memory, core | latency | bandwidth | RTL cycles | estimate | off | worst operation of 2 % and more | linear: share of the bus or pins |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|"
failed=0
row() {  # One vector unless a ninth word says otherwise.
  "$check" "$work/$1" "${@:2:7}" "${9:-1}" || failed=1
}
#   model  position groups memory MHz head latency bandwidth vectors
row tiny 9 1 ideal 300 1 1 1
row tiny 9 4 ideal 300 1 1 1
row tiny 9 16 ideal 300 1 1 1
row tiny-d1 9 16 ideal 300 1 1 1
row tiny-d2 9 16 ideal 300 1 1 1
row tiny-d3 9 16 ideal 300 1 1 1
row tiny 199 16 ideal 300 0 1 1
row tiny 9 16 ideal 300 0 100 1
row tiny 9 4 ideal 300 1 200 1
row tiny 9 16 ideal 300 0 1 0.5
row tiny 9 4 ddr4-2400x16 400 1 1 1
row half 63 16 ideal 300 0 1 1
row half 63 16 ddr4-2400x64 400 0 1 1
row half 63 16 lpddr4-4266x32 300 0 1 1
row half 63 16 hbm2x4 300 0 1 1
row tiny 9 16 ideal 300 1 1 1 4
row tiny 9 16 ideal 300 0 100 1 4
row tiny 9 8 ideal 300 1 1 1 8
row half 63 16 ideal 300 0 1 1 8
row layer 128 16 ideal 300 0 1 1
row layer 128 16 ideal 300 0 200 1
row layer 128 16 ddr4-2400x64 400 0 1 1 4
row layer 128 16 ddr4-2400x64 400 0 1 1
row layer 128 16 lpddr4-4266x32 300 0 1 1
# Bursts of at most 16 beats, which over AXI3 there are.
check=build/bin/estimate_check_axi3
row tiny 9 4 ideal 300 1 1 1
row tiny 9 4 ideal 300 1 200 1
row tiny 9 4 ideal 300 1 1 0.5
exit $failed
