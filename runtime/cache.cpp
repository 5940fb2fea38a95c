// SPDX-License-Identifier: Apache-2.0

#include "runtime/cache.h"

#include <fmt/format.h>

#include <vector>

#include "golden/checkpoint/float16.h"
#include "golden/exact/attention.h"

namespace trine {
namespace {

/// For the attention unit: the blocks of a key, those of its value, position by position.
void write_blocks(Transport& transport, const Layout& layout, std::uint64_t address,
                  std::span<const float> keys, std::span<const float> values) {
  const std::size_t width = layout.config().head_dim, count = keys.size() / width;
  const auto bits = static_cast<int>(layout.machine().attention_width);
  std::vector<std::uint16_t> rows(2 * keys.size());
  for (std::size_t at = 0; at < count; ++at) {
    const std::span row = std::span(rows).subspan(2 * at * width, 2 * width);
    if (golden::store_blocks(keys.subspan(at * width, width), bits, row.first(width)) ||
        golden::store_blocks(values.subspan(at * width, width), bits, row.last(width)))
      throw Error(fmt::format("write_cache: a key or value of position {} is not finite", at));
  }
  transport.write_memory(address, std::as_bytes(std::span(rows)));
}

}  // namespace

void write_cache(Transport& transport, const Layout& layout, std::size_t layer, std::size_t kv_head,
                 std::uint64_t first, std::span<const float> keys, std::span<const float> values) {
  const std::size_t width = layout.config().head_dim, count = keys.size() / width;
  if (keys.size() != count * width || values.size() != keys.size())
    throw Error("write_cache: keys and values are not whole positions");
  if (first > layout.context() || count > layout.context() - first)
    throw Error(fmt::format("write_cache: positions {} to {} of {}", first, first + count,
                            layout.context()));
  const std::uint64_t row = layout.capacity() * 2, head = kv_head * width * row;
  const PlacedLayer& placed = layout.layer(layer);
  if (layout.machine().attention_heads != 0)
    return write_blocks(transport, layout, placed.cache + 2 * head + first * width * 4, keys,
                        values);
  std::vector<std::uint16_t> halves(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) halves[i] = golden::f32_to_f16(keys[i]);
  transport.write_memory(placed.keys + head + first * width * 2, std::as_bytes(std::span(halves)));
  halves.resize(count);
  for (std::size_t i = 0; i < width; ++i) {
    for (std::size_t at = 0; at < count; ++at)
      halves[at] = golden::f32_to_f16(values[at * width + i]);
    transport.write_memory(placed.values + head + i * row + first * 2,
                           std::as_bytes(std::span(halves)));
  }
}

}  // namespace trine
