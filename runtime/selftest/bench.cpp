// SPDX-License-Identifier: Apache-2.0

#include "runtime/selftest/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace trine::selftest {
namespace {

/// A list that does not end on a working device is stopped by the transport's own watchdog; this
/// ends the others in seconds.
constexpr WaitBudget kBudget{.waits = 10'000'000, .idle_waits = 2'000};

}  // namespace

void Bench::open(std::uint64_t memory_bytes) {
  memory_bytes_ = memory_bytes;
  transport_ = options_.open(memory_bytes);
  if (transport_->memory_size() < memory_bytes)
    throw StageFailure(fmt::format("the self-test needs {} bytes of memory, the device has {}",
                                   memory_bytes, transport_->memory_size()));
}

void Bench::identify() {
  device_.emplace(*transport_);
  golden_transport_ = std::make_unique<GoldenTransport>(params(), memory_bytes_, base());
  golden_.emplace(*golden_transport_);
}

float Bench::value() {
  const auto mantissa = static_cast<float>(1024 + below(1024));  // 11 bits, as FP16 has.
  const float size = std::ldexp(mantissa, static_cast<int>(below(9)) - 15);
  return below(2) != 0 ? -size : size;
}

std::vector<float> Bench::values(std::size_t count) {
  std::vector<float> all(count);
  for (float& x : all) x = value();
  return all;
}

void Bench::put(std::uint64_t offset, std::span<const std::byte> bytes) {
  transport_->write_memory(at(offset), bytes);
  golden().transport().write_memory(at(offset), bytes);
}

void Bench::clear(std::uint64_t offset, std::uint64_t bytes) {
  put(offset, std::vector<std::byte>(bytes, std::byte{0xEE}));
}

void Bench::set_up(const CommandList& list, const SequenceState& state) {
  if (list.bytes().size() > kListsEnd - kLists)
    throw Error(fmt::format("self-test: a list of {} commands is too long", list.size()));
  put(kLists, list.bytes());
  for (Device* side : {&device(), &golden()}) {
    side->set_window(window());
    side->set_sequence(state);
  }
}

void Bench::note(std::span<const Command> commands) {
  for (const Command& command : commands) opcodes_.insert(command.info()->opcode);
}

void Bench::run(CommandList list, const SequenceState& state) {
  list.end();
  set_up(list, state);
  golden().run(list, at(kLists));
  const Counters before = device().counters();
  try {
    device().run(list, at(kLists), kBudget);
  } catch (const Error& error) {
    throw StageFailure(error.what());
  }
  count_since(before);
  note(list.commands());
}

void Bench::run_to_error(CommandList list, ErrorCode code) {
  set_up(list, {});
  const auto outcome = [&](Device& side) -> std::pair<ErrorCode, std::uint32_t> {
    try {
      side.run(list, at(kLists), kBudget);
    } catch (const DeviceError& error) {
      return {error.code(), error.index()};
    }
    return {ErrorCode::NONE, 0};
  };
  const auto wanted = outcome(golden());
  if (wanted.first != code)
    throw Error(fmt::format("self-test: golden says {} of a list", describe(wanted.first)));
  std::pair<ErrorCode, std::uint32_t> got;
  try {
    got = outcome(device());
  } catch (const Error& error) {
    throw StageFailure(error.what());
  }
  if (got != wanted)
    throw StageFailure(fmt::format("a list must stop with {} at command {}; it stops with {} at {}",
                                   describe(wanted.first), wanted.second, describe(got.first),
                                   got.second));
}

void Bench::expect(std::uint64_t offset, std::span<const std::byte> wanted, const What& what) {
  std::vector<std::byte> got(wanted.size());
  transport_->read_memory(at(offset), got);
  const auto [bad, good] = std::ranges::mismatch(got, wanted);
  if (bad == got.end()) return;
  const auto byte = static_cast<std::uint64_t>(bad - got.begin());
  const std::uint64_t beat = device_ ? params().beat_bytes() : 64;
  throw StageFailure(
      fmt::format("{}: the byte at {:#x} (lane {} of a beat) is {:#04x}, must be {:#04x}",
                  what(byte), at(offset) + byte, (at(offset) + byte) % beat,
                  std::to_integer<unsigned>(*bad), std::to_integer<unsigned>(*good)));
}

void Bench::compare(std::uint64_t offset, std::uint64_t bytes, const What& what) {
  std::vector<std::byte> wanted(bytes);
  golden().transport().read_memory(at(offset), wanted);
  expect(offset, wanted, what);
}

void Bench::compare_elements(std::uint64_t offset, std::uint64_t count, std::uint64_t element_bytes,
                             const std::string& what) {
  std::vector<std::byte> wanted(count * element_bytes), got(count * element_bytes);
  golden().transport().read_memory(at(offset), wanted);
  transport_->read_memory(at(offset), got);
  const auto word = [&](const std::vector<std::byte>& bytes, std::uint64_t i) {
    std::uint64_t value = 0;
    std::memcpy(&value, &bytes[i * element_bytes], element_bytes);
    return value;
  };
  std::uint64_t wrong = 0, first = count;
  for (std::uint64_t i = count; i-- > 0;) {
    if (word(wanted, i) == word(got, i)) continue;
    ++wrong;
    first = i;
  }
  if (wrong == 0) return;
  throw StageFailure(
      fmt::format("{}: {} of {} elements differ; the first, {}, is {:#0{}x}, must be "
                  "{:#0{}x}",
                  what, wrong, count, first, word(got, first), 2 + 2 * element_bytes,
                  word(wanted, first), 2 + 2 * element_bytes));
}

}  // namespace trine::selftest
