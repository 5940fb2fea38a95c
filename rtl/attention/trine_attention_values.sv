// SPDX-License-Identifier: Apache-2.0

/// Keys and values on their way to the heads: values wait for a chunk, until their weights are
/// known, and the exponents of their blocks are followed.
///
/// A beat comes with `beat_i`, its data with it when it is a new one; `beat_q_i` is the beat a
/// cycle later.  `elements_o` are its mantissas, or those of the old value, two cycles later,
/// `key_fields_o` the exponent fields of a key's block with them; `value_shifts_o` a cycle earlier
/// says how far the weight of the old value moves.  `field_steps_o` belongs to `realign_beat_i`:
/// how far the sums of a beat move because exponents grew, which `realigned_i` ends.
module trine_attention_values #(
  parameter  int unsigned Groups   = 16,
  parameter  int unsigned Width    = 15,
  localparam int unsigned Lanes    = 2 * Groups,
  localparam int unsigned Blocks   = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned BeatBits = trine_attention_pkg::BeatBits
) (
  input  logic                       clk_i,
  input  logic                       start_i,
  input  trine_attention_pkg::beat_t beat_i,
  input  trine_attention_pkg::beat_t beat_q_i,
  input  logic [16*Lanes-1:0]        data_i,
  output logic [16*Lanes-1:0]        elements_o,
  output logic [8*Blocks-1:0]        key_fields_o,
  output logic [8*Blocks-1:0]        value_shifts_o,
  input  logic [BeatBits-1:0]        realign_beat_i,
  input  logic                       realigned_i,
  output logic [8*Blocks-1:0]        field_steps_o,
  // The exponents that the sums of a beat have
  input  logic [BeatBits-1:0]        result_beat_i,
  output logic [8*Blocks-1:0]        result_fields_o
);

  localparam int unsigned BlockBeats = (Groups < 8) ? 8 / Groups : 1;    // Beats of a block.
  localparam int unsigned BlockShift = $clog2(BlockBeats);
  localparam int unsigned Places     = trine_attention_pkg::ChunkElements / Lanes;
  localparam int unsigned PlaceBits  = $clog2(Places);
  localparam int unsigned Headers    = Places / BlockBeats;
  localparam int unsigned HeaderBits = $clog2(Headers);
  localparam int unsigned MaxBlocks  = trine_attention_pkg::MaxHeadDim / 16;

  // ---- Data a cycle later; old values beside it ----

  logic [16*Lanes-1:0]    data_q;
  logic [Width*Lanes-1:0] mantissas, old;
  always_ff @(posedge clk_i) begin
    if (beat_i.key || beat_i.value) data_q <= data_i;
  end
  always_comb begin
    mantissas = '0;
    if (beat_q_i.key || beat_q_i.value) begin
      for (int unsigned i = 0; i < Lanes; i++)
        mantissas[Width*i +: Width] = data_q[16*i+1 +: Width];
    end
  end
  trine_ram #(.DataWidth(Width*Lanes), .Depth(Places)) u_values (
    .clk_i,
    .write_i      (beat_q_i.value),
    .write_addr_i (beat_q_i.place[PlaceBits-1:0]),
    .write_data_i (mantissas),
    .read_i       (beat_i.old),
    .read_addr_i  (beat_i.place[PlaceBits-1:0]),
    .read_data_o  (old)
  );

  always_ff @(posedge clk_i) begin
    if (beat_q_i.key || beat_q_i.old) begin
      for (int unsigned i = 0; i < Lanes; i++)
        elements_o[16*i +: 16] <= beat_q_i.key ? 16'(signed'(mantissas[Width*i +: Width]))
                                               : 16'(signed'(old[Width*i +: Width]));
    end
  end

  // ---- Exponent fields: the lowest bits of a block's first eight elements ----

  logic [8*Blocks-1:0] fields, old_fields;
  if (BlockBeats == 1) begin : gen_whole
    always_comb begin
      fields = '0;
      if (beat_q_i.key || beat_q_i.value) begin
        for (int unsigned b = 0; b < Blocks; b++)
          for (int unsigned i = 0; i < 8; i++) fields[8*b+i] = data_q[16*(16*b+i)];
      end
    end
  end else begin : gen_parts
    // They come with the first half of the block's beats.
    logic [7:0] fields_q;
    always_ff @(posedge clk_i) begin
      if (beat_q_i.key || beat_q_i.value) begin
        for (int unsigned k = 0; k < BlockBeats / 2; k++) begin
          if ((beat_q_i.beat & BeatBits'(BlockBeats - 1)) == BeatBits'(k))
            for (int unsigned i = 0; i < Lanes; i++) fields_q[Lanes*k+i] <= data_q[16*i];
        end
      end
    end
    assign fields = fields_q;
  end
  trine_ram #(.DataWidth(8*Blocks), .Depth(Headers)) u_fields (
    .clk_i,
    .write_i      (beat_q_i.value && beat_q_i.block_last),
    .write_addr_i (beat_q_i.place[BlockShift +: HeaderBits]),
    .write_data_i (fields),
    .read_i       (beat_i.old && beat_i.block_first),
    .read_addr_i  (beat_i.place[BlockShift +: HeaderBits]),
    .read_data_o  (old_fields)
  );
  always_ff @(posedge clk_i) begin
    if (beat_q_i.key && beat_q_i.block_last) key_fields_o <= fields;
  end

  // ---- The largest of each block of the head: of the sums, and with the chunk that came ----

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
        value_shifts_o[8*b +: 8] = has[8*b +: 8] - old_fields[8*b +: 8];
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
      if (beat_q_i.value && beat_q_i.block_last) begin
        for (int unsigned n = 0; n < MaxBlocks / Blocks; n++) begin
          for (int unsigned b = 0; b < Blocks; b++) begin
            if ((beat_q_i.beat >> BlockShift) == BeatBits'(n)
                && fields[8*b +: 8] > next_q[8*(Blocks*n+b) +: 8])
              next_q[8*(Blocks*n+b) +: 8] <= fields[8*b +: 8];
          end
        end
      end
    end
  end

  logic unused_ok;
  assign unused_ok = ^{beat_i, beat_q_i};

endmodule
