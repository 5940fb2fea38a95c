// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Asks for the commands of the list ahead of their turn and collects their words.
///
/// From `start_i` on it reads blocks of up to `Ahead` / 2 commands, aligned to their size, into a
/// FIFO of `Ahead` commands; a block is asked for as soon as there is room for a whole one.  A
/// block ends where the list or the window does, so nothing outside either is read.  Commands leave
/// in order, `16 / Groups` + 1 cycles each; in place of the one that LIST_COUNT, the alignment of
/// the list or the window forbids comes its error, once, as the last.  A bus error stays with the
/// commands whose beats had it.  `stop_i` drops all of it; beats must not come any more when the
/// next list starts.
module trine_fetch #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned AddrWidth = 40,
  /// Commands that the FIFO holds, a power of two, at least 4.
  parameter  int unsigned Ahead     = 32,
  localparam int unsigned DataWidth = 32 * Groups
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         start_i,         // One-cycle pulse.
  input  logic                         stop_i,
  output logic                         rests_o,         // See trine_control.
  input  trine_control_pkg::settings_t settings_i,
  // Read job
  output logic                         read_valid_o,
  input  logic                         read_ready_i,
  output trine_control_pkg::read_job_t read_job_o,
  // Its beats; there is always room
  input  logic                         beat_valid_i,
  input  logic                         beat_error_i,
  input  logic [DataWidth-1:0]         beat_data_i,
  // Commands
  output logic                         fetched_valid_o,
  input  logic                         fetched_ready_i,
  output trine_control_pkg::fetched_t  fetched_o,
  output trine_commands_pkg::command_t command_o
);

  localparam int unsigned Beats     = 16 / Groups;       // Of a command.
  localparam int unsigned BeatShift = $clog2(Beats);
  localparam int unsigned Block     = Ahead / 2;
  localparam int unsigned BlockBits = $clog2(Block);
  localparam int unsigned CountBits = $clog2(Ahead) + 1;
  localparam int unsigned PlaceBits = Beats > 1 ? BeatShift : 1;

  if (Ahead < 4 || 2 ** $clog2(Ahead) != Ahead) begin : gen_bad_ahead
    $error("trine_fetch: Ahead must be a power of two, at least 4");
  end

  // ---- Asking ----

  typedef enum logic [2:0] {
    StIdle,    // No list, or its last command was asked for.
    StRoom,    // Waits for room; how much the window leaves is worked out.
    StSize,    // The size of the block,
    StJudge,   // and is there one.
    StAsk,
    StCount,   // What was asked for is counted: that it is taken is known late in a cycle.
    StRefuse   // The error leaves when all commands before it have.
  } state_e;
  state_e state_q, state_d;

  // Addresses are as wide as the bus and a bit: the one behind a list may be the first beyond it.
  logic [AddrWidth:0]   address_q;     // Of the next command to ask for,
  logic                 beyond_q;      // and it is beyond the bus.
  logic [31:0]          index_q;
  logic [CountBits-1:0] held_q;        // Commands asked for that have not left.
  logic [7:0]           error_q, error_d;
  logic [AddrWidth:6]   left_q;        // Commands up to the end of the window,
  logic [31:0]          listed_q;      // commands up to that of the list.
  logic                 before_q;      // The window begins or ends before the address.
  logic [BlockBits:0]   count_q, count;

  // Likewise a command that left, a cycle later.
  logic asked, left, gone_q;
  assign asked = state_q == StCount;
  assign left  = fetched_valid_o && fetched_ready_i;

  // Blocks are aligned to their size, so a window that ends beyond the bus may end with it.
  logic [AddrWidth+1:0] limit, room;   // Bytes up to the end of the window; negative: behind it.
  assign limit = settings_i.mem_limit[63:AddrWidth] != '0
               ? (AddrWidth+2)'(1) << AddrWidth
               : (AddrWidth+2)'(settings_i.mem_limit[AddrWidth-1:0]);
  assign room  = limit - (AddrWidth+2)'(address_q);

  // For a whole block, with the command that just left.
  logic has_room;
  assign has_room = held_q <= CountBits'(Ahead - Block)
                 || (gone_q && held_q == CountBits'(Ahead - Block + 1));

  // As many as the block, the list and the window have room for.
  always_comb begin
    count = '0;
    if (state_q == StSize) begin
      count = (BlockBits+1)'(Block) - (BlockBits+1)'(address_q[6 +: BlockBits]);
      if (listed_q[31:BlockBits+1] == '0 && count > listed_q[BlockBits:0])
        count = listed_q[BlockBits:0];
      if (left_q[AddrWidth:6+BlockBits+1] == '0 && count > left_q[6 +: BlockBits+1])
        count = left_q[6 +: BlockBits+1];
    end
  end

  always_comb begin
    state_d = state_q;
    error_d = error_q;
    unique case (state_q)
      StIdle: if (start_i) state_d = StRoom;
      StRoom: begin
        if (index_q >= settings_i.list_count) error_d = trine_commands_pkg::ERROR_LIST_OVERRUN;
        else if (address_q[5:0] != '0)        error_d = trine_commands_pkg::ERROR_ALIGNMENT;
        if (error_d != trine_commands_pkg::ERROR_NONE)      state_d = StRefuse;
        else if (has_room)                                  state_d = StSize;
      end
      StSize: state_d = StJudge;
      StJudge: begin
        if (before_q || count_q == '0 || beyond_q || address_q[AddrWidth])
          error_d = trine_commands_pkg::ERROR_ADDRESS_RANGE;
        state_d = error_d != trine_commands_pkg::ERROR_NONE ? StRefuse : StAsk;
      end
      StAsk: if (read_ready_i) state_d = StCount;
      StCount: state_d = StRoom;
      StRefuse: if (left && !fetched_o.here) state_d = StIdle;
      default: state_d = StIdle;
    endcase
  end

  assign read_valid_o = state_q == StAsk && !stop_i;
  always_comb begin
    read_job_o             = '0;
    read_job_o.reader      = trine_control_pkg::ReadList;
    read_job_o.address     = 64'(address_q);
    read_job_o.piece_beats = 32'(count_q) << BeatShift;
    read_job_o.pieces      = 32'd1;
    read_job_o.beats       = 32'(count_q) << BeatShift;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || stop_i) begin
      state_q <= StIdle;
      held_q  <= '0;
      gone_q  <= 1'b0;
      error_q <= trine_commands_pkg::ERROR_NONE;
    end else begin
      state_q <= state_d;
      error_q <= state_q == StIdle ? trine_commands_pkg::ERROR_NONE : error_d;
      gone_q  <= left && full_q;
      if (asked || gone_q)
        held_q <= held_q + (asked ? CountBits'(count_q) : '0) - CountBits'(gone_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      address_q <= (AddrWidth+1)'(settings_i.list_addr[AddrWidth-1:0]);
      beyond_q  <= settings_i.list_addr[63:AddrWidth] != '0;
      index_q   <= '0;
    end else if (asked) begin
      address_q <= address_q + {(AddrWidth+1-BlockBits-7)'(0), count_q, 6'd0};
      index_q   <= index_q + 32'(count_q);
    end
    if (state_q == StRoom) begin
      left_q   <= room[AddrWidth:6];
      listed_q <= settings_i.list_count - index_q;
      before_q <= room[AddrWidth+1] || settings_i.mem_base[63:AddrWidth] != '0
               || address_q[AddrWidth-1:0] < settings_i.mem_base[AddrWidth-1:0];
    end
    if (state_q == StSize) count_q <= count;
  end

  // ---- Beats on their way, each with its error ----

  logic                 held_valid, held_error, held_ready, beat_ready;
  logic [DataWidth-1:0] held_data;
  trine_fifo #(
    .DataWidth (DataWidth + 1),
    .Depth     (Ahead * Beats)
  ) u_fifo (
    .clk_i,
    .rst_ni  (rst_ni && !stop_i),
    .valid_i (beat_valid_i && !stop_i),
    .ready_o (beat_ready),
    .data_i  ({beat_error_i, beat_data_i}),
    .valid_o (held_valid),
    .ready_i (held_ready),
    .data_o  ({held_error, held_data})
  );

  // ---- Collecting the words of a command ----

  logic                 full_q;        // The command is complete.
  logic [PlaceBits-1:0] place_q;       // Beats that it has.
  // Not in the cycle in which one leaves, which is known late.
  assign held_ready = !full_q;

  logic collect;
  assign collect = held_valid && held_ready;

  logic [trine_commands_pkg::CommandBits-1:0] command_q;
  logic [31:0]                                word0_q;
  // Words that are not zero: the FIFO's memory gives its word late in a cycle, so it is looked at
  // in the next.
  logic [15:0]                                nonzero, nonzero_q;
  logic [DataWidth-1:0]                       newest_q;
  logic [PlaceBits-1:0]                       newest_place_q;
  logic                                       failed_q;   // A beat of it had an error.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || stop_i) begin
      full_q  <= 1'b0;
      place_q <= '0;
    end else begin
      full_q <= (full_q && !left) || (collect && place_q == PlaceBits'(Beats - 1));
      if (collect) place_q <= (place_q == PlaceBits'(Beats - 1)) ? '0 : place_q + 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (collect) begin
      logic [trine_commands_pkg::CommandBits-1:0] command;
      logic [3:0] index;
      command = command_q;
      for (int unsigned i = 0; i < Groups; i++) begin
        index   = 4'(32'(place_q) * Groups + i);
        command = trine_commands_pkg::with_word(command, index, held_data[32*i +: 32]);
      end
      command_q      <= command;
      nonzero_q      <= nonzero;
      newest_q       <= held_data;
      newest_place_q <= place_q;
      failed_q  <= held_error || (failed_q && place_q != '0);
      if (place_q == '0) word0_q <= held_data[31:0];
    end
  end

  always_comb begin
    nonzero = nonzero_q;
    for (int unsigned i = 0; i < Groups; i++)
      nonzero[4'(32'(newest_place_q) * Groups + i)] = newest_q[32*i +: 32] != '0;
  end

  logic refuse;                        // Nothing comes any more.
  assign refuse          = state_q == StRefuse && held_q == '0;
  assign fetched_valid_o = full_q || refuse;
  assign fetched_o = {
    !full_q ? error_q : failed_q ? trine_commands_pkg::ERROR_AXI_READ
                                 : trine_commands_pkg::ERROR_NONE,
    full_q, nonzero, word0_q
  };
  assign command_o = command_q;

  // It waits for a list, for room, for its read to be taken, for a command to leave or for beats,
  // and has no beat on its way through the FIFO.
  logic pushed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) pushed_q <= 1'b0;
    else         pushed_q <= beat_valid_i;
  end
  assign rests_o = !pushed_q && !collect && !gone_q
                && (state_q == StIdle || state_q == StRefuse || state_q == StAsk
                    || (state_q == StRoom && !has_room
                        && index_q < settings_i.list_count));

  logic unused_ok;
  assign unused_ok = ^{settings_i, room[5:0]};

  `TRINE_ASSERT(RoomForBeats_A, !beat_valid_i || beat_ready || stop_i)
  `TRINE_ASSERT(HeldBound_A, held_q <= CountBits'(Ahead))
  `TRINE_ASSERT(StartWhenIdle_A, !start_i || (state_q == StIdle && !held_valid && !full_q))

`ifdef FORMAL_TRINE_FETCH
  `include "trine_fetch_formal.svh"
`endif

endmodule
