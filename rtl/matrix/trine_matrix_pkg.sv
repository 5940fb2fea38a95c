// SPDX-License-Identifier: Apache-2.0
//
// Bundles of signals that travel together through the matrix unit.  Packages know no parameters, so
// addresses are as wide as the largest core needs them; a smaller core uses their low bits.

package trine_matrix_pkg;

  // trine_matvec holds its parameters to these.
  parameter int unsigned BlockBits = 13;  // Column blocks: 131,072 columns in blocks of 16.
  parameter int unsigned WordBits  = 17;  // Words of mantissas of a group, with one lane.
  parameter int unsigned RowBits   = 16;  // Rows of a row tile.

  // A word of the codebook block: entry 0..26 is {10'b0, S, M}, 27 is the exponent X.
  typedef struct packed {
    logic        valid;
    logic [4:0]  index;
    logic [31:0] data;
  } book_t;

  // Why an engine that wants a beat took none in this cycle.
  typedef struct packed {
    logic memory;  // No beat was there.
    logic tables;  // It waits for the tables, or FP16: for the activations.
    logic rows;    // The row pipeline or the tail FIFO is full.
  } stall_t;

  // What a product asks of each vector: activations to quantize, results to write; holds while it
  // runs.
  typedef struct packed {
    logic                 raw;       // Accumulators, not FP32.
    logic                 panels;    // Rows come in whole panels of 32, otherwise in sixteens.
    logic [13:0]          exponent;  // Signed: y = A * 2^(exponent + largest exponent field).
    logic [BlockBits+4:0] cols;
    logic [BlockBits:0]   groups;    // Groups to quantize, padding included.
  } vector_job_t;

  // Size of a trit product; holds while the engine runs.
  typedef struct packed {
    logic [2:0]         depth;
    logic               slow;    // Rows leave at most every other cycle.
    logic [26:0]        panels;  // At least 1.
    logic [BlockBits:0] blocks;  // Column blocks, at least 1.
  } trit_job_t;

  // Where the quantizers write, all vectors at the same time.
  typedef struct packed {
    logic                mants;     // A word of mantissas comes;
    logic                exponent;  // with the last one of a group its exponent.
    logic [15:0]         group;     // One-hot: which of the groups side by side.
    logic [WordBits-1:0] word;      // Column block, then word of the group.
  } place_t;

  // A step of table building: read a word, pick a mantissa the cycle after, add it, write the sum.
  // A step's fields come when they are due, so those of four steps are here at once.
  typedef struct packed {
    logic                active;       // Any of the following is.
    logic                walk_read;
    logic [WordBits-1:0] walk_addr;
    logic                pick;
    logic [2:0]          pick_lane;    // Mantissa of the word.
    logic                step;
    logic                step_clear;   // Zeroes the sum and adds nothing.
    logic                step_sub;
    logic                table_write;
    logic                table_flag;   // Marks an address that is no set byte.
    logic [10:0]         table_addr;   // Buffer, set, byte.
    logic                tail_write;
    logic [7:0]          tail_addr;    // Buffer, level.
  } build_t;

  // A body beat on its way from the tables to a hold entry, a stage a cycle; as above, the fields
  // of several beats.
  typedef struct packed {
    logic       look;          // Its bytes address the tables;
    logic [2:0] page;          // Buffer, set.
    logic       weigh;         // two cycles later its planes are weighted.
    logic [1:0] weight;        // The fourth lookup counts 1, 3 or 9 times: 0, 1, 2.
    logic       add;           // It is added to the sums of its rows.
    logic       first;         // First set of a row.
    logic       first_fourth;  // First beat of depth 3's fourth row.
    logic       keep;          // The sums are complete and go to a hold entry.
    logic [1:0] entry;
  } beat_t;

  // A row on its way from a hold entry to its partial sum.
  typedef struct packed {
    logic                 load_block;   // Takes the exponents of `block`, with its first row.
    logic [BlockBits-1:0] block;
    logic                 valid;        // The following are of a row that enters now.
    logic [1:0]           entry;        // Hold entry and the row's place in it.
    logic [1:0]           lane;
    logic                 buffer;       // Of the tables.
    logic                 first_block;
    logic                 last_block;
    logic [RowBits-1:0]   row;          // Within the tile.
  } row_t;

endpackage
