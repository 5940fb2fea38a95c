// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Register block: AXI4-Lite slave, status, interrupt and counters.  The map is registers.def, from
/// which trine_regs_pkg decodes and stores; here is what registers mean to the machine.
///
/// A write takes effect in the third cycle after both its address and its data have come (the
/// fourth when a read is in its way); a read sees the status in the cycle after its address is
/// taken, counters and what software wrote in the next.  A write is answered in the cycle behind, a
/// read in the second.  An offset that the map does not list answers with SLVERR and does nothing.
/// `start_o` and `abort_o` are pulses in the cycle of the write, `clear_o` in the next; all other
/// outputs are registered.  `fault_valid_i` reports a failure of the memory bus, busy or not; it
/// wins over `finish_i`, and the first one since the last start over later ones.
module trine_registers #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned TileRows    = 2048,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned ActWidth    = 12,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 32768,
  parameter int unsigned F16Engine   = 1,
  parameter int unsigned VectorUnit  = 1,
  parameter int unsigned AttentionHeads = 8,
  parameter int unsigned AttentionWidth = 15,
  parameter int unsigned CounterWidth = 64,
  parameter int unsigned Parity      = 0,
  parameter int unsigned StreamSum   = 0,
  /// 1: the clock of all but the counters stands still while nothing is asked (trine_clock_gate).
  parameter int unsigned ClockGates  = 0
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic        irq_o,
  // AXI4-Lite
  input  logic [11:0] aw_addr_i,
  input  logic        aw_valid_i,
  output logic        aw_ready_o,
  input  logic [31:0] w_data_i,
  input  logic [3:0]  w_strb_i,
  input  logic        w_valid_i,
  output logic        w_ready_o,
  output logic [1:0]  b_resp_o,
  output logic        b_valid_o,
  input  logic        b_ready_i,
  input  logic [11:0] ar_addr_i,
  input  logic        ar_valid_i,
  output logic        ar_ready_o,
  output logic [31:0] r_data_o,
  output logic [1:0]  r_resp_o,
  output logic        r_valid_o,
  input  logic        r_ready_i,
  // Sequencer
  output logic        start_o,
  output logic        abort_o,
  output logic [63:0] list_addr_o,
  output logic [31:0] list_count_o,
  output logic [63:0] mem_base_o,
  output logic [63:0] mem_limit_o,
  output logic        clear_o,
  output logic [31:0] position_o,
  output logic [255:0] ahead_o,        // Of bank b in bits 32 * b +: 32.
  output logic [255:0] tokens_o,       // Likewise.
  output logic [63:0] profile_addr_o,
  output logic [31:0] profile_count_o,
  output logic [31:0] bus_limit_o,
  input  logic        fault_valid_i,   // One-cycle pulse.
  input  trine_control_pkg::bus_fault_t fault_i,
  input  logic        busy_i,
  input  logic        finish_i,
  input  logic [7:0]  error_code_i,
  input  logic [31:0] index_i,
  // Events, one counter each, in the order of the map: weight, read and write beats, stalls for
  // memory, table and rows, commands.  Cycles are counted from `busy_i`.
  input  logic [6:0]  events_i
);

  localparam logic [1:0] RespOkay  = 2'b00;
  localparam logic [1:0] RespError = 2'b10;

  // ---- The clock: while a transfer is under way, an event comes, and a cycle longer for the
  // interrupt, which follows the status ----

  logic clk_bus, moves, moved_q, aw_full_q, w_full_q, reset_wanted_q;
  assign moves = aw_valid_i || w_valid_i || ar_valid_i || aw_full_q || w_full_q || b_valid_o
              || r_valid_o || reading || finish_i || fault_valid_i || reset_wanted_q;
  trine_clock_gate #(.Gated (ClockGates)) u_clock (
    .clk_i,
    .rst_ni,
    .en_i  (moves || moved_q),
    .clk_o (clk_bus)
  );
  always_ff @(posedge clk_bus) moved_q <= !rst_ni || moves;

  // ---- Write: address and data are held until both are there ----

  logic [11:0] aw_addr_q;
  logic [31:0] w_data_q;
  logic [3:0]  w_strb_q;

  // Writes and reads pass the same two stages: the address is decoded, then the word that the
  // register holds is looked up. A write puts its word together from that and takes effect in the
  // cycle behind.
  logic merge;         // In this cycle a write is decoded,
  logic look_write_q;  // its old word looked up,
  logic merged_q;      // and it takes effect.
  logic read_q;        // In this cycle a read is decoded,
  logic look_read_q;   // its word and counter looked up,
  logic give_read_q;   // and put together.
  logic reading, write;
  assign reading    = read_q || look_read_q || give_read_q;
  assign merge      = aw_full_q && w_full_q && !b_valid_o && !look_write_q && !merged_q && !read_q;
  assign write      = merged_q;
  assign aw_ready_o = !aw_full_q;
  assign w_ready_o  = !w_full_q;

  // What this write sets to 1 of the lowest bits: those are all that act.
  logic [trine_regs_pkg::OnesSpan-1:0] set_bits;
  assign set_bits = look_write_q && w_strb_q[0] ? w_data_q[trine_regs_pkg::OnesSpan-1:0] : '0;
  if (trine_regs_pkg::OnesSpan > 8) begin : gen_bad_span
    $error("trine_registers: 1s that act lie in byte 0");
  end

  logic [11:0] ar_addr_q;
  logic        read;
  logic [11:0] write_offset, read_offset;
  assign read         = read_q;
  assign write_offset = {aw_addr_q[11:2], 2'b00};
  assign read_offset  = {ar_addr_q[11:2], 2'b00};

  // ---- Registers: what software writes, and 1s that act, decoded by the generated package ----

  trine_regs_pkg::software_t software_q;
  trine_regs_pkg::ones_t     ones_q;   // In the cycle of the write, else 0.
  always_ff @(posedge clk_bus) begin
    if (!rst_ni || !look_write_q) ones_q <= '0;
    else                          ones_q <= trine_regs_pkg::ones_of(write_offset, set_bits);
  end

  // A soft reset waits until the machine is idle.
  logic soft_reset;
  assign soft_reset = !busy_i && (reset_wanted_q || ones_q.ctrl_reset);
  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset) reset_wanted_q <= 1'b0;
    else if (ones_q.ctrl_reset)  reset_wanted_q <= 1'b1;
  end

  assign start_o = ones_q.ctrl_start && !busy_i && !soft_reset;
  assign abort_o = ones_q.ctrl_abort || ones_q.ctrl_reset;
  // A cycle later, before an event of the first command is counted: it leads far.
  always_ff @(posedge clk_i) clear_o <= rst_ni && ((ones_q.ctrl_clear && !busy_i) || soft_reset);

  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset) software_q <= trine_regs_pkg::SoftwareReset;
    else if (write)
      software_q <= trine_regs_pkg::written(software_q, write_offset, new_word_q);
  end

  // What software wrote it reads from LUT RAM, and a write of some bytes takes the others from
  // there: so a register that nothing else needs takes no flip-flops, and those of the others
  // have an enable a word.  A word holds its reset value until it is written.
  localparam int unsigned Words    = trine_regs_pkg::SoftwareWords;
  localparam int unsigned WordBits = $clog2(Words);
  (* no_rw_check *) logic [31:0] words_q [2 ** WordBits];
  logic [Words-1:0]      word_written_q;
  logic [WordBits-1:0]   place_q, write_place_q;
  logic [11:0]           offset;         // What is decoded in this cycle.
  logic                  is_word_q, write_word_q;
  logic                  mapped_q, write_mapped_q, read_mapped_q;
  logic [31:0]           value, value_q; // Of the register, but for counters and whole words.
  logic [31:0]           count;          // Of a counter, in time with `read_word_q`, else 0.
  logic [31:0]           old_word, new_word, new_word_q, read_word_q;
  assign offset = read ? read_offset : write_offset;
  always_ff @(posedge clk_bus) begin
    if (merge || read) begin
      is_word_q <= trine_regs_pkg::is_word(offset);
      place_q   <= trine_regs_pkg::word_of(offset);
      mapped_q  <= trine_regs_pkg::is_mapped(offset);
      value_q   <= value;
    end
  end
  always_comb begin
    old_word = '0;
    new_word = '0;
    if (look_write_q || look_read_q) begin
      if (is_word_q)
        old_word = word_written_q[place_q] ? words_q[place_q]
                                           : trine_regs_pkg::SoftwareReset[32*place_q +: 32];
      new_word = value_q | old_word;
      for (int unsigned i = 0; i < 4; i++) begin
        if (w_strb_q[i]) new_word[8*i +: 8] = w_data_q[8*i +: 8];
      end
    end
  end
  always_ff @(posedge clk_bus) begin
    if (look_write_q) begin
      new_word_q     <= new_word;
      write_place_q  <= place_q;
      write_word_q   <= is_word_q;
      write_mapped_q <= mapped_q;
    end
  end
  always_ff @(posedge clk_bus) begin
    if (look_read_q) begin
      read_word_q   <= value_q | old_word;
      read_mapped_q <= mapped_q;
    end
  end
  always_ff @(posedge clk_bus) begin
    if (write && write_word_q) words_q[write_place_q] <= new_word_q;
  end
  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset) word_written_q <= '0;
    else if (write && write_word_q) word_written_q[write_place_q] <= 1'b1;
  end

  assign list_addr_o     = {software_q.list_hi, software_q.list_lo};
  assign list_count_o    = software_q.list_count;
  assign mem_base_o      = {software_q.mem_base_hi, software_q.mem_base_lo};
  assign mem_limit_o     = {software_q.mem_limit_hi, software_q.mem_limit_lo};
  assign position_o      = software_q.position;
  assign ahead_o         = {software_q.ahead_7, software_q.ahead_6, software_q.ahead_5,
                            software_q.ahead_4, software_q.ahead_3, software_q.ahead_2,
                            software_q.ahead_1, software_q.ahead_0};
  assign tokens_o        = {software_q.token_7, software_q.token_6, software_q.token_5,
                            software_q.token_4, software_q.token_3, software_q.token_2,
                            software_q.token_1, software_q.token_0};
  assign profile_addr_o  = {software_q.profile_hi, software_q.profile_lo};
  assign profile_count_o = software_q.profile_count;
  assign bus_limit_o     = software_q.bus_limit;

  // ---- Status: an event wins over its acknowledgement ----

  // The first failure of the bus, until the next start, and the command that it met, which the
  // control then forgets.
  trine_control_pkg::bus_fault_t fault_q;
  logic [31:0]                   fault_index_q;
  logic                          fault;
  assign fault = fault_valid_i && fault_q.code == trine_commands_pkg::ERROR_NONE;

  logic       done_q, error_q, ends;
  logic [7:0] code_q, end_code;
  assign ends     = finish_i || fault;
  assign end_code = fault ? fault_i.code : error_code_i;
  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset) begin
      done_q  <= 1'b0;
      error_q <= 1'b0;
      code_q  <= trine_commands_pkg::ERROR_NONE;
      irq_o   <= 1'b0;
    end else begin
      irq_o <= (done_q && software_q.irq_enable_done) || (error_q && software_q.irq_enable_error);
      if (start_o) begin
        done_q  <= 1'b0;
        error_q <= 1'b0;
        code_q  <= trine_commands_pkg::ERROR_NONE;
      end else begin
        if (end_code == trine_commands_pkg::ERROR_NONE && ends) done_q <= 1'b1;
        else if (ones_q.status_done) done_q <= 1'b0;
        if (end_code != trine_commands_pkg::ERROR_NONE && ends) error_q <= 1'b1;
        else if (ones_q.status_error) error_q <= 1'b0;
        if (ends) code_q <= end_code;
      end
    end
  end

  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset || start_o) fault_q <= '0;
    else if (fault)                       fault_q <= fault_i;
  end
  always_ff @(posedge clk_bus) begin
    if (fault) fault_index_q <= index_i;
  end

  // No list has begun since a reset: the control still has the index of the last one.
  logic no_index_q;
  always_ff @(posedge clk_bus) begin
    if (!rst_ni || soft_reset) no_index_q <= 1'b1;
    else if (start_o)          no_index_q <= 1'b0;
  end

  // ---- Read ----

  localparam int unsigned Counters    = trine_regs_pkg::Counters;
  localparam int unsigned CounterBits = $clog2(Counters + 1);
  localparam int unsigned NumberBits  = $clog2(Counters);

  trine_regs_pkg::software_t fields;      // What software_q has besides whole words.
  trine_regs_pkg::hardware_t hardware;
  logic [CounterBits-1:0]    counter;     // Its number + 1; 0: not a counter.

  // Nothing is worked out (in simulation) or switched (in hardware) in cycles without a transfer.
  always_comb begin
    fields   = '0;
    hardware = '0;
    value    = '0;
    counter  = '0;
    if (read) begin
      counter = trine_regs_pkg::counter_of(read_offset);
      hardware.caps_groups      = 8'(Groups);
      hardware.caps_vectors     = 4'(Vectors);
      hardware.caps_f16         = F16Engine != 0;
      hardware.caps_vector_unit = VectorUnit != 0;
      hardware.caps_parity      = Parity != 0;
      hardware.caps_stream_sum  = StreamSum != 0;
      hardware.caps_act_width   = 5'(ActWidth);
      hardware.caps_attention_heads = 6'(AttentionHeads);
      hardware.caps_attention_width = 5'(AttentionWidth);
      hardware.tile_rows        = 32'(TileRows);
      hardware.vector_words     = 32'(VectorWords);
      hardware.max_cols         = 32'(MaxCols);
      hardware.status_busy      = busy_i;
      hardware.status_done      = done_q;
      hardware.status_error     = error_q;
      hardware.error_code       = code_q;
      if (!no_index_q)
        hardware.command = fault_q.code == trine_commands_pkg::ERROR_NONE ? index_i : fault_index_q;
      hardware.bus_fault_channel = fault_q.channel;
      hardware.bus_fault_port    = fault_q.port;
      hardware.bus_address_lo    = fault_q.address[31:0];
      hardware.bus_address_hi    = fault_q.address[63:32];
    end
    if (merge || read) begin
      fields.irq_enable_done  = software_q.irq_enable_done;
      fields.irq_enable_error = software_q.irq_enable_error;
      value = trine_regs_pkg::value_of(offset, fields, hardware);
    end
  end

  // An event is counted a cycle later: what decides about it is a long path.
  logic [Counters-1:0] events_q;
  always_ff @(posedge clk_i) events_q <= rst_ni ? {events_i, busy_i} : '0;

  trine_counters #(
    .Counters (Counters),
    .Width    (CounterWidth)
  ) u_counters (
    .clk_i,
    .rst_ni,
    .clear_i     (clear_o),
    .events_i    (events_q),
    .read_i      (counter != '0),
    .number_i    (NumberBits'(counter - 1'b1)),
    .read_high_i (trine_regs_pkg::counter_high(read_offset)),
    .value_o     (count)
  );

  // ---- Channels ----

  assign ar_ready_o = !r_valid_o && !reading;

  always_ff @(posedge clk_bus) begin
    if (!rst_ni) begin
      aw_full_q    <= 1'b0;
      w_full_q     <= 1'b0;
      look_write_q <= 1'b0;
      merged_q     <= 1'b0;
      read_q       <= 1'b0;
      look_read_q  <= 1'b0;
      give_read_q  <= 1'b0;
      b_valid_o    <= 1'b0;
      r_valid_o    <= 1'b0;
    end else begin
      aw_full_q <= (aw_valid_i || aw_full_q) && !write;
      w_full_q  <= (w_valid_i || w_full_q) && !write;
      look_write_q <= merge;
      merged_q     <= look_write_q;
      read_q       <= ar_valid_i && ar_ready_o;
      look_read_q  <= read_q;
      give_read_q  <= look_read_q;
      b_valid_o <= write || (b_valid_o && !b_ready_i);
      r_valid_o <= give_read_q || (r_valid_o && !r_ready_i);
    end
  end

  always_ff @(posedge clk_bus) begin
    if (aw_ready_o) aw_addr_q <= aw_addr_i;
    if (ar_ready_o) ar_addr_q <= ar_addr_i;
    if (w_ready_o) begin
      w_data_q <= w_data_i;
      w_strb_q <= w_strb_i;
    end
    if (write) b_resp_o <= write_mapped_q ? RespOkay : RespError;
    if (give_read_q) begin
      r_data_o <= read_word_q | count;
      r_resp_o <= read_mapped_q ? RespOkay : RespError;
    end
  end

  logic unused_ok;
  assign unused_ok = ^{aw_addr_q[1:0], ar_addr_q[1:0]};

  `TRINE_ASSERT(FinishWhenBusy_A, !finish_i || busy_i)

`ifdef FORMAL_TRINE_REGISTERS
  `include "trine_registers_formal.svh"
`endif

endmodule
