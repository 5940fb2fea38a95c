// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>

#include "sim/matrix_widths.h"

namespace trine::test {

/// Packs the fields of a SystemVerilog struct, the first one on top, and takes them apart again.
class Fields {
 public:
  explicit Fields(std::uint64_t bits = 0) : bits_(bits) {}

  Fields& put(unsigned width, std::uint64_t value) {
    bits_ = bits_ << width | (value & ((std::uint64_t{1} << width) - 1));
    return *this;
  }
  /// The lowest field; the one above it comes next.
  std::uint64_t take(unsigned width) {
    const std::uint64_t value = bits_ & ((std::uint64_t{1} << width) - 1);
    bits_ >>= width;
    return value;
  }
  std::uint64_t bits() const { return bits_; }

 private:
  std::uint64_t bits_;
};

/// The bundles of rtl/matrix/trine_matrix_pkg.sv, field by field, and their values as ports.
using sim::kBlockBits, sim::kWordBits;
struct Book {
  bool valid = false;
  unsigned index = 0;
  std::uint32_t data = 0;
  std::uint64_t bits() const { return Fields().put(1, valid).put(5, index).put(32, data).bits(); }
};

struct TritJob {
  unsigned depth = 1;
  bool slow = false;
  std::uint32_t panels = 1, blocks = 1;
  std::uint64_t bits() const {
    return Fields().put(3, depth).put(1, slow).put(27, panels).put(kBlockBits + 1, blocks).bits();
  }
};

struct Place {
  bool mants = false, exponent = false;
  unsigned group = 0;  // One-hot.
  unsigned word = 0;
  std::uint64_t bits() const {
    return Fields().put(1, mants).put(1, exponent).put(16, group).put(kWordBits, word).bits();
  }
};

struct BodyBeat {
  bool look = false;
  unsigned page = 0;
  bool weigh = false;
  unsigned weight = 0;
  bool add = false, first = false, first_fourth = false;
  bool keep = false;
  unsigned entry = 0;
  std::uint64_t bits() const {
    return Fields()
        .put(1, look)
        .put(3, page)
        .put(1, weigh)
        .put(2, weight)
        .put(1, add)
        .put(1, first)
        .put(1, first_fourth)
        .put(1, keep)
        .put(2, entry)
        .bits();
  }
};

struct Row {
  bool load_block = false;
  unsigned block = 0;
  bool valid = false;
  unsigned entry = 0, lane = 0, buffer = 0;
  bool first_block = false, last_block = false;
  unsigned row = 0;
  std::uint64_t bits() const {
    return Fields()
        .put(1, load_block)
        .put(kBlockBits, block)
        .put(1, valid)
        .put(2, entry)
        .put(2, lane)
        .put(1, buffer)
        .put(1, first_block)
        .put(1, last_block)
        .put(16, row)
        .bits();
  }
};

}  // namespace trine::test
