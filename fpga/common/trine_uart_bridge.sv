// SPDX-License-Identifier: Apache-2.0

`include "trine_assert.svh"

/// Registers and memory of the core over a serial line, for boards without a processor.
///
/// A request is a letter and its fields, lowest byte first; an answer ends in `K`, or `E` when the
/// slave refused, an address was out of range or a byte came too soon to be taken:
///
///     R address(2)                      data(4) and K or E     a register is read
///     W address(2) data(4)              K or E                 a register is written
///     r address(4) count(2)             count words, K or E    words of memory are read
///     w address(4) count(2) words       K or E                 words of memory are written
///
/// Any other letter is answered with `?`.  A break on the line (trine_uart_rx) ends a request that
/// is being received, without an answer.  Memory takes an access a cycle when `mem_ready_i`; read
/// data come with `mem_done_i`.
module trine_uart_bridge #(
  parameter int unsigned BitCycles = 25
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        rx_i,
  output logic        tx_o,
  // AXI4-Lite master: registers
  output logic [11:0] m_axil_awaddr_o,
  output logic        m_axil_awvalid_o,
  input  logic        m_axil_awready_i,
  output logic [31:0] m_axil_wdata_o,
  output logic [3:0]  m_axil_wstrb_o,
  output logic        m_axil_wvalid_o,
  input  logic        m_axil_wready_i,
  input  logic [1:0]  m_axil_bresp_i,
  input  logic        m_axil_bvalid_i,
  output logic        m_axil_bready_o,
  output logic [11:0] m_axil_araddr_o,
  output logic        m_axil_arvalid_o,
  input  logic        m_axil_arready_i,
  input  logic [31:0] m_axil_rdata_i,
  input  logic [1:0]  m_axil_rresp_i,
  input  logic        m_axil_rvalid_i,
  output logic        m_axil_rready_o,
  // Memory, in words
  output logic        mem_valid_o,
  input  logic        mem_ready_i,
  output logic        mem_write_o,
  output logic [31:0] mem_addr_o,                 // In bytes.
  output logic [31:0] mem_data_o,
  input  logic        mem_done_i,                 // Once for each access that was taken, later.
  input  logic        mem_error_i,                // With it: the address is out of range.
  input  logic [31:0] mem_data_i                  // With it, of a read.
);

  // A byte waits here until it has a place: an access to memory may take two bytes' time.
  logic       line_valid, line_break, rx_valid, rx_take;
  logic [7:0] line_data, rx_data;
  trine_uart_rx #(.BitCycles(BitCycles)) u_rx (
    .clk_i,
    .rst_ni,
    .rx_i,
    .valid_o (line_valid),
    .break_o (line_break),
    .data_o  (line_data)
  );
  always_ff @(posedge clk_i) begin
    if (!rst_ni || line_break) rx_valid <= 1'b0;
    else if (line_valid)       rx_valid <= 1'b1;
    else if (rx_take)          rx_valid <= 1'b0;
    if (line_valid && (!rx_valid || rx_take)) rx_data <= line_data;
  end

  logic        tx_ready;
  logic [39:0] send_q;                            // Bytes to send, the next one lowest.
  logic [2:0]  send_left_q;
  trine_uart_tx #(.BitCycles(BitCycles)) u_tx (
    .clk_i,
    .rst_ni,
    .valid_i (send_left_q != 3'd0),
    .ready_o (tx_ready),
    .data_i  (send_q[7:0]),
    .tx_o
  );

  typedef enum logic [3:0] {
    StLetter, StFields, StRead, StWrite, StMemNext, StMemWord, StMemAsk, StMemWait, StAnswer
  } state_e;
  state_e      state_q;

  localparam logic [7:0] ReadLetter = "R", WriteLetter = "W", MemReadLetter = "r",
                         MemWriteLetter = "w", Good = "K", Bad = "E", What = "?";

  logic [7:0]  letter_q;
  logic [47:0] fields_q;                          // The last byte on top.
  logic [2:0]  left_q;                            // Bytes of the fields or of a word that are missing.
  logic [31:0] address_q, word_q;
  logic [15:0] count_q;                           // Words that are left.
  logic        error_q, aw_q, w_q, ar_q;          // Requests that are still offered.

  assign m_axil_awaddr_o  = fields_q[11:0];
  assign m_axil_wdata_o   = fields_q[47:16];
  assign m_axil_wstrb_o   = 4'hF;
  assign m_axil_awvalid_o = aw_q;
  assign m_axil_wvalid_o  = w_q;
  assign m_axil_bready_o  = state_q == StWrite;
  assign m_axil_araddr_o  = fields_q[43:32];
  assign m_axil_arvalid_o = ar_q;
  assign m_axil_rready_o  = state_q == StRead;
  assign mem_valid_o      = state_q == StMemAsk;
  assign mem_write_o      = letter_q == MemWriteLetter;
  assign mem_addr_o       = address_q;
  assign mem_data_o       = word_q;

  logic bad, lost;
  assign rx_take = state_q == StLetter || state_q == StFields || state_q == StMemWord;
  assign lost    = line_valid && rx_valid && !rx_take;
  assign bad     = error_q || lost;

  // What the letter wants; the high half of an address of a register must be zero.
  logic [2:0] field_bytes;
  always_comb begin
    unique case (rx_data)
      ReadLetter:                                 field_bytes = 3'd2;
      WriteLetter, MemReadLetter, MemWriteLetter: field_bytes = 3'd6;
      default:                                    field_bytes = 3'd0;
    endcase
  end
  logic outside;
  assign outside = letter_q == ReadLetter ? rx_data[7:4] != 4'd0 : fields_q[23:20] != 4'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q     <= StLetter;
      send_left_q <= 3'd0;
      aw_q        <= 1'b0;
      w_q         <= 1'b0;
      ar_q        <= 1'b0;
      error_q     <= 1'b0;
    end else begin
      if (tx_ready && send_left_q != 3'd0) begin
        send_q      <= {8'd0, send_q[39:8]};
        send_left_q <= send_left_q - 3'd1;
      end
      if (lost) error_q <= 1'b1;                  // Told by this answer or by the next one.
      if (m_axil_awready_i) aw_q <= 1'b0;
      if (m_axil_wready_i)  w_q  <= 1'b0;
      if (m_axil_arready_i) ar_q <= 1'b0;

      unique case (state_q)
        // Between two requests.
        StLetter: if (rx_valid) begin
          letter_q <= rx_data;
          left_q   <= field_bytes;
          if (field_bytes != 3'd0) begin
            state_q <= StFields;
          end else begin
            send_q[7:0] <= What;
            send_left_q <= 3'd1;
            state_q     <= StAnswer;
          end
        end
        // Address, data or count.
        StFields: if (rx_valid) begin
          fields_q <= {rx_data, fields_q[47:8]};
          left_q   <= left_q - 3'd1;
          if (left_q == 3'd1) begin
            unique case (letter_q)
              ReadLetter: begin
                ar_q    <= !outside;
                state_q <= outside ? StMemNext : StRead;
              end
              WriteLetter: begin
                aw_q    <= !outside;
                w_q     <= !outside;
                state_q <= outside ? StMemNext : StWrite;
              end
              default: state_q <= StMemNext;
            endcase
            if (letter_q == ReadLetter || letter_q == WriteLetter) error_q <= error_q || outside;
            address_q <= fields_q[39:8];
            // A register out of range goes on like a list of no words.
            count_q   <= (letter_q == MemReadLetter || letter_q == MemWriteLetter)
                         ? {rx_data, fields_q[47:40]} : 16'd0;
          end
        end
        // A register answers.
        StRead: if (m_axil_rvalid_i) begin
          send_q      <= {(bad || m_axil_rresp_i != 2'b00) ? Bad : Good, m_axil_rdata_i};
          send_left_q <= 3'd5;
          error_q     <= 1'b0;
          state_q     <= StAnswer;
        end
        StWrite: if (m_axil_bvalid_i) begin
          send_q[7:0] <= (bad || m_axil_bresp_i != 2'b00) ? Bad : Good;
          send_left_q <= 3'd1;
          error_q     <= 1'b0;
          state_q     <= StAnswer;
        end
        // A word of memory once there is room for its bytes, or the end of the list.
        StMemNext: if (count_q != 16'd0) begin
          left_q <= 3'd4;
          if (mem_write_o)              state_q <= StMemWord;
          else if (send_left_q == 3'd0) state_q <= StMemAsk;
        end else if (send_left_q == 3'd0) begin
          send_q      <= {bad ? Bad : Good, 32'd0};
          send_left_q <= 3'd5;
          if (letter_q != ReadLetter) begin
            send_q[7:0] <= bad ? Bad : Good;
            send_left_q <= 3'd1;
          end
          error_q <= 1'b0;
          state_q <= StAnswer;
        end
        StMemWord: if (rx_valid) begin
          word_q <= {rx_data, word_q[31:8]};
          left_q <= left_q - 3'd1;
          if (left_q == 3'd1) state_q <= StMemAsk;
        end
        StMemAsk: if (mem_ready_i) state_q <= StMemWait;
        StMemWait: if (mem_done_i) begin
          if (mem_error_i) error_q <= 1'b1;
          if (!mem_write_o) begin
            send_q      <= {8'd0, mem_data_i};
            send_left_q <= 3'd4;
          end
          address_q <= address_q + 32'd4;
          count_q   <= count_q - 16'd1;
          state_q   <= StMemNext;
        end
        // The answer leaves; one byte that comes meanwhile waits.
        StAnswer: if (send_left_q == 3'd0) state_q <= StLetter;
        default: state_q <= StLetter;
      endcase
      if (line_break) error_q <= 1'b0;
      if (line_break && rx_take) state_q <= StLetter;
    end
  end

  `TRINE_ASSERT(NothingLost_A, !mem_done_i || state_q == StMemWait)

endmodule
