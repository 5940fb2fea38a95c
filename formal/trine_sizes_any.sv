// SPDX-License-Identifier: Apache-2.0

/// Stands for trine_sizes in the proof of trine_check: any products after any time, of which only what the proof of
/// trine_sizes shows is assumed.
module trine_sizes #(
  parameter int unsigned Groups = 16
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        indexed_i,
  input  logic        trit_i,
  input  logic        f16_i,
  input  logic        apart_i,
  input  logic [2:0]  depth_i,
  input  logic [31:0] rows_i,
  input  logic [31:0] cols_i,
  input  logic [31:0] index_i,
  input  logic [31:0] stride_i,
  output logic        done_o,
  output logic [63:0] offset_o,
  output logic [31:0] beats_o,
  output logic [31:0] row_beats_o,
  output logic [63:0] span_o
);

  localparam int unsigned GroupBits = $clog2(Groups);

  // One choice of the solver a start, told when it is done.
  logic        pending_q = 1'b0;
  logic [63:0] offset_q, span_q;
  logic [31:0] beats_q, across_q, cols16;
  logic [6:0]  age_q;
  (* anyseq *) logic        ends;
  (* anyseq *) logic [63:0] offset, span;
  (* anyseq *) logic [31:0] beats;
  assign cols16 = (cols_i + 32'd15) >> 4;
  always_ff @(posedge clk_i) begin
    pending_q <= rst_ni && ((start_i && (indexed_i || trit_i || f16_i || apart_i)) || (pending_q && !ends));
    age_q     <= start_i ? 7'd1 : age_q + 7'd1;
    if (start_i) begin
      offset_q <= indexed_i ? offset : '0;
      span_q   <= apart_i ? span : '0;
      beats_q  <= trit_i || f16_i ? beats : '0;
      across_q <= f16_i ? (cols16 << 3) + 32'(Groups - 1) >> GroupBits
                        : cols16 + 32'(Groups - 1) >> GroupBits;
    end
  end
  always_comb begin
    if (start_i) assume (!apart_i || (span <= {rows_i, 32'd0} && (rows_i == '0 || span >= 64'(stride_i))));
    if (pending_q && age_q >= 7'd109) assume (ends);
  end
  assign done_o      = !pending_q;
  assign offset_o    = offset_q;
  assign beats_o     = beats_q;
  assign row_beats_o = across_q;
  assign span_o      = span_q;

  logic unused_ok;
  assign unused_ok = ^{depth_i, index_i, stride_i};

endmodule
