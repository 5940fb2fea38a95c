// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Vector memory: `Vectors` banks of FP32 words in beats of `Groups`.
///
/// Two users, one at a time in a bank: the matrix-vector unit has a read and a write port for
/// each bank; the load, store and vector units share one port of each kind, which goes to
/// `bank_i`.  Writes always succeed, one cycle later; read data is there in the cycle after the
/// request and holds until the next one of that bank.
///
/// With `Parity`, a word has a bit that makes its ones even.  `bad_parity_o` says, three cycles
/// after a request, that a word with odd ones was read since `clear_i`.
module trine_vector_memory #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned Vectors     = 1,
  parameter  int unsigned VectorWords = 65536,     // Of a bank.
  parameter  int unsigned Parity      = 0,
  localparam int unsigned Beats       = VectorWords / Groups,
  localparam int unsigned BeatWidth   = $clog2(Beats),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         clear_i,
  output logic                         bad_parity_o,
  input  logic [3:0]                   bank_i,
  // Load unit
  input  logic                         load_write_valid_i,
  input  logic [BeatWidth-1:0]         load_write_beat_i,
  input  logic [DataWidth-1:0]         load_write_data_i,
  // Vector unit
  input  logic                         unit_write_valid_i,
  input  logic [BeatWidth-1:0]         unit_write_beat_i,
  input  logic [DataWidth-1:0]         unit_write_data_i,
  // Load, store, column and vector unit
  input  logic                         read_valid_i,
  input  logic [BeatWidth-1:0]         read_beat_i,
  output logic [DataWidth-1:0]         read_data_o,
  // Matrix-vector unit, bank b in slice b
  input  logic [Vectors-1:0]           matvec_write_valid_i,
  input  logic [Vectors*BeatWidth-1:0] matvec_write_beat_i,
  input  logic [Vectors*DataWidth-1:0] matvec_write_data_i,
  input  logic [Vectors-1:0]           matvec_read_valid_i,
  input  logic [Vectors*BeatWidth-1:0] matvec_read_beat_i,
  input  logic [Vectors-1:0]           matvec_uses_i,   // What is read matters.
  output logic [Vectors*DataWidth-1:0] matvec_read_data_o
);

  logic [Vectors-1:0] bad;
  if (Parity != 0) begin : gen_parity
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i) bad_parity_o <= 1'b0;
      else if (bad != '0)     bad_parity_o <= 1'b1;
    end
  end else begin : gen_no_parity
    assign bad_parity_o = 1'b0;
    logic unused_ok;
    assign unused_ok = ^{bad, clear_i, matvec_uses_i};
  end

  for (genvar b = 0; b < Vectors; b++) begin : gen_bank
    logic                 mine, write_q;
    logic [BeatWidth-1:0] write_beat_q;
    logic [DataWidth-1:0] write_data_q;
    assign mine = 32'(bank_i) == b;

    always_ff @(posedge clk_i) begin
      if (!rst_ni) write_q <= 1'b0;
      else write_q <= ((load_write_valid_i || unit_write_valid_i) && mine)
                   || matvec_write_valid_i[b];
    end
    // A register in front of the memory: its sources are chosen only when one writes.
    always_ff @(posedge clk_i) begin
      if (matvec_write_valid_i[b]) begin
        write_beat_q <= matvec_write_beat_i[BeatWidth*b +: BeatWidth];
        write_data_q <= matvec_write_data_i[DataWidth*b +: DataWidth];
      end else if (unit_write_valid_i) begin
        write_beat_q <= unit_write_beat_i;
        write_data_q <= unit_write_data_i;
      end else if (load_write_valid_i) begin
        write_beat_q <= load_write_beat_i;
        write_data_q <= load_write_data_i;
      end
    end

    logic                 read;
    logic [BeatWidth-1:0] read_beat;
    assign read      = (read_valid_i && mine) || matvec_read_valid_i[b];
    assign read_beat = matvec_read_valid_i[b] ? matvec_read_beat_i[BeatWidth*b +: BeatWidth]
                                              : read_beat_i;

    trine_ram #(
      .DataWidth (DataWidth),
      .Depth     (Beats)
    ) u_ram (
      .clk_i,
      .write_i      (write_q),
      .write_addr_i (write_beat_q),
      .write_data_i (write_data_q),
      .read_i       (read),
      .read_addr_i  (read_beat),
      .read_data_o  (matvec_read_data_o[DataWidth*b +: DataWidth])
    );

    // A memory of its own: the other one is that of a core without parity.
    if (Parity != 0) begin : gen_parity
      logic [Groups-1:0] write_odd, read_odd, bad_q;
      logic              uses_q;
      for (genvar w = 0; w < Groups; w++) begin : gen_word
        assign write_odd[w] = ^write_data_q[32*w +: 32];
      end
      trine_ram #(
        .DataWidth (Groups),
        .Depth     (Beats)
      ) u_ram (
        .clk_i,
        .write_i      (write_q),
        .write_addr_i (write_beat_q),
        .write_data_i (write_odd),
        .read_i       (read),
        .read_addr_i  (read_beat),
        .read_data_o  (read_odd)
      );
      always_ff @(posedge clk_i) begin
        uses_q <= rst_ni && ((read_valid_i && mine)
                             || (matvec_read_valid_i[b] && matvec_uses_i[b]));
        for (int unsigned w = 0; w < Groups; w++) begin
          bad_q[w] <= rst_ni && uses_q
                   && ^{read_odd[w], matvec_read_data_o[DataWidth*b+32*w +: 32]};
        end
      end
      assign bad[b] = bad_q != '0;
      `TRINE_ASSERT(AllSeen_A, !clear_i || (!uses_q && bad_q == '0))
    end else begin : gen_no_parity
      assign bad[b] = 1'b0;
    end

    `TRINE_ASSERT(OneWriter_A, 32'(load_write_valid_i && mine) + 32'(unit_write_valid_i && mine)
                               + 32'(matvec_write_valid_i[b]) <= 1)
    `TRINE_ASSERT(OneReader_A, !(read_valid_i && mine && matvec_read_valid_i[b]))
  end

  if (Vectors == 1) begin : gen_one
    assign read_data_o = matvec_read_data_o;
  end else begin : gen_many
    assign read_data_o = matvec_read_data_o[DataWidth*32'(bank_i) +: DataWidth];
  end

endmodule
