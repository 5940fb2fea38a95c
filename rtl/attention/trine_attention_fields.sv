// SPDX-License-Identifier: Apache-2.0

/// The largest exponent field of each block of the values that one query sees: of those that its
/// sums have been aligned to, and with the chunk that came.
///
/// `fields_i` are those of the new value's blocks, with the last beat of the blocks in `beat_q_i`,
/// `old_fields_i` those of the old value; `lacks_i` of the last positions are not seen.
/// `value_shifts_o` says how far the weight of the old value moves, `field_steps_o` how far the
/// sums of `realign_beat_i` move because exponents grew, which `realigned_i` ends.
module trine_attention_fields #(
  parameter  int unsigned Groups    = 16,
  localparam int unsigned Blocks    = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned BeatBits  = trine_attention_pkg::BeatBits,
  localparam int unsigned QueryBits = trine_attention_pkg::QueryBits
) (
  input  logic                       clk_i,
  input  logic                       start_i,
  input  logic [QueryBits-1:0]       lacks_i,
  input  trine_attention_pkg::beat_t beat_q_i,
  input  logic [8*Blocks-1:0]        fields_i,
  input  logic [8*Blocks-1:0]        old_fields_i,
  output logic [8*Blocks-1:0]        value_shifts_o,
  input  logic [BeatBits-1:0]        realign_beat_i,
  input  logic                       realigned_i,
  output logic [8*Blocks-1:0]        field_steps_o,
  // The exponents that the sums of a beat have
  input  logic [BeatBits-1:0]        result_beat_i,
  output logic [8*Blocks-1:0]        result_fields_o
);

  localparam int unsigned BlockShift = $clog2((Groups < 8) ? 8 / Groups : 1);
  localparam int unsigned MaxBlocks  = trine_attention_pkg::MaxHeadDim / 16;

  logic [8*MaxBlocks-1:0] sums_q, next_q;

  function automatic logic [8*Blocks-1:0] of_beat(
      input logic [8*MaxBlocks-1:0] all, input logic [BeatBits-1:0] beat);
    of_beat = '0;
    for (int unsigned n = 0; n < MaxBlocks / Blocks; n++)
      if ((beat >> BlockShift) == BeatBits'(n)) of_beat = all[8*Blocks*n +: 8*Blocks];
  endfunction

  always_comb begin
    logic [8*Blocks-1:0] has, wants;
    value_shifts_o = '0;
    field_steps_o  = '0;
    has            = '0;
    wants          = '0;
    if (beat_q_i.old) begin
      has = of_beat(sums_q, beat_q_i.beat);
      for (int unsigned b = 0; b < Blocks; b++)
        value_shifts_o[8*b +: 8] = has[8*b +: 8] - old_fields_i[8*b +: 8];
    end else begin
      has   = of_beat(sums_q, realign_beat_i);
      wants = of_beat(next_q, realign_beat_i);
      for (int unsigned b = 0; b < Blocks; b++)
        field_steps_o[8*b +: 8] = wants[8*b +: 8] - has[8*b +: 8];
    end
  end
  assign result_fields_o = of_beat(sums_q, result_beat_i);

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      sums_q <= '0;
      next_q <= '0;
    end else begin
      if (realigned_i) sums_q <= next_q;
      if (beat_q_i.value && beat_q_i.block_last && beat_q_i.behind >= lacks_i) begin
        for (int unsigned n = 0; n < MaxBlocks / Blocks; n++) begin
          for (int unsigned b = 0; b < Blocks; b++) begin
            if ((beat_q_i.beat >> BlockShift) == BeatBits'(n)
                && fields_i[8*b +: 8] > next_q[8*(Blocks*n+b) +: 8])
              next_q[8*(Blocks*n+b) +: 8] <= fields_i[8*b +: 8];
          end
        end
      end
    end
  end

  logic unused_ok;
  assign unused_ok = ^beat_q_i;

endmodule
