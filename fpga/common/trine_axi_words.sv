// SPDX-License-Identifier: Apache-2.0

/// An AXI4 slave of 32 bits and a word port beside it, as accesses to single words, one at a time: the
/// word port first, then writes, then reads.
///
/// INCR bursts, one of each kind at a time.  Addresses beyond 2^WordAddr words are answered with
/// SLVERR, or `port_error_o`, and no access is made.
module trine_axi_words #(
  parameter int unsigned AddrWidth = 32,
  parameter int unsigned WordAddr  = 23
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  // AXI4 slave
  input  logic [AddrWidth-1:0] s_axi_araddr_i,
  input  logic [7:0]           s_axi_arlen_i,
  input  logic                 s_axi_arvalid_i,
  output logic                 s_axi_arready_o,
  output logic [31:0]          s_axi_rdata_o,
  output logic [1:0]           s_axi_rresp_o,
  output logic                 s_axi_rlast_o,
  output logic                 s_axi_rvalid_o,
  input  logic                 s_axi_rready_i,
  input  logic [AddrWidth-1:0] s_axi_awaddr_i,
  input  logic                 s_axi_awvalid_i,
  output logic                 s_axi_awready_o,
  input  logic [31:0]          s_axi_wdata_i,
  input  logic [3:0]           s_axi_wstrb_i,
  input  logic                 s_axi_wlast_i,
  input  logic                 s_axi_wvalid_i,
  output logic                 s_axi_wready_o,
  output logic [1:0]           s_axi_bresp_o,
  output logic                 s_axi_bvalid_o,
  input  logic                 s_axi_bready_i,
  // Word port
  input  logic                 port_valid_i,
  output logic                 port_ready_o,
  input  logic                 port_write_i,
  input  logic [31:0]          port_addr_i,       // In bytes.
  input  logic [31:0]          port_data_i,
  output logic                 port_done_o,
  output logic                 port_error_o,
  output logic [31:0]          port_data_o,
  // To the memory
  output logic                 word_valid_o,
  input  logic                 word_ready_i,
  output logic                 word_write_o,
  output logic [WordAddr-1:0]  word_addr_o,
  output logic [31:0]          word_data_o,
  output logic [3:0]           word_strobes_o,
  input  logic                 word_done_i,
  input  logic [31:0]          word_data_i
);

  localparam logic [1:0] Okay = 2'b00, SlvErr = 2'b10;

  typedef enum logic [1:0] {StChoose, StAsk, StAnswer} state_e;
  typedef enum logic [1:0] {OfPort, OfWrite, OfRead} owner_e;
  state_e state_q;
  owner_e owner_q;

  // Bursts under way.
  logic                 reads_q, writes_q, responds_q, write_bad_q, filled_q;
  logic [7:0]           read_left_q;
  logic [AddrWidth-3:0] read_addr_q, write_addr_q;          // Of words.
  assign s_axi_arready_o = !reads_q;
  assign s_axi_awready_o = !writes_q && !responds_q;
  assign s_axi_bvalid_o  = responds_q;
  assign s_axi_bresp_o   = write_bad_q ? SlvErr : Okay;
  assign s_axi_rvalid_o  = filled_q;
  assign s_axi_rlast_o   = read_left_q == 8'd0;

  logic take_port, take_write, take_read, outside;
  logic [AddrWidth-3:0] chosen;
  always_comb begin
    take_port  = state_q == StChoose && port_valid_i;
    take_write = state_q == StChoose && !port_valid_i && writes_q && s_axi_wvalid_i;
    take_read  = state_q == StChoose && !port_valid_i && !(writes_q && s_axi_wvalid_i) && reads_q &&
                 !filled_q;
    chosen = read_addr_q;
    if (take_write) chosen = write_addr_q;
    if (take_port)  chosen = (AddrWidth-2)'(port_addr_i[31:2]);
    outside = chosen[AddrWidth-3:WordAddr] != '0;
  end
  assign port_ready_o   = state_q == StChoose;
  assign s_axi_wready_o = take_write;
  assign word_valid_o   = state_q == StAsk;

  always_ff @(posedge clk_i) begin
    port_done_o <= 1'b0;
    if (!rst_ni) begin
      state_q    <= StChoose;
      reads_q    <= 1'b0;
      writes_q   <= 1'b0;
      responds_q <= 1'b0;
      filled_q   <= 1'b0;
    end else begin
      if (s_axi_arvalid_i && s_axi_arready_o) reads_q <= 1'b1;
      if (s_axi_awvalid_i && s_axi_awready_o) writes_q <= 1'b1;
      if (s_axi_bready_i) responds_q <= 1'b0;
      if (filled_q && s_axi_rready_i) begin
        filled_q <= 1'b0;
        if (s_axi_rlast_o) reads_q <= 1'b0;
      end
      unique case (state_q)
        // What is out of range is over at once.
        StChoose: begin
          if ((take_port || take_write || take_read) && !outside) state_q <= StAsk;
          if (take_port && outside) port_done_o <= 1'b1;
          if (take_read && outside) filled_q <= 1'b1;
          if (take_write && s_axi_wlast_i) begin
            writes_q <= 1'b0;
            // The answer to a burst may leave before its last word is written: accesses keep order.
            responds_q <= 1'b1;
          end
        end
        StAsk: if (word_ready_i) state_q <= StAnswer;
        StAnswer: if (word_done_i) begin
          state_q <= StChoose;
          if (owner_q == OfPort) port_done_o <= 1'b1;
          if (owner_q == OfRead) filled_q <= 1'b1;
        end
        default: state_q <= StChoose;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (s_axi_arready_o) begin
      read_addr_q <= s_axi_araddr_i[AddrWidth-1:2];
      read_left_q <= s_axi_arlen_i;
    end else if (filled_q && s_axi_rready_i) begin
      read_addr_q <= read_addr_q + 1'b1;
      read_left_q <= read_left_q - 8'd1;
    end
    if (s_axi_awready_o) begin
      write_addr_q <= s_axi_awaddr_i[AddrWidth-1:2];
      write_bad_q  <= 1'b0;
    end else if (take_write) begin
      write_addr_q <= write_addr_q + 1'b1;
      if (outside) write_bad_q <= 1'b1;
    end
    if (state_q == StChoose) begin
      owner_q        <= take_port ? OfPort : take_write ? OfWrite : OfRead;
      word_write_o   <= take_port ? port_write_i : take_write;
      word_addr_o    <= chosen[WordAddr-1:0];
      word_data_o    <= take_port ? port_data_i : s_axi_wdata_i;
      word_strobes_o <= take_port ? 4'hF : s_axi_wstrb_i;
      port_error_o   <= take_port && outside;
      if (take_read) s_axi_rresp_o <= outside ? SlvErr : Okay;
    end
    if (state_q == StAnswer && word_done_i) begin
      port_data_o <= word_data_i;
      if (owner_q == OfRead) s_axi_rdata_o <= word_data_i;
    end
  end

  logic unused_ok;
  assign unused_ok = ^{s_axi_araddr_i[1:0], s_axi_awaddr_i[1:0], port_addr_i[1:0]};

endmodule
