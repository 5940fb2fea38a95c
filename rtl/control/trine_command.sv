// SPDX-License-Identifier: Apache-2.0

/// Collects the sixteen words of a command and checks their form as they pass.
///
/// `start_i` begins a command; the words follow in order.  `full_o` rises in the cycle after the
/// last; the fields hold until the next command.  Latency 1, one word per cycle.
module trine_command #(
  /// 0: F16_MATVEC does not exist.
  parameter int unsigned F16Engine = 1,
  /// 0: the vector operations do not exist.
  parameter int unsigned VectorUnit = 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        start_i,
  input  logic        word_valid_i,
  input  logic [31:0] word_data_i,
  output logic        full_o,
  // Form
  output logic        known_o,      // The opcode exists and its unit is present.
  output logic        form_ok_o,    // No bit is set that the opcode does not use.
  // Fields
  output logic [31:0] word0_o,      // Opcode and its flags.
  output logic [31:0] rows_o,
  output logic [31:0] cols_o,
  output logic [31:0] src_o,
  output logic [31:0] src2_o,
  output logic [31:0] dst_o,
  output logic [63:0] addr_o,
  output logic [63:0] book_o,
  output logic [31:0] stride_o,
  output logic [31:0] limit_o,
  output logic [31:0] alpha_o,
  output logic [31:0] beta_o
);

  logic [3:0]  index_q;
  logic [15:0] used_q;   // Words that the opcode uses.

  logic        known;
  logic [31:0] bits;     // Of word 0.
  logic [15:0] words;

  always_comb begin
    known = 1'b1;
    bits  = '0;
    words = '0;
    if (word_valid_i && index_q == '0) begin
      unique case (word_data_i[7:0])
        trine_commands_pkg::OPCODE_END: begin
          bits  = trine_commands_pkg::OPCODE_END_BITS;
          words = trine_commands_pkg::OPCODE_END_WORDS;
        end
        trine_commands_pkg::OPCODE_FENCE: begin
          bits  = trine_commands_pkg::OPCODE_FENCE_BITS;
          words = trine_commands_pkg::OPCODE_FENCE_WORDS;
        end
        trine_commands_pkg::OPCODE_LOAD: begin
          bits  = trine_commands_pkg::OPCODE_LOAD_BITS;
          words = trine_commands_pkg::OPCODE_LOAD_WORDS;
        end
        trine_commands_pkg::OPCODE_STORE: begin
          bits  = trine_commands_pkg::OPCODE_STORE_BITS;
          words = trine_commands_pkg::OPCODE_STORE_WORDS;
        end
        trine_commands_pkg::OPCODE_STORE_COLUMN: begin
          bits  = trine_commands_pkg::OPCODE_STORE_COLUMN_BITS;
          words = trine_commands_pkg::OPCODE_STORE_COLUMN_WORDS;
        end
        trine_commands_pkg::OPCODE_TRIT_MATVEC: begin
          bits  = trine_commands_pkg::OPCODE_TRIT_MATVEC_BITS;
          words = trine_commands_pkg::OPCODE_TRIT_MATVEC_WORDS;
        end
        trine_commands_pkg::OPCODE_F16_MATVEC: begin
          known = F16Engine != 0;
          bits  = trine_commands_pkg::OPCODE_F16_MATVEC_BITS;
          words = trine_commands_pkg::OPCODE_F16_MATVEC_WORDS;
        end
        trine_commands_pkg::OPCODE_RMSNORM: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_RMSNORM_BITS;
          words = trine_commands_pkg::OPCODE_RMSNORM_WORDS;
        end
        trine_commands_pkg::OPCODE_ROPE: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_ROPE_BITS;
          words = trine_commands_pkg::OPCODE_ROPE_WORDS;
        end
        trine_commands_pkg::OPCODE_SOFTMAX: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_SOFTMAX_BITS;
          words = trine_commands_pkg::OPCODE_SOFTMAX_WORDS;
        end
        trine_commands_pkg::OPCODE_SILU_MUL: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_SILU_MUL_BITS;
          words = trine_commands_pkg::OPCODE_SILU_MUL_WORDS;
        end
        trine_commands_pkg::OPCODE_ADD: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_ADD_BITS;
          words = trine_commands_pkg::OPCODE_ADD_WORDS;
        end
        trine_commands_pkg::OPCODE_ARGMAX: begin
          known = VectorUnit != 0;
          bits  = trine_commands_pkg::OPCODE_ARGMAX_BITS;
          words = trine_commands_pkg::OPCODE_ARGMAX_WORDS;
        end
        default: known = 1'b0;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni)      full_o <= 1'b0;
    else if (start_i) full_o <= 1'b0;
    else if (word_valid_i && (&index_q)) full_o <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) index_q <= '0;
    else if (word_valid_i) begin
      index_q <= index_q + 4'd1;
      if (index_q == '0) begin
        known_o   <= known;
        form_ok_o <= (word_data_i & ~bits) == '0;
        used_q    <= words;
        word0_o   <= word_data_i;
      end else if (!used_q[index_q] && word_data_i != '0) form_ok_o <= 1'b0;
      unique case (index_q)
        4'(trine_commands_pkg::FIELD_ROWS_WORD):    rows_o        <= word_data_i;
        4'(trine_commands_pkg::FIELD_COLS_WORD):    cols_o        <= word_data_i;
        4'(trine_commands_pkg::FIELD_SRC_WORD):     src_o         <= word_data_i;
        4'(trine_commands_pkg::FIELD_DST_WORD):     dst_o         <= word_data_i;
        4'(trine_commands_pkg::FIELD_SRC2_WORD):    src2_o        <= word_data_i;
        4'(trine_commands_pkg::FIELD_ADDR_LO_WORD): addr_o[31:0]  <= word_data_i;
        4'(trine_commands_pkg::FIELD_ADDR_HI_WORD): addr_o[63:32] <= word_data_i;
        4'(trine_commands_pkg::FIELD_BOOK_LO_WORD): book_o[31:0]  <= word_data_i;
        4'(trine_commands_pkg::FIELD_BOOK_HI_WORD): book_o[63:32] <= word_data_i;
        4'(trine_commands_pkg::FIELD_STRIDE_WORD):  stride_o      <= word_data_i;
        4'(trine_commands_pkg::FIELD_LIMIT_WORD):   limit_o       <= word_data_i;
        4'(trine_commands_pkg::FIELD_ALPHA_WORD):   alpha_o       <= word_data_i;
        4'(trine_commands_pkg::FIELD_BETA_WORD):    beta_o        <= word_data_i;
        default: ;
      endcase
    end
  end

endmodule
