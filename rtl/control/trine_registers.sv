// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Register block: AXI4-Lite slave, status, interrupt and counters; the map is registers.def.
///
/// A write takes effect when both its address and its data have come, a read when its address is
/// taken; each is answered in the next cycle.  An offset that the map does not list answers with
/// SLVERR and does nothing.  `start_o`, `abort_o` and `clear_o` are pulses in the cycle of the
/// write; all other outputs are registered.
module trine_registers #(
  parameter int unsigned Groups      = 16,
  parameter int unsigned TileRows    = 2048,
  parameter int unsigned Vectors     = 1,
  parameter int unsigned ActWidth    = 12,
  parameter int unsigned VectorWords = 65536,
  parameter int unsigned MaxCols     = 16384,
  parameter int unsigned F16Engine  = 1,
  parameter int unsigned VectorUnit  = 1
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
  output logic [127:0] tokens_o,       // Of bank b in bits 32 * b +: 32.
  output logic [63:0] profile_addr_o,
  output logic [31:0] profile_count_o,
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

  // ---- Write: address and data are held until both are there ----

  logic        aw_full_q, w_full_q;
  logic [11:0] aw_addr_q;
  logic [31:0] w_data_q;
  logic [3:0]  w_strb_q;

  logic write;  // In this cycle the held write takes effect.
  assign write      = aw_full_q && w_full_q && !b_valid_o;
  assign aw_ready_o = !aw_full_q;
  assign w_ready_o  = !w_full_q;

  logic [31:0] strobe, set_bits;  // Bits that this write touches, and that it sets to 1.
  always_comb begin
    strobe = '0;
    if (write)
      strobe = {{8{w_strb_q[3]}}, {8{w_strb_q[2]}}, {8{w_strb_q[1]}}, {8{w_strb_q[0]}}};
    set_bits = w_data_q & strobe;
  end

  logic [11:0] write_offset, read_offset;
  assign write_offset = {aw_addr_q[11:2], 2'b00};
  assign read_offset  = {ar_addr_i[11:2], 2'b00};

  // ---- Registers ----

  logic        done_q, error_q, irq_done_q, irq_error_q;
  logic [7:0]  code_q;

  logic control;
  assign control = write && write_offset == trine_regs_pkg::CTRL_OFFSET;
  logic reset_wanted_q, soft_reset;
  assign start_o = control && set_bits[trine_regs_pkg::CTRL_START_LSB] && !busy_i && !soft_reset;
  assign abort_o = control && (set_bits[trine_regs_pkg::CTRL_ABORT_LSB]
                            || set_bits[trine_regs_pkg::CTRL_RESET_LSB]);

  // A soft reset waits until the machine is idle.
  assign soft_reset = !busy_i && (reset_wanted_q
                               || (control && set_bits[trine_regs_pkg::CTRL_RESET_LSB]));
  always_ff @(posedge clk_i) begin
    if (!rst_ni || soft_reset) reset_wanted_q <= 1'b0;
    else if (control && set_bits[trine_regs_pkg::CTRL_RESET_LSB]) reset_wanted_q <= 1'b1;
  end

  assign clear_o = (control && set_bits[trine_regs_pkg::CTRL_CLEAR_LSB] && !busy_i) || soft_reset;

  logic acknowledge;
  assign acknowledge = write && write_offset == trine_regs_pkg::STATUS_OFFSET;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || soft_reset) begin
      done_q       <= 1'b0;
      error_q      <= 1'b0;
      code_q       <= trine_commands_pkg::ERROR_NONE;
      irq_done_q   <= 1'b0;
      irq_error_q  <= 1'b0;
      irq_o        <= 1'b0;
      list_addr_o  <= {trine_regs_pkg::LIST_HI_RESET, trine_regs_pkg::LIST_LO_RESET};
      list_count_o <= trine_regs_pkg::LIST_COUNT_RESET;
      mem_base_o   <= {trine_regs_pkg::MEM_BASE_HI_RESET, trine_regs_pkg::MEM_BASE_LO_RESET};
      mem_limit_o  <= {trine_regs_pkg::MEM_LIMIT_HI_RESET, trine_regs_pkg::MEM_LIMIT_LO_RESET};
      position_o   <= trine_regs_pkg::POSITION_RESET;
      tokens_o     <= {trine_regs_pkg::TOKEN_3_RESET, trine_regs_pkg::TOKEN_2_RESET,
                       trine_regs_pkg::TOKEN_1_RESET, trine_regs_pkg::TOKEN_0_RESET};
      profile_addr_o  <= {trine_regs_pkg::PROFILE_HI_RESET, trine_regs_pkg::PROFILE_LO_RESET};
      profile_count_o <= trine_regs_pkg::PROFILE_COUNT_RESET;
    end else begin
      irq_o <= (done_q && irq_done_q) || (error_q && irq_error_q);
      if (start_o) begin
        done_q  <= 1'b0;
        error_q <= 1'b0;
        code_q  <= trine_commands_pkg::ERROR_NONE;
      end else begin
        // An event wins over its acknowledgement.
        if (finish_i && error_code_i == trine_commands_pkg::ERROR_NONE) done_q <= 1'b1;
        else if (acknowledge && set_bits[trine_regs_pkg::STATUS_DONE_LSB]) done_q <= 1'b0;
        if (finish_i && error_code_i != trine_commands_pkg::ERROR_NONE) error_q <= 1'b1;
        else if (acknowledge && set_bits[trine_regs_pkg::STATUS_ERROR_LSB]) error_q <= 1'b0;
        if (finish_i) code_q <= error_code_i;
      end
      if (write) begin
        unique case (write_offset)
          trine_regs_pkg::IRQ_ENABLE_OFFSET: if (w_strb_q[0]) begin
            irq_done_q  <= w_data_q[trine_regs_pkg::IRQ_ENABLE_DONE_LSB];
            irq_error_q <= w_data_q[trine_regs_pkg::IRQ_ENABLE_ERROR_LSB];
          end
          trine_regs_pkg::LIST_LO_OFFSET:
            list_addr_o[31:0] <= (list_addr_o[31:0] & ~strobe) | set_bits;
          trine_regs_pkg::LIST_HI_OFFSET:
            list_addr_o[63:32] <= (list_addr_o[63:32] & ~strobe) | set_bits;
          trine_regs_pkg::LIST_COUNT_OFFSET:
            list_count_o <= (list_count_o & ~strobe) | set_bits;
          trine_regs_pkg::MEM_BASE_LO_OFFSET:
            mem_base_o[31:0] <= (mem_base_o[31:0] & ~strobe) | set_bits;
          trine_regs_pkg::MEM_BASE_HI_OFFSET:
            mem_base_o[63:32] <= (mem_base_o[63:32] & ~strobe) | set_bits;
          trine_regs_pkg::MEM_LIMIT_LO_OFFSET:
            mem_limit_o[31:0] <= (mem_limit_o[31:0] & ~strobe) | set_bits;
          trine_regs_pkg::MEM_LIMIT_HI_OFFSET:
            mem_limit_o[63:32] <= (mem_limit_o[63:32] & ~strobe) | set_bits;
          trine_regs_pkg::POSITION_OFFSET:
            position_o <= (position_o & ~strobe) | set_bits;
          trine_regs_pkg::TOKEN_0_OFFSET:
            tokens_o[31:0] <= (tokens_o[31:0] & ~strobe) | set_bits;
          trine_regs_pkg::TOKEN_1_OFFSET:
            tokens_o[63:32] <= (tokens_o[63:32] & ~strobe) | set_bits;
          trine_regs_pkg::TOKEN_2_OFFSET:
            tokens_o[95:64] <= (tokens_o[95:64] & ~strobe) | set_bits;
          trine_regs_pkg::TOKEN_3_OFFSET:
            tokens_o[127:96] <= (tokens_o[127:96] & ~strobe) | set_bits;
          trine_regs_pkg::PROFILE_LO_OFFSET:
            profile_addr_o[31:0] <= (profile_addr_o[31:0] & ~strobe) | set_bits;
          trine_regs_pkg::PROFILE_HI_OFFSET:
            profile_addr_o[63:32] <= (profile_addr_o[63:32] & ~strobe) | set_bits;
          trine_regs_pkg::PROFILE_COUNT_OFFSET:
            profile_count_o <= (profile_count_o & ~strobe) | set_bits;
          default: ;
        endcase
      end
    end
  end

  // ---- Counters: pairs LO, HI from CYCLES on ----

  localparam int unsigned Counters = 8;

  logic [32*Counters-1:0] low, high;

  logic read, read_counter;
  assign read         = ar_valid_i && ar_ready_o;
  assign read_counter = read_offset >= trine_regs_pkg::CYCLES_LO_OFFSET
                     && read_offset <= trine_regs_pkg::COMMANDS_HI_OFFSET;

  logic [Counters-1:0] read_low, read_high;
  always_comb begin
    read_low  = '0;
    read_high = '0;
    if (read && read_counter) begin
      if (read_offset[2]) read_high[read_offset[5:3]] = 1'b1;
      else                read_low[read_offset[5:3]]  = 1'b1;
    end
  end

  trine_counters #(.Counters (Counters)) u_counters (
    .clk_i,
    .rst_ni,
    .clear_i     (clear_o),
    .events_i    ({events_i, busy_i}),
    .read_low_i  (read_low),
    .read_high_i (read_high),
    .low_o       (low),
    .high_o      (high)
  );

  // ---- Read ----

  logic [31:0] value;
  logic        read_mapped, write_mapped;

  always_comb begin
    value       = '0;
    read_mapped = 1'b1;
    // The enables keep wide selections from being worked out (in simulation) or switched (in
    // hardware) in cycles that do not use them.
    if (read && read_counter) begin
      value = read_offset[2] ? high[32*read_offset[5:3] +: 32] : low[32*read_offset[5:3] +: 32];
    end else if (read) begin
      unique case (read_offset)
        trine_regs_pkg::ID_OFFSET:      value = trine_regs_pkg::ID_RESET;
        trine_regs_pkg::VERSION_OFFSET: value = trine_regs_pkg::VERSION_RESET;
        trine_regs_pkg::CAPS_OFFSET: begin
          value[trine_regs_pkg::CAPS_GROUPS_LSB +: 8]    = 8'(Groups);
          value[trine_regs_pkg::CAPS_VECTORS_LSB +: 4]   = 4'(Vectors);
          value[trine_regs_pkg::CAPS_F16_LSB]            = F16Engine != 0;
          value[trine_regs_pkg::CAPS_VECTOR_UNIT_LSB]    = VectorUnit != 0;
          value[trine_regs_pkg::CAPS_ACT_WIDTH_LSB +: 8] = 8'(ActWidth);
        end
        trine_regs_pkg::TILE_ROWS_OFFSET:    value = 32'(TileRows);
        trine_regs_pkg::VECTOR_WORDS_OFFSET: value = 32'(VectorWords);
        trine_regs_pkg::MAX_COLS_OFFSET:     value = 32'(MaxCols);
        trine_regs_pkg::CTRL_OFFSET:         value = '0;
        trine_regs_pkg::IRQ_ENABLE_OFFSET: begin
          value[trine_regs_pkg::IRQ_ENABLE_DONE_LSB]  = irq_done_q;
          value[trine_regs_pkg::IRQ_ENABLE_ERROR_LSB] = irq_error_q;
        end
        trine_regs_pkg::STATUS_OFFSET: begin
          value[trine_regs_pkg::STATUS_BUSY_LSB]  = busy_i;
          value[trine_regs_pkg::STATUS_DONE_LSB]  = done_q;
          value[trine_regs_pkg::STATUS_ERROR_LSB] = error_q;
        end
        trine_regs_pkg::ERROR_OFFSET:        value = 32'(code_q);
        trine_regs_pkg::COMMAND_OFFSET:      value = index_i;
        trine_regs_pkg::LIST_LO_OFFSET:      value = list_addr_o[31:0];
        trine_regs_pkg::LIST_HI_OFFSET:      value = list_addr_o[63:32];
        trine_regs_pkg::LIST_COUNT_OFFSET:   value = list_count_o;
        trine_regs_pkg::MEM_BASE_LO_OFFSET:  value = mem_base_o[31:0];
        trine_regs_pkg::MEM_BASE_HI_OFFSET:  value = mem_base_o[63:32];
        trine_regs_pkg::MEM_LIMIT_LO_OFFSET: value = mem_limit_o[31:0];
        trine_regs_pkg::MEM_LIMIT_HI_OFFSET: value = mem_limit_o[63:32];
        trine_regs_pkg::POSITION_OFFSET:      value = position_o;
        trine_regs_pkg::TOKEN_0_OFFSET:       value = tokens_o[31:0];
        trine_regs_pkg::TOKEN_1_OFFSET:       value = tokens_o[63:32];
        trine_regs_pkg::TOKEN_2_OFFSET:       value = tokens_o[95:64];
        trine_regs_pkg::TOKEN_3_OFFSET:       value = tokens_o[127:96];
        trine_regs_pkg::PROFILE_LO_OFFSET:    value = profile_addr_o[31:0];
        trine_regs_pkg::PROFILE_HI_OFFSET:    value = profile_addr_o[63:32];
        trine_regs_pkg::PROFILE_COUNT_OFFSET: value = profile_count_o;
        default: read_mapped = 1'b0;
      endcase
    end
  end

  // The map has one hole, behind LIST_COUNT; counters lie apart.
  assign write_mapped = (write_offset <= trine_regs_pkg::COMMAND_OFFSET)
                     || (write_offset >= trine_regs_pkg::LIST_LO_OFFSET
                         && write_offset <= trine_regs_pkg::LIST_COUNT_OFFSET)
                     || (write_offset >= trine_regs_pkg::MEM_BASE_LO_OFFSET
                         && write_offset <= trine_regs_pkg::PROFILE_COUNT_OFFSET)
                     || (write_offset >= trine_regs_pkg::CYCLES_LO_OFFSET
                         && write_offset <= trine_regs_pkg::COMMANDS_HI_OFFSET);

  // ---- Channels ----

  assign ar_ready_o = !r_valid_o;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      aw_full_q <= 1'b0;
      w_full_q  <= 1'b0;
      b_valid_o <= 1'b0;
      r_valid_o <= 1'b0;
    end else begin
      aw_full_q <= (aw_valid_i || aw_full_q) && !write;
      w_full_q  <= (w_valid_i || w_full_q) && !write;
      b_valid_o <= write || (b_valid_o && !b_ready_i);
      r_valid_o <= read || (r_valid_o && !r_ready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (aw_ready_o) aw_addr_q <= aw_addr_i;
    if (w_ready_o) begin
      w_data_q <= w_data_i;
      w_strb_q <= w_strb_i;
    end
    if (write) b_resp_o <= write_mapped ? RespOkay : RespError;
    if (read) begin
      r_data_o <= value;
      r_resp_o <= read_mapped ? RespOkay : RespError;
    end
  end

  logic unused_ok;
  assign unused_ok = ^{aw_addr_q[1:0], ar_addr_i[1:0]};

  `TRINE_ASSERT(FinishWhenBusy_A, !finish_i || busy_i)

`ifdef FORMAL
  `include "trine_registers_formal.svh"
`endif

endmodule
