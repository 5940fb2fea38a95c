// SPDX-License-Identifier: Apache-2.0

#include "machine/product/trit/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "golden/error.h"
#include "golden/format/panel.h"

namespace trine::golden {
namespace {

/// What one group of 16 columns needs: sums of five activations by set byte, multiples of the
/// sixteenth activation by level code.  Codes that never occur read as zero.
struct GroupTables {
  std::array<std::array<std::int32_t, 256>, kSets> sums{};
  std::array<std::int32_t, 128> tail{};
  int shift = kMaxShift;  // From the block's exponent to the common one.

  void build(std::span<const std::int32_t> mantissas, unsigned depth) {
    for (std::size_t set = 0; set < kSets; ++set) {
      auto& table = sums[set];
      const auto five = mantissas.subspan(kSetColumns * set, kSetColumns);
      table[0] = 0;
      for (const std::int32_t m : five) table[0] -= m;  // All five trits are -1.
      std::size_t known = 1;
      for (const std::int32_t m : five) {
        for (std::size_t i = 0; i < known; ++i) {
          table[known + i] = table[i] + m;
          table[2 * known + i] = table[i] + 2 * m;
        }
        known *= 3;
      }
    }
    const int half = outer_level(depth);
    for (int code = 0; code <= 2 * half; ++code)
      tail[static_cast<std::size_t>(code)] = (code - half) * mantissas[15];
  }
};

/// The codebook by scale index; indexes that never occur read as zero.
struct Scales {
  std::array<std::int32_t, 32> mantissa{};
  std::array<int, 32> shift{};

  explicit Scales(const HardwareCodebook& codebook) {
    std::ranges::copy(codebook.mantissa, mantissa.begin());
    std::ranges::copy(codebook.shift, shift.begin());
  }
};

/// One matrix-vector product in progress.
struct Job {
  PanelLayout layout;
  std::array<RowLanes, kPanelRows> lanes;
  Scales scales;
  std::vector<GroupTables> groups;

  Job(unsigned depth, const Geometry& geometry, const HardwareCodebook& codebook)
      : layout(depth, geometry), scales(codebook), groups(geometry.groups) {
    for (std::size_t row = 0; row < kPanelRows; ++row) lanes[row] = layout.row(row);
  }

  void load_block(const BfpVector& x, std::size_t block) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::size_t index = block * groups.size() + g;
      groups[g] = {};
      if (index >= x.exponents.size() || x.exponents[index] == kZeroBlock) continue;
      groups[g].shift = std::min(x.max_exponent - x.exponents[index], kMaxShift);
      groups[g].build(std::span(x.mantissas).subspan(index * kGroup, kGroup), layout.depth);
    }
  }

  /// Adds one panel to the sums of its 32 rows.
  template <unsigned kDepth>
  void add_panel(const std::byte* panel, std::span<std::int64_t, kPanelRows> sums) const {
    constexpr unsigned kLevelBits = tail_level_bits(kDepth);
    for (std::size_t row = 0; row < kPanelRows; ++row) {
      std::int64_t sum = 0;
      for (std::size_t g = 0; g < groups.size(); ++g) {
        const GroupTables& tables = groups[g];
        std::int32_t product = 0;
        for (unsigned plane = kDepth; plane-- > 0;) {
          product *= 3;
          for (std::size_t set = 0; set < kSets; ++set)
            product +=
                tables.sums[set][static_cast<std::size_t>(panel[lanes[row].at(g, set, plane)])];
        }
        const unsigned tail = layout.tail(panel, row, g);
        product += tables.tail[tail & ((1u << kLevelBits) - 1)];
        const unsigned scale = tail >> kLevelBits;
        const int shift = std::min(scales.shift[scale] + tables.shift, kMaxShift);
        sum += std::int64_t{product} * scales.mantissa[scale] >> shift;
      }
      sums[row] += sum;
    }
  }

  void add(const std::byte* panel, std::span<std::int64_t, kPanelRows> sums) const {
    switch (layout.depth) {
      case 1:
        return add_panel<1>(panel, sums);
      case 2:
        return add_panel<2>(panel, sums);
      case 3:
        return add_panel<3>(panel, sums);
      case 4:
        return add_panel<4>(panel, sums);
      default:
        throw Error("a depth that is not 1 to 4");
    }
  }

  bool has_bad_set_byte(const std::byte* panel) const {
    std::uint8_t largest = 0;
    for (std::size_t i = layout.body_offset(); i < layout.bytes(); ++i)
      largest = std::max(largest, static_cast<std::uint8_t>(panel[i]));
    return largest > kMaxSetByte;
  }

  bool has_bad_tail(const std::byte* panel) const {
    const unsigned level_bits = tail_level_bits(layout.depth);
    const unsigned levels = level_count(layout.depth);
    bool bad = false;
    for (std::size_t row = 0; row < kPanelRows; ++row) {
      for (std::size_t g = 0; g < groups.size(); ++g) {
        const unsigned tail = layout.tail(panel, row, g);
        bad |= (tail & ((1u << level_bits) - 1)) >= levels || tail >> level_bits >= kCodebook;
      }
    }
    return bad;
  }
};

}  // namespace

TritProduct trit_table(const TritStream& stream, const BfpVector& x) {
  const MatrixShape& shape = stream.shape;
  check_length(stream.bytes.size(), shape, stream.geometry);
  if (x.exponents.size() != shape.groups_per_row())
    throw Error(fmt::format("trit product: {} activation blocks for {} columns", x.exponents.size(),
                            shape.cols));
  Job job(shape.depth, stream.geometry, stream.codebook);
  const PanelOrder order(shape, stream.geometry);
  TritProduct product;
  product.accumulator.resize(order.row_panels * kPanelRows);
  const std::byte* panel = stream.bytes.data();
  for (std::size_t first = 0; first < order.row_panels; first += order.tile_panels) {
    const std::size_t end = std::min(first + order.tile_panels, order.row_panels);
    for (std::size_t block = 0; block < order.blocks; ++block) {
      job.load_block(x, block);
      for (std::size_t p = first; p < end; ++p, panel += job.layout.bytes()) {
        product.bad_set_byte |= job.has_bad_set_byte(panel);
        product.bad_tail |= job.has_bad_tail(panel);
        job.add(panel, std::span<std::int64_t, kPanelRows>(&product.accumulator[p * kPanelRows],
                                                           kPanelRows));
      }
    }
  }
  product.accumulator.resize(shape.rows);
  return product;
}

}  // namespace trine::golden
