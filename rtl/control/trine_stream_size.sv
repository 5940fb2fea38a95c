// SPDX-License-Identifier: Apache-2.0

/// Beats of a weight stream, by shift and add.
///
/// Trits: ceil(rows / 32) * ceil(cols / (16 * Groups)) * beats of a panel.  FP16: rows times the
/// beats of a row, which holds whole blocks of 16 columns.  The fields hold while it runs;
/// `done_o` rises at most 42 cycles after `start_i` and stays.  The caller has checked the
/// fields, so 32 bits hold the result.
module trine_stream_size #(
  parameter int unsigned Groups = 16
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        half_i,    // FP16 rather than trits.
  input  logic [2:0]  depth_i,
  input  logic [31:0] rows_i,
  input  logic [31:0] cols_i,
  output logic        done_o,
  output logic [31:0] beats_o
);

  localparam int unsigned BlockBits = $clog2(16 * Groups);  // Columns of a panel.
  localparam int unsigned RowBits   = $clog2(2 * Groups);   // FP16 columns of a beat.

  // Beats of a panel: its tail codes' bits, then 24 for each plane.
  logic [6:0] panel_beats;
  always_comb begin
    unique case (depth_i)
      3'd1:    panel_beats = 7'(7 + 24);
      3'd2:    panel_beats = 7'(9 + 48);
      3'd3:    panel_beats = 7'(10 + 72);
      default: panel_beats = 7'(12 + 96);
    endcase
  end

  logic [31:0] cols16, across, down;
  assign cols16 = (cols_i + 32'd15) & ~32'd15;
  assign across = half_i ? (cols16 + 32'(2 * Groups - 1)) >> RowBits
                         : (cols_i + 32'(16 * Groups - 1)) >> BlockBits;
  assign down   = half_i ? rows_i : (rows_i + 32'd31) >> 5;

  typedef enum logic [1:0] {StIdle, StPanel, StLoad, StRows} state_e;
  state_e      state_q;
  logic [31:0] left_q, right_q;  // sum + left * right is the product.

  assign done_o = state_q == StIdle;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= StIdle;
    else begin
      unique case (state_q)
        StIdle:  if (start_i) state_q <= half_i ? StRows : StPanel;
        // Blocks times the beats of a panel,
        StPanel: if (right_q == '0) state_q <= StLoad;
        StLoad:  state_q <= StRows;
        // times the rows of panels.
        StRows:  if (right_q == '0) state_q <= StIdle;
        default: state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (state_q == StIdle && start_i) begin
      left_q  <= across;
      right_q <= half_i ? down : 32'(panel_beats);
      beats_o <= '0;
    end else if (state_q == StLoad) begin
      left_q  <= beats_o;
      right_q <= down;
      beats_o <= '0;
    end else if (state_q != StIdle && right_q != '0) begin
      left_q  <= left_q << 1;
      right_q <= right_q >> 1;
      if (right_q[0]) beats_o <= beats_o + left_q;
    end
  end

endmodule
