// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/mapping.h"

#include <fmt/format.h>

#include <bit>

#include "golden/error.h"

namespace trine::dram {
namespace {

unsigned log2_of(std::uint64_t value, const char* what) {
  if (!std::has_single_bit(value))
    throw Error(fmt::format("memory: {} {} is no power of two", value, what));
  return static_cast<unsigned>(std::countr_zero(value));
}

}  // namespace

Mapping::Mapping(const Device& device, unsigned channels, const std::string& order, bool hash)
    : burst_bits_(log2_of(device.burst_bytes(), "bytes of a burst")), hash_(hash) {
  struct Named {
    const char* name;
    Field* field;
    std::uint64_t size;
    const char* what;
  };
  const Named fields[] = {{"ro", &row_, device.rows, "rows"},
                          {"ba", &bank_, device.banks_per_group, "banks of a group"},
                          {"co", &column_, device.columns(), "columns"},
                          {"bg", &group_, device.bank_groups, "bank groups"},
                          {"ch", &channel_, channels, "channels"}};
  const std::string wrong =
      fmt::format("memory: mapping '{}' must name ro, ba, co, bg and ch once each", order);
  if (order.size() != 14) throw Error(wrong);
  unsigned shift = 0, seen = 0;
  for (unsigned i = 5; i-- > 0;) {
    if (i > 0 && order[3 * i - 1] != '-') throw Error(wrong);
    unsigned found = 0;
    for (const Named& named : fields) {
      if (order.compare(3UL * i, 2, named.name) != 0) continue;
      found = 1u << (&named - fields);
      const unsigned bits = log2_of(named.size, named.what);
      *named.field = {shift, bits, static_cast<std::uint32_t>(named.size - 1)};
      shift += bits;
    }
    if (found == 0 || (seen & found) != 0) throw Error(wrong);
    seen |= found;
  }
}

}  // namespace trine::dram
