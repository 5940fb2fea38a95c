// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "golden/exact/codebook.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

namespace trine::test {

/// One job of trine_matvec: its fields, its weight stream and its activations.
struct MatvecJob {
  bool half = false;  // FP16 weights instead of trits.
  bool raw = false;
  std::size_t rows = 0, cols = 0;
  unsigned depth = 1;                   // Trits only,
  golden::HardwareCodebook codebook{};  // likewise.
  std::vector<std::byte> stream{};
  std::vector<float> x{};                   // (cols), of the last bank that takes part.
  std::vector<std::vector<float>> lower{};  // The banks below it; with FP16 weights they rest.

  /// Rows of the result, zeros at the end included.
  std::size_t padded_rows() const {
    const std::size_t step = half ? 16 : 32;
    return (rows + step - 1) / step * step;
  }
};

struct MatvecOutcome {
  std::vector<std::uint32_t> words;  // Last bank: (padded_rows), or two words a row if raw.
  std::vector<std::vector<std::uint32_t>> lower;  // Trits: the banks below it.
  bool bad_set_byte = false, bad_tail = false, nonfinite = false, overflow = false;
  bool bad_parity = false;
  std::uint64_t cycles = 0, wait_memory = 0, wait_table = 0, wait_rows = 0;
};

/// A Verilated trine_matvec of `kGroups` groups and `kVectors` vectors, with a vector memory of its
/// own and a weight stream that stalls at random. Every bank that a job must leave alone is checked
/// to be neither read nor written.
template <class Model, std::size_t kGroups, std::size_t kVectorWords, std::size_t kVectors = 1>
class MatvecDut {
 public:
  MatvecDut() : dut_("matvec", 1'000'000'000) {
    dut_->start_i = 0;  // Inputs begin at random.
    dut_->book_valid_i = 0;
    dut_->weight_valid_i = 0;
  }

  MatvecOutcome run(const MatvecJob& job, double valid_odds = 1.0, unsigned seed = 1) {
    if (!job.half) write_codebook(job.codebook);
    const std::size_t words = job.padded_rows() * (job.raw ? 2 : 1);
    const auto [src, dst] = places((job.x.size() + 15) / 16 * 16, words);
    const std::size_t bank = job.lower.size();
    REQUIRE_LT(bank, kVectors);
    for (std::size_t v = 0; v < kVectors; ++v) {
      used_[v] = v == bank || (v < bank && !job.half);
      banks_[v].assign(kVectorWords, 0x7fc00000U);  // A NaN that is used shows.
      if (v > bank) continue;
      const std::vector<float>& x = v == bank ? job.x : job.lower[v];
      REQUIRE_EQ(x.size(), job.x.size());
      std::memcpy(&banks_[v][src], x.data(), x.size() * 4);
    }
    const auto before = banks_;
    dut_->bank_i = static_cast<std::uint8_t>(bank);
    dut_->f16_i = job.half;
    dut_->raw_i = job.raw;
    dut_->depth_i = static_cast<std::uint8_t>(job.depth);
    dut_->rows_i = static_cast<std::uint32_t>(job.rows);
    dut_->cols_i = static_cast<std::uint32_t>(job.cols);
    set_port(dut_->src_beat_i, src / kGroups);
    set_port(dut_->dst_beat_i, dst / kGroups);
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
      if (out.cycles == reset_after) {
        reset();
        return out;
      }
      if (on_cycle) on_cycle(*dut_.operator->(), out.cycles);
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
    out.bad_parity = dut_->bad_parity_o;
    // A bad tail code may look up what nobody wrote.
    if (!on_cycle && !out.bad_tail) CHECK_FALSE(out.bad_parity);
    for (std::size_t v = 0; v < kVectors; ++v) {
      const auto first = banks_[v].begin() + static_cast<std::ptrdiff_t>(dst);
      const auto end = first + static_cast<std::ptrdiff_t>(words);
      if (used_[v]) {
        std::vector<std::uint32_t> result(first, end);
        std::ranges::fill(first, end, 0x7fc00000U);
        if (v == bank) {
          out.words = std::move(result);
        } else {
          out.lower.push_back(std::move(result));
        }
      }
      CHECK(banks_[v] == before[v]);  // Nothing else may be written.
    }
    // The next job comes at once or after a while, in which the clock of the results may stop.
    const auto idle = placing_() % 4;
    for (auto cycle = idle; cycle > 0; --cycle) step();
    if (idle == 3) CHECK_EQ(dut_->writes_o, 0);
    return out;
  }

  /// A reset so many cycles after the start ends a run; what it wrote is anything.
  std::uint64_t reset_after = ~std::uint64_t{0};

  /// Called before each cycle of a run, for tests that break the model.
  std::function<void(Model&, std::uint64_t cycle)> on_cycle{};

 private:
  void reset() {
    dut_->rst_ni = 0;
    dut_->weight_valid_i = 0;
    step();
    dut_->rst_ni = 1;
    step();
  }

  /// Where a job has its activations and its result: anywhere, in multiples of 16 words.
  std::pair<std::size_t, std::size_t> places(std::size_t from, std::size_t to) {
    REQUIRE_LE(from + to, kVectorWords);
    const std::size_t room = (kVectorWords - from - to) / 16;
    const std::size_t first = 16 * (placing_() % (room + 1));
    const std::size_t between = 16 * (placing_() % (room - first / 16 + 1));
    if (placing_() % 2 != 0) return {first, first + from + between};
    return {first + to + between, first};
  }

  /// One cycle with the vector memory: read data a cycle later, writes at once.
  void step() {
    constexpr std::size_t kAddrWidth = std::bit_width(kVectorWords / kGroups - 1);
    dut_->eval();
    // A port is an integer or, for many vectors, an array of words.
    const auto place = [](const auto& beats, std::size_t v) {
      const auto* bytes = reinterpret_cast<const unsigned char*>(&beats);
      std::size_t beat = 0;
      for (std::size_t bit = 0; bit < kAddrWidth; ++bit) {
        const std::size_t at = v * kAddrWidth + bit;
        beat |= static_cast<std::size_t>(bytes[at / 8] >> (at % 8) & 1) << bit;
      }
      return beat * kGroups;
    };
    const unsigned reads = dut_->vec_read_valid_o;
    const unsigned writes = dut_->vec_write_valid_o;
    const auto read_beats = dut_->vec_read_beat_o;
    for (std::size_t v = 0; v < kVectors; ++v) {
      if ((writes >> v & 1) == 0) continue;
      REQUIRE(used_[v]);
      const std::size_t at = place(dut_->vec_write_beat_o, v);
      REQUIRE_LT(at, kVectorWords);
      std::memcpy(&banks_[v][at],
                  reinterpret_cast<const char*>(&dut_->vec_write_data_o) + 4 * kGroups * v,
                  4 * kGroups);
    }
    dut_.step();
    for (std::size_t v = 0; v < kVectors; ++v) {
      if ((reads >> v & 1) == 0) continue;
      REQUIRE(used_[v]);
      auto* const data = reinterpret_cast<char*>(&dut_->vec_read_data_i) + 4 * kGroups * v;
      const std::size_t at = place(read_beats, v);
      // Groups that fill the last block may lie beyond the memory, and count for nothing: NaN.
      if (at < kVectorWords)
        std::memcpy(data, &banks_[v][at], 4 * kGroups);
      else
        std::memset(data, 0xFF, 4 * kGroups);
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
  std::array<std::vector<std::uint32_t>, kVectors> banks_;
  std::array<bool, kVectors> used_{};
  std::mt19937 placing_{11};
};

}  // namespace trine::test
