// SPDX-License-Identifier: Apache-2.0

/// Weighted sums of the values of one head, a beat of `Lanes` at a time, and their moves to a new
/// alignment.
///
/// `step_i.read_sums` reads a beat; with `step_i.read_to_add` products are added to it a cycle
/// later, and `step_i.add_again` says that it is the beat that was written just before.
/// `realign_i.load` takes how far the blocks of a beat move, `realign_i.step` moves them by at most
/// 8 bits, as a read that an addition of nothing follows; while `busy_o` another step is needed.
/// Sums read without an addition stay at `sums_o`.
module trine_attention_sums #(
  parameter  int unsigned Lanes  = 32,
  parameter  int unsigned Blocks = 2,
  parameter  int unsigned Beats  = 16                  // Of the widest head.
) (
  input  logic                          clk_i,
  input  trine_attention_pkg::step_t    step_i,
  input  trine_attention_pkg::realign_t realign_i,
  input  logic [5:0]                    grown_i,       // Of the reference,
  input  logic [8*Blocks-1:0]           fields_i,      // of the blocks' exponents, with `load`.
  output logic                          busy_o,
  input  logic [64*Lanes-1:0]           products_i,    // In that cycle, sign-extended.
  output logic [64*Lanes-1:0]           sums_o         // In the lowest bits of each 64.
);

  localparam int unsigned SumBits    = trine_attention_pkg::SumBits;
  localparam int unsigned BlockLanes = Lanes / Blocks;
  localparam int unsigned AddrBits   = $clog2(Beats);

  // ---- How far the blocks of a beat still have to move ----

  logic [6*Blocks-1:0] left_q;
  logic [Blocks-1:0]   eight, one, eight_q, one_q, after;
  logic                clear_q, moves_q;
  always_comb begin
    eight = '0;
    one   = '0;
    after = '0;
    if (realign_i.step) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        eight[b] = left_q[6*b +: 6] >= 6'd8;
        one[b]   = !eight[b] && left_q[6*b +: 6] != '0;
        after[b] = eight[b] ? left_q[6*b +: 6] != 6'd8 : left_q[6*b +: 6] > 6'd1;
      end
    end
  end
  assign busy_o = after != '0;
  always_ff @(posedge clk_i) begin
    if (realign_i.load) begin
      for (int unsigned b = 0; b < Blocks; b++) begin
        logic [8:0] distance;
        distance = 9'(grown_i) + 9'(fields_i[8*b +: 8]);
        left_q[6*b +: 6] <= realign_i.clear ? '0 : distance > 9'd63 ? 6'd63 : distance[5:0];
      end
    end else if (realign_i.step) begin
      for (int unsigned b = 0; b < Blocks; b++)
        left_q[6*b +: 6] <= left_q[6*b +: 6] - (eight[b] ? 6'd8 : 6'(one[b]));
    end
    moves_q <= realign_i.step;
    if (realign_i.step || moves_q) begin
      eight_q <= eight;
      one_q   <= one;
      clear_q <= realign_i.step && realign_i.clear;
    end
  end

  // ---- The sums ----

  function automatic logic [SumBits-1:0] moved(
      input logic signed [SumBits-1:0] sum, input logic by_eight, input logic by_one);
    moved = by_eight ? sum >>> 8 : by_one ? sum >>> 1 : sum;
  endfunction

  logic                add_q;
  logic [64*Lanes-1:0] stored, written_q, from, sums;
  always_ff @(posedge clk_i) add_q <= step_i.read_to_add;
  always_comb begin
    from = '0;
    sums = '0;
    if (add_q) begin
      from = step_i.add_again ? written_q : stored;
      for (int unsigned b = 0; b < Blocks; b++) begin
        for (int unsigned i = 0; i < BlockLanes; i++) begin
          if (!moves_q)
            sums[64*(BlockLanes*b+i) +: SumBits] = from[64*(BlockLanes*b+i) +: SumBits]
                                                 + products_i[64*(BlockLanes*b+i) +: SumBits];
          else if (!clear_q)
            sums[64*(BlockLanes*b+i) +: SumBits] =
                moved(from[64*(BlockLanes*b+i) +: SumBits], eight_q[b], one_q[b]);
        end
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (add_q) written_q <= sums;
  end

  trine_ram #(.DataWidth(64*Lanes), .Depth(Beats)) u_sums (
    .clk_i,
    .write_i      (add_q),
    .write_addr_i (step_i.add_beat[AddrBits-1:0]),
    .write_data_i (sums),
    .read_i       (step_i.read_sums),
    .read_addr_i  (step_i.sums_beat[AddrBits-1:0]),
    .read_data_o  (stored)
  );
  assign sums_o = stored;

  logic unused_ok;
  assign unused_ok = ^{step_i, realign_i};

endmodule
