#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# techmap.sh: what fpga/techmap.v makes of sums and comparisons, without a macro and with each, computes
# what they did, for all operands (Yosys's SAT solver), and the rules for ECP5 leave no carry chain.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
need_tools yosys
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cat >"$out/sums.v" <<'END'
module sums(input [7:0] a, b, input signed [6:0] s, t, output [7:0] sum0, sum1, sum2, sum3,
            output [4:0] sum4, sum5, sum6, output [5:0] sum7, output signed [7:0] sum8, output [7:0] less);
  assign sum0 = a + 8'd37, sum1 = a - 8'd90, sum2 = {7'b0, a[0]} + b, sum3 = 8'd20 - a;
  assign sum4 = a[4:0] + b[4:0], sum5 = a[4:0] - b[4:0], sum6 = a[3:0] + b[4:0];
  assign sum7 = 6'd20 - a[5:0], sum8 = s - 8'sd3;
  assign less = {a < 8'd77, a > 8'd33, s < -7'sd13, 8'd200 <= b, a[5:0] < b[5:0], a[4:0] <= b[5:0],
                 $signed(s[5:0]) < $signed(t[5:0]), s[5:0] >= t[4:0]};
endmodule
module wide(input [19:0] a, b, input signed [19:0] s, t, output [20:0] sum, difference, output [7:0] less);
  assign sum = a + b, difference = s - t;
  assign less = {a < b, a <= b, a > b, a >= b, s < t, s <= t, s > t, s >= t};
endmodule
END
for macro in "" "-D XILINX" "-D ECP5"; do
  for module in sums wide; do
    none=
    if [ "$macro$module" = "-D ECP5sums" ]; then none="alumacc mapped; select -assert-none mapped/t:\$alu;"; fi
    yosys -q -p "read_verilog $out/sums.v; proc; copy $module mapped; wreduce mapped; techmap $macro -map fpga/techmap.v mapped; $none
      techmap mapped; opt -fast mapped; miter -equiv -flatten $module mapped miter; hierarchy -top miter; techmap; opt -fast
      sat -verify -prove trigger 0" || { echo "$module is another function with '$macro'" >&2; exit 1; }
  done
done
echo "sums and comparisons keep their function"
