// SPDX-License-Identifier: Apache-2.0
//
// Lists of commands on the golden machine, on the TLM core and on the Verilated one: all refuse the
// same command for the same reason, or leave the same memory and vector memory. The first 8 bytes
// are the position and the number of banks in front of it, each further 64 bytes a command.

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "driver/command_check.h"
#include "driver/device_registry.h"
#include "isa/commands.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace trine;

constexpr std::size_t kMemory = 1 << 16, kMostCommands = 24;
constexpr std::uint64_t kListAt = 0, kDataAt = 4096;
constexpr std::size_t kVectorWords = 2048;

struct Result {
  std::uint32_t status = 0, error = 0, index = 0;
  std::vector<std::byte> memory;
  std::vector<std::uint32_t> vectors;
  bool operator==(const Result&) const = default;

  /// What a product with a bad stream or codebook writes is unspecified (docs/numerics.md).
  void forget_bad_product(std::span<const Command> list) {
    constexpr ErrorCode kBad[] = {ErrorCode::BAD_CODEBOOK, ErrorCode::BAD_SET_BYTE,
                                  ErrorCode::BAD_TAIL};
    if (std::ranges::find(kBad, static_cast<ErrorCode>(error)) == std::end(kBad)) return;
    const std::uint64_t from = list[index].get(command::DST);
    const std::uint64_t to = from + vector_reach(list[index]).dst;
    for (std::size_t i = 0; i < vectors.size(); ++i)
      if (i % kVectorWords >= from && i % kVectorWords < to) vectors[i] = 0;
  }
  /// Whether the list is still what was written there.
  bool keeps(std::span<const Command> list) const {
    return std::memcmp(memory.data() + kListAt, list.data(), list.size_bytes()) == 0;
  }
};

/// Says what is different before it ends the program, which is a finding.
void must_be(const char* device, const Result& got, const Result& want) {
  if (got == want) return;
  const auto first = [](const auto& a, const auto& b) {
    return std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin();
  };
  std::fprintf(stderr, "%s: status %u, error %u, command %u; golden: %u, %u, %u; ", device,
               got.status, got.error, got.index, want.status, want.error, want.index);
  std::fprintf(stderr, "first other byte %td of %zu, first other word %td of %zu\n",
               first(got.memory, want.memory), want.memory.size(), first(got.vectors, want.vectors),
               want.vectors.size());
  std::abort();
}

using Devices = std::array<std::unique_ptr<Transport>, 2>;

/// The golden machine and another device of the same shape.
Devices make_pair(const char* name, const CoreShape& shape) {
  DeviceRequest request;
  request.set_shape(shape);
  request.memory_bytes = kMemory;
  return {device_entry("golden").make(request), device_entry(name).make(request)};
}

/// Whether the result of a command lies over an operand, which is unspecified; one of the vector
/// unit may take its place (docs/numerics.md).
bool overlaps(const Command& command) {
  const OpcodeInfo* const info = command.info();
  if (info == nullptr || !info->uses(command::DST)) return false;
  const VectorReach reach = vector_reach(command);
  const std::uint64_t dst = command.get(command::DST);
  const auto lies_over = [&](const CommandField& field, std::uint64_t words) {
    const std::uint64_t at = command.get(field);
    return info->uses(field) && !(info->unit == Unit::VECTOR && at == dst) &&
           at < dst + reach.dst && dst < at + words;
  };
  return lies_over(command::SRC, reach.src) || lies_over(command::SRC2, reach.src2);
}

/// What is specified of a list (docs/commands.md): a core reads commands and data ahead, so what it
/// wrote may be read behind a FENCE only.
std::vector<Command> specified(std::span<const Command> list) {
  std::vector<Command> result;
  for (const Command& command : list) {
    if (overlaps(command)) continue;
    result.push_back(command);
    const OpcodeInfo* const info = command.info();
    if (info != nullptr && info->writes_memory())
      result.push_back(Command{}.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::FENCE)));
  }
  return result;
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

/// The outcome from a known state: memory, and the first words of the vector memory of each bank,
/// which are loaded from it.
Result run(Transport& core, std::uint32_t banks, std::span<const std::uint32_t, 2> state,
           std::span<const Command> list) {
  std::vector<std::uint32_t> data((kMemory - kDataAt) / 4);
  for (std::size_t i = 0; i < data.size(); ++i)
    data[i] = 0x3f800000u + static_cast<std::uint32_t>(i * 2654435761u % 0x00ffffffu);
  core.write(Reg::CTRL, field::CTRL_RESET.put(1));
  core.write_memory(kDataAt, std::as_bytes(std::span(data)));
  std::vector<Command> loads;
  for (std::uint32_t bank = 0; bank < banks; ++bank) {
    Command load;
    load.set(command::OPCODE, static_cast<std::uint32_t>(Opcode::LOAD)).set(command::BANK, bank);
    load.set(command::ADDR_LO, kDataAt).set(command::ROWS, std::uint32_t{kVectorWords});
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
  result.vectors.resize(banks * kVectorWords);
  for (unsigned bank = 0; bank < banks; ++bank)
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
  constexpr CoreShape kTwoBanks{.groups = 2, .vectors = 2, .attention_heads = 2};
  static Devices tlm = make_pair("tlm", kTwoBanks);
  const Result want = run(*tlm[0], kTwoBanks.vectors, state, list);
  must_be("tlm", run(*tlm[1], kTwoBanks.vectors, state, list), want);
  if (want.error == 0) ++trine::fuzz::accepted;

  // New devices each time: no list finds what another left in the rest of vector memory.
  constexpr CoreShape kSimulated{.groups = 4};
  const std::vector<Command> simulated = specified(list);
  const Devices rtl = make_pair("rtl", kSimulated);
  Result wanted = run(*rtl[0], kSimulated.vectors, state, simulated);
  if (!wanted.keeps(simulated)) return 0;  // It wrote to itself.
  Result got = run(*rtl[1], kSimulated.vectors, state, simulated);
  for (Result* result : {&wanted, &got}) result->forget_bad_product(simulated);
  must_be("rtl", got, wanted);
  return 0;
}
