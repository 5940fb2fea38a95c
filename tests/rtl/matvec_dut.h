// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "golden/exact/codebook.h"
#include "sim/dut.h"

namespace trine::test {

/// One job of trine_matvec: its fields, its weight stream and its activations.
struct MatvecJob {
  bool half = false;  // FP16 weights instead of trits.
  bool raw = false;
  std::size_t rows = 0, cols = 0;
  unsigned depth = 1;                   // Trits only,
  golden::HardwareCodebook codebook{};  // likewise.
  std::vector<std::byte> stream;
  std::vector<float> x;  // (cols)

  /// Rows of the result, zeros at the end included.
  std::size_t padded_rows() const {
    const std::size_t step = half ? 16 : 32;
    return (rows + step - 1) / step * step;
  }
};

struct MatvecOutcome {
  std::vector<std::uint32_t> words;  // (padded_rows), or two words a row if raw.
  bool bad_set_byte = false, bad_tail = false, nonfinite = false, overflow = false;
  std::uint64_t cycles = 0, wait_memory = 0, wait_table = 0, wait_rows = 0;
};

/// A Verilated trine_matvec of `kGroups` groups with a vector memory of its own and a weight
/// stream that stalls at random.
template <class Model, std::size_t kGroups, std::size_t kVectorWords>
class MatvecDut {
 public:
  MatvecDut() : dut_("matvec", 1'000'000'000), vector_(kVectorWords) {
    dut_->start_i = 0;  // Inputs begin at random.
    dut_->book_valid_i = 0;
    dut_->weight_valid_i = 0;
  }

  MatvecOutcome run(const MatvecJob& job, double valid_odds = 1.0, unsigned seed = 1) {
    if (!job.half) write_codebook(job.codebook);
    const std::size_t dst = (job.x.size() + 31) / 32 * 32;
    const std::size_t words = job.padded_rows() * (job.raw ? 2 : 1);
    REQUIRE_LE(dst + words, kVectorWords);
    std::ranges::fill(vector_, 0x7fc00000U);  // A NaN that is used shows.
    std::memcpy(vector_.data(), job.x.data(), job.x.size() * 4);
    dut_->half_i = job.half;
    dut_->raw_i = job.raw;
    dut_->depth_i = static_cast<std::uint8_t>(job.depth);
    dut_->rows_i = static_cast<std::uint32_t>(job.rows);
    dut_->cols_i = static_cast<std::uint32_t>(job.cols);
    dut_->src_beat_i = 0;
    dut_->dst_beat_i = static_cast<std::uint16_t>(dst / kGroups);
    dut_->start_i = 1;
    dut_->weight_valid_i = 0;
    step();
    dut_->start_i = 0;

    MatvecOutcome out;
    std::mt19937 rng(seed);
    std::bernoulli_distribution offer(valid_odds);
    const std::size_t beats = job.stream.size() / (4 * kGroups);
    const std::uint64_t limit =
        10'000 +
        static_cast<std::uint64_t>(
            (8.0 * static_cast<double>(beats) + 60.0 * static_cast<double>(job.cols)) / valid_odds);
    std::size_t sent = 0;
    bool offering = false;
    while (!dut_->done_o) {
      offering = offering || (sent < beats && offer(rng));
      dut_->weight_valid_i = offering;
      if (offering) std::memcpy(&dut_->weight_data_i, &job.stream[sent * 4 * kGroups], 4 * kGroups);
      dut_->eval();
      out.wait_memory += dut_->wait_memory_o;
      out.wait_table += dut_->wait_table_o;
      out.wait_rows += dut_->wait_rows_o;
      if (offering && dut_->weight_ready_o) {
        ++sent;
        offering = false;
      }
      step();
      ++out.cycles;
      REQUIRE_LE(out.cycles, limit);
    }
    CHECK_EQ(sent, beats);
    out.bad_set_byte = dut_->bad_set_byte_o;
    out.bad_tail = dut_->bad_tail_o;
    out.nonfinite = dut_->nonfinite_o;
    out.overflow = dut_->overflow_o;
    out.words.assign(vector_.begin() + static_cast<std::ptrdiff_t>(dst),
                     vector_.begin() + static_cast<std::ptrdiff_t>(dst + words));
    // Nothing may be written behind the result.
    CHECK(std::all_of(vector_.begin() + static_cast<std::ptrdiff_t>(dst + words), vector_.end(),
                      [](std::uint32_t word) { return word == 0x7fc00000U; }));
    return out;
  }

 private:
  /// One cycle with the vector memory: read data a cycle later, writes at once.
  void step() {
    dut_->eval();
    const bool read = dut_->vec_read_valid_o;
    const std::size_t read_at = dut_->vec_read_beat_o * kGroups;
    if (dut_->vec_write_valid_o) {
      const std::size_t at = dut_->vec_write_beat_o * kGroups;
      REQUIRE_LE(at + kGroups, kVectorWords);
      std::memcpy(&vector_[at], &dut_->vec_write_data_o, 4 * kGroups);
    }
    dut_.step();
    if (read) {
      REQUIRE_LE(read_at + kGroups, kVectorWords);
      std::memcpy(&dut_->vec_read_data_i, &vector_[read_at], 4 * kGroups);
    }
  }

  void write_codebook(const golden::HardwareCodebook& book) {
    for (std::uint8_t i = 0; i <= golden::kCodebook; ++i) {
      dut_->book_valid_i = 1;
      dut_->book_index_i = i;
      dut_->book_data_i = i == golden::kCodebook
                              ? static_cast<std::uint32_t>(book.exponent)
                              : static_cast<std::uint32_t>(book.mantissa[i]) |
                                    static_cast<std::uint32_t>(book.shift[i]) << 16;
      step();
    }
    dut_->book_valid_i = 0;
  }

  sim::Dut<Model> dut_;
  std::vector<std::uint32_t> vector_;
};

}  // namespace trine::test
