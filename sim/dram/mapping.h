// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <string>

#include "sim/dram/timing.h"

namespace trine::dram {

/// Where a burst lies.
struct Place {
  unsigned channel = 0, bank = 0;  // Banks of a group are neighbours: group * banks + bank in it.
  std::uint32_t row = 0, column = 0;

  bool operator==(const Place&) const = default;
};

/// Cuts an address into channel, bank group, bank, column and row.
///
/// The order is a text of field names, the most significant first, joined by '-': `ro` row, `ba`
/// bank in its group, `co` column, `bg` bank group, `ch` channel; each once. Below them are the
/// bytes of a burst. The row takes what is left above; addresses beyond the memory wrap around.
/// With `hash`, bank and bank group are XORed with the lowest bits of the row, so that rows a power
/// of two apart lie in different banks.
class Mapping {
 public:
  static constexpr const char* kDefaultOrder = "ro-ba-co-bg-ch";

  /// Throws Error for an order that lacks a field or names one twice, and for sizes that are no
  /// powers of two.
  Mapping(const Device& device, unsigned channels, const std::string& order, bool hash);

  Place place(std::uint64_t address) const {
    const std::uint64_t burst = address >> burst_bits_;
    const auto get = [&](const Field& f) {
      return static_cast<std::uint32_t>(burst >> f.shift & f.mask);
    };
    Place place{get(channel_), 0, get(row_), get(column_)};
    std::uint32_t bank = get(bank_), group = get(group_);
    if (hash_) {
      bank ^= place.row & bank_.mask;
      group ^= place.row >> bank_.bits & group_.mask;
    }
    place.bank = group << bank_.bits | bank;
    return place;
  }

 private:
  struct Field {
    unsigned shift = 0, bits = 0;
    std::uint32_t mask = 0;
  };
  Field row_, bank_, column_, group_, channel_;
  unsigned burst_bits_ = 0;
  bool hash_;
};

}  // namespace trine::dram
