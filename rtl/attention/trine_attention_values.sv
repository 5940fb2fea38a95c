// SPDX-License-Identifier: Apache-2.0

/// Keys and values on their way to the heads: values wait for a chunk, until their weights are
/// known, and the exponents of their blocks are followed.
///
/// A beat comes with `beat_i`, its data with it when it is a new one; `beat_q_i` and `beat_q2_i`
/// are the beat a cycle and two later.  `elements_o` are its mantissas, or those of the old value,
/// three cycles later, `key_fields_o` the exponent fields of a key's block with them.  For each of
/// the `more_i` + 1 queries, of at most `Positions`, the first in the lowest bits:
/// `value_shifts_o`, a cycle earlier, and what `look_i` asked for (trine_attention_fields).
module trine_attention_values #(
  parameter  int unsigned Groups   = 16,
  parameter  int unsigned Width    = 15,
  parameter  int unsigned Positions = 1,
  localparam int unsigned Lanes    = 2 * Groups,
  localparam int unsigned Blocks   = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned BeatBits = trine_attention_pkg::BeatBits,
  localparam int unsigned QueryBits = trine_attention_pkg::QueryBits
) (
  input  logic                       clk_i,
  input  logic                       start_i,
  input  logic [QueryBits-1:0]       more_i,
  input  trine_attention_pkg::beat_t beat_i,
  input  trine_attention_pkg::beat_t beat_q_i,
  input  trine_attention_pkg::beat_t beat_q2_i,
  input  trine_attention_pkg::look_t look_i,
  input  logic [16*Lanes-1:0]        data_i,
  output logic [16*Lanes-1:0]        elements_o,
  output logic [8*Blocks-1:0]        key_fields_o,
  output logic [5*Blocks*Positions-1:0] value_shifts_o,
  input  logic                       load_i,
  input  logic                       realigned_i,
  output logic [8*Blocks*Positions-1:0] field_steps_o,
  output logic [8*Blocks*Positions-1:0] result_fields_o
);

  localparam int unsigned BlockBeats = (Groups < 8) ? 8 / Groups : 1;    // Beats of a block.
  localparam int unsigned BlockShift = $clog2(BlockBeats);
  localparam int unsigned Places     = trine_attention_pkg::ChunkElements / Lanes;
  localparam int unsigned PlaceBits  = $clog2(Places);
  localparam int unsigned Headers    = Places / BlockBeats;
  localparam int unsigned HeaderBits = $clog2(Headers);

  // ---- Data, then mantissas; old values beside them ----

  localparam int unsigned Lowest = (Width == 16) ? 0 : 1;   // Bit of an element, of its mantissa.
  logic first_half;                                         // Of its block is the beat.
  assign first_half = (beat_q_i.beat & BeatBits'(BlockBeats - 1)) < BeatBits'(BlockBeats / 2);

  logic [16*Lanes-1:0]    data_q;
  logic [Width*Lanes-1:0] mantissas_q, old;
  always_ff @(posedge clk_i) begin
    if (beat_i.key || beat_i.value) data_q <= data_i;
    if (beat_q_i.key || beat_q_i.value) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        mantissas_q[Width*i +: Width] <= data_q[16*i+Lowest +: Width];
        // All 16 bits are the mantissa, but for the bit of the field.
        if (Width == 16 && (BlockBeats == 1 ? i % 16 < 8 : first_half))
          mantissas_q[Width*i] <= 1'b0;
      end
    end
  end
  trine_ram #(.DataWidth(Width*Lanes), .Depth(Places)) u_values (
    .clk_i,
    .write_i      (beat_q2_i.value),
    .write_addr_i (beat_q2_i.place[PlaceBits-1:0]),
    .write_data_i (mantissas_q),
    .read_i       (beat_q_i.old),
    .read_addr_i  (beat_q_i.place[PlaceBits-1:0]),
    .read_data_o  (old)
  );

  always_ff @(posedge clk_i) begin
    if (beat_q2_i.key || beat_q2_i.old) begin
      for (int unsigned i = 0; i < Lanes; i++)
        elements_o[16*i +: 16] <= beat_q2_i.key ? 16'(signed'(mantissas_q[Width*i +: Width]))
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
    .read_i       (look_i.old),
    .read_addr_i  (look_i.place[BlockShift +: HeaderBits]),
    .read_data_o  (old_fields)
  );
  logic [8*Blocks-1:0] key_fields_q;
  always_ff @(posedge clk_i) begin
    if (beat_q_i.key && beat_q_i.block_last)   key_fields_q <= fields;
    if (beat_q2_i.key && beat_q2_i.block_last) key_fields_o <= key_fields_q;
  end

  // ---- The largest of each block of the head, which queries see differently at the end ----

  for (genvar p = 0; p < Positions; p++) begin : gen_query
    trine_attention_fields #(.Groups (Groups)) u_fields (
      .clk_i,
      .start_i,
      .lacks_i         (more_i - QueryBits'(p)),
      .beat_q_i,
      .fields_i        (fields),
      .old_fields_i    (old_fields),
      .value_shifts_o  (value_shifts_o[5*Blocks*p +: 5*Blocks]),
      .look_i,
      .load_i,
      .realigned_i,
      .field_steps_o   (field_steps_o[8*Blocks*p +: 8*Blocks]),
      .result_fields_o (result_fields_o[8*Blocks*p +: 8*Blocks])
    );
  end

  logic unused_ok;
  assign unused_ok = ^{beat_i, beat_q_i, beat_q2_i, look_i};

endmodule
