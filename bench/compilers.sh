#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# compilers.sh [BUILD] [COMPILER...]: what compilers make of the models. For each (clang++ and g++), without
# and with a profile (TRINE_PGO), the fast core of 16 groups is built in BUILD (build-compilers), counted
# as by the target sim_count, and timed beside the trit engine alone, built without a profile by the same
# compiler, in one run. Prints a table, and how to configure what was fastest. Takes some 25 minutes on
# two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build-compilers}
compilers=("${@:2}")
[ ${#compilers[@]} -gt 0 ] || compilers=(clang++ g++)

printf '%-12s %-8s %14s %12s %8s %16s %22s\n' compiler profile instructions 'L1I misses' kHz \
  'M weights/s' 'of the engine alone'
best=0 choice=""
for compiler in "${compilers[@]}"; do
  path=$(command -v "$compiler") || { echo "$compiler: not installed"; continue; }
  for profile in OFF ON; do
    options=("-DTRINE_MODEL_CXX=$path" "-DTRINE_PGO=$profile")
    cmake -G Ninja -S . -B "$build" -DTRINE_SIM=ON -DTRINE_BENCH=ON "${options[@]}" >/dev/null
    ninja -C "$build" trine_core_g16 sim_speed trine_count sim_speed_count >/dev/null
    counts=$(python3 bench/sim_count.py "$build" | awk '$1 == "all" {print $2, $3}')
    # The best of five runs: what other programs take away varies.
    read -r khz weights ratio < <(for _ in 1 2 3 4 5; do "$build"/bin/sim_speed 8192; done |
      awk '/^simulation/ {khz = $4; weights = $6} /^engine/ {
             print khz, weights, $(NF - 3)}' | sort -n | tail -1)
    # shellcheck disable=SC2086
    printf '%-12s %-8s %14s %12s %8s %16s %22s\n' "$compiler" "$profile" ${counts:-- -} "$khz" "$weights" \
      "$ratio"
    if [ "$khz" -gt "$best" ]; then best=$khz choice="${options[*]}"; fi
  done
done
echo "fastest here: cmake -B build $choice"
