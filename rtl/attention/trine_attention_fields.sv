// SPDX-License-Identifier: Apache-2.0

/// The largest exponent field of each block of the values that one query sees: of those that its
/// sums have been aligned to, and with the chunk that came.
///
/// `fields_i` are those of the new value's blocks, with the last beat of the blocks in `beat_q_i`,
/// `old_fields_i` those of the old value; `lacks_i` of the last positions are not seen.
/// `look_i.sums` takes the exponents of a beat's sums a cycle before they are needed, and with
/// `look_i.next` those that they move to.  `value_shifts_o` says, a cycle after `beat_q_i`, how
/// far the weight of the old value moves; `field_steps_o`, while `load_i`, how far the sums move
/// because exponents grew, which `realigned_i` ends.
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
  output logic [5*Blocks-1:0]        value_shifts_o,   // 31: nothing is left.
  input  trine_attention_pkg::look_t look_i,
  input  logic                       load_i,
  input  logic                       realigned_i,
  output logic [8*Blocks-1:0]        field_steps_o,
  output logic [8*Blocks-1:0]        result_fields_o   // That were looked up last.
);

  localparam int unsigned BlockShift = $clog2((Groups < 8) ? 8 / Groups : 1);
  localparam int unsigned MaxBlocks  = trine_attention_pkg::MaxHeadDim / 16;
  localparam int unsigned PlaceBits  = $clog2(MaxBlocks / Blocks);

  logic [8*MaxBlocks-1:0] sums_q, next_q;

  function automatic logic [8*Blocks-1:0] of_beat(
      input logic [8*MaxBlocks-1:0] all, input logic [PlaceBits-1:0] place);
    of_beat = all[8*Blocks*32'(place) +: 8*Blocks];
  endfunction

  // A cycle ahead of what is worked out of them.
  logic [8*Blocks-1:0] has_q, wants_q;
  always_ff @(posedge clk_i) begin
    if (look_i.sums) has_q   <= of_beat(sums_q, look_i.beat[BlockShift +: PlaceBits]);
    if (look_i.next) wants_q <= of_beat(next_q, look_i.beat[BlockShift +: PlaceBits]);
    if (beat_q_i.old && beat_q_i.block_first) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic [7:0] shift;
        shift = has_q[8*b +: 8] - old_fields_i[8*b +: 8];
        value_shifts_o[5*b +: 5] <= shift > 8'd24 ? 5'd31 : shift[4:0];
      end
    end
  end
  always_comb begin
    field_steps_o = '0;
    if (load_i)
      for (int unsigned b = 0; b < Blocks; b++)
        field_steps_o[8*b +: 8] = wants_q[8*b +: 8] - has_q[8*b +: 8];
  end
  assign result_fields_o = has_q;

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
  assign unused_ok = ^{beat_q_i, look_i};

endmodule
