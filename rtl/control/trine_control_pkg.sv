// SPDX-License-Identifier: Apache-2.0
//
// What travels together between the registers, the stages of the control and the units.  Fields of
// 32 bits lie at multiples of 32 bits, so that a simulator cuts them out for nothing.

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
    logic [255:0] ahead;   // Of bank b in bits 32 * b +: 32: its position is `position` + that.
    logic [255:0] tokens;  // Likewise.
  } settings_t;

  // Fetch to check, beside the fields of a command: what else is known of it, or the reason why
  // there is none.
  typedef struct packed {
    logic [7:0]  error;
    logic        here;     // The words of a command were read.
    logic [15:0] nonzero;  // Words that are not zero.
    logic [31:0] word0;
  } fetched_t;

  // What a unit is to do; holds from its start until its status says done.
  typedef struct packed {
    logic [2:0]  unit;     // A unit_e.
    logic [2:0]  memory;   // A memory_e.
    logic [7:0]  opcode;
    logic [2:0]  depth;
    logic        raw;
    logic        f16;
    logic [3:0]  bank;
    logic [3:0]  more;     // Banks behind it that take part in ATTENTION.
    logic [4:0]  zero;
    logic [63:0] address;  // In memory; of STORE_COLUMN: of its first element.
    logic [31:0] rows;
    logic [31:0] cols;
    logic [31:0] src;      // Words of vector memory.
    logic [31:0] src2;
    logic [31:0] dst;
    logic [31:0] stride;   // Of ATTENTION: positions.
    logic [31:0] alpha;
    logic [31:0] beta;
  } unit_start_t;

  // A unit to retire: a pulse, and data errors that are final with it.
  typedef struct packed {
    logic done;
    logic bad_codebook;
    logic bad_set_byte;
    logic bad_tail;
    logic nonfinite;
    logic overflow;
    logic bad_parity;
    logic bad_sum;
  } unit_status_t;

  // Check to dispatch: a command that may run, or the error that stops the list in its place.
  typedef struct packed {
    logic [7:0]  error;
    logic        here;     // The words of a command were read.
    logic        reads;    // It reads `pieces` times `piece_beats` from its address,
    logic        book;     // a codebook before that.
    logic [31:0] word0;
    logic [63:0] book_address;
    logic [31:0] bytes;    // That it moves, without a matrix.
    logic [31:0] piece_beats;
    logic [31:0] pieces;
    logic [31:0] beats;    // Of all pieces.
    unit_start_t start;
  } job_t;

  // Who takes the beats of a read job.
  typedef enum logic [1:0] {ReadList, ReadBook, ReadLoad, ReadWeights} reader_e;

  // A read of pieces that lie `stride` bytes apart.
  typedef struct packed {
    reader_e     reader;
    logic        turn;     // Of the command: see trine_dispatch.
    logic [63:0] address;
    logic [31:0] piece_beats;
    logic [31:0] pieces;   // At least 1.
    logic [31:0] stride;
    logic [31:0] beats;    // Of all pieces.
  } read_job_t;

  typedef struct packed {
    logic [63:0] address;
    logic [31:0] bytes;
  } write_job_t;

  // Control to the read path: whose beats may leave.
  typedef struct packed {
    logic running;         // Beats of the command whose turn it is may leave.
    logic turn;
    logic clear;           // A command begins: no read error so far.
    logic drop;            // All that was asked for is dropped.
  } read_gate_t;

  typedef struct packed {
    logic used;            // A beat leaves that is not the list's.
    logic error;           // A beat of the running command had an error.
    logic idle;            // No beat is wanted, under way or held.
  } read_status_t;

  typedef struct packed {
    logic error;           // Sticky from the start of a list.
    logic idle;            // Every beat was written and answered.
  } write_status_t;

  // Channels of the memory bus, as BUS_FAULT names them.
  typedef enum logic [2:0] {
    ChannelNone, ChannelAr, ChannelR, ChannelAw, ChannelW, ChannelB
  } channel_e;

  // Channels of the write bus, in each cycle.
  typedef struct packed {
    logic aw_waits;        // It is offered and not taken;
    logic w_waits;         // so is this, and its address was;
    logic b_waits;         // an answer is owed and does not come.
    logic b_stray;         // An answer comes that nobody is owed.
  } write_bus_t;

  // Where the memory bus failed: channel and address are those of BUS_FAULT and BUS_ADDRESS.
  typedef struct packed {
    logic [7:0]  code;     // An error code.
    logic [2:0]  channel;  // A channel_e.
    logic [1:0]  port;
    logic [63:0] address;  // Of the burst; 0 for none.
  } bus_fault_t;

  // What the counters and the profile see of the control.
  typedef struct packed {
    logic [31:0] index;    // Of the command in the list,
    logic [31:0] word0;    // its first word.
    logic        begins;   // One-cycle pulses: its turn begins,
    logic        done;     // it has run.
    logic        running;  // Its unit runs.
    logic        read_beat; // A beat that it used, list words included, is counted.
  } progress_t;

endpackage
