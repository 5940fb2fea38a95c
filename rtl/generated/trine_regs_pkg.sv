// SPDX-License-Identifier: Apache-2.0
// Generated from registers.def by generate_isa; do not edit.

package trine_regs_pkg;

  parameter logic [11:0] ID_OFFSET = 12'h000;  // Identity: ASCII "TRNE"
  parameter logic [31:0] ID_RESET  = 32'h54524E45;
  parameter int unsigned ID_VALUE_LSB = 0;  // Constant
  parameter int unsigned ID_VALUE_WIDTH = 32;

  parameter logic [11:0] VERSION_OFFSET = 12'h004;  // Version of registers and commands
  parameter logic [31:0] VERSION_RESET  = 32'h00020002;
  parameter int unsigned VERSION_MINOR_LSB = 0;  // Grows when something is added
  parameter int unsigned VERSION_MINOR_WIDTH = 16;
  parameter int unsigned VERSION_MAJOR_LSB = 16;  // Grows when something changes its meaning
  parameter int unsigned VERSION_MAJOR_WIDTH = 16;

  parameter logic [11:0] CAPS_OFFSET = 12'h008;  // Capabilities: the parameters that the core was built with
  parameter logic [31:0] CAPS_RESET  = 32'h21EC3110;
  parameter int unsigned CAPS_GROUPS_LSB = 0;  // Groups side by side; a beat is 4 * GROUPS bytes
  parameter int unsigned CAPS_GROUPS_WIDTH = 8;
  parameter int unsigned CAPS_VECTORS_LSB = 8;  // Activation vectors that share a weight beat
  parameter int unsigned CAPS_VECTORS_WIDTH = 4;
  parameter int unsigned CAPS_F16_LSB = 12;  // The FP16 engine is present
  parameter int unsigned CAPS_F16_WIDTH = 1;
  parameter int unsigned CAPS_VECTOR_UNIT_LSB = 13;  // The vector unit is present
  parameter int unsigned CAPS_VECTOR_UNIT_WIDTH = 1;
  parameter int unsigned CAPS_PARITY_LSB = 14;  // Memories of the trit and FP16 engines and vector memory have parity
  parameter int unsigned CAPS_PARITY_WIDTH = 1;
  parameter int unsigned CAPS_STREAM_SUM_LSB = 15;  // Checksums of trit streams are compared
  parameter int unsigned CAPS_STREAM_SUM_WIDTH = 1;
  parameter int unsigned CAPS_ACT_WIDTH_LSB = 16;  // Bits of an activation mantissa
  parameter int unsigned CAPS_ACT_WIDTH_WIDTH = 5;
  parameter int unsigned CAPS_ATTENTION_WIDTH_LSB = 21;  // Bits of a mantissa of query, keys and values
  parameter int unsigned CAPS_ATTENTION_WIDTH_WIDTH = 5;
  parameter int unsigned CAPS_ATTENTION_HEADS_LSB = 26;  // Query heads that share a pass over keys and values; 0: no attention unit
  parameter int unsigned CAPS_ATTENTION_HEADS_WIDTH = 6;

  parameter logic [11:0] TILE_ROWS_OFFSET = 12'h00C;  // Rows of a row tile (TileRows)
  parameter logic [31:0] TILE_ROWS_RESET  = 32'h00000800;
  parameter int unsigned TILE_ROWS_VALUE_LSB = 0;  // Rows
  parameter int unsigned TILE_ROWS_VALUE_WIDTH = 32;

  parameter logic [11:0] VECTOR_WORDS_OFFSET = 12'h010;  // Size of the vector memory
  parameter logic [31:0] VECTOR_WORDS_RESET  = 32'h00010000;
  parameter int unsigned VECTOR_WORDS_VALUE_LSB = 0;  // FP32 words
  parameter int unsigned VECTOR_WORDS_VALUE_WIDTH = 32;

  parameter logic [11:0] MAX_COLS_OFFSET = 12'h014;  // Longest activation vector of a matrix-vector product
  parameter logic [31:0] MAX_COLS_RESET  = 32'h00008000;
  parameter int unsigned MAX_COLS_VALUE_LSB = 0;  // Columns
  parameter int unsigned MAX_COLS_VALUE_WIDTH = 32;

  parameter logic [11:0] CTRL_OFFSET = 12'h018;  // Control
  parameter logic [31:0] CTRL_RESET  = 32'h00000000;
  parameter int unsigned CTRL_START_LSB = 0;  // Runs the command list; ignored while busy
  parameter int unsigned CTRL_START_WIDTH = 1;
  parameter int unsigned CTRL_ABORT_LSB = 1;  // Stops after the command that runs, with error ABORTED
  parameter int unsigned CTRL_ABORT_WIDTH = 1;
  parameter int unsigned CTRL_CLEAR_LSB = 2;  // Zeroes the counters; ignored while busy
  parameter int unsigned CTRL_CLEAR_WIDTH = 1;
  parameter int unsigned CTRL_RESET_LSB = 3;  // Soft reset: like ABORT while busy; when idle, every register and counter returns to its reset value
  parameter int unsigned CTRL_RESET_WIDTH = 1;

  parameter logic [11:0] IRQ_ENABLE_OFFSET = 12'h01C;  // Interrupt enable; the line is high while an enabled STATUS bit is set
  parameter logic [31:0] IRQ_ENABLE_RESET  = 32'h00000000;
  parameter int unsigned IRQ_ENABLE_DONE_LSB = 1;  // Interrupt on STATUS.DONE
  parameter int unsigned IRQ_ENABLE_DONE_WIDTH = 1;
  parameter int unsigned IRQ_ENABLE_ERROR_LSB = 2;  // Interrupt on STATUS.ERROR
  parameter int unsigned IRQ_ENABLE_ERROR_WIDTH = 1;

  parameter logic [11:0] STATUS_OFFSET = 12'h020;  // Status
  parameter logic [31:0] STATUS_RESET  = 32'h00000000;
  parameter int unsigned STATUS_BUSY_LSB = 0;  // A command list runs
  parameter int unsigned STATUS_BUSY_WIDTH = 1;
  parameter int unsigned STATUS_DONE_LSB = 1;  // A command list ended at its END command. Cleared by START too
  parameter int unsigned STATUS_DONE_WIDTH = 1;
  parameter int unsigned STATUS_ERROR_LSB = 2;  // A command list stopped; ERROR says why. Cleared by START too
  parameter int unsigned STATUS_ERROR_WIDTH = 1;

  parameter logic [11:0] ERROR_OFFSET = 12'h024;  // Why the last command list stopped
  parameter logic [31:0] ERROR_RESET  = 32'h00000000;
  parameter int unsigned ERROR_CODE_LSB = 0;  // Error code
  parameter int unsigned ERROR_CODE_WIDTH = 8;

  parameter logic [11:0] COMMAND_OFFSET = 12'h028;  // Progress
  parameter logic [31:0] COMMAND_RESET  = 32'h00000000;
  parameter int unsigned COMMAND_INDEX_LSB = 0;  // Index in the list of the command that runs, or that raised the error
  parameter int unsigned COMMAND_INDEX_WIDTH = 32;

  parameter logic [11:0] LIST_LO_OFFSET = 12'h030;  // Address of the command list, low half
  parameter logic [31:0] LIST_LO_RESET  = 32'h00000000;
  parameter int unsigned LIST_LO_VALUE_LSB = 0;  // A multiple of 64
  parameter int unsigned LIST_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] LIST_HI_OFFSET = 12'h034;  // Address of the command list, high half
  parameter logic [31:0] LIST_HI_RESET  = 32'h00000000;
  parameter int unsigned LIST_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned LIST_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] LIST_COUNT_OFFSET = 12'h038;  // Length of the command list
  parameter logic [31:0] LIST_COUNT_RESET  = 32'h00000000;
  parameter int unsigned LIST_COUNT_VALUE_LSB = 0;  // Commands; END must come within them
  parameter int unsigned LIST_COUNT_VALUE_WIDTH = 32;

  parameter logic [11:0] MEM_BASE_LO_OFFSET = 12'h040;  // First byte that the core may touch, low half
  parameter logic [31:0] MEM_BASE_LO_RESET  = 32'h00000000;
  parameter int unsigned MEM_BASE_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned MEM_BASE_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] MEM_BASE_HI_OFFSET = 12'h044;  // First byte that the core may touch, high half
  parameter logic [31:0] MEM_BASE_HI_RESET  = 32'h00000000;
  parameter int unsigned MEM_BASE_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned MEM_BASE_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] MEM_LIMIT_LO_OFFSET = 12'h048;  // One past the last byte that the core may touch, low half
  parameter logic [31:0] MEM_LIMIT_LO_RESET  = 32'h00000000;
  parameter int unsigned MEM_LIMIT_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned MEM_LIMIT_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] MEM_LIMIT_HI_OFFSET = 12'h04C;  // One past the last byte that the core may touch, high half
  parameter logic [31:0] MEM_LIMIT_HI_RESET  = 32'h00000000;
  parameter int unsigned MEM_LIMIT_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned MEM_LIMIT_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] POSITION_OFFSET = 12'h050;  // Position in the sequence
  parameter logic [31:0] POSITION_RESET  = 32'h00000000;
  parameter int unsigned POSITION_VALUE_LSB = 0;  // The token in bank b is at POSITION + AHEAD_b
  parameter int unsigned POSITION_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_0_OFFSET = 12'h054;  // Token of bank 0
  parameter logic [31:0] TOKEN_0_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_0_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_0_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_1_OFFSET = 12'h058;  // Token of bank 1
  parameter logic [31:0] TOKEN_1_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_1_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_1_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_2_OFFSET = 12'h05C;  // Token of bank 2
  parameter logic [31:0] TOKEN_2_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_2_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_2_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_3_OFFSET = 12'h060;  // Token of bank 3
  parameter logic [31:0] TOKEN_3_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_3_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_3_VALUE_WIDTH = 32;

  parameter logic [11:0] PROFILE_LO_OFFSET = 12'h064;  // Address of the profile, low half
  parameter logic [31:0] PROFILE_LO_RESET  = 32'h00000000;
  parameter int unsigned PROFILE_LO_VALUE_LSB = 0;  // A multiple of 64
  parameter int unsigned PROFILE_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] PROFILE_HI_OFFSET = 12'h068;  // Address of the profile, high half
  parameter logic [31:0] PROFILE_HI_RESET  = 32'h00000000;
  parameter int unsigned PROFILE_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned PROFILE_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] PROFILE_COUNT_OFFSET = 12'h06C;  // Records that the profile has room for; 0: no profile
  parameter logic [31:0] PROFILE_COUNT_RESET  = 32'h00000000;
  parameter int unsigned PROFILE_COUNT_VALUE_LSB = 0;  // The commands with a lower index write a record of 64 bytes each
  parameter int unsigned PROFILE_COUNT_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_4_OFFSET = 12'h070;  // Token of bank 4
  parameter logic [31:0] TOKEN_4_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_4_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_4_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_5_OFFSET = 12'h074;  // Token of bank 5
  parameter logic [31:0] TOKEN_5_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_5_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_5_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_6_OFFSET = 12'h078;  // Token of bank 6
  parameter logic [31:0] TOKEN_6_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_6_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_6_VALUE_WIDTH = 32;

  parameter logic [11:0] TOKEN_7_OFFSET = 12'h07C;  // Token of bank 7
  parameter logic [31:0] TOKEN_7_RESET  = 32'h00000000;
  parameter int unsigned TOKEN_7_VALUE_LSB = 0;  // Token id
  parameter int unsigned TOKEN_7_VALUE_WIDTH = 32;

  parameter logic [11:0] CYCLES_LO_OFFSET = 12'h080;  // Cycles with STATUS.BUSY, low half
  parameter logic [31:0] CYCLES_LO_RESET  = 32'h00000000;
  parameter int unsigned CYCLES_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned CYCLES_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] CYCLES_HI_OFFSET = 12'h084;  // Cycles with STATUS.BUSY, high half
  parameter logic [31:0] CYCLES_HI_RESET  = 32'h00000000;
  parameter int unsigned CYCLES_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned CYCLES_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] WEIGHT_BEATS_LO_OFFSET = 12'h088;  // Weight beats that an engine took, low half
  parameter logic [31:0] WEIGHT_BEATS_LO_RESET  = 32'h00000000;
  parameter int unsigned WEIGHT_BEATS_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned WEIGHT_BEATS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] WEIGHT_BEATS_HI_OFFSET = 12'h08C;  // Weight beats that an engine took, high half
  parameter logic [31:0] WEIGHT_BEATS_HI_RESET  = 32'h00000000;
  parameter int unsigned WEIGHT_BEATS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned WEIGHT_BEATS_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] READ_BEATS_LO_OFFSET = 12'h090;  // Beats that commands read: their own words and their data, low half
  parameter logic [31:0] READ_BEATS_LO_RESET  = 32'h00000000;
  parameter int unsigned READ_BEATS_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned READ_BEATS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] READ_BEATS_HI_OFFSET = 12'h094;  // Beats that commands read: their own words and their data, high half
  parameter logic [31:0] READ_BEATS_HI_RESET  = 32'h00000000;
  parameter int unsigned READ_BEATS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned READ_BEATS_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] WRITE_BEATS_LO_OFFSET = 12'h098;  // Beats that the core wrote, low half
  parameter logic [31:0] WRITE_BEATS_LO_RESET  = 32'h00000000;
  parameter int unsigned WRITE_BEATS_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned WRITE_BEATS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] WRITE_BEATS_HI_OFFSET = 12'h09C;  // Beats that the core wrote, high half
  parameter logic [31:0] WRITE_BEATS_HI_RESET  = 32'h00000000;
  parameter int unsigned WRITE_BEATS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned WRITE_BEATS_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_MEMORY_LO_OFFSET = 12'h0A0;  // Cycles in which an engine waited for a weight beat, low half
  parameter logic [31:0] STALL_MEMORY_LO_RESET  = 32'h00000000;
  parameter int unsigned STALL_MEMORY_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned STALL_MEMORY_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_MEMORY_HI_OFFSET = 12'h0A4;  // Cycles in which an engine waited for a weight beat, high half
  parameter logic [31:0] STALL_MEMORY_HI_RESET  = 32'h00000000;
  parameter int unsigned STALL_MEMORY_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned STALL_MEMORY_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_TABLE_LO_OFFSET = 12'h0A8;  // Cycles in which a weight beat waited for activations or tables, low half
  parameter logic [31:0] STALL_TABLE_LO_RESET  = 32'h00000000;
  parameter int unsigned STALL_TABLE_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned STALL_TABLE_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_TABLE_HI_OFFSET = 12'h0AC;  // Cycles in which a weight beat waited for activations or tables, high half
  parameter logic [31:0] STALL_TABLE_HI_RESET  = 32'h00000000;
  parameter int unsigned STALL_TABLE_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned STALL_TABLE_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_ROWS_LO_OFFSET = 12'h0B0;  // Cycles in which a weight beat waited for the row pipeline, low half
  parameter logic [31:0] STALL_ROWS_LO_RESET  = 32'h00000000;
  parameter int unsigned STALL_ROWS_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned STALL_ROWS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] STALL_ROWS_HI_OFFSET = 12'h0B4;  // Cycles in which a weight beat waited for the row pipeline, high half
  parameter logic [31:0] STALL_ROWS_HI_RESET  = 32'h00000000;
  parameter int unsigned STALL_ROWS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned STALL_ROWS_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] COMMANDS_LO_OFFSET = 12'h0B8;  // Commands completed, low half
  parameter logic [31:0] COMMANDS_LO_RESET  = 32'h00000000;
  parameter int unsigned COMMANDS_LO_VALUE_LSB = 0;  // Bits 31:0
  parameter int unsigned COMMANDS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] COMMANDS_HI_OFFSET = 12'h0BC;  // Commands completed, high half
  parameter logic [31:0] COMMANDS_HI_RESET  = 32'h00000000;
  parameter int unsigned COMMANDS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned COMMANDS_HI_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_0_OFFSET = 12'h0C0;  // Position of bank 0, less POSITION
  parameter logic [31:0] AHEAD_0_RESET  = 32'h00000000;
  parameter int unsigned AHEAD_0_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_0_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_1_OFFSET = 12'h0C4;  // Position of bank 1, less POSITION
  parameter logic [31:0] AHEAD_1_RESET  = 32'h00000001;
  parameter int unsigned AHEAD_1_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_1_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_2_OFFSET = 12'h0C8;  // Position of bank 2, less POSITION
  parameter logic [31:0] AHEAD_2_RESET  = 32'h00000002;
  parameter int unsigned AHEAD_2_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_2_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_3_OFFSET = 12'h0CC;  // Position of bank 3, less POSITION
  parameter logic [31:0] AHEAD_3_RESET  = 32'h00000003;
  parameter int unsigned AHEAD_3_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_3_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_4_OFFSET = 12'h0D0;  // Position of bank 4, less POSITION
  parameter logic [31:0] AHEAD_4_RESET  = 32'h00000004;
  parameter int unsigned AHEAD_4_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_4_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_5_OFFSET = 12'h0D4;  // Position of bank 5, less POSITION
  parameter logic [31:0] AHEAD_5_RESET  = 32'h00000005;
  parameter int unsigned AHEAD_5_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_5_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_6_OFFSET = 12'h0D8;  // Position of bank 6, less POSITION
  parameter logic [31:0] AHEAD_6_RESET  = 32'h00000006;
  parameter int unsigned AHEAD_6_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_6_VALUE_WIDTH = 32;

  parameter logic [11:0] AHEAD_7_OFFSET = 12'h0DC;  // Position of bank 7, less POSITION
  parameter logic [31:0] AHEAD_7_RESET  = 32'h00000007;
  parameter int unsigned AHEAD_7_VALUE_LSB = 0;  // Added to POSITION
  parameter int unsigned AHEAD_7_VALUE_WIDTH = 32;

  parameter logic [11:0] BUS_LIMIT_OFFSET = 12'h0E0;  // Cycles that a channel of the memory bus may stand still; 0: any number
  parameter logic [31:0] BUS_LIMIT_RESET  = 32'h00100000;
  parameter int unsigned BUS_LIMIT_VALUE_LSB = 0;  // Cycles; noticed after half of them at the earliest. Less than 4 is as 4
  parameter int unsigned BUS_LIMIT_VALUE_WIDTH = 32;

  parameter logic [11:0] BUS_FAULT_OFFSET = 12'h0E4;  // Where the memory bus failed, with BUS_TIMEOUT, BUS_LAST and BUS_UNEXPECTED. Cleared by START too
  parameter logic [31:0] BUS_FAULT_RESET  = 32'h00000000;
  parameter int unsigned BUS_FAULT_CHANNEL_LSB = 0;  // 0: nowhere, 1: AR, 2: R, 3: AW, 4: W, 5: B
  parameter int unsigned BUS_FAULT_CHANNEL_WIDTH = 3;
  parameter int unsigned BUS_FAULT_PORT_LSB = 4;  // Read port
  parameter int unsigned BUS_FAULT_PORT_WIDTH = 2;

  parameter logic [11:0] BUS_ADDRESS_LO_OFFSET = 12'h0E8;  // Address of the burst that BUS_FAULT is about, low half
  parameter logic [31:0] BUS_ADDRESS_LO_RESET  = 32'h00000000;
  parameter int unsigned BUS_ADDRESS_LO_VALUE_LSB = 0;  // Bits 31:0; 0 for an answer that belongs to no burst
  parameter int unsigned BUS_ADDRESS_LO_VALUE_WIDTH = 32;

  parameter logic [11:0] BUS_ADDRESS_HI_OFFSET = 12'h0EC;  // Address of the burst that BUS_FAULT is about, high half
  parameter logic [31:0] BUS_ADDRESS_HI_RESET  = 32'h00000000;
  parameter int unsigned BUS_ADDRESS_HI_VALUE_LSB = 0;  // Bits 63:32
  parameter int unsigned BUS_ADDRESS_HI_VALUE_WIDTH = 32;

  // ---- Storage and decode ----

  // What software writes.
  parameter int unsigned SoftwareBits = 898;
  typedef struct packed {
    logic        irq_enable_error;
    logic        irq_enable_done;
    logic [31:0] bus_limit;
    logic [31:0] ahead_7;
    logic [31:0] ahead_6;
    logic [31:0] ahead_5;
    logic [31:0] ahead_4;
    logic [31:0] ahead_3;
    logic [31:0] ahead_2;
    logic [31:0] ahead_1;
    logic [31:0] ahead_0;
    logic [31:0] token_7;
    logic [31:0] token_6;
    logic [31:0] token_5;
    logic [31:0] token_4;
    logic [31:0] profile_count;
    logic [31:0] profile_hi;
    logic [31:0] profile_lo;
    logic [31:0] token_3;
    logic [31:0] token_2;
    logic [31:0] token_1;
    logic [31:0] token_0;
    logic [31:0] position;
    logic [31:0] mem_limit_hi;
    logic [31:0] mem_limit_lo;
    logic [31:0] mem_base_hi;
    logic [31:0] mem_base_lo;
    logic [31:0] list_count;
    logic [31:0] list_hi;
    logic [31:0] list_lo;
  } software_t;

  // What the hardware says, without the counters.
  parameter int unsigned HardwareBits = 240;
  typedef struct packed {
    logic [1:0]  bus_fault_port;
    logic [2:0]  bus_fault_channel;
    logic [7:0]  error_code;
    logic        status_error;
    logic        status_done;
    logic        status_busy;
    logic [5:0]  caps_attention_heads;
    logic [4:0]  caps_attention_width;
    logic [4:0]  caps_act_width;
    logic        caps_stream_sum;
    logic        caps_parity;
    logic        caps_vector_unit;
    logic        caps_f16;
    logic [3:0]  caps_vectors;
    logic [7:0]  caps_groups;
    logic [31:0] bus_address_hi;
    logic [31:0] bus_address_lo;
    logic [31:0] command;
    logic [31:0] max_cols;
    logic [31:0] vector_words;
    logic [31:0] tile_rows;
  } hardware_t;

  // Fields to which software writes a 1 in this cycle.
  parameter int unsigned OnesBits = 6;
  typedef struct packed {
    logic        status_error;
    logic        status_done;
    logic        ctrl_reset;
    logic        ctrl_clear;
    logic        ctrl_abort;
    logic        ctrl_start;
  } ones_t;

  // What they reset to.
  parameter logic [897:0] SoftwareReset = {1'h0, 1'h0, 32'h100000, 32'h7, 32'h6, 32'h5, 32'h4, 32'h3, 32'h2, 32'h1, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0, 32'h0};

  // software_t after a write of `word` to a register.
  function automatic logic [897:0] written(
      input logic [897:0] software, input logic [11:0] offset, input logic [31:0] word);
    written = software;
    if (offset == IRQ_ENABLE_OFFSET) begin
      written[896 +: 1] = word[1 +: 1];
      written[897 +: 1] = word[2 +: 1];
    end
    if (offset == LIST_LO_OFFSET) begin
      written[0 +: 32] = word[0 +: 32];
    end
    if (offset == LIST_HI_OFFSET) begin
      written[32 +: 32] = word[0 +: 32];
    end
    if (offset == LIST_COUNT_OFFSET) begin
      written[64 +: 32] = word[0 +: 32];
    end
    if (offset == MEM_BASE_LO_OFFSET) begin
      written[96 +: 32] = word[0 +: 32];
    end
    if (offset == MEM_BASE_HI_OFFSET) begin
      written[128 +: 32] = word[0 +: 32];
    end
    if (offset == MEM_LIMIT_LO_OFFSET) begin
      written[160 +: 32] = word[0 +: 32];
    end
    if (offset == MEM_LIMIT_HI_OFFSET) begin
      written[192 +: 32] = word[0 +: 32];
    end
    if (offset == POSITION_OFFSET) begin
      written[224 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_0_OFFSET) begin
      written[256 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_1_OFFSET) begin
      written[288 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_2_OFFSET) begin
      written[320 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_3_OFFSET) begin
      written[352 +: 32] = word[0 +: 32];
    end
    if (offset == PROFILE_LO_OFFSET) begin
      written[384 +: 32] = word[0 +: 32];
    end
    if (offset == PROFILE_HI_OFFSET) begin
      written[416 +: 32] = word[0 +: 32];
    end
    if (offset == PROFILE_COUNT_OFFSET) begin
      written[448 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_4_OFFSET) begin
      written[480 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_5_OFFSET) begin
      written[512 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_6_OFFSET) begin
      written[544 +: 32] = word[0 +: 32];
    end
    if (offset == TOKEN_7_OFFSET) begin
      written[576 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_0_OFFSET) begin
      written[608 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_1_OFFSET) begin
      written[640 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_2_OFFSET) begin
      written[672 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_3_OFFSET) begin
      written[704 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_4_OFFSET) begin
      written[736 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_5_OFFSET) begin
      written[768 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_6_OFFSET) begin
      written[800 +: 32] = word[0 +: 32];
    end
    if (offset == AHEAD_7_OFFSET) begin
      written[832 +: 32] = word[0 +: 32];
    end
    if (offset == BUS_LIMIT_OFFSET) begin
      written[864 +: 32] = word[0 +: 32];
    end
  endfunction

  // Registers of software_t that are one field: where their word lies in it.
  parameter int unsigned SoftwareWords = 28;
  function automatic logic is_word(input logic [11:0] offset);
    case (offset)
      LIST_LO_OFFSET,
      LIST_HI_OFFSET,
      LIST_COUNT_OFFSET,
      MEM_BASE_LO_OFFSET,
      MEM_BASE_HI_OFFSET,
      MEM_LIMIT_LO_OFFSET,
      MEM_LIMIT_HI_OFFSET,
      POSITION_OFFSET,
      TOKEN_0_OFFSET,
      TOKEN_1_OFFSET,
      TOKEN_2_OFFSET,
      TOKEN_3_OFFSET,
      PROFILE_LO_OFFSET,
      PROFILE_HI_OFFSET,
      PROFILE_COUNT_OFFSET,
      TOKEN_4_OFFSET,
      TOKEN_5_OFFSET,
      TOKEN_6_OFFSET,
      TOKEN_7_OFFSET,
      AHEAD_0_OFFSET,
      AHEAD_1_OFFSET,
      AHEAD_2_OFFSET,
      AHEAD_3_OFFSET,
      AHEAD_4_OFFSET,
      AHEAD_5_OFFSET,
      AHEAD_6_OFFSET,
      AHEAD_7_OFFSET,
      BUS_LIMIT_OFFSET: is_word = 1'b1;
      default: is_word = 1'b0;
    endcase
  endfunction
  function automatic logic [4:0] word_of(input logic [11:0] offset);
    case (offset)
      LIST_LO_OFFSET: word_of = 5'd0;
      LIST_HI_OFFSET: word_of = 5'd1;
      LIST_COUNT_OFFSET: word_of = 5'd2;
      MEM_BASE_LO_OFFSET: word_of = 5'd3;
      MEM_BASE_HI_OFFSET: word_of = 5'd4;
      MEM_LIMIT_LO_OFFSET: word_of = 5'd5;
      MEM_LIMIT_HI_OFFSET: word_of = 5'd6;
      POSITION_OFFSET: word_of = 5'd7;
      TOKEN_0_OFFSET: word_of = 5'd8;
      TOKEN_1_OFFSET: word_of = 5'd9;
      TOKEN_2_OFFSET: word_of = 5'd10;
      TOKEN_3_OFFSET: word_of = 5'd11;
      PROFILE_LO_OFFSET: word_of = 5'd12;
      PROFILE_HI_OFFSET: word_of = 5'd13;
      PROFILE_COUNT_OFFSET: word_of = 5'd14;
      TOKEN_4_OFFSET: word_of = 5'd15;
      TOKEN_5_OFFSET: word_of = 5'd16;
      TOKEN_6_OFFSET: word_of = 5'd17;
      TOKEN_7_OFFSET: word_of = 5'd18;
      AHEAD_0_OFFSET: word_of = 5'd19;
      AHEAD_1_OFFSET: word_of = 5'd20;
      AHEAD_2_OFFSET: word_of = 5'd21;
      AHEAD_3_OFFSET: word_of = 5'd22;
      AHEAD_4_OFFSET: word_of = 5'd23;
      AHEAD_5_OFFSET: word_of = 5'd24;
      AHEAD_6_OFFSET: word_of = 5'd25;
      AHEAD_7_OFFSET: word_of = 5'd26;
      BUS_LIMIT_OFFSET: word_of = 5'd27;
      default: word_of = '0;
    endcase
  endfunction

  // ones_t of a write that sets `set_bits`; the lowest bits are all that matter to it.
  parameter int unsigned OnesSpan = 4;
  function automatic logic [5:0] ones_of(
      input logic [11:0] offset, input logic [OnesSpan-1:0] set_bits);
    ones_of = '0;
    case (offset)
      CTRL_OFFSET: begin
        ones_of[0 +: 1] = set_bits[0 +: 1];
        ones_of[1 +: 1] = set_bits[1 +: 1];
        ones_of[2 +: 1] = set_bits[2 +: 1];
        ones_of[3 +: 1] = set_bits[3 +: 1];
      end
      STATUS_OFFSET: begin
        ones_of[4 +: 1] = set_bits[1 +: 1];
        ones_of[5 +: 1] = set_bits[2 +: 1];
      end
      default: ;
    endcase
  endfunction

  // What a register reads; 0 for a counter and an offset without a register.
  function automatic logic [31:0] value_of(
      input logic [11:0] offset, input logic [897:0] software, input logic [239:0] hardware);
    value_of = '0;
    case (offset)
      ID_OFFSET: begin
        value_of[0 +: 32] = 32'h54524E45;
      end
      VERSION_OFFSET: begin
        value_of[0 +: 16] = 16'h2;
        value_of[16 +: 16] = 16'h2;
      end
      CAPS_OFFSET: begin
        value_of[0 +: 8] = hardware[192 +: 8];
        value_of[8 +: 4] = hardware[200 +: 4];
        value_of[12 +: 1] = hardware[204 +: 1];
        value_of[13 +: 1] = hardware[205 +: 1];
        value_of[14 +: 1] = hardware[206 +: 1];
        value_of[15 +: 1] = hardware[207 +: 1];
        value_of[16 +: 5] = hardware[208 +: 5];
        value_of[21 +: 5] = hardware[213 +: 5];
        value_of[26 +: 6] = hardware[218 +: 6];
      end
      TILE_ROWS_OFFSET: begin
        value_of[0 +: 32] = hardware[0 +: 32];
      end
      VECTOR_WORDS_OFFSET: begin
        value_of[0 +: 32] = hardware[32 +: 32];
      end
      MAX_COLS_OFFSET: begin
        value_of[0 +: 32] = hardware[64 +: 32];
      end
      IRQ_ENABLE_OFFSET: begin
        value_of[1 +: 1] = software[896 +: 1];
        value_of[2 +: 1] = software[897 +: 1];
      end
      STATUS_OFFSET: begin
        value_of[0 +: 1] = hardware[224 +: 1];
        value_of[1 +: 1] = hardware[225 +: 1];
        value_of[2 +: 1] = hardware[226 +: 1];
      end
      ERROR_OFFSET: begin
        value_of[0 +: 8] = hardware[227 +: 8];
      end
      COMMAND_OFFSET: begin
        value_of[0 +: 32] = hardware[96 +: 32];
      end
      LIST_LO_OFFSET: begin
        value_of[0 +: 32] = software[0 +: 32];
      end
      LIST_HI_OFFSET: begin
        value_of[0 +: 32] = software[32 +: 32];
      end
      LIST_COUNT_OFFSET: begin
        value_of[0 +: 32] = software[64 +: 32];
      end
      MEM_BASE_LO_OFFSET: begin
        value_of[0 +: 32] = software[96 +: 32];
      end
      MEM_BASE_HI_OFFSET: begin
        value_of[0 +: 32] = software[128 +: 32];
      end
      MEM_LIMIT_LO_OFFSET: begin
        value_of[0 +: 32] = software[160 +: 32];
      end
      MEM_LIMIT_HI_OFFSET: begin
        value_of[0 +: 32] = software[192 +: 32];
      end
      POSITION_OFFSET: begin
        value_of[0 +: 32] = software[224 +: 32];
      end
      TOKEN_0_OFFSET: begin
        value_of[0 +: 32] = software[256 +: 32];
      end
      TOKEN_1_OFFSET: begin
        value_of[0 +: 32] = software[288 +: 32];
      end
      TOKEN_2_OFFSET: begin
        value_of[0 +: 32] = software[320 +: 32];
      end
      TOKEN_3_OFFSET: begin
        value_of[0 +: 32] = software[352 +: 32];
      end
      PROFILE_LO_OFFSET: begin
        value_of[0 +: 32] = software[384 +: 32];
      end
      PROFILE_HI_OFFSET: begin
        value_of[0 +: 32] = software[416 +: 32];
      end
      PROFILE_COUNT_OFFSET: begin
        value_of[0 +: 32] = software[448 +: 32];
      end
      TOKEN_4_OFFSET: begin
        value_of[0 +: 32] = software[480 +: 32];
      end
      TOKEN_5_OFFSET: begin
        value_of[0 +: 32] = software[512 +: 32];
      end
      TOKEN_6_OFFSET: begin
        value_of[0 +: 32] = software[544 +: 32];
      end
      TOKEN_7_OFFSET: begin
        value_of[0 +: 32] = software[576 +: 32];
      end
      AHEAD_0_OFFSET: begin
        value_of[0 +: 32] = software[608 +: 32];
      end
      AHEAD_1_OFFSET: begin
        value_of[0 +: 32] = software[640 +: 32];
      end
      AHEAD_2_OFFSET: begin
        value_of[0 +: 32] = software[672 +: 32];
      end
      AHEAD_3_OFFSET: begin
        value_of[0 +: 32] = software[704 +: 32];
      end
      AHEAD_4_OFFSET: begin
        value_of[0 +: 32] = software[736 +: 32];
      end
      AHEAD_5_OFFSET: begin
        value_of[0 +: 32] = software[768 +: 32];
      end
      AHEAD_6_OFFSET: begin
        value_of[0 +: 32] = software[800 +: 32];
      end
      AHEAD_7_OFFSET: begin
        value_of[0 +: 32] = software[832 +: 32];
      end
      BUS_LIMIT_OFFSET: begin
        value_of[0 +: 32] = software[864 +: 32];
      end
      BUS_FAULT_OFFSET: begin
        value_of[0 +: 3] = hardware[235 +: 3];
        value_of[4 +: 2] = hardware[238 +: 2];
      end
      BUS_ADDRESS_LO_OFFSET: begin
        value_of[0 +: 32] = hardware[128 +: 32];
      end
      BUS_ADDRESS_HI_OFFSET: begin
        value_of[0 +: 32] = hardware[160 +: 32];
      end
      default: ;
    endcase
  endfunction

  // There is a register at this offset.
  function automatic logic is_mapped(input logic [11:0] offset);
    case (offset)
      ID_OFFSET,
      VERSION_OFFSET,
      CAPS_OFFSET,
      TILE_ROWS_OFFSET,
      VECTOR_WORDS_OFFSET,
      MAX_COLS_OFFSET,
      CTRL_OFFSET,
      IRQ_ENABLE_OFFSET,
      STATUS_OFFSET,
      ERROR_OFFSET,
      COMMAND_OFFSET,
      LIST_LO_OFFSET,
      LIST_HI_OFFSET,
      LIST_COUNT_OFFSET,
      MEM_BASE_LO_OFFSET,
      MEM_BASE_HI_OFFSET,
      MEM_LIMIT_LO_OFFSET,
      MEM_LIMIT_HI_OFFSET,
      POSITION_OFFSET,
      TOKEN_0_OFFSET,
      TOKEN_1_OFFSET,
      TOKEN_2_OFFSET,
      TOKEN_3_OFFSET,
      PROFILE_LO_OFFSET,
      PROFILE_HI_OFFSET,
      PROFILE_COUNT_OFFSET,
      TOKEN_4_OFFSET,
      TOKEN_5_OFFSET,
      TOKEN_6_OFFSET,
      TOKEN_7_OFFSET,
      CYCLES_LO_OFFSET,
      CYCLES_HI_OFFSET,
      WEIGHT_BEATS_LO_OFFSET,
      WEIGHT_BEATS_HI_OFFSET,
      READ_BEATS_LO_OFFSET,
      READ_BEATS_HI_OFFSET,
      WRITE_BEATS_LO_OFFSET,
      WRITE_BEATS_HI_OFFSET,
      STALL_MEMORY_LO_OFFSET,
      STALL_MEMORY_HI_OFFSET,
      STALL_TABLE_LO_OFFSET,
      STALL_TABLE_HI_OFFSET,
      STALL_ROWS_LO_OFFSET,
      STALL_ROWS_HI_OFFSET,
      COMMANDS_LO_OFFSET,
      COMMANDS_HI_OFFSET,
      AHEAD_0_OFFSET,
      AHEAD_1_OFFSET,
      AHEAD_2_OFFSET,
      AHEAD_3_OFFSET,
      AHEAD_4_OFFSET,
      AHEAD_5_OFFSET,
      AHEAD_6_OFFSET,
      AHEAD_7_OFFSET,
      BUS_LIMIT_OFFSET,
      BUS_FAULT_OFFSET,
      BUS_ADDRESS_LO_OFFSET,
      BUS_ADDRESS_HI_OFFSET: is_mapped = 1'b1;
      default: is_mapped = 1'b0;
    endcase
  endfunction

  // Counters: `counter_of` a register is its number + 1 and 0 for none, `counter_high` tells
  // the half.
  parameter int unsigned Counters = 8;
  parameter int unsigned COUNTER_CYCLES = 0;
  parameter int unsigned COUNTER_WEIGHT_BEATS = 1;
  parameter int unsigned COUNTER_READ_BEATS = 2;
  parameter int unsigned COUNTER_WRITE_BEATS = 3;
  parameter int unsigned COUNTER_STALL_MEMORY = 4;
  parameter int unsigned COUNTER_STALL_TABLE = 5;
  parameter int unsigned COUNTER_STALL_ROWS = 6;
  parameter int unsigned COUNTER_COMMANDS = 7;

  function automatic logic [3:0] counter_of(input logic [11:0] offset);
    case (offset)
      CYCLES_LO_OFFSET, CYCLES_HI_OFFSET: counter_of = 4'd1;
      WEIGHT_BEATS_LO_OFFSET, WEIGHT_BEATS_HI_OFFSET: counter_of = 4'd2;
      READ_BEATS_LO_OFFSET, READ_BEATS_HI_OFFSET: counter_of = 4'd3;
      WRITE_BEATS_LO_OFFSET, WRITE_BEATS_HI_OFFSET: counter_of = 4'd4;
      STALL_MEMORY_LO_OFFSET, STALL_MEMORY_HI_OFFSET: counter_of = 4'd5;
      STALL_TABLE_LO_OFFSET, STALL_TABLE_HI_OFFSET: counter_of = 4'd6;
      STALL_ROWS_LO_OFFSET, STALL_ROWS_HI_OFFSET: counter_of = 4'd7;
      COMMANDS_LO_OFFSET, COMMANDS_HI_OFFSET: counter_of = 4'd8;
      default: counter_of = '0;
    endcase
  endfunction

  function automatic logic counter_high(input logic [11:0] offset);
    case (offset)
      CYCLES_HI_OFFSET,
      WEIGHT_BEATS_HI_OFFSET,
      READ_BEATS_HI_OFFSET,
      WRITE_BEATS_HI_OFFSET,
      STALL_MEMORY_HI_OFFSET,
      STALL_TABLE_HI_OFFSET,
      STALL_ROWS_HI_OFFSET,
      COMMANDS_HI_OFFSET: counter_high = 1'b1;
      default: counter_high = 1'b0;
    endcase
  endfunction

endpackage
