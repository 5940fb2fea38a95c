// SPDX-License-Identifier: Apache-2.0
//
// Lists of commands on the golden machine and on the TLM core: both refuse the same command for the
// same reason, or leave the same memory and vector memory. The first 8 bytes are the position and
// the number of banks in front of it, each further 64 bytes a command.

#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "driver/device_registry.h"
#include "isa/commands.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace trine;

constexpr std::size_t kMemory = 1 << 16, kMostCommands = 24;
constexpr std::uint64_t kListAt = 0, kDataAt = 4096;
constexpr std::uint32_t kVectorWords = 2048;

struct Result {
  std::uint32_t status = 0, error = 0, index = 0;
  std::vector<std::byte> memory;
  std::vector<std::uint32_t> vectors;
  bool operator==(const Result&) const = default;
};

std::unique_ptr<Transport> make_device(const char* name) {
  DeviceRequest request;
  request.groups = 2;
  request.vectors = 2;
  request.attention_heads = 2;
  request.memory_bytes = kMemory;
  return device_entry(name).make(request);
}

void run_to_end(Transport& core, std::span<const Command> list) {
  core.write_memory(kListAt, std::as_bytes(list));
  core.write(Reg::LIST_LO, kListAt);
  core.write(Reg::LIST_HI, 0);
  core.write(Reg::MEM_BASE_LO, 0);
  core.write(Reg::MEM_BASE_HI, 0);
  core.write(Reg::MEM_LIMIT_LO, kMemory);
  core.write(Reg::MEM_LIMIT_HI, 0);
  core.write(Reg::LIST_COUNT, static_cast<std::uint32_t>(list.size()));
  core.write(Reg::CTRL, field::CTRL_START.put(1));
  for (unsigned waits = 0; field::STATUS_BUSY.get(core.read(Reg::STATUS)) != 0; ++waits) {
    if (waits == 100'000) std::abort();  // The list does not end.
    core.wait();
  }
}

/// The outcome from a known state: memory, and vector memory that is loaded from it.
Result run(Transport& core, std::span<const std::uint32_t, 2> state,
           std::span<const Command> list) {
  std::vector<std::uint32_t> data((kMemory - kDataAt) / 4);
  for (std::size_t i = 0; i < data.size(); ++i)
    data[i] = 0x3f800000u + static_cast<std::uint32_t>(i * 2654435761u % 0x00ffffffu);
  core.write(Reg::CTRL, field::CTRL_RESET.put(1));
  core.write_memory(kDataAt, std::as_bytes(std::span(data)));
  std::vector<Command> loads;
  for (std::uint32_t bank = 0; bank < 2; ++bank) {
    Command load;
    load.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::LOAD)).set(command::BANK, bank);
    load.set(command::ADDR_LO, kDataAt).set(command::ROWS, kVectorWords);
    loads.push_back(load);
  }
  loads.push_back(Command{}.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::END)));
  run_to_end(core, loads);
  if (field::STATUS_DONE.get(core.read(Reg::STATUS)) == 0) std::abort();
  core.write(Reg::POSITION, state[0]);
  core.write(Reg::AHEAD_1, state[1]);
  run_to_end(core, list);
  Result result{core.read(Reg::STATUS), core.read(Reg::ERROR), core.read(Reg::COMMAND), {}, {}};
  result.memory.resize(kMemory);
  core.read_memory(0, result.memory);
  result.vectors.resize(2 * kVectorWords);
  for (unsigned bank = 0; bank < 2; ++bank)
    core.vector_view()->read_vector(
        bank, 0, std::span(result.vectors).subspan(bank * kVectorWords, kVectorWords));
  return result;
}

}  // namespace

/// SystemC's threads have stacks of their own, and LeakSanitizer, which looks for pointers at the
/// end of the program, does not find the one that libFuzzer runs on: it calls all of that a leak.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char* __asan_default_options() {
  return "detect_leaks=0";
}

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::array<std::uint32_t, 2> state{};
  if (size < sizeof state + sizeof(Command)) return 0;
  std::memcpy(state.data(), data, sizeof state);
  std::vector<Command> list(std::min((size - sizeof state) / sizeof(Command), kMostCommands));
  std::memcpy(list.data(), data + sizeof state, list.size() * sizeof(Command));
  list.push_back(Command{}.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::END)));
  static const auto golden = make_device("golden"), tlm = make_device("tlm");
  const Result want = run(*golden, state, list);
  if (want != run(*tlm, state, list)) std::abort();
  if (want.error == 0) ++trine::fuzz::accepted;
  return 0;
}
