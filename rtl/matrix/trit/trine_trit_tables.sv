// SPDX-License-Identifier: Apache-2.0

/// Lookup tables of all groups of one activation vector: where the trit products come from.
///
/// A set byte addresses the sum of its five trit-activation products, a level of column 15 its
/// multiple: nothing is multiplied.  Building takes one addition per cycle and group (see
/// trine_table_builder): cycle t reads a word, t+1 picks its mantissa, t+2 updates the walking sum,
/// t+3 writes it.
/// Entries of the sums carry an offset of 2^(ActWidth+2) that makes them positive, so that nothing
/// is sign-extended on the way; bit ActWidth+3 marks what is no set byte.
///
/// Outputs have a slot of 32 bits a group (slots simulate fastest), valid two cycles after
/// `beat_i.look`, for there is a register behind the memories, and one after `row_i.valid`.
///
/// With `Parity`, a word of each memory has a bit that makes its ones even; `bad_parity_o` is high
/// in the second cycle after one with odd ones was read.
module trine_trit_tables #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned ActWidth   = 12,
  /// Mantissas written at once; a power of two.
  parameter  int unsigned QuantLanes = 4,
  /// $clog2 of the words of QuantLanes mantissas.
  parameter  int unsigned WordAddr   = 8,
  /// See trine_trit_engine.
  parameter  int unsigned Buffers    = 2,
  parameter  int unsigned Parity     = 0,
  localparam int unsigned LaneAddr   = (QuantLanes > 1) ? $clog2(QuantLanes) : 1,
  localparam int unsigned PageAddr   = 1 + Buffers,     // Buffer, set.
  localparam int unsigned Pages      = 2**PageAddr,
  localparam int unsigned TailAddr   = 6 + Buffers,     // Buffer, level.
  localparam int unsigned TableWidth = ActWidth + 3,    // 5 activations.
  localparam int unsigned TailWidth  = ActWidth + 6     // 40 activations.
) (
  input  logic                           clk_i,
  input  logic                           clk_setup_i,     // With mantissas that are written,
  input  logic                           clk_build_i,     // with tables: see trine_trit_engine.
  input  logic                           used_i,          // See trine_trit_vector.
  // Mantissas, from the quantizer.
  input  trine_matrix_pkg::place_t       place_i,
  input  logic [QuantLanes*ActWidth-1:0] mants_i,
  input  trine_matrix_pkg::build_t       build_i,
  // Front: one body beat.
  input  trine_matrix_pkg::beat_t        beat_i,
  input  logic [32*Groups-1:0]           bytes_i,         // Byte n of a group for output n.
  output logic [32*Groups-1:0]           look0_o,
  output logic [32*Groups-1:0]           look1_o,
  output logic [32*Groups-1:0]           look2_o,
  output logic [32*Groups-1:0]           look3_o,
  // Back: one row.
  input  trine_matrix_pkg::row_t         row_i,
  input  logic [32*Groups-1:0]           scales_i,        // Level of column 15 in bits 28:22.
  output logic [32*Groups-1:0]           tail_o,
  output logic                           bad_parity_o
);

  function automatic logic [ActWidth-1:0] lane_of(input logic [QuantLanes*ActWidth-1:0] word,
                                                  input logic [LaneAddr-1:0]            lane);
    lane_of = word[ActWidth-1:0];
    for (int unsigned i = 1; i < QuantLanes; i++) begin
      if (lane == LaneAddr'(i)) lane_of = word[ActWidth*i +: ActWidth];
    end
  endfunction

  // Words with their parity.
  localparam int unsigned ParityBits = Parity != 0 ? 1 : 0;
  localparam int unsigned MantsWidth = QuantLanes * ActWidth + ParityBits;
  localparam int unsigned EntryWidth = TableWidth + 1 + ParityBits;
  localparam int unsigned LevelWidth = TailWidth + ParityBits;

  // What is due, for all groups.  Marking what is no set byte concerns vectors that rest, too, and
  // comes before any job.
  logic store, build, look, look_q, row;
  assign store = place_i.mants && used_i;
  assign build = build_i.active && (used_i || build_i.table_flag);
  assign look  = beat_i.look && used_i;
  assign row   = row_i.valid && used_i;
  always_ff @(posedge clk_i) look_q <= look;

  // All groups side by side: a simulation moves them as one word.
  logic [32*Groups-1:0] look0_q, look1_q, look2_q, look3_q;
  if (Parity != 0) begin : gen_masks
    // Slots without the parity of their entries.
    localparam logic [31:0]          Entry   = 32'((33'd1 << (TableWidth + 1)) - 33'd1);
    localparam logic [32*Groups-1:0] Entries = {Groups{Entry}};
    always_ff @(posedge clk_i) begin
      if (look_q) begin
        look0_o <= look0_q & Entries;
        look1_o <= look1_q & Entries;
        look2_o <= look2_q & Entries;
        look3_o <= look3_q & Entries;
      end
    end
  end else begin : gen_no_masks
    always_ff @(posedge clk_i) begin
      if (look_q) begin
        look0_o <= look0_q;
        look1_o <= look1_q;
        look2_o <= look2_q;
        look3_o <= look3_q;
      end
    end
  end

  logic [Groups-1:0] bad;                         // A word of the group.
  assign bad_parity_o = bad != '0;

  for (genvar g = 0; g < Groups; g++) begin : gen_group
    logic        [MantsWidth-1:0]          mants [2**WordAddr];
    logic        [MantsWidth-1:0]          mant_word_q;
    logic        [ActWidth-1:0]            mant_q;
    logic        [TailWidth-1:0]           walk_q;
    // No entry is read in the cycle that writes it (trine_trit_engine asserts it).
    (* no_rw_check *)
    logic        [EntryWidth-1:0]          sums  [Pages][256];
    (* no_rw_check *)
    logic        [LevelWidth-1:0]          tails [2**TailAddr];

    always_ff @(posedge clk_setup_i) begin
      if (store && place_i.group[g])
        mants[place_i.word[WordAddr-1:0]] <= MantsWidth'({^mants_i, mants_i});
    end
    always_ff @(posedge clk_build_i) begin
      if (build) begin
        if (build_i.walk_read) mant_word_q <= mants[build_i.walk_addr[WordAddr-1:0]];
        if (build_i.pick)
          mant_q <= lane_of((QuantLanes*ActWidth)'(mant_word_q), build_i.pick_lane[LaneAddr-1:0]);
        if (build_i.step) begin
          // The carry out of the lowest bit completes the negation: one carry chain.
          logic [TailWidth-1:0] mant;
          mant = TailWidth'(signed'(mant_q));
          walk_q <= build_i.step_clear ? '0 : TailWidth'(
              ({walk_q, 1'b1} + {mant ^ {TailWidth{build_i.step_sub}}, build_i.step_sub}) >> 1);
        end
        if (build_i.table_write) begin
          sums[build_i.table_addr[8 +: PageAddr]][build_i.table_addr[7:0]] <=
              EntryWidth'({build_i.table_flag ^ !(^walk_q[TableWidth-1:0]),
                           build_i.table_flag, !walk_q[TableWidth-1], walk_q[TableWidth-2:0]});
        end
        if (build_i.tail_write)
          tails[build_i.tail_addr[TailAddr-1:0]] <= LevelWidth'({^walk_q, walk_q});
      end
    end
    always_ff @(posedge clk_i) begin
      if (look) begin
        look0_q[32*g +: 32] <= 32'(sums[beat_i.page[PageAddr-1:0]][bytes_i[32*g +: 8]]);
        look1_q[32*g +: 32] <= 32'(sums[beat_i.page[PageAddr-1:0]][bytes_i[32*g+8 +: 8]]);
        look2_q[32*g +: 32] <= 32'(sums[beat_i.page[PageAddr-1:0]][bytes_i[32*g+16 +: 8]]);
        look3_q[32*g +: 32] <= 32'(sums[beat_i.page[PageAddr-1:0]][bytes_i[32*g+24 +: 8]]);
      end
    end

    if (Parity != 0) begin : gen_parity
      logic                  mant_read_q, row_q;
      logic [LevelWidth-1:0] level_q;
      assign tail_o[32*g +: 32] = 32'(signed'(level_q[TailWidth-1:0]));
      // Not of a vector that rests: its tables are marked while the first walk may have begun.
      always_ff @(posedge clk_build_i) mant_read_q <= build_i.walk_read && used_i;
      always_ff @(posedge clk_i) begin
        row_q <= row;
        if (row) level_q <= tails[TailAddr'({row_i.buffer, scales_i[32*g+22 +: 7]})];
        bad[g] <= (mant_read_q && ^mant_word_q)
               || (look_q && (^look0_q[32*g +: EntryWidth] || ^look1_q[32*g +: EntryWidth]
                              || ^look2_q[32*g +: EntryWidth] || ^look3_q[32*g +: EntryWidth]))
               || (row_q && ^level_q);
      end
    end else begin : gen_no_parity
      always_ff @(posedge clk_i) begin
        if (row) begin
          tail_o[32*g +: 32] <=
              32'(signed'(tails[TailAddr'({row_i.buffer, scales_i[32*g+22 +: 7]})]));
        end
      end
      assign bad[g] = 1'b0;
    end

    logic unused_ok;
    assign unused_ok = ^{scales_i[32*g+29 +: 3], scales_i[32*g +: 22]};
  end

  logic unused_ok;
  assign unused_ok = ^{place_i, build_i, beat_i, row_i};

endmodule
