// SPDX-License-Identifier: Apache-2.0
//
// Techmap rules for Yosys, applied before its own.
//
// Every addition and subtraction becomes a carry chain of its own before `alumacc` looks.  Left
// alone, it gathers chains of additions into one compressor tree, two LUTs a bit and operand, where
// a carry chain costs one.
//
// Every comparison becomes a "less than".  `alumacc` takes that from the last carry; for `>`, `<=`
// and `>=` it also looks whether all bits of the difference are zero, and ABC may lay that behind
// the chain bit by bit.
//
// With XILINX defined, an arithmetic right shift by six bits of amount becomes three layers of
// 4:1 multiplexers, a LUT6 a bit and layer; ABC would build six layers of 2:1.
//
// With ECP5 defined, short sums and comparisons take no carry chain.

(* techmap_celltype = "$add" *)
module _90_add (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire [Y_WIDTH-1:0] x, co;
  wire _TECHMAP_FAIL_ = Y_WIDTH < 4;
  \$alu #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH),
          .Y_WIDTH(Y_WIDTH))
    _TECHMAP_REPLACE_ (.A(A), .B(B), .CI(1'b0), .BI(1'b0), .X(x), .Y(Y), .CO(co));
endmodule

(* techmap_celltype = "$sub" *)
module _90_sub (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire [Y_WIDTH-1:0] x, co;
  wire _TECHMAP_FAIL_ = Y_WIDTH < 4;
  \$alu #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH),
          .Y_WIDTH(Y_WIDTH))
    _TECHMAP_REPLACE_ (.A(A), .B(B), .CI(1'b1), .BI(1'b1), .X(x), .Y(Y), .CO(co));
endmodule

(* techmap_celltype = "$gt" *)
module _90_gt (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  \$lt #(.A_SIGNED(B_SIGNED), .B_SIGNED(A_SIGNED), .A_WIDTH(B_WIDTH), .B_WIDTH(A_WIDTH),
         .Y_WIDTH(Y_WIDTH))
    _TECHMAP_REPLACE_ (.A(B), .B(A), .Y(Y));
endmodule

(* techmap_celltype = "$ge" *)
module _90_ge (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire less;
  \$lt #(.A_SIGNED(A_SIGNED), .B_SIGNED(B_SIGNED), .A_WIDTH(A_WIDTH), .B_WIDTH(B_WIDTH),
         .Y_WIDTH(1))
    _TECHMAP_REPLACE_ (.A(A), .B(B), .Y(less));
  assign Y = !less;
endmodule

(* techmap_celltype = "$le" *)
module _90_le (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire more;
  \$lt #(.A_SIGNED(B_SIGNED), .B_SIGNED(A_SIGNED), .A_WIDTH(B_WIDTH), .B_WIDTH(A_WIDTH),
         .Y_WIDTH(1))
    _TECHMAP_REPLACE_ (.A(B), .B(A), .Y(more));
  assign Y = !more;
endmodule

`ifdef XILINX
(* techmap_celltype = "$sshr" *)
module _90_sshr (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  wire _TECHMAP_FAIL_ = !A_SIGNED || B_SIGNED || B_WIDTH != 6 || A_WIDTH < 16;
  localparam W = A_WIDTH;
  wire sign = A[W-1];
  wire [5:0] by = B;
  wire [W-1:0] by16, by4, by1;
  genvar i;
  generate
    for (i = 0; i < W; i = i + 1) begin
      LUT6 #(.INIT(64'hFF00_F0F0_CCCC_AAAA)) layer16 (.O(by16[i]), .I0(A[i]),
        .I1(i + 16 < W ? A[i + 16 < W ? i + 16 : 0] : sign),
        .I2(i + 32 < W ? A[i + 32 < W ? i + 32 : 0] : sign),
        .I3(i + 48 < W ? A[i + 48 < W ? i + 48 : 0] : sign), .I4(by[4]), .I5(by[5]));
      LUT6 #(.INIT(64'hFF00_F0F0_CCCC_AAAA)) layer4 (.O(by4[i]), .I0(by16[i]),
        .I1(i + 4 < W ? by16[i + 4 < W ? i + 4 : 0] : sign),
        .I2(i + 8 < W ? by16[i + 8 < W ? i + 8 : 0] : sign),
        .I3(i + 12 < W ? by16[i + 12 < W ? i + 12 : 0] : sign), .I4(by[2]), .I5(by[3]));
      LUT6 #(.INIT(64'hFF00_F0F0_CCCC_AAAA)) layer1 (.O(by1[i]), .I0(by4[i]),
        .I1(i + 1 < W ? by4[i + 1 < W ? i + 1 : 0] : sign),
        .I2(i + 2 < W ? by4[i + 2 < W ? i + 2 : 0] : sign),
        .I3(i + 3 < W ? by4[i + 3 < W ? i + 3 : 0] : sign), .I4(by[0]), .I5(by[1]));
    end
    if (Y_WIDTH > W) assign Y = {{(Y_WIDTH > W ? Y_WIDTH - W : 1){sign}}, by1};
    else assign Y = by1[Y_WIDTH-1:0];
  endgenerate
endmodule
`endif

`ifdef ECP5
// nextpnr-ecp5 0.4 puts two LUTs before and two behind every carry chain.  So a sum of few bits, a
// sum of some more with a constant and a comparison with a constant take fewer LUTs without one.
`define NARROW_SUM(NAME, CELL, FLIP, CARRY) \
(* techmap_celltype = CELL *) \
module NAME (A, B, Y); \
  parameter A_SIGNED = 0; \
  parameter B_SIGNED = 0; \
  parameter A_WIDTH = 1; \
  parameter B_WIDTH = 1; \
  parameter Y_WIDTH = 1; \
  parameter _TECHMAP_CONSTMSK_A_ = 0; \
  parameter _TECHMAP_CONSTMSK_B_ = 0; \
  input  [A_WIDTH-1:0] A; \
  input  [B_WIDTH-1:0] B; \
  output [Y_WIDTH-1:0] Y; \
  localparam FIXED = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_ || A_WIDTH == 1 || B_WIDTH == 1; \
  wire _TECHMAP_FAIL_ = Y_WIDTH < 4 || Y_WIDTH > (FIXED ? 12 : 6); \
  wire [Y_WIDTH-1:0] a, b, c; \
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) pos_a (.A(A), .Y(a)); \
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) pos_b (.A(B), .Y(b)); \
  wire [Y_WIDTH-1:0] f = FLIP; \
  \$lcu #(.WIDTH(Y_WIDTH)) carries (.P(a ^ f), .G(a & f), .CI(CARRY), .CO(c)); \
  assign Y = a ^ f ^ {c, CARRY}; \
endmodule
`NARROW_SUM(_80_add, "$add", b, 1'b0)
`NARROW_SUM(_80_sub, "$sub", ~b, 1'b1)

(* techmap_celltype = "$lt" *)
module _80_lt (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  parameter _TECHMAP_CONSTMSK_A_ = 0;
  parameter _TECHMAP_CONSTMSK_B_ = 0;
  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;
  localparam FIXED = &_TECHMAP_CONSTMSK_A_ || &_TECHMAP_CONSTMSK_B_;
  localparam WIDTH = A_WIDTH > B_WIDTH ? A_WIDTH : B_WIDTH;
  wire _TECHMAP_FAIL_ = WIDTH > (FIXED ? 34 : 10);
  wire [WIDTH-1:0] a, b, c;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(WIDTH)) pos_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(WIDTH)) pos_b (.A(B), .Y(b));
  wire [WIDTH-1:0] flip = {A_SIGNED != 0 && B_SIGNED != 0, {WIDTH-1{1'b0}}};
  \$lcu #(.WIDTH(WIDTH)) carries (.P(~(a ^ b)), .G(~(a ^ flip) & (b ^ flip)), .CI(1'b0), .CO(c));
  assign Y = c[WIDTH-1];
endmodule
`endif
