// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "Vtrine_sequencer.h"
#include "driver/command_check.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

namespace trine::test {

struct Config {
  std::uint64_t list = 0x10000;
  std::uint32_t count = 100;
  std::uint64_t base = 0, limit = std::uint64_t{1} << 40;
  SequenceState state{};
  std::uint64_t profile = 0;
  std::uint32_t profile_count = 0;
};

/// A job that the sequencer gave to a DMA.
struct DmaJob {
  std::uint64_t addr, size;  // Beats of a read, bytes of a write.
  std::uint32_t rows = 1, stride = 0;  // Of a read in pieces.
  bool operator==(const DmaJob&) const = default;
};

/// A unit that the sequencer started, with the fields at that moment.
struct Started {
  Unit unit;
  std::uint32_t word0, rows, cols, src_beat, src2_beat, dst_beat, stride, alpha, beta;
  std::uint64_t column_addr;
};

/// What one run of a list did.
struct Outcome {
  ErrorCode code = ErrorCode::NONE;
  std::uint32_t index = 0;
  unsigned commands = 0;
  std::vector<DmaJob> fetches, reads, writes, records;
  std::vector<Started> started;
};

/// Flags that the units raise at the end of command `index`.
struct Faults {
  std::uint32_t index = 0;
  bool read = false, write = false, book = false, set_byte = false, tail = false;
  bool nonfinite = false, overflow = false;
  bool vector_nonfinite = false;
  bool fetch = false;  // A read error while command `index` is fetched.
  bool late_write = false;  // A write error when the machine waits for the last answers.
  int abort_after = -1;     // Cycles after command `index` was fetched.
};

/// The sequencer with everything around it played by the test.
class SequencerBench {
 public:
  explicit SequencerBench(double odds = 1.0, unsigned seed = 1)
      : dut("sequencer_" + std::to_string(seed), 100'000'000), go_(odds, seed) {
    dut->start_i = dut->abort_i = dut->word_valid_i = 0;
    dut->read_ready_i = dut->write_ready_i = 0;
    dut->load_done_i = dut->store_done_i = dut->matvec_done_i = dut->book_busy_i = 0;
    dut->column_done_i = dut->vector_done_i = dut->record_done_i = 0;
    dut->write_idle_i = 1;
    clear_flags();
  }

  Outcome run(const Config& config, const std::vector<Command>& list, const Faults& faults = {}) {
    dut->list_addr_i = config.list;
    dut->list_count_i = config.count;
    dut->mem_base_i = config.base;
    dut->mem_limit_i = config.limit;
    dut->position_i = config.state.position;
    for (unsigned b = 0; b < kMaxVectors; ++b) dut->tokens_i[b] = config.state.token[b];
    dut->profile_addr_i = config.profile;
    dut->profile_count_i = config.profile_count;
    clear_flags();
    dut->start_i = 1;
    dut.step();
    dut->start_i = 0;

    Outcome out;
    words_.clear();
    fetching_ = true;
    outstanding_ = book_left_ = done_in_ = record_in_ = 0;
    abort_in_ = -1;
    const std::uint64_t start = dut.cycle();
    for (;;) {
      REQUIRE(dut.cycle() - start < 20000);
      REQUIRE(dut->busy_o);
      if (cycle(config, list, faults, out)) break;
    }
    CHECK_EQ(dut->busy_o, 0);
    return out;
  }

  sim::Dut<Vtrine_sequencer> dut;

 private:
  void clear_flags() {
    dut->read_error_i = dut->write_error_i = dut->bad_codebook_i = 0;
    dut->bad_set_byte_i = dut->bad_tail_i = dut->nonfinite_i = dut->overflow_i = 0;
    dut->vector_nonfinite_i = 0;
  }

  /// One clock; true when the machine finished.
  bool cycle(const Config& config, const std::vector<Command>& list, const Faults& faults,
             Outcome& out) {
    if (!dut->word_valid_i && !words_.empty() && go_()) {
      dut->word_valid_i = 1;
      dut->word_data_i = words_.front();
    }
    dut->read_ready_i = go_();
    dut->write_ready_i = go_();
    dut->write_idle_i = outstanding_ == 0;
    dut->book_busy_i = book_left_ != 0;
    dut->load_done_i = done_in_ == 1 && unit_ == Unit::LOAD;
    dut->store_done_i = done_in_ == 1 && unit_ == Unit::STORE;
    dut->matvec_done_i = done_in_ == 1 && unit_ == Unit::MATRIX;
    dut->column_done_i = done_in_ == 1 && unit_ == Unit::COLUMN;
    dut->vector_done_i = done_in_ == 1 && unit_ == Unit::VECTOR;
    dut->record_done_i = record_in_ == 1;
    dut->abort_i = abort_in_ == 0;
    if (abort_in_ >= 0) --abort_in_;
    dut->eval();

    const bool word_moves = dut->word_valid_i && dut->word_ready_o;
    const bool read_moves = dut->read_valid_o && dut->read_ready_i;
    const bool write_moves = dut->write_valid_o && dut->write_ready_i;
    const bool finishes = dut->finish_o;
    if (finishes) {
      REQUIRE_EQ(dut->write_idle_i, 1);
      out.code = static_cast<ErrorCode>(dut->error_code_o);
      out.index = dut->index_o;
    }
    const unsigned starts = dut->load_start_o + dut->store_start_o + dut->matvec_start_o +
                            dut->column_start_o + dut->vector_start_o;
    REQUIRE(starts <= 1);
    if (starts == 1) {
      REQUIRE_EQ(book_left_, 0u);
      REQUIRE_EQ(done_in_, 0u);
      unit_ = dut->load_start_o     ? Unit::LOAD
              : dut->store_start_o  ? Unit::STORE
              : dut->column_start_o ? Unit::COLUMN
              : dut->matvec_start_o ? Unit::MATRIX
                                    : Unit::VECTOR;
      out.started.push_back({unit_, dut->word0_o, dut->rows_o, dut->cols_o, dut->src_beat_o,
                             dut->src2_beat_o, dut->dst_beat_o, dut->stride_o, dut->alpha_o,
                             dut->beta_o, dut->column_addr_o});
      done_in_ = 5;
    } else if (done_in_ > 0) {
      --done_in_;
    }
    REQUIRE_EQ(dut->running_o != 0, starts == 0 && active_);
    REQUIRE_EQ(dut->matvec_active_o != 0, unit_ == Unit::MATRIX && starts == 0 && active_);
    active_ = starts == 1 || (active_ && done_in_ > 0);
    const bool here = dut->index_o == faults.index;
    if (done_in_ == 1 && here) {
      dut->read_error_i |= faults.read;
      dut->write_error_i |= faults.write;
      dut->bad_codebook_i = faults.book;
      dut->bad_set_byte_i = faults.set_byte;
      dut->bad_tail_i = faults.tail;
      dut->nonfinite_i = faults.nonfinite;
      dut->overflow_i = faults.overflow;
      dut->vector_nonfinite_i = faults.vector_nonfinite;
    }
    if (dut->command_done_o) ++out.commands;
    if (dut->command_begin_o) fetching_ = true;
    if (record_in_ > 0) --record_in_;
    if (outstanding_ > 0 && --outstanding_ == 0 && faults.late_write) dut->write_error_i = 1;
    if (book_left_ > 0) --book_left_;
    if (dut->book_start_o) book_left_ = 7;
    if (read_moves) {
      const DmaJob job{dut->read_addr_o, dut->read_beats_o, dut->read_rows_o,
                       dut->read_rows_o > 1 ? dut->read_stride_o : 0};
      (fetching_ ? out.fetches : out.reads).push_back(job);
      if (fetching_) {
        const std::size_t index = (job.addr - config.list) / 64;
        for (unsigned i = 0; i < 16; ++i)
          words_.push_back(index < list.size() ? list[index].words[i] : 0xDEADBEEF);
        fetching_ = false;
        if (here && faults.fetch) dut->read_error_i = 1;
        if (here) abort_in_ = faults.abort_after;
      }
    }
    if (write_moves) {
      (dut->record_start_o ? out.records : out.writes)
          .push_back({dut->write_addr_o, dut->write_bytes_o});
      if (dut->record_start_o) record_in_ = 4;
      outstanding_ = 40;
    }
    dut.step();
    dut->abort_i = 0;
    if (word_moves) {
      words_.pop_front();
      dut->word_valid_i = 0;
    }
    return finishes;
  }

  Coin go_;
  std::deque<std::uint32_t> words_;
  bool fetching_ = true, active_ = false;
  unsigned outstanding_ = 0, book_left_ = 0, done_in_ = 0, record_in_ = 0;
  int abort_in_ = -1;
  Unit unit_ = Unit::LOAD;
};

}  // namespace trine::test
