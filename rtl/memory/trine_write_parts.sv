// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Cuts beats into transfers of a narrower port, the lowest bytes first.
///
/// `end_i` comes with the transfer that is the last of its job: the rest of the beat is dropped,
/// and the next job begins with a new beat.  Latency 0, a transfer per cycle.  `valid_o` and
/// `data_o` depend on `valid_i` and `data_i`, `ready_o` on `ready_i` and `end_i`: the producer's
/// beat is the buffer.
module trine_write_parts #(
  parameter  int unsigned PortWidth = 128,
  /// Transfers of a beat, a power of two; 1: everything passes as it is.
  parameter  int unsigned Ratio     = 4,
  localparam int unsigned DataWidth = PortWidth * Ratio
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Beats
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [DataWidth-1:0] data_i,
  // Transfers
  output logic                 valid_o,
  input  logic                 ready_i,
  input  logic                 end_i,
  output logic [PortWidth-1:0] data_o
);

  assign valid_o = valid_i;

  if (Ratio == 1) begin : gen_same
    assign ready_o = ready_i;
    assign data_o  = data_i;
    logic unused_ok;
    assign unused_ok = ^{clk_i, rst_ni, end_i};
  end else begin : gen_cut
    localparam int unsigned PlaceWidth = $clog2(Ratio);
    logic [PlaceWidth-1:0] place_q;

    assign ready_o = ready_i && (end_i || (&place_q));
    assign data_o  = data_i[PortWidth*place_q +: PortWidth];

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                 place_q <= '0;
      else if (valid_i && ready_i) place_q <= ready_o ? '0 : place_q + 1'b1;
    end
  end

`ifdef FORMAL_TRINE_WRITE_PARTS
  `include "trine_write_parts_formal.svh"
`endif

endmodule
