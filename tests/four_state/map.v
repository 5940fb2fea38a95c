// SPDX-License-Identifier: Apache-2.0

// Yosys' flip-flops as those of cells.v.
module \$_DFF_P_ (input D, C, output Q);
  trine_four_state_ff ff (.clk(C), .enable(1'b1), .data(D), .value(Q));
endmodule

module \$_DFFE_PP_ (input D, C, E, output Q);
  trine_four_state_ff ff (.clk(C), .enable(E), .data(D), .value(Q));
endmodule
