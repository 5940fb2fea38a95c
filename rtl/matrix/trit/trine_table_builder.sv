// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Builds the lookup tables of one column block in one buffer while the other buffer serves the
/// stream.
///
/// Per block and group, one addition and one table write per cycle: three sets of 243 sums (six
/// cycles to reach byte 0, then a Gray walk) and the multiples of column 15.  All groups walk in
/// step: 3 * 248 + 2 * (outer + 1) cycles, 826 at depth 4, and 4 to the next block.  One buffer has
/// two names that alternate, and a build waits until neither is in use.  After reset the builder
/// first marks the addresses 243..255 of every table, so that a lookup there says that the byte is
/// none.
module trine_table_builder #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned TilePanels = 64,
  parameter  int unsigned BlockWidth = 6,
  parameter  int unsigned Buffers    = 2,
  localparam int unsigned LaneShift  = $clog2(QuantLanes)
) (
  input  logic                         clk_i,
  input  logic                         clk_build_i,  // Has all edges of `clk_i` while `busy_o`.
  input  logic                         rst_ni,
  input  logic                         start_i,
  input  trine_matrix_pkg::trit_job_t  job_i,
  input  logic [BlockWidth+4:0]        quantized_i,  // Groups whose mantissas are in place.
  // Buffers: full from the end of a build until the row pipeline releases them.
  output logic [1:0]                   full_o,
  input  logic [1:0]                   release_i,
  output logic                         busy_o,       // A build goes on, or begins now.
  output trine_matrix_pkg::build_t     build_o       // To the tables of every group.
);

  localparam logic [26:0] TileStep  = 27'(TilePanels);
  localparam logic [7:0]  FirstBad  = 8'(trine_pkg::MaxSetByte + 1);

  typedef enum logic [2:0] {StMark, StIdle, StWait, StFirst, StWalk, StUp, StDown, StEnd} state_e;
  state_e state_q, state_d;

  logic                  buffer_q, pending_q;     // `pending_q`: a job came and waits for StIdle.
  logic [1:0]            set_q, full_q;
  logic [7:0]            count_q, count_d;
  logic [26:0]           left_q;
  logic [BlockWidth-1:0] block_q, last_block_q;
  logic                  last_block, last_tile;
  assign last_block = block_q == last_block_q;
  assign last_tile  = left_q <= TileStep;

  logic       gray_start, gray_step, gray_down, gray_last;
  logic [2:0] gray_digit;
  logic [7:0] gray_byte;
  trine_gray_walk u_gray (
    .clk_i   (clk_build_i),
    .start_i (gray_start),
    .step_i  (gray_step),
    .digit_o (gray_digit),
    .down_o  (gray_down),
    .byte_o  (gray_byte),
    .last_o  (gray_last)
  );

  logic [5:0] outer;
  assign outer = trine_pkg::outer_level(job_i.depth);

  // What the step does; it reads its mantissa now and adds it two cycles later.
  logic       active, clear, sub, to_table, to_tail, mark, ready, may_build, set_done, block_done;
  logic [3:0] column;
  logic [7:0] address;
  logic [3:0] set_column;                         // First column of the set.
  assign set_column = set_q == 2'd0 ? 4'd0 : set_q == 2'd1 ? 4'd5 : 4'd10;
  assign ready      = quantized_i >= ((BlockWidth+5)'(block_q) + 1'b1) * (BlockWidth+5)'(Groups);

  always_comb begin
    may_build = 1'b0;
    if (state_q == StWait && (Buffers == 1 ? full_q == 2'b00 : !full_q[buffer_q]))
      may_build = ready;
  end

  always_comb begin
    state_d    = state_q;
    count_d    = count_q + 8'd1;
    active     = 1'b0;
    clear      = 1'b0;
    sub        = 1'b0;
    to_table   = 1'b0;
    to_tail    = 1'b0;
    mark       = 1'b0;
    gray_start = 1'b0;
    gray_step  = 1'b0;
    set_done   = 1'b0;
    block_done = 1'b0;
    column     = 4'd15;
    address    = count_q;
    unique case (state_q)
      // After reset: marks the addresses that are no set bytes, in both buffers.
      StMark: begin
        mark     = 1'b1;
        to_table = 1'b1;
        if (count_q == 8'd255) begin
          set_done = 1'b1;
          count_d  = FirstBad;
          if (set_q == 2'd2 && buffer_q) state_d = StIdle;
        end
      end
      // No job.
      StIdle: ;
      // The buffer is in use or the activations are not there yet.
      StWait: begin
        count_d = 8'd0;
        if (may_build) state_d = StFirst;
      end
      // Byte 0 of a set: zero, then minus each of its five activations.
      StFirst: begin
        active     = 1'b1;
        clear      = count_q == 8'd0;
        sub        = 1'b1;
        column     = set_column + count_q[3:0] - 4'd1;
        address    = 8'd0;
        to_table   = count_q == 8'd5;
        gray_start = 1'b1;
        if (to_table) state_d = StWalk;
      end
      // One Gray step, one entry.
      StWalk: begin
        active    = 1'b1;
        sub       = gray_down;
        column    = set_column + {1'b0, gray_digit};
        address   = gray_byte;
        to_table  = 1'b1;
        gray_step = 1'b1;
        if (gray_last) begin
          set_done = 1'b1;
          count_d  = 8'd0;
          state_d  = (set_q == 2'd2) ? StUp : StFirst;
        end
      end
      // Multiples of column 15: level 0, then 1, 2, ... outer.
      StUp: begin
        active  = 1'b1;
        clear   = count_q == 8'd0;
        to_tail = 1'b1;
        address = {2'b00, outer} + count_q;
        if (count_q == {2'b00, outer}) begin
          count_d = 8'd0;
          state_d = StDown;
        end
      end
      // Levels -1, -2, ... -outer.
      StDown: begin
        active  = 1'b1;
        clear   = count_q == 8'd0;
        sub     = 1'b1;
        to_tail = !clear;
        address = {2'b00, outer} - count_q;
        if (count_q == {2'b00, outer}) begin
          count_d = 8'd0;
          state_d = StEnd;
        end
      end
      // The last entries are being written.
      StEnd: if (count_q == 8'd2) begin
        block_done = 1'b1;
        state_d    = (last_block && last_tile) ? StIdle : StWait;
      end
      default: state_d = StIdle;
    endcase
  end

  always_ff @(posedge clk_build_i) begin
    if (!rst_ni) begin
      state_q   <= StMark;
      set_q     <= 2'd0;
      buffer_q  <= 1'b0;
      count_q   <= FirstBad;
      pending_q <= 1'b0;
    end else begin
      if (state_q != StIdle) begin
        state_q <= state_d;
        count_q <= count_d;
        if (set_done) begin
          set_q <= (set_q == 2'd2) ? 2'd0 : set_q + 2'd1;
          if (state_q == StMark && set_q == 2'd2) buffer_q <= !buffer_q;
        end
        if (block_done) begin
          buffer_q <= !buffer_q;
          block_q  <= last_block ? '0 : block_q + 1'b1;
          if (last_block) left_q <= left_q - TileStep;
        end
      end
      if (start_i) pending_q <= 1'b1;
      if (pending_q && state_q == StIdle) begin
        pending_q <= 1'b0;
        state_q   <= StWait;
        buffer_q  <= 1'b0;
        block_q   <= '0;
        left_q    <= job_i.panels;
        last_block_q <= BlockWidth'(job_i.blocks - 1'b1);
      end
    end
  end

  // The buffers are released while nothing is built, too.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) full_q <= 2'b00;
    else if (block_done || release_i != 2'b00)
      full_q <= (full_q | (block_done ? (buffer_q ? 2'b10 : 2'b01) : 2'b00)) & ~release_i;
  end
  assign full_o = full_q;

  logic waits;
  assign waits  = state_q == StIdle || (state_q == StWait && !may_build);
  assign busy_o = start_i || pending_q || !waits || build_o.active;

  // Read, pick, add, write: four cycles, the fields delayed alongside.
  logic        pick_q, step_q, mark_q, mark_q2, write_q, tail_write_q, flag_q;
  logic [1:0]  to_table_q, to_tail_q;
  logic        clear_q, clear_q2, sub_q, sub_q2;
  logic [2:0]  lane_q;
  logic [10:0] address_q, address_q2, write_addr_q;
  always_ff @(posedge clk_build_i) begin
    if (!rst_ni) begin
      pick_q       <= 1'b0;
      step_q       <= 1'b0;
      to_table_q   <= '0;
      to_tail_q    <= '0;
      mark_q       <= 1'b0;
      mark_q2      <= 1'b0;
      write_q      <= 1'b0;
      tail_write_q <= 1'b0;
      flag_q       <= 1'b0;
    end else begin
      pick_q       <= active;
      step_q       <= pick_q;
      to_table_q   <= {to_table_q[0], to_table};
      to_tail_q    <= {to_tail_q[0], to_tail};
      mark_q       <= mark;
      mark_q2      <= mark_q;
      write_q      <= to_table_q[1];
      tail_write_q <= to_tail_q[1];
      flag_q       <= mark_q2;
    end
  end
  always_ff @(posedge clk_build_i) begin
    if (active) lane_q <= 3'(column & 4'(QuantLanes - 1));
    if (active || mark) begin
      clear_q   <= clear;
      sub_q     <= sub;
      address_q <= {buffer_q, set_q, address};
    end
    if (pick_q || mark_q) begin
      clear_q2   <= clear_q;
      sub_q2     <= sub_q;
      address_q2 <= address_q;
    end
    if (step_q || mark_q2) write_addr_q <= address_q2;
  end

  always_comb begin
    build_o.active      = active || pick_q || step_q || mark_q || mark_q2 || write_q
                       || tail_write_q;
    build_o.walk_read   = active;
    build_o.walk_addr   = trine_matrix_pkg::WordBits'({block_q, column[3:LaneShift]});
    build_o.pick        = pick_q;
    build_o.pick_lane   = lane_q;
    build_o.step        = step_q;
    build_o.step_clear  = clear_q2;
    build_o.step_sub    = sub_q2;
    build_o.table_write = write_q;
    build_o.table_flag  = flag_q;
    build_o.table_addr  = write_addr_q;
    build_o.tail_write  = tail_write_q;
    build_o.tail_addr   = {write_addr_q[10], write_addr_q[6:0]};
  end

  logic unused_ok;
  assign unused_ok = ^job_i;

  `TRINE_ASSERT(NoJobWhileBusy_A, !start_i || state_q == StIdle || state_q == StMark)

endmodule
