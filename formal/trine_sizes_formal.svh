// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_sizes: each product is the sum of the shifted left factors that the bits of the right one name, which
// is what a product is; its factors are those of the command; what is not asked for is 0; all of it ends in time.
// trine_sizes_any.sv states the same as assumptions, for the proof of trine_check.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

// The one above holds the fields while it runs, and starts it when it is done.
logic        f_run_q = 1'b0;
logic [3:0]  f_asked_q;
logic [2:0]  f_depth_q;
logic [31:0] f_rows_q, f_cols_q, f_index_q, f_stride_q;
always_ff @(posedge clk_i) begin
  f_run_q    <= rst_ni && (start_i || f_run_q);   // A start since the last reset.
  f_asked_q  <= {indexed_i, trit_i, f16_i, apart_i};
  f_depth_q  <= depth_i;
  f_rows_q   <= rows_i;
  f_cols_q   <= cols_i;
  f_index_q  <= index_i;
  f_stride_q <= stride_i;
end
always_comb begin
  assume (!(trit_i && f16_i) && !(trit_i && indexed_i));
  assume (!start_i || (done_o && rst_ni));
  if (f_run_q && !start_i)
    assume ({indexed_i, trit_i, f16_i, apart_i} == f_asked_q && depth_i == f_depth_q && rows_i == f_rows_q
            && cols_i == f_cols_q && index_i == f_index_q && stride_i == f_stride_q);
end

// The factors of the product that runs, and how many bits of the right one are done.
logic [63:0] f_left, f_left_q;
logic [31:0] f_right, f_right_q;
logic [5:0]  f_bits_q;
logic [6:0]  f_age_q;                    // Cycles since the start.
always_comb begin
  f_left  = '0;
  f_right = '0;
  unique case (next)
    StOffset: {f_left, f_right} = {64'(stride_i), index_i};
    StPanel:  {f_left, f_right} = {64'(across), 32'(panel_beats)};
    StRows:   {f_left, f_right} = f16_i ? {64'(across), rows_i} : {sum_q, (rows_i + 32'd31) >> 5};
    StSpan:   {f_left, f_right} = {64'(stride_i), rows_i};
    default: ;
  endcase
end
always_ff @(posedge clk_i) begin
  f_age_q <= start_i ? 7'd1 : done_o ? f_age_q : f_age_q + 7'd1;
  if (load) begin
    f_left_q  <= f_left;
    f_right_q <= f_right;
    f_bits_q  <= '0;
  end else f_bits_q <= f_bits_q + 6'd1;
end

// The sum of the shifted left factors that the bits so far name; with the last bit it is the product.
logic [63:0] f_sum_q, f_shifted;
assign f_shifted = f_left_q << f_bits_q;
logic [31:0] f_done_bits;
assign f_done_bits = ~(32'hFFFF_FFFF << f_bits_q);
always_ff @(posedge clk_i) begin
  if (load) f_sum_q <= '0;
  else if (!f_bits_q[5] && f_right_q[f_bits_q[4:0]]) f_sum_q <= f_sum_q + f_shifted;
end

// What the outputs must be.
logic [63:0] f_offset_q, f_span_q;
logic [31:0] f_beats_q, f_across_q;
always_ff @(posedge clk_i) begin
  if (start_i) begin
    f_offset_q <= '0;
    f_span_q   <= '0;
    f_beats_q  <= '0;
    f_across_q <= across;
  end else if (load) begin
    if (state_q == StOffset) f_offset_q <= f_sum_q;
    if (state_q == StSpan)   f_span_q   <= f_sum_q;
    if (state_q == StRows)   f_beats_q  <= f_sum_q[31:0];
  end
end

logic f_runs, f_told;
assign f_told = f_run_q && !start_i;   // Of a start before.
assign f_runs = state_q != StIdle;
`TRINE_ASSERT(Started_I, !f_runs || (f_run_q && state_q <= StSpan && f_bits_q <= 6'd32))
`TRINE_ASSERT(Factors_I, !f_runs || (left_q == f_left_q << f_bits_q
                                     && right_q == f_right_q >> f_bits_q && (!empty_q || right_q == '0)))
`TRINE_ASSERT(SumSoFar_I, !f_runs || sum_q == f_sum_q)
`TRINE_ASSERT(ProductIsSum_A, !(f_runs && load) || (sum_q == f_sum_q && (f_right_q & ~f_done_bits) == '0))
`TRINE_ASSERT(OffsetFactors_A, state_q != StOffset || (f_left_q == 64'(stride_i) && f_right_q == index_i && indexed_i))
`TRINE_ASSERT(RowsAsked_I, state_q != StRows || trit_i || f16_i)
`TRINE_ASSERT(SpanFactors_A, state_q != StSpan || (f_left_q == 64'(stride_i) && f_right_q == rows_i && apart_i))
`TRINE_ASSERT(RowFactors_I, state_q != StRows || !f16_i || (f_left_q == 64'(across) && f_right_q == rows_i))
`TRINE_ASSERT(PanelFactors_A, state_q != StPanel || (f_left_q == 64'(across) && f_right_q == 32'(panel_beats)
                                                     && trit_i))
`TRINE_ASSERT(ProductsKept_A, !f_told || (offset_o == f_offset_q && span_o == f_span_q && beats_o == f_beats_q
                                           && row_beats_o == f_across_q))
`TRINE_ASSERT(AcrossHolds_I, !f_told || f_across_q == across || !f_runs)

// A product of a span is below its rows times 2^32: so it cannot wrap around an address.
`TRINE_ASSERT(BelowRows_I, state_q != StSpan || sum_q <= {f_right_q & f_done_bits, 32'd0})
`TRINE_ASSERT(OneRow_I, state_q != StSpan || (f_right_q & f_done_bits) == '0 || sum_q >= f_left_q)
`TRINE_ASSERT(SpanOneRow_A, !f_told || !done_o || !apart_i || rows_i == '0 || span_o >= 64'(stride_i))
`TRINE_ASSERT(SpanBound_A, !f_told || !done_o || !apart_i || span_o <= {rows_i, 32'd0})
`TRINE_ASSERT(SpanOnlyIfAsked_A, !f_told || apart_i || span_o == '0)
`TRINE_ASSERT(OffsetOnlyIfAsked_A, !f_told || indexed_i || offset_o == '0)
`TRINE_ASSERT(BeatsOnlyIfAsked_A, !f_told || trit_i || f16_i || beats_o == '0)

// Progress: 33 cycles a product, 8 that of a panel.
logic [6:0] f_before;                    // Cycles that products before may have taken.
assign f_before = state_q == StRows ? 7'd9 : state_q == StSpan ? 7'd42 : 7'd1;
`TRINE_ASSERT(PanelShort_I, state_q != StPanel || (f_bits_q <= 6'd7 && f_right_q[31:7] == '0))
`TRINE_ASSERT(Age_I, !f_runs || f_age_q <= f_before + 7'(f_bits_q))
`TRINE_ASSERT(DoneInTime_A, !f_run_q || !f_runs || f_age_q <= 7'd110)
