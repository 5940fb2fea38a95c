// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Watches the channels of the memory bus: `fault_valid_o` pulses with the first failure.
///
/// A channel stands still while it waits and nothing moves on it; `limit_i` cycles of that are a
/// failure while `busy_i`, noticed after half of them at the earliest: one timer serves all
/// channels, and a channel that waits at two ticks in a row, and at every cycle between, has
/// failed.  The timer rests while nobody waits.  0 is no limit, and a new limit holds from the next
/// cycle on.  An answer that nobody is owed is a failure at any time, RLAST at the wrong beat too.
/// Failures from `fault_valid_o` up to the end of `flush_i` are those of the same cause and are not
/// reported.
module trine_bus_watch #(
  parameter  int unsigned Ports     = 1,
  parameter  int unsigned AddrWidth = 40
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           flush_i,
  input  logic                           busy_i,
  input  logic [31:0]                    limit_i,
  // Read ports
  input  logic [Ports-1:0]               ar_waits_i,
  input  logic [Ports*AddrWidth-1:0]     ar_addr_i,
  input  logic [Ports-1:0]               r_waits_i,
  input  logic [Ports-1:0]               r_bad_last_i,
  input  logic [Ports-1:0]               r_stray_i,
  input  logic [Ports*AddrWidth-1:0]     r_addr_i,
  // Writes
  input  trine_control_pkg::write_bus_t  write_i,
  input  logic [AddrWidth-1:0]           aw_addr_i,
  input  logic [AddrWidth-1:0]           w_addr_i,
  input  logic [AddrWidth-1:0]           b_addr_i,
  // Failure
  output logic                           fault_valid_o,
  output trine_control_pkg::bus_fault_t  fault_o
);

  localparam int unsigned Channels = 2 * Ports + 3;

  logic [Channels-1:0] waits, late_q, timeout;
  logic                first_q;         // The next cycle that counts is the first of all.
  logic [30:0]         timer_q;         // Cycles up to the tick, unless `first_q`.
  logic                last_q;          // It is 1: known early, as is what the limit means.
  logic                on_q, short_q;
  logic [30:0]         half_q;          // Of the limit.
  logic                counts, ends, tick, listens;
  assign waits   = {write_i.b_waits, write_i.w_waits, write_i.aw_waits, r_waits_i, ar_waits_i};
  assign listens = !fault_valid_o && !flush_i;
  assign counts  = waits != '0 && busy_i && on_q && listens;
  assign ends    = first_q ? short_q : last_q;
  assign tick    = counts && ends;
  assign timeout = ends && busy_i && on_q ? waits & late_q : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      first_q <= 1'b1;
      late_q  <= '0;
    end else if (counts) begin
      first_q <= tick;
      late_q  <= waits & (late_q | {Channels{tick}});
    end else if (!first_q || late_q != '0) begin
      first_q <= 1'b1;
      late_q  <= '0;
    end
  end
  always_ff @(posedge clk_i) begin
    on_q    <= limit_i != '0;
    short_q <= limit_i[31:2] == '0;
    half_q  <= limit_i[31:1];
    if (counts) begin
      timer_q <= (first_q ? half_q : timer_q) - 31'd1;
      last_q  <= (first_q ? half_q : timer_q) == 31'd2;
    end
  end

  // Of several that are late, the one that the others wait for: a memory with its hands full takes
  // no address before it has answered, nor an address before the data that it waits for.  A wrong
  // answer before a late one; of ports, the first.
  // What fails is known late in a cycle; which of it is told is chosen in the next, out of what was
  // noted in every cycle that may be one of a failure.
  logic                          fails, notes;
  logic [Channels-1:0]           timeout_q;
  logic [Ports-1:0]              bad_last_q, stray_q, wrong_q, r_late, ar_late;
  logic                          b_stray_q;
  logic [Channels*AddrWidth-1:0] addresses_q;
  logic [Channels-1:0]           picked;          // In the order of `waits`; none: of b_stray.
  assign fails   = listens && (timeout != '0 || r_bad_last_i != '0 || r_stray_i != '0
                               || write_i.b_stray);
  assign notes   = ends || r_bad_last_i != '0 || r_stray_i != '0 || write_i.b_stray;
  assign wrong_q = bad_last_q | stray_q;
  assign r_late  = timeout_q[Ports +: Ports];
  assign ar_late = timeout_q[0 +: Ports];
  always_comb begin
    picked  = '0;
    fault_o = '0;
    if (fault_valid_o) begin
      if (wrong_q != '0)              picked[Ports +: Ports] = wrong_q & -wrong_q;
      else if (b_stray_q)             picked = '0;
      else if (r_late != '0)          picked[Ports +: Ports] = r_late & -r_late;
      else if (timeout_q[Channels-1]) picked[Channels-1] = 1'b1;
      else if (timeout_q[Channels-2]) picked[Channels-2] = 1'b1;
      else if (timeout_q[Channels-3]) picked[Channels-3] = 1'b1;
      else                            picked[0 +: Ports] = ar_late & -ar_late;
      for (int unsigned i = 0; i < Ports; i++) begin
        if (picked[i] || picked[Ports+i]) fault_o.port = fault_o.port | 2'(i);
      end
      if (picked[0 +: Ports] != '0)     fault_o.channel = 3'(trine_control_pkg::ChannelAr);
      if (picked[Ports +: Ports] != '0) fault_o.channel = 3'(trine_control_pkg::ChannelR);
      if (picked[Channels-3])           fault_o.channel = 3'(trine_control_pkg::ChannelAw);
      if (picked[Channels-2])           fault_o.channel = 3'(trine_control_pkg::ChannelW);
      if (picked[Channels-1] || picked == '0)
        fault_o.channel = 3'(trine_control_pkg::ChannelB);
      if (wrong_q == '0 && !b_stray_q)
        fault_o.code = trine_commands_pkg::ERROR_BUS_TIMEOUT;
      else if ((bad_last_q & picked[Ports +: Ports]) != '0)
        fault_o.code = trine_commands_pkg::ERROR_BUS_LAST;
      else
        fault_o.code = trine_commands_pkg::ERROR_BUS_UNEXPECTED;
      // A stray answer has no address.
      for (int unsigned i = 0; i < Channels; i++) begin
        if (picked[i] && fault_o.code != trine_commands_pkg::ERROR_BUS_UNEXPECTED)
          fault_o.address = fault_o.address | 64'(addresses_q[AddrWidth*i +: AddrWidth]);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) fault_valid_o <= 1'b0;
    else         fault_valid_o <= fails;
  end
  always_ff @(posedge clk_i) begin
    if (notes) begin
      timeout_q   <= timeout;
      bad_last_q  <= r_bad_last_i;
      stray_q     <= r_stray_i;
      b_stray_q   <= write_i.b_stray;
      addresses_q <= {b_addr_i, w_addr_i, aw_addr_i, r_addr_i, ar_addr_i};
    end
  end

  `TRINE_ASSERT(FaultHasCode_A, !fault_valid_o || fault_o.code != trine_commands_pkg::ERROR_NONE)

endmodule
