// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// The products that a command asks for, by shift and add.
///
/// `offset_o` = index * stride when `indexed_i`.  `beats_o`, the beats of a weight stream: of
/// trits ceil(rows / 32) * ceil(cols / (16 * Groups)) * beats of a panel, of FP16 rows times
/// `row_beats_o`, the beats of a row in whole blocks of 16 columns.  `span_o` = rows * stride when
/// `apart_i`.  What is not asked for is 0.  The fields hold while it runs; `done_o` falls in the
/// cycle after `start_i` and rises at most 110 cycles later.  The caller has checked the fields, so
/// that 32 bits hold the beats.
module trine_sizes #(
  parameter int unsigned Groups = 16
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        indexed_i,
  input  logic        trit_i,
  input  logic        f16_i,        // FP16 stream.
  input  logic        apart_i,      // Rows have a stride.
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

  // Beats of a panel: its tail codes' bits, then 24 for each plane. Yosys would take a
  // multiplier block for the product.
  logic [6:0] panel_beats;
  assign panel_beats = 7'(trine_pkg::tail_bits(depth_i))
                     + 7'({depth_i, 4'd0}) + 7'({depth_i, 3'd0});

  // A product in each state but StIdle; `StRows` goes on from that of `StPanel`.
  typedef enum logic [2:0] {StIdle, StOffset, StPanel, StRows, StSpan} state_e;
  state_e      state_q, following, next;
  logic        load;               // The next product begins.
  logic [63:0] left_q, sum_q;      // sum + left * right is the product.
  logic [31:0] right_q;
  logic        empty_q;            // Nothing of it is left.

  assign done_o = state_q == StIdle;

  // What comes next is known early; whether it begins now is not.
  logic [31:0] cols16, across;         // Blocks of 16 columns; panels, or FP16 beats of a row.
  assign cols16 = (cols_i + 32'd15) >> 4;
  assign across = f16_i ? (cols16 << 3) + 32'(Groups - 1) >> GroupBits
                        : cols16 + 32'(Groups - 1) >> GroupBits;
  always_comb begin
    unique case (state_q)
      StIdle:  following = indexed_i ? StOffset : trit_i ? StPanel : f16_i ? StRows
                         : apart_i ? StSpan : StIdle;
      StPanel: following = StRows;
      StRows:  following = apart_i ? StSpan : StIdle;
      StOffset: following = apart_i ? StSpan : StIdle;
      default: following = StIdle;
    endcase
  end
  assign load = start_i || (state_q != StIdle && empty_q);
  assign next = load ? following : state_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else         state_q <= next;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      offset_o    <= '0;
      beats_o     <= '0;
      span_o      <= '0;
      row_beats_o <= across;
    end
    if (load) begin
      sum_q   <= '0;
      empty_q <= 1'b0;
      unique case (following)
        StOffset: begin
          left_q  <= 64'(stride_i);
          right_q <= index_i;
        end
        StPanel: begin
          left_q  <= 64'(across);
          right_q <= 32'(panel_beats);
        end
        StRows: begin
          left_q  <= f16_i ? 64'(across) : sum_q;
          right_q <= f16_i ? rows_i : (rows_i + 32'd31) >> 5;
        end
        StSpan: begin
          left_q  <= 64'(stride_i);
          right_q <= rows_i;
        end
        default: ;
      endcase
      unique case (state_q)
        StOffset: offset_o <= sum_q;
        StRows:   beats_o  <= sum_q[31:0];
        StSpan:   span_o   <= sum_q;
        default: ;
      endcase
    end else if (state_q != StIdle) begin
      left_q  <= left_q << 1;
      right_q <= right_q >> 1;
      empty_q <= right_q[31:1] == '0;
      if (right_q[0]) sum_q <= sum_q + left_q;
    end
  end

`ifdef FORMAL_TRINE_SIZES
  `include "trine_sizes_formal.svh"
`endif

endmodule
