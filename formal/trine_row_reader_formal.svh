// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_row_reader: a job of n rows becomes n jobs for the DMA, in order, of the length of a row, the
// k-th at the address plus k strides; none is lost when jobs follow one another, and what is offered holds.
//
// What a job asks for is kept from its handshake alone.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);
always_comb assume (rows_i != '0);

logic                 f_taken, f_asked;
logic [31:0]          f_rows_q = '0;         // Of the job that was taken, asked for or not,
logic [31:0]          f_row_q = '0;          // those that were.
logic [31:0]          f_beats_q, f_stride_q;
logic [AddrWidth-1:0] f_next_q;              // Address of the next one.
assign f_taken = valid_i && ready_o;
assign f_asked = job_valid_o && job_ready_i;
always_ff @(posedge clk_i) begin
  if (!rst_ni) begin
    f_rows_q <= '0;
    f_row_q  <= '0;
  end else if (f_taken) begin
    f_rows_q   <= rows_i;
    f_row_q    <= 32'd1;
    f_beats_q  <= beats_i;
    f_stride_q <= stride_i;
    f_next_q   <= addr_i + AddrWidth'(stride_i);
  end else if (f_asked) begin
    f_row_q  <= f_row_q + 32'd1;
    f_next_q <= f_next_q + AddrWidth'(f_stride_q);
  end
end

// The one above keeps to the handshake.
logic                 f_stalled_q = 1'b0, f_waits_q = 1'b0;
logic [AddrWidth-1:0] f_addr_q, f_job_addr_q;
logic [31:0]          f_job_beats_q, f_beats_i_q;
always_ff @(posedge clk_i) begin
  f_waits_q     <= rst_ni && valid_i && !ready_o;
  f_addr_q      <= addr_i;
  f_beats_i_q   <= beats_i;
  f_stalled_q   <= rst_ni && job_valid_o && !job_ready_i;
  f_job_addr_q  <= job_addr_o;
  f_job_beats_q <= job_beats_o;
end
always_comb if (f_waits_q) assume (valid_i && addr_i == f_addr_q && beats_i == f_beats_i_q);

logic f_more;
assign f_more = f_row_q != f_rows_q;
logic [31:0] f_left;
assign f_left = f_rows_q - f_row_q;
`TRINE_ASSERT(RowsLeft_I, left_q == f_left && more_q == f_more && f_row_q <= f_rows_q)
`TRINE_ASSERT(RowKept_I, !f_more
              || (addr_q == f_next_q && beats_q == f_beats_q && stride_q == f_stride_q))

`TRINE_ASSERT(OfferedWhenAsked_A, job_valid_o == (valid_i || f_more))
`TRINE_ASSERT(NextRow_A, !f_more || (job_addr_o == f_next_q && job_beats_o == f_beats_q))
`TRINE_ASSERT(FirstRow_A, f_more || !valid_i || (job_addr_o == addr_i && job_beats_o == beats_i))
`TRINE_ASSERT(TakenAfterLast_A, ready_o == (!f_more && job_ready_i))
`TRINE_ASSERT(JobHolds_A, !f_stalled_q || (job_valid_o && job_addr_o == f_job_addr_q
                                           && job_beats_o == f_job_beats_q))
