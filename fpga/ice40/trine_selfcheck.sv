// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Runs the trit engine, one group wide, on the product that two ROMs hold and compares every
/// accumulator.
///
/// `stimulus.hex`, words of 32 bits: a header (depth 2:0, column blocks 7:4, panels 15:8, largest
/// exponent field 23:16), the 27 codebook entries, 16 mantissas a block (15:0, with the exponent
/// field of the block in 23:16), then the weight stream, a beat a word.  `expected.hex`: two words
/// a row, the accumulator in 64 bits, low half first.  `fpga/ice40/make_rom.cpp` writes both.
///
/// `done_o` rises once and stays; `pass_o` then says that every row is equal and no code was
/// refused.  A product that takes 2^16 cycles has failed.
module trine_selfcheck #(
  parameter  int unsigned TileRows   = 32,
  parameter  int unsigned ActWidth   = 8,
  parameter  int unsigned BlockWidth = 1,         // $clog2 of the column blocks.
  parameter  int unsigned RomWords   = 512,
  parameter  int unsigned RowWords   = 256,       // At least twice the rows.
  localparam int unsigned RomAddr    = $clog2(RomWords),
  localparam int unsigned RowAddr    = $clog2(RowWords)
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic done_o,
  output logic pass_o
);

  localparam int unsigned AccWidth = 56;

  // The ROMs; a word is in its register from the cycle on in which its address is current.
  logic [31:0]        rom [RomWords];
  logic [31:0]        rom_q, expected_q;
  logic [31:0]        expected [RowWords];
  logic [RomAddr-1:0] address_q, address_d;
  logic [RowAddr-1:0] row_word_q, row_word_d;
  initial begin
    $readmemh("stimulus.hex", rom);
    $readmemh("expected.hex", expected);
  end
  always_ff @(posedge clk_i) begin
    rom_q      <= rom[address_d];
    expected_q <= expected[row_word_d];
    address_q  <= address_d;
    row_word_q <= row_word_d;
  end

  typedef enum logic [2:0] {StHeader, StBook, StMants, StStart, StRun, StEnd} state_e;
  state_e state_q, state_d;

  logic [3:0]            blocks_q;
  logic [7:0]            max_exp_q;
  logic [4:0]            index_q, index_d;        // Codebook entry, or mantissa of the block.
  logic [3:0]            block_q, block_d;
  logic [15:0]           cycles_q;
  trine_matrix_pkg::trit_job_t job_q;

  logic take, weight_ready, all_rows;
  always_comb begin
    state_d = state_q;
    index_d = index_q;
    block_d = block_q;
    take    = 1'b0;
    unique case (state_q)
      StHeader: begin
        take    = 1'b1;
        index_d = 5'd0;
        block_d = 4'd0;
        state_d = StBook;
      end
      StBook: begin
        take    = 1'b1;
        index_d = index_q + 5'd1;
        if (index_q == 5'(trine_pkg::CodebookEntries - 1)) begin
          index_d = 5'd0;
          state_d = StMants;
        end
      end
      StMants: begin
        take    = 1'b1;
        index_d = index_q + 5'd1;
        if (index_q == 5'd15) begin
          index_d = 5'd0;
          block_d = block_q + 4'd1;
          if (block_d == blocks_q) state_d = StStart;
        end
      end
      // The job begins; what was written last is in place when it is first read.
      StStart: state_d = StRun;
      StRun: begin
        take = weight_ready;
        if (all_rows || cycles_q == 16'hFFFF) state_d = StEnd;
      end
      // The verdict stays.
      StEnd: ;
      default: state_d = StHeader;
    endcase
  end
  assign address_d = !rst_ni ? '0 : address_q + RomAddr'(take);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q  <= StHeader;
      cycles_q <= 16'd0;
    end else begin
      state_q  <= state_d;
      if (state_q == StRun) cycles_q <= cycles_q + 16'd1;
    end
  end
  always_ff @(posedge clk_i) begin
    index_q <= index_d;
    block_q <= block_d;
    if (state_q == StHeader) begin
      blocks_q     <= rom_q[7:4];
      max_exp_q    <= rom_q[23:16];
      job_q.depth  <= rom_q[2:0];
      job_q.slow   <= 1'b1;                       // Two cycles a row, one for each expected word.
      job_q.panels <= 27'(rom_q[15:8]);
      job_q.blocks <= (trine_matrix_pkg::BlockBits+1)'(rom_q[7:4]);
    end
  end

  trine_matrix_pkg::book_t  book;
  trine_matrix_pkg::place_t place;
  always_comb begin
    book.valid     = state_q == StBook;
    book.index     = index_q;
    book.data      = rom_q;
    place.mants    = state_q == StMants;
    place.exponent = state_q == StMants && index_q == 5'd15;
    place.group    = 16'd1;
    place.word     = trine_matrix_pkg::WordBits'({block_q, index_q[3:0]});
  end

  logic                bad_set_byte, bad_tail, unused_parity, acc_valid;
  logic [AccWidth-1:0] acc;
  trine_matrix_pkg::stall_t unused_stall;
  trine_trit_engine #(
    .Groups     (1),
    .TileRows   (TileRows),
    .ActWidth   (ActWidth),
    .QuantLanes (1),
    .BlockWidth (BlockWidth),
    .Buffers    (1)
  ) u_engine (
    .clk_i,
    .clk_trit_i     (clk_i),
    .clk_setup_i    (clk_i),
    .rst_ni,
    .runs_i         (1'b1),
    .start_i        (state_q == StStart),
    .used_i         (1'b1),
    .job_i          (job_q),
    .bad_set_byte_o (bad_set_byte),
    .bad_tail_o     (bad_tail),
    .bad_parity_o   (unused_parity),
    .book_i         (book),
    .place_i        (place),
    .mants_i        (rom_q[ActWidth-1:0]),
    .exponent_i     (rom_q[23:16]),
    .quantized_i    ((BlockWidth+5)'(blocks_q)),
    .exponents_i    (1'b1),
    .max_exp_i      (max_exp_q),
    .weight_valid_i (state_q == StRun),
    .weight_ready_o (weight_ready),
    .weight_data_i  (rom_q),
    .stall_o        (unused_stall),
    .acc_valid_o    (acc_valid),
    .acc_o          (acc)
  );

  // A row stays for two cycles: its low half is compared in the first, its high half in the second.
  logic               high_q, wrong_q;
  logic [13:0]        rows_left_q;
  assign row_word_d = !rst_ni ? '0 : row_word_q + RowAddr'(acc_valid || high_q);
  assign all_rows   = rows_left_q == 14'd0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      high_q  <= 1'b0;
      wrong_q <= 1'b0;
    end else begin
      high_q <= acc_valid;
      if (acc_valid && acc[31:0] != expected_q) wrong_q <= 1'b1;
      if (high_q && 32'(signed'(acc[AccWidth-1:32])) != expected_q) wrong_q <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (state_q == StStart) rows_left_q <= {1'b0, job_q.panels[7:0], 5'd0};
    else if (high_q)        rows_left_q <= rows_left_q - 14'd1;
  end

  assign done_o = state_q == StEnd;
  assign pass_o = done_o && all_rows && !wrong_q && !bad_set_byte && !bad_tail;

  logic unused_ok;
  assign unused_ok = ^unused_stall;

  `TRINE_ASSERT(RowStays_A, !(acc_valid && high_q))

endmodule
