// SPDX-License-Identifier: Apache-2.0
//
// What travels together in the attention unit (docs/numerics.md has the arithmetic).

package trine_attention_pkg;

  // Elements of a chunk's values: head dimension times positions.
  parameter int unsigned ChunkElements = 16384;
  // Most positions: the sums are exact up to here.
  parameter int unsigned MaxPositions  = 131072;
  // Widest head, and bits of a place in it: its beat with one group side by side, its block.
  parameter int unsigned MaxHeadDim    = 512;
  parameter int unsigned BeatBits      = 8;
  parameter int unsigned BlockBits     = 5;
  // Bits of a position of a chunk, of which the smallest heads have the most.
  parameter int unsigned PositionBits  = 9;

  parameter int unsigned FieldBits     = 8;   // An FP32 exponent field.
  parameter int unsigned WeightBits    = 24;  // 2^23 is a weight of one.
  parameter int unsigned FactorBits    = 25;
  parameter int unsigned ScoreBits     = 56;  // Units of 2^-16.
  parameter int unsigned DiffBits      = 37;
  parameter int unsigned Log2Bits      = 46;  // Units of 2^-24.
  parameter int unsigned SumBits       = 56;
  parameter int unsigned WeightSumBits = 48;

  // Bits of a number of queries less one, and of how many positions lie behind one: a query that
  // lacks `n` of the last positions sees those that have at least n behind them.
  parameter int unsigned QueryBits     = 4;

  // Bits of the place of a value's beat in its chunk, with one group side by side.
  parameter int unsigned PlaceBits     = 13;

  // A beat that moves: of a key or a value that comes, of a value of the chunk before, or of both
  // values at once.
  typedef struct packed {
    logic                    key;
    logic                    value;
    logic                    old;
    logic [BeatBits-1:0]     beat;            // Of the row,
    logic                    row_last;        // its last.
    logic                    block_first;     // First and last beat of blocks.
    logic                    block_last;
    logic [PositionBits-1:0] position;        // In the chunk.
    logic                    first_position;  // Of all.
    logic [QueryBits-1:0]    behind;          // Positions behind it, at most 15 of them.
    logic [PlaceBits-1:0]    place;           // Of a value.
  } beat_t;

  // What every head reads for the beat that was taken in the cycle before: the weight of a value.
  typedef struct packed {
    logic                    weight;
    logic [PositionBits-1:0] position;
  } fetch_t;

  // What every head does in this cycle with the beat that was taken n cycles before.
  typedef struct packed {
    // 1: the query is read for a key;
    logic                    read_query;
    logic [BeatBits-1:0]     query_beat;
    // 2: and taken; the weight is aligned to the value's blocks;
    logic                    take_query;
    logic                    align_weight;
    // 3: mantissas are multiplied with the query or the weight, and sums are read;
    logic                    multiply;
    logic                    multiply_key;
    logic                    block_key;     // The last beat of a key's block,
    logic [QueryBits-1:0]    key_behind;    // of a position with so many behind it.
    logic                    read_sums;
    logic                    read_to_add;   // They are added to in the next cycle.
    logic [BeatBits-1:0]     sums_beat;
    // 4: a value's products are added, a key's are added up within the beat,
    logic                    add_again;     // The sums that were written a cycle ago.
    logic [BeatBits-1:0]     add_beat;
    logic                    collect;
    // 5: and within their block,
    logic                    total;
    logic                    total_first;
    // 6: which is aligned,
    logic                    align;
    // 7: and added up to a score;
    logic                    score;
    logic                    score_first;
    // 8: less the first of all,
    logic                    difference;
    logic                    first_score;
    logic [QueryBits-1:0]    score_behind;
    // 9: which is bounded,
    // 10: scaled, in parts,
    logic                    scale;
    // 11: which are added up and rounded,
    logic                    round;
    // 12: kept.
    logic                    keep;
    logic [PositionBits-1:0] keep_position;
    logic [QueryBits-1:0]    keep_behind;
  } step_t;

  // What is looked up for the beat that may be taken in this cycle, or for sums that move: which
  // exponents it has.  The places do not wait for the beat, only whether they are looked up does.
  typedef struct packed {
    logic                    sums;          // Of the sums of a beat,
    logic                    next;          // and those that they move to;
    logic [BeatBits-1:0]     beat;
    logic                    old;           // of a value of the chunk before.
    logic [PlaceBits-1:0]    place;
  } look_t;

  // What every head does in this cycle with the score that was read n cycles before.
  typedef struct packed {
    logic                    busy;          // One of the below, or between them.
    logic                    read;          // 0
    logic [PositionBits-1:0] read_position;
    logic                    distance;      // 1: to the reference,
    logic                    segment;       // 2: a segment of 2^x; six cycles to evaluate it,
    logic                    round;         // 9: in units of 2^-24,
    logic [QueryBits-1:0]    round_behind;  // positions behind it, as above;
    logic                    keep;          // 10: rounded and kept.
    logic [PositionBits-1:0] keep_position;
  } weigh_t;

  // Moving the sums to a new alignment.
  typedef struct packed {
    logic start;                            // The reference moves to the largest score,
    logic load;                             // a beat's distances are worked out,
    logic step;                             // and its sums move by one or eight bits at most.
    logic clear;                            // They become zeros instead.
  } realign_t;

endpackage
