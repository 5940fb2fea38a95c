// SPDX-License-Identifier: Apache-2.0

/// Reads the operands of a pass from vector memory and hands them to the lanes in slices.
///
/// A tile is the beats that belong together: one, two (`two`: src2, then src) or four (`rope`:
/// sine, cosine, upper and lower half).  While a tile is sliced, the next one is read: one beat or
/// one slice a cycle, whichever is more.  `slice_o` marks operands that are there in this cycle.
module trine_vector_operands #(
  parameter int unsigned Groups    = 16,
  parameter int unsigned Lanes     = 8,
  parameter int unsigned BeatWidth = 12
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    start_i,
  input  trine_vector_pkg::pass_t pass_i,         // Holds, as all of these, until the pass ends.
  input  logic [31:0]             rows_i,
  input  logic [31:0]             tiles_i,
  input  logic [BeatWidth-1:0]    half_beats_i,
  input  logic [BeatWidth-1:0]    src_beat_i,
  input  logic [BeatWidth-1:0]    src2_beat_i,
  input  logic [31:0]             factor_i,       // Of the first multiplier, without a table.
  output logic                    busy_o,
  // One value to the first lane, in between.
  input  logic                    scalar_valid_i,
  input  logic [31:0]             scalar_i,
  // Vector memory
  output logic                    vec_read_valid_o,
  output logic [BeatWidth-1:0]    vec_read_beat_o,
  input  logic [32*Groups-1:0]    vec_read_data_i,
  // Lanes
  output logic                    slice_o,
  output logic                    upper_o,        // Results of the upper half (`rope`).
  output logic [Lanes-1:0]        mask_o,         // Elements that are part of the vector.
  output logic [32*Lanes-1:0]     a0_o,
  output logic [32*Lanes-1:0]     b0_o,
  output logic [32*Lanes-1:0]     a1_o,
  output logic [32*Lanes-1:0]     b1_o
);

  localparam int unsigned Slices     = Groups / Lanes;
  localparam int unsigned SliceWidth = (Slices > 1) ? $clog2(Slices) : 1;

  // Reading.  Data that waits on the port keeps the next read back.
  logic                 reading_q, pending_q, pending_last_q;
  logic [1:0]           operand_q;                // Of the next read, the last one is 0.
  logic [31:0]          tiles_q;                  // To be read.
  logic [BeatWidth-1:0] beat, place;
  logic                 take, load, read, tile_read;
  // What the pass reads, from registers: the way from the command is long.
  logic                 rope_q, two_q;
  logic [BeatWidth-1:0] src2_beat_q, half_beats_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      rope_q       <= pass_i.rope;
      two_q        <= pass_i.two;
      src2_beat_q  <= src2_beat_i;
      half_beats_q <= half_beats_i;
    end
  end
  assign read      = reading_q && (!pending_q || take);
  assign tile_read = read && operand_q == 2'd0;

  trine_vector_walk #(.BeatWidth(BeatWidth)) u_walk (
    .clk_i,
    .start_i,
    .step_i       (tile_read),
    .pairs_i      (rope_q),
    .half_beats_i (half_beats_q),
    .first_i      (src_beat_i),
    .beat_o       (beat),
    .place_o      (place)
  );

  logic far;                                      // Half a head further on.
  assign far              = rope_q && (operand_q == 2'd1 || operand_q == 2'd3);
  assign vec_read_valid_o = read;
  assign vec_read_beat_o  = ((rope_q ? operand_q[1] : operand_q[0]) ? src2_beat_q + place
                                                                    : beat)
                          + (far ? half_beats_q : '0);

  // Slicing.
  logic                  full_q, upper_q, last_slice;
  logic [SliceWidth-1:0] part_q;
  assign last_slice = part_q == SliceWidth'(Slices - 1) && (upper_q || !rope_q);
  assign load       = pending_q && pending_last_q && (!full_q || last_slice);
  assign take       = load || (pending_q && !pending_last_q);
  assign busy_o     = reading_q || pending_q || full_q;

  logic [31:0] left_q;                            // Elements that were not sliced yet.
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      pending_q <= 1'b0;
      full_q    <= 1'b0;
      slice_o   <= 1'b0;
      mask_o    <= '0;
    end else begin
      if (start_i) reading_q <= 1'b1;
      else if (tile_read && tiles_q == 32'd1) reading_q <= 1'b0;
      pending_q <= read || (pending_q && !take);
      full_q    <= load || (full_q && !last_slice);
      slice_o   <= full_q;
      if (full_q || slice_o) begin
        for (int unsigned i = 0; i < Lanes; i++) mask_o[i] <= full_q && left_q > 32'(i);
      end
    end
  end

  logic [32*Groups-1:0] wait1_q, wait2_q, wait3_q, lower_q, other_q, cos_q, sin_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      operand_q <= pass_i.rope ? 2'd3 : {1'b0, pass_i.two};
      tiles_q   <= tiles_i;
    end else if (read) begin
      operand_q <= (operand_q != 2'd0) ? operand_q - 2'd1 : rope_q ? 2'd3 : {1'b0, two_q};
      if (tile_read) tiles_q <= tiles_q - 32'd1;
    end
    if (read) pending_last_q <= operand_q == 2'd0;
    if (take && !pending_last_q) begin
      wait1_q <= vec_read_data_i;
      if (rope_q) begin
        wait2_q <= wait1_q;
        wait3_q <= wait2_q;
      end
    end
    if (load) begin
      lower_q <= vec_read_data_i;
      other_q <= wait1_q;
      if (rope_q) begin
        cos_q <= wait2_q;
        sin_q <= wait3_q;
      end
    end
    if (start_i || (load && last_slice)) begin
      part_q  <= '0;
      upper_q <= 1'b0;
    end else if (full_q) begin
      part_q <= part_q + 1'b1;
      if (part_q == SliceWidth'(Slices - 1)) begin
        part_q  <= '0;
        upper_q <= !upper_q && rope_q;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) left_q <= rows_i;
    if (full_q) begin
      left_q  <= (left_q > 32'(Lanes)) ? left_q - 32'(Lanes) : '0;
      upper_o <= upper_q;
      for (int unsigned p = 0; p < Slices; p++) begin
        if (part_q == SliceWidth'(p)) begin
          a0_o <= lower_q[32*Lanes*p +: 32*Lanes];
          a1_o <= other_q[32*Lanes*p +: 32*Lanes];
          if (rope_q) begin
            b0_o <= upper_q ? sin_q[32*Lanes*p +: 32*Lanes] : cos_q[32*Lanes*p +: 32*Lanes];
            b1_o <= upper_q ? cos_q[32*Lanes*p +: 32*Lanes] : sin_q[32*Lanes*p +: 32*Lanes];
          end else begin
            b0_o <= {Lanes{factor_i}};
            b1_o <= pass_i.square ? lower_q[32*Lanes*p +: 32*Lanes]
                                  : {Lanes{trine_vector_pkg::One}};
          end
        end
      end
    end
    if (scalar_valid_i) begin
      a0_o[31:0] <= scalar_i;
      b0_o[31:0] <= factor_i;
    end
  end

  logic unused_ok;
  assign unused_ok = ^pass_i;

endmodule
