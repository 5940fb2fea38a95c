// SPDX-License-Identifier: Apache-2.0

/// The trit engine: a weight stream and quantized activations in, accumulators `A[r]` out.
///
/// Front (a beat a cycle), back (a row a cycle) and table builder (a block ahead) run side by
/// side; see docs/architecture.md.  The stream, the tail codes and the codebook serve all
/// activation vectors; trine_trit_vector is what one vector needs for itself.
module trine_trit_engine #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned TileRows   = 2048,
  parameter  int unsigned Vectors    = 1,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned BlockWidth = 6,         // $clog2 of the column blocks of the longest x.
  localparam int unsigned AccWidth   = 56,
  localparam int unsigned WordWidth  = QuantLanes * ActWidth,
  localparam int unsigned WordAddr   = BlockWidth + 4 - $clog2(QuantLanes)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           start_i,
  input  logic [Vectors-1:0]             used_i,        // Vectors that take part; others rest.
  input  logic [2:0]                     depth_i,
  input  logic                           slow_i,        // Rows at most every other cycle.
  input  logic [26:0]                    panels_i,
  input  logic [BlockWidth:0]            blocks_i,
  output logic                           bad_set_byte_o,
  output logic                           bad_tail_o,
  input  logic                           book_write_i,
  input  logic [4:0]                     book_index_i,
  input  logic [21:0]                    book_data_i,
  // From the quantizers, the same group of all vectors at once.
  input  logic                           mant_valid_i,
  input  logic [Groups-1:0]              mant_write_i,
  input  logic [WordAddr-1:0]            mant_addr_i,
  input  logic [Vectors*WordWidth-1:0]   mant_data_i,
  input  logic                           exp_valid_i,
  input  logic [Groups-1:0]              exp_write_i,
  input  logic [BlockWidth-1:0]          exp_block_i,
  input  logic [8*Vectors-1:0]           exp_data_i,
  input  logic [BlockWidth+4:0]          quantized_i,   // Groups of every vector in place.
  input  logic                           exponents_i,   // All of them; max_exp_i is final.
  input  logic [8*Vectors-1:0]           max_exp_i,
  input  logic                           weight_valid_i,
  output logic                           weight_ready_o,
  input  logic [32*Groups-1:0]           weight_data_i,
  output logic                           wait_memory_o,
  output logic                           wait_table_o,
  output logic                           wait_rows_o,
  output logic                           acc_valid_o,   // All vectors' row at the same time.
  output logic [AccWidth*Vectors-1:0]    acc_o
);

  localparam int unsigned TilePanels = TileRows / trine_pkg::PanelRows;
  localparam int unsigned HoldDepth  = 4;
  localparam int unsigned LaneAddr   = (QuantLanes > 1) ? $clog2(QuantLanes) : 1;

  // Table building.
  logic                build, walk_read, step, step_clear, step_sub;
  logic                table_write, table_flag, tail_write;
  logic [WordAddr-1:0] walk_addr;
  logic [LaneAddr-1:0] step_lane;
  logic [10:0]         table_addr;
  logic [7:0]          tail_addr;
  logic [1:0]          full, release_bank;
  trine_table_builder #(
    .Groups     (Groups),
    .QuantLanes (QuantLanes),
    .TilePanels (TilePanels),
    .BlockWidth (BlockWidth)
  ) u_builder (
    .clk_i,
    .rst_ni,
    .start_i,
    .depth_i,
    .panels_i,
    .blocks_i,
    .quantized_i,
    .full_o        (full),
    .release_i     (release_bank),
    .build_o       (build),
    .walk_read_o   (walk_read),
    .walk_addr_o   (walk_addr),
    .step_o        (step),
    .step_lane_o   (step_lane),
    .step_clear_o  (step_clear),
    .step_sub_o    (step_sub),
    .table_write_o (table_write),
    .table_flag_o  (table_flag),
    .table_addr_o  (table_addr),
    .tail_write_o  (tail_write),
    .tail_addr_o   (tail_addr)
  );

  // Front.
  logic       tail_valid, tail_ready, look, weigh, add, first, first_last, keep, hold_free;
  logic [1:0] weight, hold_write;
  logic [2:0] look_page;
  trine_trit_front #(
    .TilePanels (TilePanels),
    .BlockWidth (BlockWidth),
    .HoldDepth  (HoldDepth)
  ) u_front (
    .clk_i,
    .rst_ni,
    .start_i,
    .depth_i,
    .panels_i,
    .blocks_i,
    .weight_valid_i,
    .weight_ready_o,
    .tail_valid_o   (tail_valid),
    .tail_ready_i   (tail_ready),
    .full_i         (full),
    .look_o         (look),
    .look_page_o    (look_page),
    .weigh_o        (weigh),
    .weight_o       (weight),
    .add_o          (add),
    .first_o        (first),
    .first_last_o   (first_last),
    .keep_o         (keep),
    .hold_write_o   (hold_write),
    .hold_free_i    (hold_free),
    .wait_memory_o,
    .wait_table_o,
    .wait_rows_o
  );

  // Back.
  logic                        codes_ready, issue, decode, block_load, row, bank;
  logic                        first_block, last_block;
  logic [BlockWidth-1:0]       block;
  logic [1:0]                  hold_read, hold_lane;
  logic [$clog2(TileRows)-1:0] row_addr;
  trine_trit_back #(
    .TileRows   (TileRows),
    .BlockWidth (BlockWidth),
    .HoldDepth  (HoldDepth)
  ) u_back (
    .clk_i,
    .rst_ni,
    .start_i,
    .depth_i,
    .panels_i,
    .blocks_i,
    .slow_i,
    .exponents_i,
    .keep_i        (keep),
    .hold_free_o   (hold_free),
    .codes_ready_i (codes_ready),
    .issue_o       (issue),
    .decode_o      (decode),
    .block_load_o  (block_load),
    .block_o       (block),
    .row_o         (row),
    .hold_read_o   (hold_read),
    .hold_lane_o   (hold_lane),
    .bank_o        (bank),
    .first_block_o (first_block),
    .last_block_o  (last_block),
    .row_addr_o    (row_addr),
    .release_o     (release_bank)
  );

  logic [trine_pkg::MaxTailBits*Groups-1:0] codes;
  logic [32*Groups-1:0]                     scales;
  logic                                     bad_tail;
  trine_row_gearbox #(.Groups(Groups)) u_gearbox (
    .clk_i,
    .rst_ni,
    .clear_i      (start_i),
    .depth_i,
    .beat_valid_i (tail_valid),
    .beat_ready_o (tail_ready),
    .beat_data_i  (weight_data_i),
    .row_ready_o  (codes_ready),
    .row_i        (issue),
    .codes_o      (codes)
  );
  trine_scale_lookup #(.Groups(Groups)) u_scale (
    .clk_i,
    .book_write_i,
    .book_index_i,
    .book_data_i,
    .depth_i,
    .decode_i (decode),
    .codes_i  (codes),
    .scales_o (scales),
    .bad_o    (bad_tail)
  );

  // A row adds 3 * outer table entries, each 2^(ActWidth+2) too large.
  logic [ActWidth+9:0] start_sum_q;
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      start_sum_q <= -((ActWidth+10)'(9'd3 * 9'(trine_pkg::outer_level(depth_i))) << (ActWidth + 2));
    end
  end

  logic [Vectors-1:0] bad_bytes, acc_valid;
  for (genvar v = 0; v < Vectors; v++) begin : gen_vector
    trine_trit_vector #(
      .Groups     (Groups),
      .TileRows   (TileRows),
      .ActWidth   (ActWidth),
      .QuantLanes (QuantLanes),
      .BlockWidth (BlockWidth)
    ) u_vector (
      .clk_i,
      .rst_ni,
      .mant_valid_i  (mant_valid_i && used_i[v]),
      .mant_write_i,
      .mant_addr_i,
      .mant_data_i   (mant_data_i[WordWidth*v +: WordWidth]),
      .exp_valid_i   (exp_valid_i && used_i[v]),
      .exp_write_i,
      .exp_block_i,
      .exp_data_i    (exp_data_i[8*v +: 8]),
      .max_exp_i     (max_exp_i[8*v +: 8]),
      // Marking what is no set byte concerns all vectors and comes before any job.
      .build_i       (build && (used_i[v] || table_flag)),
      .walk_read_i   (walk_read),
      .walk_addr_i   (walk_addr),
      .step_i        (step),
      .step_lane_i   (step_lane),
      .step_clear_i  (step_clear),
      .step_sub_i    (step_sub),
      .table_write_i (table_write),
      .table_flag_i  (table_flag),
      .table_addr_i  (table_addr),
      .tail_write_i  (tail_write),
      .tail_addr_i   (tail_addr),
      .look_i        (look && used_i[v]),
      .look_page_i   (look_page),
      .look_bytes_i  (weight_data_i),
      .weigh_i       (weigh && used_i[v]),
      .depth_i,
      .weight_i      (weight),
      .add_i         (add && used_i[v]),
      .start_i       (start_sum_q),
      .first_i       (first),
      .first_last_i  (first_last),
      .keep_i        (keep && used_i[v]),
      .hold_write_i  (hold_write),
      .bad_clear_i   (start_i),
      .bad_byte_o    (bad_bytes[v]),
      .block_load_i  (block_load && used_i[v]),
      .block_i       (block),
      .row_i         (row && used_i[v]),
      .hold_read_i   (hold_read),
      .hold_lane_i   (hold_lane),
      .bank_i        (bank),
      .scales_i      (scales),
      .first_block_i (first_block),
      .last_block_i  (last_block),
      .row_addr_i    (row_addr),
      .acc_valid_o   (acc_valid[v]),
      .acc_o         (acc_o[AccWidth*v +: AccWidth])
    );
  end
  assign acc_valid_o = acc_valid[0];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      bad_set_byte_o <= 1'b0;
      bad_tail_o     <= 1'b0;
    end else begin
      if (row && last_block) bad_set_byte_o <= bad_bytes[0];  // Rows follow their bytes.
      if (row && bad_tail) bad_tail_o <= 1'b1;
    end
  end

  if (Vectors > 1) begin : gen_unused
    logic unused_ok;                              // The vectors run in step.
    assign unused_ok = ^{bad_bytes[Vectors-1:1], acc_valid[Vectors-1:1]};
  end

endmodule
