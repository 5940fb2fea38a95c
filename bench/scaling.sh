#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/scaling.sh BUILD [MODEL]: what more processors bring, with the programs that lie in BUILD; nothing
# is built, but for the core module if it is missing. Prints a line a measurement: golden's tokens per
# second on 1, 2, 4, 8 and 16 threads with the share of a plain read, and the seconds, kilohertz and
# megabytes of one token in RTL, every command compared, with as many jobs. More than the machine has
# processors are left out.
#
# MODEL: a packed model; without one a synthetic Qwen2.5-3B is made in a temporary folder (3 GB) and
# removed at the end. Set POSITION for another place than 128, LAYERS (0:36) for some layers only.
set -euo pipefail
build=${1:?usage: bench/scaling.sh BUILD [MODEL]}
model=${2:-}
trine=$build/bin/trine
if [[ ! -x $trine ]]; then
  echo "bench/scaling.sh: $trine is not there" >&2
  exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [[ -z $model ]]; then
  model=$scratch/m3b
  "$trine" synth "$model" --preset qwen2.5-3b -q
fi
processors=$(nproc)
counts=()
for count in 1 2 4 8 16; do
  if ((count <= processors)); then counts+=("$count"); fi
done
# The value of a key of a JSON report.
value() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }

echo "processors $processors: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
if [[ -x $build/bin/golden_speed ]]; then "$build/bin/golden_speed"; fi
for count in "${counts[@]}"; do
  "$trine" generate "$model" --device golden --threads "$count" --tokens 11 -n 33 --json \
    > "$scratch/golden.json"
  rate=$(value "$scratch/golden.json" decode_tokens_per_second)
  printf 'golden %2d threads %8.2f tokens/s\n' "$count" "$rate"
done
for count in "${counts[@]}"; do
  "$trine" simulate "$model" --tokens 11 --position "${POSITION:-128}" --check --jobs "$count" \
    ${LAYERS:+--layers "$LAYERS"} -q --json -o "$scratch/part-$count.json" > /dev/null \
    2> "$scratch/error" &
  job=$!
  # The most memory that it had: the kernel keeps it as long as the process is there.
  most=0
  while kill -0 "$job" 2> /dev/null; do
    now=$(sed -n 's/^VmHWM: *\([0-9]*\) kB/\1/p' "/proc/$job/status" 2> /dev/null || true)
    if [[ -n $now ]]; then most=$now; fi
    sleep 0.05
  done
  wait "$job" || { cat "$scratch/error" >&2; exit 1; }
  seconds=$(value "$scratch/part-$count.json" seconds)
  elapsed=$(value "$scratch/part-$count.json" elapsed)
  printf 'simulate %2d jobs %8.2f s %10d cycles %6d MB\n' "$count" "$seconds" "$elapsed" \
    $((most / 1024))
done
