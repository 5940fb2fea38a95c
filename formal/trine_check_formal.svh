// SPDX-License-Identifier: Apache-2.0
//
// Proof of trine_check, with the widths of the core: whatever the words of a command are, a job without an error moves
// bytes of the window only. What trine_sizes works out is any number that its own proof allows (trine_sizes_any.sv).
//
// Sums have 65 bits or more, so an overflow is no way out.

logic f_past_valid_q = 1'b0;
always_ff @(posedge clk_i) f_past_valid_q <= 1'b1;
always_comb if (!f_past_valid_q) assume (!rst_ni);

// A command that is offered stays; registers hold while the list runs.
(* anyconst *) trine_control_pkg::settings_t f_settings;
always_comb assume (settings_i == f_settings);
logic                         f_offered_q = 1'b0, f_kept_q = 1'b0;
trine_control_pkg::fetched_t  f_fetched_q;
trine_commands_pkg::command_t f_command_q;
trine_control_pkg::job_t      f_job_q;
always_ff @(posedge clk_i) begin
  f_offered_q <= rst_ni && !stop_i && fetched_valid_i && !fetched_ready_o;
  f_fetched_q <= fetched_i;
  f_command_q <= command_i;
  f_kept_q    <= rst_ni && !stop_i && job_valid_o && !job_ready_i;
  f_job_q     <= job_o;
end
always_comb if (f_offered_q) assume (fetched_valid_i && fetched_i == f_fetched_q && command_i == f_command_q);

// What the products were asked for, and the span of the job that waits.
logic        f_indexed_q;
logic [31:0] f_rows_q, f_stride_q, f_cols_q, f_job_rows_q, f_job_stride_q;
logic [63:0] f_span_q, f_into_q;         // Bytes from the begin of a column to its first element.
always_ff @(posedge clk_i) begin
  if (state_q == StReach) begin
    f_rows_q   <= is_cache ? (index_q + 32'd1) << 1 : rows_q;
    f_stride_q <= command_i.stride;
    f_cols_q   <= cols_q;
  end
  if (give) begin
    f_span_q       <= row_span;
    f_into_q       <= 64'({index_q, 1'b0});
    f_job_rows_q   <= f_rows_q;
    f_job_stride_q <= f_stride_q;
  end
end

function automatic logic f_within(input logic [63:0] first, input logic [64:0] bytes);
  f_within = first >= f_settings.mem_base && 65'(first) + bytes <= 65'(f_settings.mem_limit)
          && 65'(first) + bytes <= 65'(1) << AddrWidth && bytes <= 65'(1) << AddrWidth;
endfunction

logic        f_ok, f_apart, f_writes;
logic [64:0] f_piece, f_all;             // Bytes that one piece and all of them read.
assign f_ok     = job_valid_o && job_o.error == trine_commands_pkg::ERROR_NONE;
assign f_apart  = job_o.start.memory == trine_commands_pkg::MemoryF16Rows && job_o.start.stride != '0;
assign f_writes = job_o.start.unit == trine_commands_pkg::UnitStore
               || job_o.start.memory == trine_commands_pkg::MemoryWriteBlocks;
assign f_piece  = 65'(job_o.piece_beats) << (GroupBits + 2);
assign f_all    = 65'(job_o.beats) << (GroupBits + 2);

`TRINE_ASSERT(WriteInWindow_A, !f_ok || !f_writes || f_within(job_o.start.address, 65'(job_o.bytes)))
`TRINE_ASSERT(ReadInWindow_A, !f_ok || !job_o.reads || f_apart
              || (job_o.pieces == 32'd1 && f_within(job_o.start.address, f_piece)))
`TRINE_ASSERT(RowsInWindow_A, !f_ok || !job_o.reads || !f_apart
              || (f_within(job_o.start.address, 65'(f_span_q)) && f_piece <= 65'(job_o.start.stride)))
`TRINE_ASSERT(SpanOfRows_A, !f_ok || !job_o.reads || !f_apart
              || (f_job_rows_q == job_o.pieces && f_job_stride_q == job_o.start.stride))
`TRINE_ASSERT(BookInWindow_A, !f_ok || !job_o.book || f_within(job_o.book_address, 65'(BookBytes)))
// Of rows with a stride apart each, `into` bytes from their begin, the two bytes of an element and no more: so the last
// one ends inside them.
`TRINE_ASSERT(ColumnInWindow_A, !f_ok || job_o.start.unit != trine_commands_pkg::UnitColumn
              || (f_within(job_o.start.address - f_into_q, 65'(f_span_q)) && f_into_q <= 64'd1 << 33
                  && f_into_q + 64'd2 <= 64'(job_o.start.stride) && f_span_q >= 64'(job_o.start.stride)))
`TRINE_ASSERT(SpanOfColumn_A, !f_ok || job_o.start.unit != trine_commands_pkg::UnitColumn
              || (f_job_rows_q == job_o.start.rows && f_job_stride_q == job_o.start.stride))
`TRINE_ASSERT(WriterReadsNothing_A, !f_ok || !job_o.reads
              || (!f_writes && job_o.start.unit != trine_commands_pkg::UnitColumn))
`TRINE_ASSERT(MoverHasUnit_A, !f_ok || (job_o.start.unit != trine_commands_pkg::UnitNone
              && (!job_o.book || job_o.reads)))
`TRINE_ASSERT(JobHolds_A, !f_kept_q || (job_valid_o && job_o == f_job_q))

// ---- Progress ----

// Cycles that the command has been checked.
logic [7:0] f_age_q;
always_ff @(posedge clk_i) begin
  if (state_q == StForm) f_age_q <= 8'd1;
  else if (state_q != StDone && f_age_q != '1) f_age_q <= f_age_q + 8'd1;
end
`TRINE_ASSERT(JobInTime_A, state_q == StForm || f_age_q <= 8'd121)
`TRINE_ASSERT(GivesWhenRoom_A, state_q != StDone || fetched_ready_o == !job_valid_o)

(* peek = "u_sizes.age_q" *)     logic [6:0] f_size_age;
(* peek = "u_sizes.pending_q" *) logic       f_size_pending;
logic [7:0] f_least;                     // Cycles of a state behind StSize.
assign f_least = state_q == StPlace ? 8'd114 : state_q == StSum ? 8'd115 : state_q == StWindow ? 8'd116
               : state_q == StBook ? 8'd117 : state_q == StBookSum ? 8'd118 : state_q == StBookWindow ? 8'd119 : 8'd120;
`TRINE_ASSERT(Age_I, state_q == StForm || (state_q == StFields ? f_age_q == 8'd1 : state_q == StIndex ? f_age_q == 8'd2
              : state_q == StReach ? f_age_q == 8'd3 : state_q == StRange ? f_age_q == 8'd4
              : state_q == StSize ? f_age_q <= 8'd113 && f_age_q >= 8'd5 : f_age_q <= f_least))
`TRINE_ASSERT(SizeAge_I, memory_q == trine_commands_pkg::MemoryNone
              || !(state_q == StRange || state_q == StSize) || 8'(f_size_age) == f_age_q - 8'd3)
`TRINE_ASSERT(SizePending_I, !f_size_pending || (f_size_age >= 7'd1 && f_size_age <= 7'd109))
`TRINE_ASSERT(NothingToSize_I, state_q != StSize || memory_q != trine_commands_pkg::MemoryNone || f_age_q == 8'd5)

// ---- Invariants: what each state knows ----

logic f_checks;                          // A command is being checked and nothing was wrong so far.
assign f_checks = state_q != StForm && error_q == trine_commands_pkg::ERROR_NONE;
logic f_control;
assign f_control = unit_q == trine_commands_pkg::UnitControl;
`TRINE_ASSERT(State_I, state_q <= StDone && done_q == (state_q == StDone)
              && (state_q == StForm || fetched_valid_i)
              && (state_q == StDone || error_q == trine_commands_pkg::ERROR_NONE))
`TRINE_ASSERT(Opcode_I, state_q == StForm
              || (unit_q == trine_commands_pkg::unit_of(command_i.opcode)
                  && memory_q == trine_commands_pkg::memory_of(command_i.opcode)))
`TRINE_ASSERT(Strided_I, state_q == StForm || strided_q == (command_i.stride != '0))
`TRINE_ASSERT(Known_I, !f_checks || (state_q == StFields && !known_q) || unit_q != trine_commands_pkg::UnitNone)
`TRINE_ASSERT(ControlMovesNothing_I, !f_checks || state_q == StFields || !f_control || state_q == StDone)

// Fields, judged in StIndex.
logic [34:0] f_row_bytes;
assign f_row_bytes = ((((35'(command_i.cols) + 35'd15) >> 4 << 4) + 35'(2 * Groups - 1)) >> $clog2(2 * Groups))
                  << (GroupBits + 2);
logic f_fields;
assign f_fields = (!is_matrix || (command_i.cols != '0 && command_i.cols <= 32'(MaxCols)))
               && (!is_f16 || command_i.stride == '0 || 35'(command_i.stride) >= f_row_bytes)
               && (!is_column || 33'(command_i.stride) >= {command_i.limit, 1'b0})
               && (memory_q == trine_commands_pkg::MemoryNone || is_cache || command_i.rows != '0);
`TRINE_ASSERT(Fields_I, !f_checks || f_control || state_q == StFields || (state_q == StIndex && bad_field) || f_fields)
logic f_indexed_now;
assign f_indexed_now = is_column || is_cache;
`TRINE_ASSERT(Span_I, !f_checks || f_control || (rows_q <= command_i.rows && cols_q <= command_i.cols)
              || (state_q == StReach && beyond_q))
`TRINE_ASSERT(RowsNotNone_I, !f_checks || f_control || state_q == StFields || (state_q == StIndex && bad_field)
              || (state_q == StReach && beyond_q)
              || memory_q == trine_commands_pkg::MemoryNone || is_cache || rows_q != '0)
`TRINE_ASSERT(Index_I, !f_checks || f_control || state_q == StFields || state_q == StIndex
              || (state_q == StReach && beyond_q) || !f_indexed_now
              || (index_q < command_i.limit))
logic f_sized;                           // The products were asked for.
assign f_sized = f_checks && !f_control && state_q != StFields && state_q != StIndex && state_q != StReach
              && memory_q != trine_commands_pkg::MemoryNone;
`TRINE_ASSERT(Sizes_I, !f_sized || (f_stride_q == command_i.stride && f_cols_q == cols_q
                                    && f_rows_q == (is_cache ? (index_q + 32'd1) << 1 : rows_q)))
`TRINE_ASSERT(Across_I, !f_sized || !is_f16 || command_i.stride == '0
              || (65'(row_beats) << (GroupBits + 2)) <= 65'(f_row_bytes))
`TRINE_ASSERT(SpanSize_I, !f_sized || row_span <= (apart ? {rows_q, 32'd0} : '0)
              && (!apart || row_span >= 64'(command_i.stride)))
logic f_placed;                          // The reach is in vector memory.
assign f_placed = f_sized && state_q != StRange && state_q != StSize;
`TRINE_ASSERT(SizesDone_I, !f_placed || size_done)
`TRINE_ASSERT(Reach_I, !(f_sized && state_q == StSize) || past_vector || is_cache || rows_q <= 32'(VectorWords))
`TRINE_ASSERT(Rows_I, !f_placed || is_cache || rows_q <= 32'(VectorWords))
`TRINE_ASSERT(ElementBytes_I, !f_sized || element_bytes_q
              == (command_i.f16 || memory_q == trine_commands_pkg::MemoryWriteBlocks ? rows_q << 1 : rows_q << 2))

// The window: bytes rounded up to whole blocks, from a multiple of 64 on.
logic [64:0] f_bytes;
logic [63:0] f_first;
assign f_bytes = (65'(apart ? row_span : is_stream ? 64'(beats) << (GroupBits + 2) : 64'(element_bytes_q)) + 65'd63) >> 6 << 6;
assign f_first = is_column ? address_q - 64'({index_q, 1'b0}) : address_q;
logic f_summed, f_judged, f_book;
assign f_summed = f_placed && state_q == StSum;
assign f_book   = state_q == StBook || state_q == StBookSum || state_q == StBookWindow;
assign f_judged = f_placed && (f_book || state_q == StDone);
`TRINE_ASSERT(First_I, !f_summed || (first_q == f_first && (bytes_q[AddrWidth+1] || 65'(bytes_q) >= f_bytes)))
`TRINE_ASSERT(Ends_I, !(f_placed && state_q == StWindow) || outside || f_within(f_first, f_bytes))
`TRINE_ASSERT(Judged_I, !f_judged || f_within(f_first, f_bytes))
`TRINE_ASSERT(BookFirst_I, !(f_placed && state_q == StBookSum)
              || (first_q == {command_i.book_hi, command_i.book_lo} && bytes_q == (AddrWidth+2)'(BookBytes)))
`TRINE_ASSERT(BookEnds_I, !(f_placed && state_q == StBookWindow) || outside
              || f_within({command_i.book_hi, command_i.book_lo}, 65'(BookBytes)))
`TRINE_ASSERT(BookJudged_I, !(f_placed && state_q == StDone && is_trit)
              || f_within({command_i.book_hi, command_i.book_lo}, 65'(BookBytes)))
`TRINE_ASSERT(BookOnlyTrit_I, !f_checks || !f_book || is_trit)
`TRINE_ASSERT(Memory_I, !f_checks || f_control || state_q == StFields || state_q <= StSize || state_q == StDone
              || memory_q != trine_commands_pkg::MemoryNone)
