// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Watches the channels of the memory bus: `fault_valid_o` pulses with the first failure.
///
/// A channel stands still while it waits and nothing moves on it; `limit_i` cycles of that are a
/// failure while `busy_i`, noticed after half of them at the earliest: one timer serves all
/// channels, and a channel that waits at two ticks in a row, and at every cycle between, has
/// failed.  The timer rests while nobody waits.  0 is no limit.  An answer that nobody is owed is a
/// failure at any time, RLAST at the wrong beat too.  Failures from `fault_valid_o` up to the end
/// of `flush_i` are those of the same cause and are not reported.
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
  logic [30:0]         timer_q;
  logic                counts, tick, listens;
  assign waits   = {write_i.b_waits, write_i.w_waits, write_i.aw_waits, r_waits_i, ar_waits_i};
  assign listens = !fault_valid_o && !flush_i;
  assign counts  = waits != '0 && busy_i && limit_i != '0 && listens;
  assign tick    = counts && timer_q + 31'd1 >= limit_i[31:1];
  assign timeout = tick ? waits & late_q : '0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      timer_q <= '0;
      late_q  <= '0;
    end else if (counts) begin
      timer_q <= tick ? '0 : timer_q + 31'd1;
      late_q  <= waits & (late_q | {Channels{tick}});
    end else if (timer_q != '0 || late_q != '0) begin
      timer_q <= '0;
      late_q  <= '0;
    end
  end

  // Of several that are late, the one that the others wait for: a memory with its hands full takes
  // no address before it has answered, nor an address before the data that it waits for.  A wrong
  // answer before a late one; of ports, the first.
  trine_control_pkg::bus_fault_t fault;
  logic                          fails;
  assign fails = listens && (timeout != '0 || r_bad_last_i != '0 || r_stray_i != '0
                             || write_i.b_stray);
  always_comb begin
    fault = '0;
    if (fails) begin
      for (int unsigned i = Ports; i > 0; i--) begin
        if (timeout[i-1])
          fault = {trine_commands_pkg::ERROR_BUS_TIMEOUT, 3'(trine_control_pkg::ChannelAr),
                 2'(i - 1), 64'(ar_addr_i[AddrWidth*(i-1) +: AddrWidth])};
      end
      if (timeout[Channels-3])
        fault = {trine_commands_pkg::ERROR_BUS_TIMEOUT, 3'(trine_control_pkg::ChannelAw),
                 2'd0, 64'(aw_addr_i)};
      if (timeout[Channels-2])
        fault = {trine_commands_pkg::ERROR_BUS_TIMEOUT, 3'(trine_control_pkg::ChannelW),
                 2'd0, 64'(w_addr_i)};
      if (timeout[Channels-1])
        fault = {trine_commands_pkg::ERROR_BUS_TIMEOUT, 3'(trine_control_pkg::ChannelB),
                 2'd0, 64'(b_addr_i)};
      for (int unsigned i = Ports; i > 0; i--) begin
        if (timeout[Ports+i-1])
          fault = {trine_commands_pkg::ERROR_BUS_TIMEOUT, 3'(trine_control_pkg::ChannelR),
                 2'(i - 1), 64'(r_addr_i[AddrWidth*(i-1) +: AddrWidth])};
      end
      if (write_i.b_stray)
        fault = {trine_commands_pkg::ERROR_BUS_UNEXPECTED, 3'(trine_control_pkg::ChannelB),
                 2'd0, 64'd0};
      for (int unsigned i = Ports; i > 0; i--) begin
        if (r_stray_i[i-1])
          fault = {trine_commands_pkg::ERROR_BUS_UNEXPECTED, 3'(trine_control_pkg::ChannelR),
                 2'(i - 1), 64'd0};
        if (r_bad_last_i[i-1])
          fault = {trine_commands_pkg::ERROR_BUS_LAST, 3'(trine_control_pkg::ChannelR),
                 2'(i - 1), 64'(r_addr_i[AddrWidth*(i-1) +: AddrWidth])};
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) fault_valid_o <= 1'b0;
    else         fault_valid_o <= fails;
  end
  always_ff @(posedge clk_i) begin
    if (fails) fault_o <= fault;
  end

  `TRINE_ASSERT(FaultHasCode_A, !fault_valid_o || fault_o.code != trine_commands_pkg::ERROR_NONE)

endmodule
