// SPDX-License-Identifier: Apache-2.0

/// Activation quantizer: FP32 vector in vector memory to block floating point (docs/numerics.md).
///
/// A group is 16 values with one exponent: the largest FP32 exponent field among them (subnormals
/// are zeros; a group of zeros has field 0).  Mantissas are rounded to nearest even and clamped;
/// Inf becomes the largest mantissa, NaN 0, and both raise `nonfinite_o`.  Columns from `cols_i`
/// on are zeros.  Groups leave in order, 16/QuantLanes cycles each (16/Groups + 3 if that is more).
/// `start_i` when idle; `done_o` stays high from the last group to the next start.
module trine_act_quantizer #(
  parameter  int unsigned Groups       = 16,
  parameter  int unsigned ActWidth     = 12,
  parameter  int unsigned QuantLanes   = 4,
  parameter  int unsigned VecAddrWidth = 12,
  parameter  int unsigned GroupWidth   = 10,     // $clog2 of the groups of the longest vector.
  localparam int unsigned LaneShift    = $clog2(QuantLanes),
  localparam int unsigned WordAddr     = GroupWidth + 4 - LaneShift
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            start_i,
  input  logic [VecAddrWidth-1:0]         src_beat_i,
  input  logic [GroupWidth+4:0]           cols_i,
  input  logic [GroupWidth:0]             groups_i,       // Groups to make, padding included.
  output logic                            vec_read_valid_o,
  output logic [VecAddrWidth-1:0]         vec_read_beat_o,
  input  logic [32*Groups-1:0]            vec_read_data_i,
  // QuantLanes mantissas; address: group, then word in the group.
  output logic                            mant_write_o,
  output logic [WordAddr-1:0]             mant_addr_o,
  output logic [QuantLanes*ActWidth-1:0]  mant_data_o,
  output logic                            exp_write_o,    // With a group's last word.
  output logic [7:0]                      exp_data_o,
  output logic [GroupWidth:0]             quantized_o,    // Groups written.
  output logic [7:0]                      max_exp_o,      // Over the groups written.
  output logic                            nonfinite_o,
  output logic                            done_o
);

  localparam int unsigned Reads     = 16 / Groups;        // Beats of a group.
  localparam int unsigned ReadShift = $clog2(Reads);
  localparam int unsigned Steps     = 16 / QuantLanes;
  localparam int unsigned MaxMant   = 2 ** (ActWidth - 1) - 1;

  // x * 2^(-exponent of the group), rounded, in three steps; the exponent of x is not above that of
  // the group.  First: sign; does it count as zero, or else as the largest mantissa; how far it
  // moves to the right, at most ActWidth + 1; ActWidth - 1 integer bits, round, sticky.
  localparam int unsigned PlacedBits = ActWidth + 9;
  function automatic logic [PlacedBits-1:0] placed(input logic [31:0] x,
                                                   input logic [7:0]  group_exp);
    logic [7:0] distance;
    logic [4:0] shift;
    distance = group_exp - x[30:23];
    shift    = distance > 8'(ActWidth) ? 5'(ActWidth + 1) : distance[4:0];
    placed   = {x[31], x[30:23] == 8'd0 || (x[30:23] == 8'd255 && x[22:0] != '0),
                x[30:23] == 8'd255, shift, 1'b1, x[22 -: ActWidth-1], |x[23-ActWidth:0]};
  endfunction

  // Second: the first three; is it rounded up; the integer bits.
  localparam int unsigned MovedBits = ActWidth + 3;
  function automatic logic [MovedBits-1:0] moved(input logic [PlacedBits-1:0] from);
    logic [2*ActWidth+1:0] wide;
    wide  = {from[ActWidth:0], {(ActWidth+1){1'b0}}} >> from[ActWidth+1 +: 5];
    moved = {from[PlacedBits-1 -: 3],
             wide[ActWidth+2] && (wide[ActWidth+3] || |wide[ActWidth+1:0]),
             wide[2*ActWidth+1 -: ActWidth-1]};
  endfunction

  // Third: rounded, with its sign.
  function automatic logic [ActWidth-1:0] mantissa(input logic [MovedBits-1:0] from);
    logic [ActWidth-1:0] magnitude;
    magnitude = {1'b0, from[ActWidth-2:0]} + ActWidth'(from[ActWidth-1]);
    if (magnitude[ActWidth-1] || from[ActWidth]) magnitude = ActWidth'(MaxMant);
    if (from[ActWidth+1]) magnitude = '0;
    mantissa = from[ActWidth+2] ? -magnitude : magnitude;
  endfunction

  // Reading: one group at a time into `fill`.  Of a beat, columns that are not there are cleared
  // first (`beat_q`); the exponent of the group is looked for behind that.
  logic                  active_q, fill_full_q, data_valid_q, group_full_q, take, beat_valid_q;
  logic [GroupWidth:0]   read_group_q;
  logic                  last_group_q;              // It is the last one.
  logic [ReadShift:0]    read_pos_q, data_pos_q, beat_pos_q;    // Beat of the group.
  logic [32*Groups-1:0]  beat_q;
  logic [511:0]          fill_q, work_q;
  logic [7:0]            fill_exp_q, work_exp_q;
  logic [GroupWidth+4:0] first_col_q;               // Of the beat that is being read.
  logic                  read, group_read;
  assign read       = active_q && !fill_full_q && !read_pos_q[ReadShift];
  assign group_read = beat_valid_q && beat_pos_q == (ReadShift+1)'(Reads - 1);
  assign vec_read_valid_o = read;

  // Working: QuantLanes mantissas a cycle out of `work`.
  logic                work_valid_q, work_last;
  logic [4:0]          work_step_q;
  logic [GroupWidth:0] work_group_q, quantized_q;
  logic [2:0]          way_valid_q, way_last_q;     // Words between steps, a group's last.
  assign work_last = work_step_q == 5'(Steps - 1);
  assign take      = fill_full_q && (!work_valid_q || work_last);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || start_i) begin
      active_q     <= rst_ni && start_i;
      fill_full_q  <= 1'b0;
      group_full_q <= 1'b0;
      data_valid_q <= 1'b0;
      beat_valid_q <= 1'b0;
      work_valid_q <= 1'b0;
      way_valid_q  <= '0;
      way_last_q   <= '0;
      mant_write_o <= 1'b0;
      exp_write_o  <= 1'b0;
      nonfinite_o  <= 1'b0;
      done_o       <= 1'b0;
      read_group_q <= '0;
      read_pos_q   <= '0;
      first_col_q  <= '0;
      work_group_q <= '0;
      quantized_q  <= '0;
      max_exp_o    <= '0;
    end else begin
      data_valid_q <= read;
      beat_valid_q <= data_valid_q;
      if (read) read_pos_q <= read_pos_q + 1'b1;
      if (data_valid_q) begin
        first_col_q <= first_col_q + (GroupWidth+5)'(Groups);
      end
      if (group_full_q && fill_exp_q == 8'd255) nonfinite_o <= 1'b1;
      group_full_q <= group_read;
      if (group_read) fill_full_q <= 1'b1;
      if (take) begin
        fill_full_q  <= 1'b0;
        read_pos_q   <= '0;
        read_group_q <= read_group_q + 1'b1;
        if (last_group_q) active_q <= 1'b0;
      end
      work_valid_q <= take || (work_valid_q && !work_last);
      way_valid_q  <= {way_valid_q[1:0], work_valid_q};
      way_last_q   <= {way_last_q[1:0], work_valid_q && work_last};
      mant_write_o <= way_valid_q[2];
      exp_write_o  <= way_last_q[2];
      if (work_valid_q && work_last) work_group_q <= work_group_q + 1'b1;
      if (exp_write_o) begin
        quantized_q <= quantized_q + 1'b1;
        if (exp_data_o > max_exp_o) max_exp_o <= exp_data_o;
        if (quantized_q + 1'b1 == groups_i) done_o <= 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (start_i) vec_read_beat_o <= src_beat_i;
    else if (read) vec_read_beat_o <= vec_read_beat_o + 1'b1;
    // Groups come several cycles after each other.
    last_group_q <= read_group_q + 1'b1 == groups_i;
    data_pos_q <= read_pos_q;
    beat_pos_q <= data_pos_q;
    if (data_valid_q) begin
      beat_q <= vec_read_data_i;
      for (int unsigned i = 0; i < Groups; i++) begin
        if (first_col_q + (GroupWidth+5)'(i) >= cols_i) beat_q[32*i +: 32] <= '0;
      end
    end
    if (beat_valid_q) begin
      logic [7:0] top;
      top = (beat_pos_q == '0) ? 8'd0 : fill_exp_q;
      for (int unsigned i = 0; i < Groups; i++) begin
        if (beat_q[32*i+23 +: 8] > top) top = beat_q[32*i+23 +: 8];
      end
      fill_exp_q <= top;
      for (int unsigned i = 0; i < Reads; i++) begin
        if (beat_pos_q == (ReadShift+1)'(i)) fill_q[32*Groups*i +: 32*Groups] <= beat_q;
      end
    end
    if (take) begin
      work_q      <= fill_q;
      work_exp_q  <= fill_exp_q;
      work_step_q <= '0;
    end else if (work_valid_q) begin
      work_step_q <= work_step_q + 5'd1;
    end
  end

  // Chosen from the group, then the three steps.
  logic [WordAddr-1:0]              addr_q, addr_q2, addr_q3;
  logic [7:0]                       exp_q, exp_q2, exp_q3;
  logic [32*QuantLanes-1:0]         words_q;
  logic [PlacedBits*QuantLanes-1:0] placed_q;
  logic [MovedBits*QuantLanes-1:0]  moved_q;
  always_ff @(posedge clk_i) begin
    if (work_valid_q) begin
      addr_q <= {work_group_q[GroupWidth-1:0], work_step_q[3-LaneShift:0]};
      exp_q  <= work_exp_q;
      for (int unsigned step = 0; step < Steps; step++) begin
        if (work_step_q == 5'(step)) words_q <= work_q[32*QuantLanes*step +: 32*QuantLanes];
      end
    end
    if (way_valid_q[0]) begin
      addr_q2 <= addr_q;
      exp_q2  <= exp_q;
      for (int unsigned i = 0; i < QuantLanes; i++)
        placed_q[PlacedBits*i +: PlacedBits] <= placed(words_q[32*i +: 32], exp_q);
    end
    if (way_valid_q[1]) begin
      addr_q3 <= addr_q2;
      exp_q3  <= exp_q2;
      for (int unsigned i = 0; i < QuantLanes; i++)
        moved_q[MovedBits*i +: MovedBits] <= moved(placed_q[PlacedBits*i +: PlacedBits]);
    end
    if (way_valid_q[2]) begin
      mant_addr_o <= addr_q3;
      exp_data_o  <= exp_q3;
      for (int unsigned i = 0; i < QuantLanes; i++)
        mant_data_o[ActWidth*i +: ActWidth] <= mantissa(moved_q[MovedBits*i +: MovedBits]);
    end
  end
  assign quantized_o = quantized_q;

endmodule
