#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# bench/scaling.sh BUILD [MODEL]: what more processors bring, with the programs that lie in BUILD; nothing
# is built, but for the core module if it is missing. Prints a line a measurement: golden's tokens per
# second on 1, 2, 4, 8 and 16 threads, and how often that is of one thread; the seconds, cycles and
# megabytes of one token in RTL, every command compared, with as many jobs; and what golden's products
# make beside a plain read of the same bytes. More than the machine has processors are left out. Takes
# one to two minutes on 16 processors.
#
# MODEL: a packed model; without one a synthetic Qwen2.5-3B is made in a temporary folder (3 GB) and
# removed at the end. Set POSITION for another place than 128, LAYERS (0:36) for some layers only, TOKENS
# for other than 8 tokens a measurement, COUNTS for other numbers of threads and jobs.
set -euo pipefail
build=${1:?usage: bench/scaling.sh BUILD [MODEL]}
model=${2:-}
tokens=${TOKENS:-8}
trine=$build/bin/trine
if [[ ! -x $trine ]]; then
  echo "bench/scaling.sh: $trine is not there" >&2
  exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [[ -z $model ]]; then
  model=$scratch/m3b
  "$trine" synth "$model" --preset qwen2.5-3b -q > /dev/null
fi
processors=$(nproc)
counts=()
for count in ${COUNTS:-1 2 4 8 16}; do
  if ((count <= processors)); then counts+=("$count"); fi
done
# The value of a key of a JSON report.
value() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }
# Runs a command that writes to the file $1 and prints the most megabytes that it had, as the kernel says
# at its end; some say nothing there, so it is looked at meanwhile, too.
megabytes() {
  python3 - "$@" << 'END'
import os, subprocess, sys, time

with open(sys.argv[1], "w") as output:
    job = subprocess.Popen(sys.argv[2:], stdout=output)
    most, ended = 0, 0
    while ended == 0:
        try:
            with open(f"/proc/{job.pid}/status") as status:
                for line in status:
                    if line.startswith(("VmHWM:", "VmRSS:")):
                        most = max(most, int(line.split()[1]))
        except OSError:
            pass
        time.sleep(0.02)
        ended, status, usage = os.wait4(job.pid, os.WNOHANG)
    print(max(most, usage.ru_maxrss) // 1024)
    sys.exit(os.waitstatus_to_exitcode(status))
END
}

echo "processors $processors: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
single=
for count in "${counts[@]}"; do
  # The token of the prompt is the one that warms up: it is not in the rate.
  "$trine" generate "$model" --device golden --threads "$count" --tokens 11 -n $((tokens + 1)) --json \
    > "$scratch/golden.json"
  rate=$(value "$scratch/golden.json" decode_tokens_per_second)
  single=${single:-$rate}
  printf 'golden %2d threads %8.2f tokens/s %6.2f times the first\n' "$count" "$rate" \
    "$(python3 -c 'import sys; print(float(sys.argv[1]) / float(sys.argv[2]))' "$rate" "$single")"
done
for count in "${counts[@]}"; do
  memory=$(megabytes "$scratch/output" "$trine" simulate "$model" --tokens 11 \
    --position "${POSITION:-128}" --check --jobs "$count" ${LAYERS:+--layers "$LAYERS"} -q --json \
    -o "$scratch/part-$count.json")
  seconds=$(value "$scratch/part-$count.json" seconds)
  elapsed=$(value "$scratch/part-$count.json" elapsed)
  printf 'simulate %2d jobs %8.2f s %10d cycles %6d MB\n' "$count" "$seconds" "$elapsed" "$memory"
done
if [[ -x $build/bin/golden_speed ]]; then "$build/bin/golden_speed" best; fi
