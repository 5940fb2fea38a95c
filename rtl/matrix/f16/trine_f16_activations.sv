// SPDX-License-Identifier: Apache-2.0

/// Quantized activations in the order in which the FP16 weights want them: all of a beat at once.
///
/// The quantizer writes `QuantLanes` mantissas at a time and a group's exponent with its last
/// word; `mant_addr_i` is the group and the word in it.  Read data is there in the cycle after
/// `read_i` and holds until the next read.  With `Parity`, `bad_parity_o` is high in the second
/// cycle after `read_i` when a word that was read has a bit turned over.
module trine_f16_activations #(
  parameter  int unsigned Groups     = 16,
  parameter  int unsigned ActWidth   = 12,
  parameter  int unsigned QuantLanes = 4,
  parameter  int unsigned GroupWidth = 10,        // $clog2 of the groups of the longest vector.
  parameter  int unsigned Parity     = 0,
  localparam int unsigned Cols       = 2 * Groups,                          // Columns of a beat.
  localparam int unsigned Terms      = (Groups > 8) ? Groups / 8 : 1,       // Groups in a beat.
  localparam int unsigned WordAddr   = GroupWidth + 4 - $clog2(QuantLanes),
  localparam int unsigned BeatWidth  = GroupWidth + 4 - $clog2(Cols)
) (
  input  logic                           clk_i,
  input  logic                           mant_write_i,
  input  logic [WordAddr-1:0]            mant_addr_i,
  input  logic [QuantLanes*ActWidth-1:0] mant_data_i,
  input  logic                           exp_write_i,
  input  logic [7:0]                     exp_data_i,
  input  logic                           read_i,
  input  logic [BeatWidth-1:0]           beat_i,
  output logic [ActWidth*Cols-1:0]       mants_o,         // Column c in slice c.
  output logic [8*Terms-1:0]             exps_o,
  output logic                           bad_parity_o
);

  localparam int unsigned ParityBits = Parity != 0 ? 1 : 0;
  localparam int unsigned MantsWidth = QuantLanes * ActWidth;
  localparam int unsigned WordWidth  = MantsWidth + ParityBits;
  localparam int unsigned ExpBits    = 8 + ParityBits;
  logic bad_mants, bad_exps;
  if (Parity != 0) begin : gen_parity
    logic read_q;
    always_ff @(posedge clk_i) begin
      read_q       <= read_i;
      bad_parity_o <= read_q && (bad_mants || bad_exps);
    end
  end else begin : gen_no_parity
    assign bad_parity_o = 1'b0;
    logic unused_bad;
    assign unused_bad = bad_mants || bad_exps;
  end

  // A beat is a whole number of words, one from each memory, or a part of one.
  if (Cols >= QuantLanes) begin : gen_memories
    localparam int unsigned Memories    = Cols / QuantLanes;
    localparam int unsigned MemoryShift = $clog2(Memories);
    logic [Memories-1:0] odd;
    assign bad_mants = odd != '0;
    for (genvar m = 0; m < Memories; m++) begin : gen_memory
      logic [WordWidth-1:0] mants [2**BeatWidth];
      logic [WordWidth-1:0] word_q;
      logic                 write;
      assign write = mant_write_i
                  && (mant_addr_i & WordAddr'(Memories - 1)) == WordAddr'(m);
      always_ff @(posedge clk_i) begin
        if (write)
          mants[mant_addr_i[WordAddr-1:MemoryShift]] <= WordWidth'({^mant_data_i, mant_data_i});
        if (read_i) word_q <= mants[beat_i];
      end
      assign mants_o[MantsWidth*m +: MantsWidth] = MantsWidth'(word_q);
      assign odd[m] = Parity != 0 && ^word_q;
    end
  end else begin : gen_parts
    localparam int unsigned PartWidth = $clog2(QuantLanes / Cols);
    logic [WordWidth-1:0] mants [2**WordAddr];
    logic [WordWidth-1:0] word_q;
    logic [PartWidth-1:0] part_q;
    always_ff @(posedge clk_i) begin
      if (mant_write_i) mants[mant_addr_i] <= WordWidth'({^mant_data_i, mant_data_i});
      if (read_i) begin
        word_q <= mants[beat_i[BeatWidth-1:PartWidth]];
        part_q <= beat_i[PartWidth-1:0];
      end
    end
    assign mants_o   = word_q[ActWidth*Cols*32'(part_q) +: ActWidth*Cols];
    assign bad_mants = Parity != 0 && ^word_q;
  end

  localparam int unsigned TermShift = $clog2(Terms);
  localparam int unsigned ExpWidth  = GroupWidth - TermShift;
  logic [GroupWidth-1:0] group;
  logic [ExpWidth-1:0]   exp_addr;
  assign group    = mant_addr_i[WordAddr-1 -: GroupWidth];
  assign exp_addr = beat_i[BeatWidth-1 -: ExpWidth];    // A group has one beat or several.
  logic [Terms-1:0] odd_exps;
  assign bad_exps = odd_exps != '0;
  for (genvar t = 0; t < Terms; t++) begin : gen_exp
    logic [ExpBits-1:0] exps [2**ExpWidth];
    logic [ExpBits-1:0] exp_q;
    logic               write;
    assign write = exp_write_i && (group & GroupWidth'(Terms - 1)) == GroupWidth'(t);
    always_ff @(posedge clk_i) begin
      if (write) exps[group[GroupWidth-1:TermShift]] <= ExpBits'({^exp_data_i, exp_data_i});
      if (read_i) exp_q <= exps[exp_addr];
    end
    assign exps_o[8*t +: 8] = 8'(exp_q);
    assign odd_exps[t]      = Parity != 0 && ^exp_q;
  end

endmodule
