// SPDX-License-Identifier: Apache-2.0

// A channel of AXI: a register slice (trine_skid) with `Sliced` = 1, a wire with 0.
module trine_axi_slice #(
  parameter Sliced    = 0,
  parameter DataWidth = 32
) (
  input  wire                 clk_i,
  input  wire                 rst_ni,
  input  wire                 valid_i,
  output wire                 ready_o,
  input  wire [DataWidth-1:0] data_i,
  output wire                 valid_o,
  input  wire                 ready_i,
  output wire [DataWidth-1:0] data_o
);

  generate
    if (Sliced != 0) begin : gen_slice
      trine_skid #(.DataWidth (DataWidth)) u_skid (
        .clk_i   (clk_i),
        .rst_ni  (rst_ni),
        .valid_i (valid_i),
        .ready_o (ready_o),
        .data_i  (data_i),
        .valid_o (valid_o),
        .ready_i (ready_i),
        .data_o  (data_o)
      );
    end else begin : gen_wire
      assign valid_o = valid_i;
      assign ready_o = ready_i;
      assign data_o  = data_i;
      wire unused_ok;
      assign unused_ok = ^{clk_i, rst_ni};
    end
  endgenerate

endmodule
