// SPDX-License-Identifier: Apache-2.0

/// Memory with one write port and one synchronous read port; not reset.
///
/// Read data is there in the cycle after `read_i` and holds until the next read.  Reading the
/// address that is written in the same cycle gives an unspecified value.
module trine_ram #(
  parameter  int unsigned DataWidth = 32,
  parameter  int unsigned Depth     = 256,
  localparam int unsigned AddrWidth = $clog2(Depth)
) (
`ifdef FORMAL_TRINE_FIFO
  // A proof may look at any place.
  input  logic [AddrWidth-1:0] f_addr_i,
  output logic [DataWidth-1:0] f_data_o,
`endif
  input  logic                 clk_i,
  input  logic                 write_i,
  input  logic [AddrWidth-1:0] write_addr_i,
  input  logic [DataWidth-1:0] write_data_i,
  input  logic                 read_i,
  input  logic [AddrWidth-1:0] read_addr_i,
  output logic [DataWidth-1:0] read_data_o
);

  if (Depth < 2) begin : gen_bad_depth
    $error("trine_ram: Depth must be at least 2");
  end

  (* no_rw_check *) logic [DataWidth-1:0] mem [Depth];

  always_ff @(posedge clk_i) begin
    if (write_i) mem[write_addr_i] <= write_data_i;
    if (read_i) read_data_o <= mem[read_addr_i];
  end

`ifdef FORMAL_TRINE_FIFO
  assign f_data_o = mem[f_addr_i];
`endif

endmodule
