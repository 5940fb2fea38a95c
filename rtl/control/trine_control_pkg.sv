// SPDX-License-Identifier: Apache-2.0
//
// What travels together between the registers, the control and the units.  Fields of 32 bits lie at
// multiples of 32 bits, so that a simulator cuts them out for nothing.

package trine_control_pkg;

  // Registers that the control reads; they hold while it is busy.
  typedef struct packed {
    logic [63:0]  list_addr;
    logic [63:0]  mem_base;
    logic [63:0]  mem_limit;
    logic [63:0]  profile_addr;
    logic [31:0]  list_count;
    logic [31:0]  profile_count;
    logic [31:0]  position;
    logic [127:0] tokens;  // Of bank b in bits 32 * b +: 32.
  } settings_t;

  // What a unit is to do; holds from its start until it is done.
  typedef struct packed {
    logic [7:0]  opcode;
    logic [2:0]  depth;
    logic        raw;
    logic        f16;
    logic [3:0]  bank;
    logic [14:0] zero;
    logic [63:0] address;  // STORE_COLUMN: of the first element.
    logic [31:0] rows;
    logic [31:0] cols;
    logic [31:0] src;      // Words of vector memory.
    logic [31:0] src2;
    logic [31:0] dst;
    logic [31:0] stride;
    logic [31:0] alpha;
    logic [31:0] beta;
  } unit_start_t;

endpackage
