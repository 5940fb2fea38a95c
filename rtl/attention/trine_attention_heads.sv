// SPDX-License-Identifier: Apache-2.0

/// The query heads that share keys and values, side by side: `last_head_i` + 1 of each query, of
/// which there are `more_i` + 1, at most `Positions`.
///
/// A query comes after the other, `next_i` between two.  The quantizer's words go to the head that
/// their block belongs to, head_dim_i / 16 to a head; only heads that got some take part.
module trine_attention_heads #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned Heads      = 8,
  parameter  int unsigned Width      = 15,
  parameter  int unsigned Positions  = 1,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned GroupWidth = 8,           // $clog2 of the blocks of all heads.
  localparam int unsigned Lanes      = 2 * Groups,
  localparam int unsigned Blocks     = (Groups > 8) ? Groups / 8 : 1,
  localparam int unsigned HeadBits   = (Heads > 1) ? $clog2(Heads) : 1,
  localparam int unsigned WordAddr   = GroupWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned BlockBits  = trine_attention_pkg::BlockBits,
  localparam int unsigned SumBits    = trine_attention_pkg::SumBits,
  localparam int unsigned QueryBits  = trine_attention_pkg::QueryBits,
  localparam int unsigned WeightSumBits = trine_attention_pkg::WeightSumBits
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          start_i,
  input  logic [QueryBits-1:0]          more_i,
  input  logic                          next_i,
  input  logic [QueryBits-1:0]          query_i,         // That comes.
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
  input  logic [5*Blocks*Positions-1:0] value_shifts_i,  // Of each query.
  input  logic [8*Blocks*Positions-1:0] field_steps_i,
  output logic                          busy_o,
  output logic                          overflow_o,
  // Results of one of them
  input  logic [HeadBits-1:0]           head_i,
  input  logic [$clog2(Lanes)-1:0]      lane_i,
  output logic [WeightSumBits-1:0]      weights_o,
  output logic [SumBits-1:0]            sum_o
);

  localparam int unsigned WordBits = 4 - $clog2(QuantLanes);

  // Block of the query to head and block of the head; behind the heads of the queries before.
  logic [GroupWidth-1:0] first_q;
  always_ff @(posedge clk_i) begin
    if (start_i) first_q <= '0;
    else if (next_i) first_q <= first_q + GroupWidth'(last_head_i) + 1'b1;
  end

  logic [GroupWidth-1:0] group, head;
  logic [BlockBits-1:0]  block;
  assign group = mant_addr_i[WordAddr-1 -: GroupWidth];
  always_comb begin
    head  = '0;
    block = '0;
    if (mant_write_i) begin
      for (int unsigned n = 5; n < 10; n++) begin
        if (head_dim_i[n]) begin
          head  = (group >> (n - 4)) + first_q;
          block = BlockBits'(group) & BlockBits'((1 << (n - 4)) - 1);
        end
      end
    end
  end

  logic [Heads-1:0]               busy, overflow;
  logic [SumBits*Heads-1:0]       sums;
  logic [WeightSumBits*Heads-1:0] weights;
  for (genvar h = 0; h < Heads; h++) begin : gen_head
    logic                 mine, used_q;
    logic [QueryBits-1:0] query, lacks;
    logic [5*Blocks-1:0]  value_shifts;
    logic [8*Blocks-1:0]  field_steps;
    assign mine = head == GroupWidth'(h);
    always_ff @(posedge clk_i) begin
      if (!rst_ni || start_i) used_q <= 1'b0;
      else if (mant_write_i && mine) used_q <= 1'b1;
    end
    if (Positions > 1) begin : gen_query
      logic [QueryBits-1:0] query_q, lacks_q;
      always_ff @(posedge clk_i) begin
        if (mant_write_i && mine) begin
          query_q <= query_i;
          lacks_q <= more_i - query_i;
        end
      end
      assign query = query_q;
      assign lacks = lacks_q;
    end else begin : gen_no_query
      assign query = '0;
      assign lacks = '0;
      logic unused_query;
      assign unused_query = ^{more_i, query_i};
    end
    always_comb begin
      value_shifts = value_shifts_i[5*Blocks-1:0];
      field_steps  = field_steps_i[8*Blocks-1:0];
      for (int unsigned p = 1; p < Positions; p++) begin
        if (query == QueryBits'(p)) begin
          value_shifts = value_shifts_i[5*Blocks*p +: 5*Blocks];
          field_steps  = field_steps_i[8*Blocks*p +: 8*Blocks];
        end
      end
    end
    trine_attention_head #(
      .Groups     (Groups),
      .Width      (Width),
      .QuantLanes (QuantLanes)
    ) u_head (
      .clk_i,
      .rst_ni,
      .start_i,
      .used_i         (used_q),
      .fetch_i,
      .lacks_i        (lacks),
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
      .value_shifts_i (value_shifts),
      .field_steps_i  (field_steps),
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
