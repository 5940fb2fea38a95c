// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// First-in first-out buffer of `Depth` + 1 beats in block RAM.
///
/// Latency 2, throughput 1 per cycle.  `ready_o` falls when the RAM holds `Depth` beats; one more
/// waits in the RAM's output register.  Outputs come from registers only.
module trine_fifo #(
  parameter  int unsigned DataWidth = 32,
  /// A power of two, at least 2.
  parameter  int unsigned Depth     = 16,
  localparam int unsigned PtrWidth  = $clog2(Depth)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Upstream
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [DataWidth-1:0] data_i,
  // Downstream
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [DataWidth-1:0] data_o
);

  if (Depth < 2 || 2 ** PtrWidth != Depth) begin : gen_bad_depth
    $error("trine_fifo: Depth must be a power of two, at least 2");
  end

  // A bit more than an address: they tell how many beats the RAM has, so that whether one leaves,
  // which is known late, moves nothing else.
  logic [PtrWidth:0] write_ptr_q, read_ptr_q;
  logic [PtrWidth:0] count;                       // 0 .. Depth.
  logic              out_full_q;

  logic push, fetch;
  assign count   = write_ptr_q - read_ptr_q;
  assign ready_o = !count[PtrWidth];
  assign valid_o = out_full_q;
  assign push    = valid_i && ready_o;
  assign fetch   = write_ptr_q != read_ptr_q && (!out_full_q || ready_i);

`ifdef FORMAL_TRINE_FIFO
  logic [PtrWidth-1:0]  f_ram_addr;
  logic [DataWidth-1:0] f_ram_data;
`endif

  trine_ram #(
    .DataWidth (DataWidth),
    .Depth     (Depth)
  ) u_ram (
`ifdef FORMAL_TRINE_FIFO
    .f_addr_i     (f_ram_addr),
    .f_data_o     (f_ram_data),
`endif
    .clk_i,
    .write_i      (push),
    .write_addr_i (write_ptr_q[PtrWidth-1:0]),
    .write_data_i (data_i),
    .read_i       (fetch),
    .read_addr_i  (read_ptr_q[PtrWidth-1:0]),
    .read_data_o  (data_o)
  );

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      write_ptr_q <= '0;
      read_ptr_q  <= '0;
      out_full_q  <= 1'b0;
    end else begin
      if (push) write_ptr_q <= write_ptr_q + 1'b1;
      if (fetch) read_ptr_q <= read_ptr_q + 1'b1;
      out_full_q <= fetch || (out_full_q && !ready_i);
    end
  end

  `TRINE_ASSERT(CountBound_A, count <= (PtrWidth+1)'(Depth))

`ifdef FORMAL_TRINE_FIFO
  `include "trine_fifo_formal.svh"
`endif

endmodule
