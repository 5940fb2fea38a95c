#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/estimate.sh [DIRECTORY]: `trine estimate` against the RTL. Every row simulates one decode step
# (or one prompt) in the Verilated core and estimates the same list; models are synthetic and made
# on the way, in DIRECTORY (build/estimate by default). Prints a table in Markdown, exits 1 when a
# row is more than 2 % off.
set -euo pipefail
cd "$(dirname "$0")/.."
trine=build/bin/trine work=${1:-build/estimate}
mkdir -p "$work"

model() {  # model NAME PRESET DEPTH LAYERS
  [ -d "$work/$1" ] || $trine synth --preset "$2" --depth "$3" --layers "$4" "$work/$1" -q >/dev/null
}
model tiny tiny 4 3
for depth in 1 2 3; do model "tiny-d$depth" tiny "$depth" 1; done
model half qwen2.5-0.5b 4 1
model layer qwen2.5-3b 4 1

echo "| model | tokens | options | RTL cycles | estimate | off | without the head | worst operation of 2 % and more |"
echo "|---|---|---|---|---|---|---|---|"

compare() {  # compare WHAT MODEL TOKENS OPTIONS...
  local what=$1 name=$2 count=$3
  shift 3
  local tokens
  tokens=$(seq -s, 1 "$count")
  if [ "$what" = decode ]; then
    $trine simulate "$work/$name" --tokens "$tokens" --context "$count" "$@" -q \
      -o "$work/rtl.json" >/dev/null
    $trine estimate --model "$work/$name" --context "$count" "$@" --json >"$work/estimate.json"
  else
    $trine generate "$work/$name" --tokens "$tokens" -n 1 --context 64 --device rtl "$@" -q \
      --json >"$work/rtl.json"
    $trine estimate --model "$work/$name" --context 64 --prompt-tokens "$count" "$@" --json \
      >"$work/estimate.json"
  fi
  python3 - "$what" "$name" "$count" "$work" "$*" <<'PY'
import json, sys
what, name, count, work, options = sys.argv[1:]
rtl = json.load(open(f"{work}/rtl.json"))
mine = json.load(open(f"{work}/estimate.json"))["estimates"][0]
mine = mine["decode" if what == "decode" else "prefill"]
head, worst = "-", "-"
if what == "decode":
    got = {k: v["cycles"] for k, v in rtl["operations"].items()}
    want = rtl["total"]["cycles"]
    ours = mine["operations"]
    without = sum(v for k, v in got.items() if k != "head")
    head = f"{100 * (sum(v for k, v in ours.items() if k != 'head') / without - 1):+.2f} %"
    off = {k: ours[k] / v - 1 for k, v in got.items() if v >= 0.02 * without}
    key = max(off, key=lambda k: abs(off[k]))
    worst = f"{key} {100 * off[key]:+.1f} %"
else:
    want = rtl["counters"]["cycles"]
error = 100 * (mine["cycles"] / want - 1)
label = f"{count}" if what == "decode" else f"{count}, prompt"
print(f"| {name} | {label} | `{options}` | {want} | {mine['cycles']} | {error:+.2f} % | {head} | {worst} |")
sys.exit(abs(error) > 2)
PY
}

failed=0
run() { compare "$@" || failed=1; }
run decode tiny 10 --groups 1
run decode tiny 10 --groups 4
run decode tiny 10 --groups 16
run decode tiny-d1 10 --groups 16
run decode tiny-d2 10 --groups 16
run decode tiny-d3 10 --groups 16
run decode tiny 200 --groups 16
run decode tiny 10 --groups 16 --latency 100
run decode tiny 10 --groups 4 --latency 200
run decode tiny 10 --groups 16 --bandwidth 0.5
run decode half 64 --groups 16
run decode half 64 --groups 16 --memory ddr4-2400x64 --core-clock 400
run decode half 64 --groups 16 --memory lpddr4-4266x32 --core-clock 300
run decode half 64 --groups 16 --memory hbm2x4 --core-clock 300
run decode tiny 10 --groups 4 --memory ddr4-2400x16 --core-clock 400
run decode layer 129 --groups 16
run prompt tiny 8 --groups 16 --vectors 4
run prompt tiny 10 --groups 16 --vectors 4 --latency 50
exit $failed
