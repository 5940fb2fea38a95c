// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_read_arbiter: what is offered is a job of one of the two, stays until it is taken, and each of them is
// told of its own only; a job waits for one other at most while the list does not stop offering.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

logic f_list_waits_q = 1'b0, f_data_waits_q = 1'b0, f_offered_q = 1'b0;
trine_control_pkg::read_job_t f_list_q, f_data_q, f_job_q;
always_ff @(posedge clk_i) begin
  f_list_waits_q <= rst_ni && list_valid_i && !list_ready_o;
  f_data_waits_q <= rst_ni && data_valid_i && !data_ready_o;
  f_offered_q    <= rst_ni && read_valid_o && !read_ready_i;
  f_list_q       <= list_job_i;
  f_data_q       <= data_job_i;
  f_job_q        <= read_job_o;
end
always_comb begin
  if (f_list_waits_q) assume (list_valid_i && list_job_i == f_list_q);
  if (f_data_waits_q) assume (data_valid_i && data_job_i == f_data_q);
end

`TRINE_ASSERT(OneIsTaken_A, (read_valid_o && read_ready_i)
              == ((list_valid_i && list_ready_o) || (data_valid_i && data_ready_o)))
`TRINE_ASSERT(NotBoth_A, !(list_ready_o && data_ready_o))
`TRINE_ASSERT(ListIsList_A, !(list_valid_i && list_ready_o) || read_job_o == list_job_i)
`TRINE_ASSERT(DataIsData_A, !(data_valid_i && data_ready_o) || read_job_o == data_job_i)
`TRINE_ASSERT(OfferHolds_A, !f_offered_q || (read_valid_o && read_job_o == f_job_q))
`TRINE_ASSERT(OffersWhenAsked_A, read_valid_o == (list_valid_i || data_valid_i))
`TRINE_ASSERT(Waits_I, !waits_q || f_data_waits_q)
`TRINE_ASSERT(Offered_I, !f_offered_q || (waits_q ? f_data_waits_q && f_job_q == f_data_q
                                                  : f_list_waits_q && f_job_q == f_list_q))
