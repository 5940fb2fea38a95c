// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "driver/device.h"
#include "driver/device_registry.h"
#include "tests/system/lists.h"

namespace trine::test {

inline doctest::String toString(const Outcome& outcome) {
  const ErrorInfo* info = find_error(outcome.error);
  const std::string text = "status " + std::to_string(outcome.status) + ", error " +
                           std::string(info == nullptr ? "?" : info->name) + ", command " +
                           std::to_string(outcome.index);
  return text.c_str();
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

/// A device and the golden one with its parameters; whatever is done is done to both.
class Pair {
 public:
  Pair(const DeviceEntry& entry, const DeviceRequest& request)
      : device_(entry.make(small(request))),
        params_(Device(*device_).params()),
        golden_(make_golden(params_)) {
    REQUIRE(Device(*golden_).params() == params_);
  }

  Transport& device() { return *device_; }
  Transport& golden() { return *golden_; }
  std::array<Transport*, 2> sides() { return {device_.get(), golden_.get()}; }
  /// As the device said at the start: a look at its registers may let it work on.
  const MachineParams& params() const { return params_; }

  void write(std::uint64_t address, std::span<const std::byte> bytes) {
    for (Transport* side : sides()) side->write_memory(address, bytes);
  }
  template <class Element>
  void put(std::uint64_t address, const std::vector<Element>& values) {
    write(address, std::as_bytes(std::span(values)));
  }
  /// Runs on both; the outcomes must be equal.
  Outcome run(std::span<const Command> list, const ListSetup& setup = {}) {
    const Outcome got = run_list(*device_, list, setup), want = run_list(*golden_, list, setup);
    CHECK_EQ(got, want);
    return want;
  }
  /// Checks that both memories hold the same; names the first byte that differs.
  void check_memory() {
    std::vector<std::byte> got(kTestMemory), want(kTestMemory);
    device_->read_memory(0, got);
    golden_->read_memory(0, want);
    if (got == want) return;
    const auto at = std::mismatch(got.begin(), got.end(), want.begin()).first - got.begin();
    CAPTURE(at);
    CHECK_EQ(static_cast<int>(got[static_cast<std::size_t>(at)]),
             static_cast<int>(want[static_cast<std::size_t>(at)]));
  }

 private:
  static DeviceRequest small(DeviceRequest request) {
    request.memory_bytes = kTestMemory;
    return request;
  }
  static std::unique_ptr<Transport> make_golden(const MachineParams& params) {
    DeviceRequest request;
    request.set_machine(params);
    return device_entry("golden").make(small(request));
  }

  std::unique_ptr<Transport> device_;
  MachineParams params_;
  std::unique_ptr<Transport> golden_;
};

/// Memories from ideal to terrible.
inline std::vector<MemoryTiming> timing_matrix(std::uint64_t seed) {
  std::vector<MemoryTiming> all(5);
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
  for (MemoryTiming& timing : all) {
    timing.seed = seed;
    timing.scramble = true;
  }
  return all;
}

/// A device, a core that it offers, and the request for it: with checks where it has them.
struct Setup {
  const DeviceEntry* device;
  DeviceRequest request;

  Pair pair() const { return {*device, request}; }
};
inline doctest::String toString(const Setup& setup) {
  return doctest::toString(std::string(setup.device->name) + ", " +
                           describe(setup.request.shape()));
}

/// Which of the cores that a device offers a test is about.
enum class Cores : std::uint8_t { OneVector, All };

/// Every core of every registered device but golden, which is what they are compared with, and
/// those that need a board.
inline std::vector<Setup> setups(Cores cores) {
  std::vector<Setup> all;
  for (const DeviceEntry* entry : all_devices()) {
    if (entry->name == "golden" || entry->hardware) continue;
    for (const CoreShape& shape : entry->cores()) {
      if (cores == Cores::OneVector && shape.vectors != 1) continue;
      // Several ports change the memory path alone: a narrow core stands for a wide one.
      if (shape.ports != 1 && shape.groups > 4) continue;
      DeviceRequest request;
      request.set_shape(shape);
      request.checking = entry->takes("checking");
      request.seed = shape.groups;
      all.push_back({entry, request});
    }
  }
  return all;
}

/// The same on each memory of timing_matrix() that the device can have, each with a seed of its
/// own.
inline std::vector<Setup> setups_with_memories(Cores cores, std::uint64_t seed) {
  std::vector<Setup> all;
  for (const Setup& setup : setups(cores)) {
    seed += setup.request.groups;
    const bool any = setup.device->takes("latency") && setup.device->takes("stall");
    for (const MemoryTiming& timing : timing_matrix(seed)) {
      all.push_back(setup);
      all.back().request.memory = timing;
      all.back().request.seed = ++seed;
      if (!any) break;
    }
  }
  return all;
}

inline std::vector<std::uint32_t> random_words(std::mt19937& random, std::size_t count) {
  std::vector<std::uint32_t> words(count);
  for (std::uint32_t& word : words) word = static_cast<std::uint32_t>(random());
  return words;
}

}  // namespace trine::test
