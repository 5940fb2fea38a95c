// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Scatters `rows_i` words of vector memory as FP16 to memory, `stride_i` bytes apart: one column
/// of a row-major FP16 matrix.
///
/// Each element is a write job of two bytes; the data beat repeats the element, the write DMA
/// strobes the two bytes.  About six cycles an element.  `done_o` pulses after the last beat.
module trine_column_unit #(
  parameter  int unsigned Groups      = 16,
  parameter  int unsigned VectorWords = 65536,
  parameter  int unsigned AddrWidth   = 40,
  localparam int unsigned BeatWidth   = $clog2(VectorWords / Groups),
  localparam int unsigned CountWidth  = $clog2(VectorWords + 1),
  localparam int unsigned DataWidth   = 32 * Groups
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // Job: a pulse and its fields, which hold
  input  logic                  start_i,
  input  logic [CountWidth-1:0] rows_i,      // At least 1.
  input  logic [31:0]           stride_i,
  input  logic [AddrWidth-1:0]  addr_i,      // Of the first element, even.
  input  logic [BeatWidth-1:0]  src_beat_i,
  output logic                  done_o,
  // Vector memory
  output logic                  vec_read_valid_o,
  output logic [BeatWidth-1:0]  vec_read_beat_o,
  input  logic [DataWidth-1:0]  vec_read_data_i,
  // Write DMA
  output logic                  job_valid_o,
  input  logic                  job_ready_i,
  output logic [AddrWidth-1:0]  job_addr_o,
  output logic                  beat_valid_o,
  input  logic                  beat_ready_i,
  output logic [DataWidth-1:0]  beat_data_o
);

  localparam int unsigned PlaceWidth = Groups > 1 ? $clog2(Groups) : 1;

  typedef enum logic [2:0] {StIdle, StRead, StTake, StRound, StJob, StBeat} state_e;
  state_e                state_q;
  logic [CountWidth-1:0] left_q;       // Elements that are not yet written.
  logic [PlaceWidth-1:0] place_q;      // Of the element in its beat.
  logic [31:0]           word_q;       // The element,
  logic [trine_f16_pkg::NarrowBits-1:0] half_q;   // on its way to FP16.
  logic                  last, beat_end;
  assign last     = left_q == CountWidth'(1);
  assign beat_end = place_q == PlaceWidth'(Groups - 1);

  assign vec_read_valid_o = state_q == StRead;
  assign job_valid_o      = state_q == StJob;
  assign beat_valid_o     = state_q == StBeat;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      done_o  <= 1'b0;
    end else begin
      done_o <= beat_valid_o && beat_ready_i && last;
      unique case (state_q)
        StIdle: if (start_i) state_q <= StRead;
        StRead: state_q <= StTake;
        StTake: state_q <= StRound;
        StRound: state_q <= StJob;
        StJob:  if (job_ready_i) state_q <= StBeat;
        StBeat: if (beat_ready_i) state_q <= last ? StIdle : beat_end ? StRead : StTake;
        default: state_q <= StIdle;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      left_q          <= rows_i;
      place_q         <= '0;
      job_addr_o      <= addr_i;
      vec_read_beat_o <= src_beat_i;
    end
    if (state_q == StTake) begin
      word_q <= vec_read_data_i[31:0];
      for (int unsigned i = 1; i < Groups; i++)
        if (place_q == PlaceWidth'(i)) word_q <= vec_read_data_i[32*i +: 32];
    end
    if (state_q == StRound) half_q <= trine_f16_pkg::narrowed(word_q);
    if (state_q == StJob) beat_data_o <= {(2*Groups){trine_f16_pkg::narrow(half_q)}};
    if (beat_valid_o && beat_ready_i) begin
      left_q     <= left_q - 1'b1;
      place_q    <= (Groups == 1 || beat_end) ? '0 : place_q + 1'b1;
      job_addr_o <= job_addr_o + AddrWidth'(stride_i);
      if (beat_end) vec_read_beat_o <= vec_read_beat_o + 1'b1;
    end
  end

  `TRINE_ASSERT(StartWhenIdle_A, !start_i || state_q == StIdle)

`ifdef FORMAL_TRINE_COLUMN_UNIT
  `include "trine_column_unit_formal.svh"
`endif

endmodule
