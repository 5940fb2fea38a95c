// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "driver/device.h"
#include "machine/golden_transport.h"
#include "isa/commands.h"
#include "sim/rtl_transport.h"

namespace trine::sim {

inline constexpr std::uint64_t kTestMemory = 1 << 20;

/// How a command list ended.
struct Outcome {
  std::uint32_t status = 0, error = 0, index = 0;
  bool operator==(const Outcome&) const = default;
  bool done() const { return status == field::STATUS_DONE.mask(); }
  ErrorCode code() const { return static_cast<ErrorCode>(error); }
};
inline doctest::String toString(const Outcome& outcome) {
  const ErrorInfo* info = find_error(outcome.error);
  const std::string text = "status " + std::to_string(outcome.status) + ", error " +
                           std::string(info == nullptr ? "?" : info->name) + ", command " +
                           std::to_string(outcome.index);
  return text.c_str();
}

/// Where a list lies and what the core may touch.
struct ListSetup {
  std::uint64_t address = 0;
  std::uint32_t count = 0;  // 0: all of it.
  MemoryWindow window{0, kTestMemory};
};

inline void start_list(Transport& transport, std::span<const Command> list,
                       const ListSetup& setup = {}) {
  const auto put = [&](Reg low, Reg high, std::uint64_t value) {
    transport.write(low, static_cast<std::uint32_t>(value));
    transport.write(high, static_cast<std::uint32_t>(value >> 32));
  };
  transport.write_memory(setup.address / 64 * 64 % kTestMemory, std::as_bytes(list));
  put(Reg::LIST_LO, Reg::LIST_HI, setup.address);
  put(Reg::MEM_BASE_LO, Reg::MEM_BASE_HI, setup.window.base);
  put(Reg::MEM_LIMIT_LO, Reg::MEM_LIMIT_HI, setup.window.limit);
  transport.write(Reg::LIST_COUNT,
                  setup.count != 0 ? setup.count : static_cast<std::uint32_t>(list.size()));
  transport.write(Reg::STATUS, field::STATUS_DONE.mask() | field::STATUS_ERROR.mask());
  transport.write(Reg::CTRL, field::CTRL_START.put(1));
}

inline Outcome finish_list(Transport& transport) {
  for (unsigned waits = 0; waits < 10'000; ++waits) {
    const std::uint32_t status = transport.read(Reg::STATUS);
    if (field::STATUS_BUSY.get(status) == 0)
      return {status, transport.read(Reg::ERROR), transport.read(Reg::COMMAND)};
    transport.wait();
  }
  FAIL("the list does not end");
  return {};
}

inline Outcome run_list(Transport& transport, std::span<const Command> list,
                        const ListSetup& setup = {}) {
  start_list(transport, list, setup);
  return finish_list(transport);
}

/// The RTL and the golden machine with its parameters; whatever is done is done to both.
class Pair {
 public:
  explicit Pair(SimOptions options)
      : rtl(small(std::move(options))), golden(Device(rtl).params(), kTestMemory) {}

  MachineParams params() const { return golden.machine().params(); }

  void write(std::uint64_t address, std::span<const std::byte> bytes) {
    rtl.write_memory(address, bytes);
    golden.write_memory(address, bytes);
  }
  template <class Element>
  void put(std::uint64_t address, const std::vector<Element>& values) {
    write(address, std::as_bytes(std::span(values)));
  }
  /// Runs on both; the outcomes must be equal.
  Outcome run(std::span<const Command> list, const ListSetup& setup = {}) {
    const Outcome got = run_list(rtl, list, setup), want = run_list(golden, list, setup);
    CHECK_EQ(got, want);
    return want;
  }
  /// Checks that both memories hold the same; names the first byte that differs.
  void check_memory() {
    std::vector<std::byte> got(kTestMemory), want(kTestMemory);
    rtl.read_memory(0, got);
    golden.read_memory(0, want);
    if (got == want) return;
    const auto at = std::mismatch(got.begin(), got.end(), want.begin()).first - got.begin();
    CAPTURE(at);
    CHECK_EQ(static_cast<int>(got[static_cast<std::size_t>(at)]),
             static_cast<int>(want[static_cast<std::size_t>(at)]));
  }

  RtlTransport rtl;
  GoldenTransport golden;

 private:
  static SimOptions small(SimOptions options) {
    options.memory_bytes = kTestMemory;
    return options;
  }
};

/// Memories from ideal to terrible.
inline std::vector<AxiTiming> timing_matrix(std::uint64_t seed) {
  std::vector<AxiTiming> all(5);
  all[1].read_latency = 40;
  all[1].write_latency = 25;
  all[2].stall_r = all[2].stall_ar = 0.7;
  all[3].stall_w = all[3].stall_aw = all[3].stall_b = 0.7;
  all[4] = {.read_latency = 5,
            .write_latency = 3,
            .bandwidth = 0.6,
            .stall_ar = 0.4,
            .stall_aw = 0.4,
            .stall_w = 0.4,
            .stall_r = 0.4,
            .stall_b = 0.4,
            .outstanding = 2};
  for (AxiTiming& timing : all) {
    timing.seed = seed;
    timing.scramble = true;
  }
  return all;
}

inline std::vector<std::uint32_t> random_words(std::mt19937& random, std::size_t count) {
  std::vector<std::uint32_t> words(count);
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random());
  return words;
}

inline Command make(Opcode opcode) {
  return Command{}.set(command::OPCODE, static_cast<std::uint32_t>(opcode));
}

}  // namespace trine::sim
