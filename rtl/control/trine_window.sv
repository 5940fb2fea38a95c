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

  logic        valid_q;
  logic [63:0] first_q, end_q;     // The end may have wrapped when `first_q` is beyond the bus.

  always_comb begin
    outside_o = 1'b0;
    if (valid_q) begin
      outside_o = first_q[63:AddrWidth] != '0 || end_q > (64'(1) << AddrWidth)
               || first_q < base_i || end_q > limit_i;
    end
  end

  always_ff @(posedge clk_i) begin
    valid_q <= start_i;
    if (start_i) begin
      first_q <= first_i;
      end_q   <= first_i + bytes_i;
    end
  end

endmodule
