// SPDX-License-Identifier: Apache-2.0

/// Says whether bytes [first, first + bytes) of memory lie outside the window or the address bus.
///
/// `outside_o` is valid in the cycle after `start_i`: adding and comparing are a stage each.
module trine_window #(
  parameter int unsigned AddrWidth = 40
) (
  input  logic        clk_i,
  input  logic        start_i,
  input  logic [63:0] first_i,
  input  logic [63:0] bytes_i,
  input  logic [63:0] base_i,      // The window: [base, limit).
  input  logic [63:0] limit_i,
  output logic        outside_o
);

  // Bits above the address bus are only compared with zero: bytes that end beyond the bus are
  // outside, so a limit beyond it is the same as one at its end, and a base beyond it leaves
  // nothing.
  logic                 valid_q;
  logic                 out_q;           // The first byte is outside, or too many are asked for.
  logic [AddrWidth:0]   limit_q;
  logic [AddrWidth+1:0] end_q;

  always_comb begin
    outside_o = 1'b0;
    if (valid_q) outside_o = out_q || (AddrWidth+2)'(limit_q) < end_q;
  end

  always_ff @(posedge clk_i) begin
    valid_q <= start_i;
    if (start_i) begin
      out_q   <= first_i[63:AddrWidth] != '0 || bytes_i[63:AddrWidth+1] != '0
              || base_i[63:AddrWidth] != '0
              || first_i[AddrWidth-1:0] < base_i[AddrWidth-1:0];
      limit_q <= limit_i[63:AddrWidth] != '0 ? (AddrWidth+1)'(1) << AddrWidth
                                             : (AddrWidth+1)'(limit_i[AddrWidth-1:0]);
      end_q   <= (AddrWidth+2)'(first_i[AddrWidth-1:0]) + (AddrWidth+2)'(bytes_i[AddrWidth:0]);
    end
  end

endmodule
