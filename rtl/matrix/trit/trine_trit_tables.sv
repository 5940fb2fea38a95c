// SPDX-License-Identifier: Apache-2.0

/// Lookup tables of all groups of one activation vector: where the trit products come from.
///
/// A set byte addresses the sum of its five trit-activation products, a level of column 15 its
/// multiple: nothing is multiplied.  Building takes one addition per cycle and group (see
/// trine_table_builder): cycle t reads a mantissa, t+1 updates the walking sum, t+2 writes it.
/// Entries of the sums carry an offset of 2^(ActWidth+2) that makes them positive, so that nothing
/// is sign-extended on the way; bit ActWidth+3 marks what is no set byte.
///
/// Outputs have a slot of 32 bits a group (slots simulate fastest), valid the cycle after
/// `look_i` or `row_i`.
module trine_trit_tables #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned ActWidth   = 12,
  /// Mantissas written at once; a power of two.
  parameter  int unsigned QuantLanes = 4,
  /// $clog2 of the words of QuantLanes mantissas.
  parameter  int unsigned WordAddr   = 8,
  localparam int unsigned LaneAddr   = (QuantLanes > 1) ? $clog2(QuantLanes) : 1,
  localparam int unsigned TableWidth = ActWidth + 3,    // 5 activations.
  localparam int unsigned TailWidth  = ActWidth + 6     // 40 activations.
) (
  input  logic                           clk_i,
  // Mantissas, from the quantizer; one write enable a group.
  input  logic                           mant_valid_i,    // Some group is written.
  input  logic [Groups-1:0]              mant_write_i,
  input  logic [WordAddr-1:0]            mant_addr_i,
  input  logic [QuantLanes*ActWidth-1:0] mant_data_i,
  // Table building; the step's signals arrive together with its mantissa, a cycle after the read.
  input  logic                           build_i,         // Any of the following is active.
  input  logic                           walk_read_i,
  input  logic [WordAddr-1:0]            walk_addr_i,
  input  logic                           step_i,
  input  logic [LaneAddr-1:0]            step_lane_i,
  input  logic                           step_clear_i,    // Zeroes the sum and adds nothing.
  input  logic                           step_sub_i,
  input  logic                           table_write_i,   // Of the sum, the cycle after the step.
  input  logic                           table_flag_i,    // Marks an address that is no set byte.
  input  logic [10:0]                    table_addr_i,    // Bank, set, byte.
  input  logic                           tail_write_i,
  input  logic [7:0]                     tail_addr_i,     // Bank, level.
  // Front: one body beat.
  input  logic                           look_i,
  input  logic [2:0]                     look_page_i,     // Bank, set.
  input  logic [32*Groups-1:0]           look_bytes_i,
  output logic [32*Groups-1:0]           look0_o,
  output logic [32*Groups-1:0]           look1_o,
  output logic [32*Groups-1:0]           look2_o,
  output logic [32*Groups-1:0]           look3_o,
  // Back: one row.
  input  logic                           row_i,
  input  logic                           bank_i,
  input  logic [32*Groups-1:0]           scales_i,        // Level of column 15 in bits 28:22.
  output logic [32*Groups-1:0]           tail_o
);

  function automatic logic [ActWidth-1:0] lane_of(input logic [QuantLanes*ActWidth-1:0] word,
                                                  input logic [LaneAddr-1:0]            lane);
    lane_of = word[ActWidth-1:0];
    for (int unsigned i = 1; i < QuantLanes; i++) begin
      if (lane == LaneAddr'(i)) lane_of = word[ActWidth*i +: ActWidth];
    end
  endfunction

  for (genvar g = 0; g < Groups; g++) begin : gen_group
    logic        [QuantLanes*ActWidth-1:0] mants [2**WordAddr];
    logic        [QuantLanes*ActWidth-1:0] mant_word_q;
    logic        [TailWidth-1:0]           walk_q;
    logic        [TableWidth:0]            sums  [2048];
    logic        [TailWidth-1:0]           tails [256];

    always_ff @(posedge clk_i) begin
      if (mant_valid_i) begin
        if (mant_write_i[g]) mants[mant_addr_i] <= mant_data_i;
      end
      if (build_i) begin
        if (walk_read_i) mant_word_q <= mants[walk_addr_i];
        if (step_i) begin
          // The carry out of the lowest bit completes the negation: one carry chain.
          logic [TailWidth-1:0] mant;
          mant = TailWidth'(signed'(lane_of(mant_word_q, step_lane_i)));
          walk_q <= step_clear_i ? '0 : TailWidth'(
              ({walk_q, 1'b1} + {mant ^ {TailWidth{step_sub_i}}, step_sub_i}) >> 1);
        end
        if (table_write_i) begin
          sums[table_addr_i] <= {table_flag_i, !walk_q[TableWidth-1], walk_q[TableWidth-2:0]};
        end
        if (tail_write_i) tails[tail_addr_i] <= walk_q;
      end
      if (look_i) begin
        look0_o[32*g +: 32] <= 32'(sums[{look_page_i, look_bytes_i[32*g +: 8]}]);
        look1_o[32*g +: 32] <= 32'(sums[{look_page_i, look_bytes_i[32*g+8 +: 8]}]);
        look2_o[32*g +: 32] <= 32'(sums[{look_page_i, look_bytes_i[32*g+16 +: 8]}]);
        look3_o[32*g +: 32] <= 32'(sums[{look_page_i, look_bytes_i[32*g+24 +: 8]}]);
      end
      if (row_i) begin
        tail_o[32*g +: 32] <= 32'(signed'(tails[{bank_i, scales_i[32*g+22 +: 7]}]));
      end
    end

    logic unused_ok;
    assign unused_ok = ^{scales_i[32*g+29 +: 3], scales_i[32*g +: 22]};
  end

endmodule
