#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# block_registers.sh: products that fpga/block_registers.py leaves to multiplier blocks are those of the source, cycle by
# cycle in Icarus Verilog, with enables of either level; one that is used before its register, or whose register has a
# reset, stays outside.
set -euo pipefail
cd "$(dirname "$0")/../.."
. fpga/tools.sh
need_tools yosys iverilog
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cat >"$out/products.v" <<'END'
module products(input clk, rst, en, hold, input [16:0] a, b, input signed [17:0] c, d,
                output reg [33:0] plain, output reg [33:0] enabled, output reg signed [35:0] held,
                output reg signed [35:0] upper, output reg [33:0] cleared, output reg [33:0] seen, output [33:0] now);
  wire [33:0] product = a * b;
  wire signed [35:0] other = c * d;
  assign now = {~a[15:0]} * b[15:0];
  always @(posedge clk) begin
    plain <= product;
    if (en) enabled <= (a ^ 17'd1) * b;
    if (!hold) held <= other;
    if (en) upper <= (c * $signed(d ^ 18'd3)) >>> 9;
    if (rst) cleared <= 0; else cleared <= (a ^ 17'd2) * b;
    seen <= now;
  end
endmodule
END
# The block as Lattice describes it (TN1267), as far as it is used.
cat >"$out/block.v" <<'END'
module MULT18X18D(input A0, A1, A2, A3, A4, A5, A6, A7, A8, A9, A10, A11, A12, A13, A14, A15, A16, A17,
                  input B0, B1, B2, B3, B4, B5, B6, B7, B8, B9, B10, B11, B12, B13, B14, B15, B16, B17,
                  input C0, C1, C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13, C14, C15, C16, C17,
                  input SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CLK1, CLK2, CLK3, CE0, CE1, CE2, CE3, RST0, RST1, RST2, RST3,
                  output P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, P12, P13, P14, P15, P16, P17,
                  output P18, P19, P20, P21, P22, P23, P24, P25, P26, P27, P28, P29, P30, P31, P32, P33, P34, P35);
  parameter REG_INPUTA_CLK = "NONE", REG_INPUTB_CLK = "NONE", REG_PIPELINE_CLK = "NONE";
  parameter REG_OUTPUT_CLK = "NONE", REG_OUTPUT_CE = "CE0", REG_OUTPUT_RST = "RST0";
  wire [17:0] a = {A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire [17:0] b = {B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  wire signed [18:0] sa = {SIGNEDA & A17, a}, sb = {SIGNEDB & B17, b};
  wire signed [37:0] product = sa * sb;
  wire clk = REG_OUTPUT_CLK == "CLK0" ? CLK0 : REG_OUTPUT_CLK == "CLK1" ? CLK1 : REG_OUTPUT_CLK == "CLK2" ? CLK2 : CLK3;
  wire ce  = REG_OUTPUT_CE == "CE0" ? CE0 : REG_OUTPUT_CE == "CE1" ? CE1 : REG_OUTPUT_CE == "CE2" ? CE2 : CE3;
  wire rst = REG_OUTPUT_RST == "RST0" ? RST0 : REG_OUTPUT_RST == "RST1" ? RST1 : REG_OUTPUT_RST == "RST2" ? RST2 : RST3;
  reg [35:0] held;
  always @(posedge clk) if (rst) held <= 0; else if (ce) held <= product[35:0];
  wire [35:0] p = REG_OUTPUT_CLK == "NONE" ? product[35:0] : held;
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18,
          P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = p;
endmodule
END
cat >"$out/bench.v" <<'END'
module bench;
  reg clk = 0, rst = 1, en = 1, hold = 0;
  reg [16:0] a = 1, b = 2;
  reg signed [17:0] c = 3, d = 4;
  wire [33:0] p0, p1, e0, e1, l0, l1, s0, s1, n0, n1;
  wire signed [35:0] h0, h1, u0, u1;
  products source(clk, rst, en, hold, a, b, c, d, p0, e0, h0, u0, l0, s0, n0);
  mapped   netlist(clk, rst, en, hold, a, b, c, d, p1, e1, h1, u1, l1, s1, n1);
  integer i;
  initial begin
    for (i = 0; i < 2000; i = i + 1) begin
      #1 clk = 1;
      #1 clk = 0;
      if ({p0, e0, h0, u0, l0, s0, n0} !== {p1, e1, h1, u1, l1, s1, n1}) begin
        $display("cycle %0d: another value", i);
        $finish_and_return(1);
      end
      {rst, en, hold} = i < 2 ? 3'b010 : {$random} % 8;
      a = $random; b = $random; c = $random; d = $random;
    end
    $display("equal in 2000 cycles");
  end
endmodule
END
yosys -q -p "read_verilog $out/products.v; synth_ecp5 -abc9 -top products -json $out/netlist.json" >/dev/null
told=$(python3 fpga/block_registers.py "$out/netlist.json")
[ "$told" = "4 of 6 multiplier blocks keep their product, 131 flip-flops less" ] || { echo "not expected: $told" >&2; exit 1; }
yosys -q -p "read_json $out/netlist.json; delete =A:blackbox =A:whitebox; rename products mapped; write_verilog -noattr $out/netlist.v"
share=$(dirname "$(command -v yosys)")/../share/yosys
iverilog -g2012 -o "$out/bench" -s bench -I "$share" -I "$share/ecp5" "$out/products.v" "$out/netlist.v" "$out/block.v" "$out/bench.v" "$share/ecp5/cells_sim.v"
"$out/bench"
