// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Stores a vector as blocks: 16 mantissas of two bytes, each with a bit of the exponent field in
/// its lowest place, or with mantissas of 16 bits the first eight.
///
/// Has the quantizer make one block after the other; `start_i` begins, the fields hold until
/// `done_o`, the pulse after the last beat moved.
module trine_block_store #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Width      = 15,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned VecBits    = 12,
  localparam int unsigned DataWidth  = 32 * Groups
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        start_i,
  input  logic [31:0]                 rows_i,        // A multiple of 16, at least 16.
  input  logic [VecBits-1:0]          src_beat_i,
  output logic                        done_o,
  // Quantizer
  output logic                        quantize_o,    // A block from `quantize_beat_o` on: a pulse.
  output logic [VecBits-1:0]          quantize_beat_o,
  input  logic                        mant_valid_i,
  input  logic [1:0]                  mant_step_i,   // Which four of the block.
  input  logic [QuantLanes*Width-1:0] mant_data_i,
  input  logic [7:0]                  field_i,
  // Beats
  output logic                        beat_valid_o,
  input  logic                        beat_ready_i,
  output logic [DataWidth-1:0]        beat_data_o
);

  localparam int unsigned BlockReads = 16 / Groups;                      // Vector beats of a block.
  localparam int unsigned BlockBeats = (Groups < 8) ? 8 / Groups : 1;    // Beats of a block,
  localparam int unsigned Blocks     = (Groups > 8) ? Groups / 8 : 1;    // blocks of a beat.

  // A mantissa, and a bit of the field when it is of the block's first half; there a mantissa of 16
  // bits is rounded to even.
  function automatic logic [15:0] element(
      input logic [Width-1:0] mantissa, input logic first_half, input logic field);
    logic [15:0] whole;
    logic        up;
    whole = 16'(signed'(mantissa));
    up    = first_half && whole[1:0] == 2'b11 && whole != 16'h7FFF;
    if (Width < 16) element = {whole[14:0], first_half && field};
    else            element = {whole[15:1] + 15'(up), first_half ? field : whole[0]};
  endfunction

  typedef enum logic [1:0] {StIdle, StBlock, StFill, StSend} state_e;
  state_e                  state_q;
  logic [27:0]             left_q;                   // Blocks that have not been made.
  logic [2:0]              beat_q;                   // Of the block.
  logic                    high_q;                   // The block is the second of its beat.
  logic [256*Blocks-1:0]   blocks_q;
  logic                    filled, whole, sent;
  assign filled = state_q == StFill && mant_valid_i && mant_step_i == 2'd3;
  assign whole  = Blocks == 1 || high_q || left_q == 28'd1;
  assign sent   = beat_valid_o && beat_ready_i && beat_q == 3'(BlockBeats - 1);

  assign quantize_o   = state_q == StBlock;
  assign beat_valid_o = state_q == StSend;
  always_comb begin
    beat_data_o = blocks_q[DataWidth-1:0];
    for (int unsigned i = 1; i < BlockBeats; i++)
      if (beat_q == 3'(i)) beat_data_o = blocks_q[(DataWidth*i)%(256*Blocks) +: DataWidth];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      done_o  <= 1'b0;
    end else begin
      done_o <= sent && left_q == '0;
      unique case (state_q)
        StIdle:  if (start_i) state_q <= StBlock;
        StBlock: state_q <= StFill;
        StFill:  if (filled) state_q <= whole ? StSend : StBlock;
        StSend:  if (sent) state_q <= left_q == '0 ? StIdle : StBlock;
        default: state_q <= StIdle;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      left_q          <= rows_i[31:4];
      high_q          <= 1'b0;
      quantize_beat_o <= src_beat_i;
    end else if (filled) begin
      left_q          <= left_q - 28'd1;
      high_q          <= !high_q;
      quantize_beat_o <= quantize_beat_o + VecBits'(BlockReads);
    end
    if (state_q != StSend) beat_q <= '0;
    else if (beat_ready_i) beat_q <= beat_q + 3'd1;
    if (mant_valid_i) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        for (int unsigned s = 0; s < 4; s++) begin
          if ((Blocks == 1 || high_q == (b != 0)) && mant_step_i == 2'(s)) begin
            for (int unsigned i = 0; i < QuantLanes; i++)
              blocks_q[256*b+64*s+16*i +: 16] <=
                  element(mant_data_i[Width*i +: Width], s < 2, field_i[(4*s+i)%8]);
          end
        end
      end
    end
  end

  logic unused_ok;
  assign unused_ok = ^rows_i[3:0];

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || state_q == StIdle)

endmodule
