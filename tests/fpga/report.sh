#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The table that fpga/report.py reads out of sample reports, line by line, and what it refuses.
set -euo pipefail
cd "$(dirname "$0")/../.."
samples=tests/fpga/samples
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

expected='| board | LUT | FF | BRAM | URAM | DSP | clock asked, MHz | worst slack, ns | reached, MHz |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| one | 60123 | 51234 | 120.5 | 8 | 172 | 100.0 | 0.250 | 102.6 |
| two | 21579 | 14000 | 100 | - | 26 | 25.0 | 15.000 | 40.0 |
| three | never run |  |  |  |  |  |  |  |'
got=$(python3 fpga/report.py one=$samples/vivado two=$samples/nextpnr three="$scratch")
[ "$got" = "$expected" ] || { echo "the table is not what it should be:"; diff <(echo "$expected") <(echo "$got"); exit 1; }

# refused NAME PATTERN FILE: without the lines of PATTERN in FILE of the sample NAME there is no table.
refused() {
  rm -rf "$scratch/copy"
  cp -r "$samples/$1" "$scratch/copy"
  sed -i "/$2/d" "$scratch/copy/$3"
  if python3 fpga/report.py a="$scratch/copy" >"$scratch/out" 2>"$scratch/error"; then
    echo "$1 without '$2' in $3 gives a table:"
    cat "$scratch/out"
    exit 1
  fi
  grep -q "$3: " "$scratch/error" || { echo "the error does not name the file:"; cat "$scratch/error"; exit 1; }
}
refused vivado 'CLB LUTs' utilization.rpt
refused vivado 'URAM' utilization.rpt
refused vivado '{' timing.rpt
refused vivado 'Intra Clock' timing.rpt
refused vivado '^clk_pl_0     *0\|^slow     *3' timing.rpt
refused nextpnr 'Max frequency' place.log
refused nextpnr 'DP16KD' place.log
if python3 fpga/report.py nothing 2>/dev/null; then
  echo "an argument without a folder is taken"
  exit 1
fi

# Cells of a hierarchy: an instance that is there three times counts three times.
expected='instance                                LUT   LUTRAM       FF      DSP     BRAM     URAM    carry
sample_top                               16        8       12        1      1.5        0        6
  3 x sample_leaf                        15        0       12        0      1.5        0        6'
got=$(python3 fpga/cells.py $samples/hierarchy.stat)
[ "$got" = "$expected" ] || { echo "the cells are not what they should be:"; diff <(echo "$expected") <(echo "$got"); exit 1; }
echo "3 boards, 7 refusals, 1 hierarchy"
