// SPDX-License-Identifier: Apache-2.0

/// The query heads that share keys and values, side by side; the first `last_head_i` + 1 take part.
///
/// The quantizer's words go to the head that their block belongs to: a head has head_dim_i / 16.
module trine_attention_heads #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Heads      = 8,
  parameter  int unsigned Width      = 15,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned GroupWidth = 8,           // $clog2 of the blocks of all heads.
  localparam int unsigned Lanes      = 2 * Groups,
  localparam int unsigned Blocks     = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned HeadBits   = (Heads > 1) ? $clog2(Heads) : 1,
  localparam int unsigned WordAddr   = GroupWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned BlockBits  = trine_attention_pkg::BlockBits,
  localparam int unsigned SumBits    = trine_attention_pkg::SumBits,
  localparam int unsigned WeightSumBits = trine_attention_pkg::WeightSumBits
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          start_i,
  input  logic [HeadBits-1:0]           last_head_i,
  input  logic [9:0]                    head_dim_i,
  input  logic [trine_attention_pkg::FactorBits-1:0] factor_i,
  input  trine_attention_pkg::fetch_t   fetch_i,
  input  trine_attention_pkg::step_t    step_i,
  input  trine_attention_pkg::weigh_t   weigh_i,
  input  trine_attention_pkg::realign_t realign_i,
  input  logic                          mant_write_i,
  input  logic [WordAddr-1:0]           mant_addr_i,
  input  logic [QuantLanes*Width-1:0]   mant_data_i,
  input  logic                          exp_write_i,
  input  logic [7:0]                    exp_data_i,
  input  logic [16*Lanes-1:0]           elements_i,
  input  logic [8*Blocks-1:0]           key_fields_i,
  input  logic [8*Blocks-1:0]           value_shifts_i,
  input  logic [8*Blocks-1:0]           field_steps_i,
  output logic                          busy_o,
  output logic                          overflow_o,
  // Results of one of them
  input  logic [HeadBits-1:0]           head_i,
  input  logic [$clog2(Lanes)-1:0]      lane_i,
  output logic [WeightSumBits-1:0]      weights_o,
  output logic [SumBits-1:0]            sum_o
);

  localparam int unsigned WordBits = 4 - $clog2(QuantLanes);

  // Block of the query to head and block of the head.
  logic [GroupWidth-1:0] group, head;
  logic [BlockBits-1:0]  block;
  assign group = mant_addr_i[WordAddr-1 -: GroupWidth];
  always_comb begin
    head  = '0;
    block = '0;
    if (mant_write_i) begin
      for (int unsigned n = 5; n < 10; n++) begin
        if (head_dim_i[n]) begin
          head  = group >> (n - 4);
          block = BlockBits'(group) & BlockBits'((1 << (n - 4)) - 1);
        end
      end
    end
  end

  logic [Heads-1:0]               busy, overflow;
  logic [SumBits*Heads-1:0]       sums;
  logic [WeightSumBits*Heads-1:0] weights;
  for (genvar h = 0; h < Heads; h++) begin : gen_head
    logic used, mine;
    assign used = 32'(last_head_i) + 32'd1 > 32'(h);
    assign mine = head == GroupWidth'(h);
    trine_attention_head #(
      .Groups     (Groups),
      .Width      (Width),
      .QuantLanes (QuantLanes)
    ) u_head (
      .clk_i,
      .rst_ni,
      .start_i,
      .used_i         (used),
      .fetch_i,
      .step_i,
      .weigh_i,
      .realign_i,
      .factor_i,
      .mant_write_i   (mant_write_i && mine),
      .mant_addr_i    ({block, mant_addr_i[WordBits-1:0]}),
      .mant_data_i,
      .exp_write_i    (exp_write_i && mine),
      .exp_data_i,
      .elements_i,
      .key_fields_i,
      .value_shifts_i,
      .field_steps_i,
      .busy_o         (busy[h]),
      .overflow_o     (overflow[h]),
      .weights_o      (weights[WeightSumBits*h +: WeightSumBits]),
      .lane_i,
      .sum_o          (sums[SumBits*h +: SumBits])
    );
  end
  assign busy_o     = busy != '0;
  assign overflow_o = overflow != '0;

  always_comb begin
    sum_o     = sums[SumBits-1:0];
    weights_o = weights[WeightSumBits-1:0];
    for (int unsigned h = 1; h < Heads; h++) begin
      if (head_i == HeadBits'(h)) begin
        sum_o     = sums[SumBits*h +: SumBits];
        weights_o = weights[WeightSumBits*h +: WeightSumBits];
      end
    end
  end

endmodule
