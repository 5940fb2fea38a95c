// SPDX-License-Identifier: Apache-2.0

/// CRC-32C of a stream of beats, the byte at the lowest address first: reflected polynomial
/// 0x82F63B78, begins with ones, ends inverted (RFC 3720, appendix B.4).
///
/// `start_i` begins a stream, a beat counts while `valid_i`; `sum_o` has it from two cycles later.
module trine_stream_sum #(
  parameter  int unsigned Groups = 16,
  localparam int unsigned Bits   = 32 * Groups
) (
  input  logic            clk_i,
  input  logic            start_i,
  input  logic            valid_i,
  input  logic [Bits-1:0] data_i,
  output logic [31:0]     sum_o
);

  localparam logic [31:0] Polynomial = 32'h82F63B78;

  // Four words of a beat at a time, and all of them a cycle later.
  localparam int unsigned Parts    = (Groups + 3) / 4;
  localparam int unsigned PartBits = Bits / Parts;

  // A CRC is linear: a bit of the beat adds a constant that only tells how many bits of the beat
  // are behind it. Of as many bits as a part has, with `behind` more behind them, the lowest first.
  function automatic logic [32*PartBits-1:0] shares_of_bits(input int unsigned behind);
    logic [31:0] share;
    shares_of_bits = '0;
    share          = Polynomial;
    for (int unsigned i = behind + PartBits; i > 0; i--) begin
      if (i <= PartBits) shares_of_bits[32*(i-1) +: 32] = share;
      share = (share >> 1) ^ (share[0] ? Polynomial : 32'd0);
    end
  endfunction

  logic [32*Parts-1:0] parts_d, parts_q;
  logic                valid_q;
  for (genvar p = 0; p < Parts; p++) begin : gen_part
    localparam logic [32*PartBits-1:0] Shares = shares_of_bits(PartBits * (Parts - 1 - p));
    always_comb begin
      parts_d[32*p +: 32] = '0;
      for (int unsigned i = 0; i < PartBits; i++)
        parts_d[32*p +: 32] = parts_d[32*p +: 32]
                            ^ (Shares[32*i +: 32] & {32{data_i[PartBits*p+i]}});
    end
  end

  // The sum so far counts as if it were added to the first word of the beat.
  localparam logic [32*PartBits-1:0] First = shares_of_bits(PartBits * (Parts - 1));
  logic [31:0] sum_d, sum_q;
  always_comb begin
    sum_d = '0;
    for (int unsigned i = 0; i < 32; i++) sum_d = sum_d ^ (First[32*i +: 32] & {32{sum_q[i]}});
    for (int unsigned p = 0; p < Parts; p++) sum_d = sum_d ^ parts_q[32*p +: 32];
  end

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i;
    if (valid_i) parts_q <= parts_d;
    if (start_i)      sum_q <= '1;
    else if (valid_q) sum_q <= sum_d;
  end
  assign sum_o = ~sum_q;

endmodule
