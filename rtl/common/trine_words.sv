// SPDX-License-Identifier: Apache-2.0

/// Cuts beats of `Groups` words into single words, lowest first.
///
/// Latency 0, one word per cycle.  `valid_o` and `data_o` depend on `valid_i` and `data_i`,
/// `ready_o` on `ready_i`: the producer's beat is the buffer.
module trine_words #(
  /// Words per beat, a power of two.
  parameter int unsigned Groups = 16
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // Upstream
  input  logic                 valid_i,
  output logic                 ready_o,
  input  logic [32*Groups-1:0] data_i,
  // Downstream
  output logic                 valid_o,
  input  logic                 ready_i,
  output logic [31:0]          data_o
);

  assign valid_o = valid_i;

  if (Groups == 1) begin : gen_same
    assign ready_o = ready_i;
    assign data_o  = data_i;
    logic unused_ok;
    assign unused_ok = ^{clk_i, rst_ni};
  end else begin : gen_cut
    localparam int unsigned IndexWidth = $clog2(Groups);
    logic [IndexWidth-1:0] index_q;

    assign ready_o = ready_i && (&index_q);
    assign data_o  = data_i[32*index_q +: 32];

    always_ff @(posedge clk_i) begin
      if (!rst_ni)                 index_q <= '0;
      else if (valid_i && ready_i) index_q <= index_q + 1'b1;
    end
  end

endmodule
