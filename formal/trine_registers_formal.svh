// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_registers: every request gets exactly one answer, answers hold until they are
// taken, registers change only by a write to them or a soft reset, and commands reach the
// control only as the map says, and what software wrote it reads.  Requests are counted from the
// handshakes alone.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb assume (rst_ni == f_past_valid_q);

// The control finishes only what runs.
always_comb assume (!finish_i || busy_i);

logic [1:0] f_addresses_q = '0, f_data_q = '0, f_reads_q = '0;  // Without an answer so far.

logic f_aw, f_w, f_b, f_ar, f_r;
assign f_aw = aw_valid_i && aw_ready_o;
assign f_w  = w_valid_i && w_ready_o;
assign f_b  = b_valid_o && b_ready_i;
assign f_ar = ar_valid_i && ar_ready_o;
assign f_r  = r_valid_o && r_ready_i;

// What each address and data beat asked for, kept from the handshakes.
logic [11:0] f_addr_q;
logic [31:0] f_word_q;
logic [3:0]  f_strb_q;

logic         f_stalled_b_q = 1'b0, f_stalled_r_q = 1'b0, f_quiet_q = 1'b0;
logic [1:0]   f_b_resp_q, f_r_resp_q;
logic [31:0]  f_r_data_q;
// All that software writes.
logic [trine_regs_pkg::SoftwareBits-1:0] f_kept, f_kept_q;
assign f_kept = software_q;

// The LUT RAM that software reads from and what the machine sees of it.
logic [Words-1:0] f_agree;
for (genvar i = 0; i < Words; i++) begin : f_word
  assign f_agree[i] = (word_written_q[i] ? words_q[i] : trine_regs_pkg::SoftwareReset[32*i +: 32])
                   == f_kept[32*i +: 32];
end
logic                f_asked_q = 1'b0, f_looked_q = 1'b0, f_gave_q = 1'b0, f_is_word_q = 1'b0;
logic                f_give_word_q = 1'b0, f_read_word_q = 1'b0;
logic [11:0]         f_asked_addr_q;
logic [WordBits-1:0] f_place_q;
logic [31:0]         f_give_data_q, f_read_data_q;
always_ff @(posedge clk_i) begin
  f_asked_q     <= rst_ni && f_ar;
  if (f_ar) f_asked_addr_q <= ar_addr_i;
  f_looked_q    <= rst_ni && f_asked_q;
  f_gave_q      <= rst_ni && f_looked_q;
  f_is_word_q   <= rst_ni && f_asked_q && trine_regs_pkg::is_word(read_offset);
  f_place_q     <= trine_regs_pkg::word_of(read_offset);
  f_give_word_q <= rst_ni && f_is_word_q;
  f_give_data_q <= f_kept[32*f_place_q +: 32];
  f_read_word_q <= rst_ni && f_give_word_q;
  f_read_data_q <= f_give_data_q;
end

// A write takes effect two cycles after one in which both halves are held, no answer waits and no
// read is decoded.
logic f_both, f_effect, f_look_q = 1'b0, f_merged_q = 1'b0;
assign f_both   = f_addresses_q - 2'(b_valid_o) == 2'd1 && f_data_q - 2'(b_valid_o) == 2'd1
               && !b_valid_o;
assign f_effect = f_merged_q;
always_ff @(posedge clk_i) begin
  f_look_q   <= rst_ni && f_both && !f_look_q && !f_merged_q && !f_asked_q;
  f_merged_q <= rst_ni && f_look_q;
end

(* peek = "u_counters.read_q" *) logic f_counter_read;
logic f_control;
assign f_control = f_effect && f_addr_q[11:2] == 10'h006 && f_strb_q[0];

// A soft reset asked for while commands run comes as soon as they have ended.
logic f_reset_asked_q = 1'b0, f_reset;
assign f_reset = !busy_i && (f_reset_asked_q || (f_control && f_word_q[3]));

always_ff @(posedge clk_i) begin
  f_reset_asked_q <= rst_ni && !f_reset && (f_reset_asked_q || (f_control && f_word_q[3]));
  f_quiet_q       <= rst_ni && !f_effect && !f_reset;
  f_kept_q      <= f_kept;
  f_stalled_b_q <= rst_ni && b_valid_o && !b_ready_i;
  f_stalled_r_q <= rst_ni && r_valid_o && !r_ready_i;
  f_b_resp_q    <= b_resp_o;
  f_r_resp_q    <= r_resp_o;
  f_r_data_q    <= r_data_o;
  if (rst_ni) begin
    f_addresses_q <= f_addresses_q + 2'(f_aw) - 2'(f_b);
    f_data_q      <= f_data_q + 2'(f_w) - 2'(f_b);
    f_reads_q     <= f_reads_q + 2'(f_ar) - 2'(f_r);
    if (f_aw) f_addr_q <= aw_addr_i;
    if (f_w) begin
      f_word_q <= w_data_i;
      f_strb_q <= w_strb_i;
    end
  end
end

logic f_clear_q = 1'b0;
always_ff @(posedge clk_i) f_clear_q <= rst_ni && ((f_control && f_word_q[2] && !busy_i) || f_reset);

always_ff @(posedge clk_i) begin
  if (rst_ni) begin
    // One answer a request, and none without.
    AddressAnswered_A : assert (f_addresses_q == 2'(aw_full_q) + 2'(b_valid_o));
    DataAnswered_A : assert (f_data_q == 2'(w_full_q) + 2'(b_valid_o));
    ReadAnswered_A : assert (f_reads_q == 2'(r_valid_o) + 2'(f_asked_q) + 2'(f_looked_q) + 2'(f_gave_q)
                            && read_q == f_asked_q && look_read_q == f_looked_q && give_read_q == f_gave_q);
    if (f_give_word_q) GivenWord_I : assert (read_word_q == f_give_data_q && count == '0);
    if (f_looked_q && f_is_word_q) NoCounter_I : assert (!f_counter_read && value_q == '0);
    MergedFirst_I : assert (merged_q == f_merged_q && look_write_q == f_look_q
                            && (!(merged_q || look_write_q) || f_both) && !(merged_q && look_write_q));
    if (f_look_q && is_word_q) LookedPlace_I : assert (place_q == trine_regs_pkg::word_of(write_offset));
    if (f_look_q) LookedWord_I : assert (is_word_q == trine_regs_pkg::is_word(write_offset));
    if (f_looked_q) ReadPlace_I : assert (is_word_q == f_is_word_q && (!is_word_q || place_q == f_place_q));
    if (f_merged_q && write_word_q)
      MergedPlace_I : assert (write_place_q == trine_regs_pkg::word_of(write_offset));
    if (f_merged_q) MergedWord_I : assert (write_word_q == trine_regs_pkg::is_word(write_offset));
    if (f_asked_q) ReadKept_A : assert (ar_addr_q == f_asked_addr_q);
    // Answers hold.
    if (f_stalled_b_q) BHolds_A : assert (b_valid_o && b_resp_o == f_b_resp_q);
    if (f_stalled_r_q) RHolds_A : assert (r_valid_o && r_resp_o == f_r_resp_q && r_data_o == f_r_data_q);
    // What is held is what was asked.
    if (aw_full_q) AddressKept_A : assert (aw_addr_q == f_addr_q);
    if (w_full_q) DataKept_A : assert (w_data_q == f_word_q && w_strb_q == f_strb_q);
    // Nothing that software writes changes without a write,
    if (f_quiet_q) QuietWithoutWrite_A : assert (f_kept == f_kept_q);
    // is another for the core than for a read,
    WordsAgree_I : assert (&f_agree);
    if (f_read_word_q) ReadsWritten_A : assert (r_data_o == f_read_data_q);
    // and commands come from CTRL alone.
    ResetAsked_A : assert (f_reset_asked_q == reset_wanted_q);
    StartFromControl_A : assert (start_o == (f_control && f_word_q[0] && !busy_i && !f_reset));
    AbortFromControl_A : assert (abort_o == (f_control && (f_word_q[1] || f_word_q[3])));
    ClearFromControl_A : assert (clear_o == f_clear_q);
    StartWhenIdle_A : assert (!(start_o && busy_i));
    cover (f_control && f_stalled_r_q);
  end
end
