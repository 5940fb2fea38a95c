// SPDX-License-Identifier: Apache-2.0

/// The largest of a stream of FP32 values, `Lanes` a cycle, and its index.
///
/// Each lane keeps its own; `reduce_i` (one pulse, no values around it) joins them in `Lanes`
/// cycles into the result, which they only replace if they are larger.  Of equal values the lower
/// index wins, and an earlier pass.  Values are in the order of docs/numerics.md, NaN on top.
module trine_vector_max #(
  parameter int unsigned Lanes = 8
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                en_i,
  input  logic                start_i,            // Before the first value of a pass.
  input  logic                clear_i,            // With it: forget the result that was kept.
  input  logic                magnitude_i,        // Compare absolute values.
  input  logic                skip_nan_i,
  input  logic [31:0]         first_index_i,
  input  logic [Lanes-1:0]    valid_i,
  input  logic [32*Lanes-1:0] values_i,
  input  logic                reduce_i,
  input  logic                keep_i,             // A later pass goes on with this result.
  output logic                busy_o,
  output logic [31:0]         value_o,
  output logic [31:0]         index_o
);

  localparam int unsigned LaneWidth = (Lanes > 1) ? $clog2(Lanes) : 1;
  localparam logic [31:0] None = 32'h007FFFFF;     // Before the first number: -Inf.

  logic [Lanes-1:0]    valid_q, any_q;
  logic [32*Lanes-1:0] keys_q, best_q, places_q;
  logic [31:0]         slice_q;                   // Values of this pass before the first lane's.

  logic [LaneWidth-1:0] lane_q;
  logic                 any_best_q, fresh_q;      // There is a result; it is of this pass.
  logic [31:0]          key_q, place_q;           // The best; values of this pass before it.
  logic                 kept_any_q;
  logic [31:0]          kept_key_q, kept_index_q;

  // Unsigned order: negative numbers reversed below positive ones.
  always_ff @(posedge clk_i) begin
    if (!rst_ni)   valid_q <= '0;
    else if (en_i) valid_q <= valid_i;
  end
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      for (int unsigned i = 0; i < Lanes; i++) begin
        if (magnitude_i) keys_q[32*i +: 32] <= {1'b1, values_i[32*i +: 31]};
        else begin
          keys_q[32*i +: 32] <= {!values_i[32*i+31],
                                 values_i[32*i +: 31] ^ {31{values_i[32*i+31]}}};
        end
      end
      if (start_i) begin
        any_q   <= '0;
        slice_q <= '0;
      end else if (valid_q != '0) begin
        slice_q <= slice_q + 32'(Lanes);
        for (int unsigned i = 0; i < Lanes; i++) begin
          if (valid_q[i] && !(skip_nan_i && (&keys_q[32*i+22 +: 10]))
              && (!any_q[i] || keys_q[32*i +: 32] > best_q[32*i +: 32])) begin
            any_q[i]             <= 1'b1;
            best_q[32*i +: 32]   <= keys_q[32*i +: 32];
            places_q[32*i +: 32] <= slice_q + 32'(i);
          end
        end
      end
    end
  end

  // Places are compared, not indices, which may begin anew behind 2^32 - 1.
  logic        better;
  logic [31:0] lane_key, lane_place;
  assign lane_key   = best_q[32*lane_q +: 32];
  assign lane_place = places_q[32*lane_q +: 32];
  assign better     = any_q[lane_q] && (!any_best_q || lane_key > key_q
                      || (fresh_q && lane_key == key_q && lane_place < place_q));
  assign value_o    = {!key_q[31], key_q[30:0] ^ {31{!key_q[31]}}};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_o       <= 1'b0;
      kept_any_q   <= 1'b0;
      kept_key_q   <= None;
      kept_index_q <= '0;
    end else if (en_i) begin
      if (reduce_i) busy_o <= 1'b1;
      else if (lane_q == LaneWidth'(Lanes - 1)) busy_o <= 1'b0;
      if (keep_i) begin
        kept_any_q   <= any_best_q;
        kept_key_q   <= key_q;
        kept_index_q <= index_o;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (en_i) begin
      if (start_i) begin
        any_best_q <= kept_any_q && !clear_i;
        key_q      <= clear_i ? None : kept_key_q;
        index_o    <= clear_i ? '0 : kept_index_q;
      end
      if (reduce_i) begin
        lane_q  <= '0;
        fresh_q <= 1'b0;
      end else if (busy_o) begin
        lane_q <= lane_q + 1'b1;
        if (better) begin
          any_best_q <= 1'b1;
          key_q      <= lane_key;
          place_q    <= lane_place;
          index_o    <= first_index_i + lane_place;
          fresh_q    <= 1'b1;
        end
      end
    end
  end

endmodule
