// SPDX-License-Identifier: Apache-2.0

/// Results of attention: every head's sums over its sum of weights, as FP32, to vector memory.
///
/// `start_i` begins, the fields hold until `done_o`, the pulse after the last write.  There are
/// `more_i` + 1 queries of `last_head_i` + 1 heads; those of `query_o` go to `dst_beat_i` on in a
/// bank of their own.  A head's sum of weights comes with `head_o`, which counts them all; of its
/// sums a beat is read by `read_o`, and `sum_i` is the one at `lane_o` of it, `field_i` the
/// exponent field of its block.
module trine_attention_result #(
  parameter  int unsigned Groups    = 16,
  parameter  int unsigned Heads     = 8,
  parameter  int unsigned Width     = 15,
  parameter  int unsigned VecBits   = 12,
  localparam int unsigned HeadBits  = (Heads > 1) ? $clog2(Heads) : 1,
  localparam int unsigned LaneBits  = $clog2(2 * Groups),
  localparam int unsigned BeatBits  = trine_attention_pkg::BeatBits,
  localparam int unsigned QueryBits = trine_attention_pkg::QueryBits
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   start_i,
  input  logic [QueryBits-1:0]   more_i,
  input  logic [HeadBits-1:0]    last_head_i,
  input  logic [9:0]             head_dim_i,
  input  logic [VecBits-1:0]     dst_beat_i,
  output logic                   done_o,
  output logic                   nonfinite_o,      // A result is Inf or NaN.
  // Sums
  output logic [QueryBits-1:0]   query_o,
  output logic [HeadBits-1:0]    head_o,
  input  logic [trine_attention_pkg::WeightSumBits-1:0] weights_i,
  output logic                   read_o,
  output logic [BeatBits-1:0]    read_beat_o,
  output logic [LaneBits-1:0]    lane_o,
  input  logic [trine_attention_pkg::SumBits-1:0] sum_i,
  input  logic [7:0]             field_i,
  // Vector memory
  output logic                   vec_write_valid_o,
  output logic [VecBits-1:0]     vec_write_beat_o,
  output logic [32*Groups-1:0]   vec_write_data_o
);

  localparam int unsigned WordBits = (Groups > 1) ? $clog2(Groups) : 1;
  // From a sum's packing, five cycles, and product, four, to the next head.
  localparam int unsigned Settle   = 12;

  typedef enum logic [2:0] {
    StIdle,
    StWeights,  // The sum of weights goes to be packed,
    StPack,     // is packed,
    StRecip,    // its reciprocal is awaited.
    StSums,     // A sum a cycle.
    StSettle
  } state_e;
  state_e      state_q;
  logic [3:0]  wait_q;
  logic [9:0]  element_q;                  // Of the head.
  logic        sum_q, pack_valid;
  logic [31:0] packed_value, recip, scale_q;

  assign read_o      = state_q == StSums && (element_q & 10'(2 * Groups - 1)) == '0;
  assign read_beat_o = BeatBits'(element_q >> LaneBits);

  logic                last_element;
  logic [HeadBits-1:0] of_query_q;         // The head of its query.
  logic                settled, query_end;
  assign last_element = element_q + 10'd1 == head_dim_i;
  assign settled      = state_q == StSettle && wait_q == '0;
  assign query_end    = settled && of_query_q == last_head_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
      sum_q   <= 1'b0;
      done_o  <= 1'b0;
    end else begin
      sum_q  <= state_q == StSums;
      done_o <= query_end && query_o == more_i;
      unique case (state_q)
        StIdle:    if (start_i) state_q <= StWeights;
        StWeights: state_q <= StPack;
        StPack:    if (pack_valid) state_q <= StRecip;
        StRecip:   if (wait_q == '0) state_q <= StSums;
        StSums:    if (last_element) state_q <= StSettle;
        StSettle:
          if (settled) state_q <= query_end && query_o == more_i ? StIdle : StWeights;
        default:   state_q <= StIdle;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i) begin
      head_o     <= '0;
      of_query_q <= '0;
      query_o    <= '0;
    end else if (settled) begin
      head_o     <= head_o + 1'b1;
      of_query_q <= query_end ? '0 : of_query_q + 1'b1;
      if (query_end) query_o <= query_o + 1'b1;
    end
    if (state_q == StPack) wait_q <= 4'd7;
    else if (state_q == StSums) wait_q <= 4'(Settle - 1);
    else if (wait_q != '0) wait_q <= wait_q - 4'd1;
    element_q <= state_q == StSums ? element_q + 10'd1 : '0;
    lane_o    <= LaneBits'(element_q);
    if (state_q == StRecip && wait_q == '0) scale_q <= recip;
  end

  // ---- To FP32, times the reciprocal ----

  // The exponent is that of the value that entered a cycle before.
  logic signed [11:0] exponent_q;
  always_ff @(posedge clk_i) begin
    exponent_q <= (sum_q ? 12'(field_i) - 12'(127 + Width - 2) : '0) - 12'sd23;
  end
  trine_fp32_pack #(.AccWidth(64), .ExpWidth(12)) u_pack (
    .clk_i,
    .rst_ni,
    .valid_i    (state_q == StWeights || sum_q),
    .acc_i      (sum_q ? 64'(signed'(sum_i)) : 64'(weights_i)),
    .exponent_i (exponent_q),
    .valid_o    (pack_valid),
    .data_o     (packed_value)
  );

  logic [31:0] recip_x_q;
  always_ff @(posedge clk_i) if (state_q == StPack) recip_x_q <= packed_value;
  trine_fp32_recip u_recip (
    .clk_i,
    .en_i (state_q == StRecip),
    .x_i  (recip_x_q),
    .y_o  (recip)
  );

  logic [47:0] unused_product;
  logic [8:0]  unused_fields;
  logic        unused_zero;
  logic [31:0] result;
  trine_fp32_mul u_mul (
    .clk_i,
    .en_i      (1'b1),
    .a_i       (packed_value),
    .b_i       (scale_q),
    .product_o (unused_product),
    .fields_o  (unused_fields),
    .zero_o    (unused_zero),
    .y_o       (result)
  );

  // ---- Words to beats ----

  logic [3:0]           valid_q;            // A product is under way; on top: is there.
  logic [WordBits-1:0]  word_q;
  logic                 write;
  logic [32*Groups-1:0] beat;
  assign write = valid_q[3] && (Groups == 1 || word_q == WordBits'(Groups - 1));
  if (Groups > 1) begin : gen_beat
    logic [32*(Groups-1)-1:0] words_q;      // The newest on top.
    always_ff @(posedge clk_i) if (valid_q[3]) words_q <= (32*(Groups-1))'({result, words_q} >> 32);
    assign beat = {result, words_q};
  end else begin : gen_word
    assign beat = result;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q           <= '0;
      vec_write_valid_o <= 1'b0;
      nonfinite_o       <= 1'b0;
    end else begin
      valid_q           <= {valid_q[2:0], pack_valid && state_q != StPack};
      vec_write_valid_o <= write;
      if (start_i) nonfinite_o <= 1'b0;
      else if (valid_q[3] && &result[30:23]) nonfinite_o <= 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (start_i || query_end) begin
      word_q           <= '0;
      vec_write_beat_o <= dst_beat_i - 1'b1;
    end else begin
      if (valid_q[3]) word_q <= (Groups == 1 || write) ? '0 : word_q + 1'b1;
      if (write) begin
        vec_write_beat_o <= vec_write_beat_o + 1'b1;
        vec_write_data_o <= beat;
      end
    end
  end

endmodule
