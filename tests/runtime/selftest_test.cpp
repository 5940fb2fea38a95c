// SPDX-License-Identifier: Apache-2.0

#include "runtime/selftest.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "driver/device_registry.h"
#include "tests/runtime/faulty_device.h"
#include "tests/runtime/model_fixture.h"

using namespace trine;
using namespace trine::test;

namespace {

SelfTestReport test_device(const std::string& name, DeviceRequest request = {},
                           const golden::PackedModel* model = nullptr) {
  const DeviceEntry& entry = device_entry(name);
  SelfTestOptions options{.open =
                              [&](std::uint64_t memory_bytes) {
                                request.memory_bytes = memory_bytes;
                                return entry.make(request);
                              },
                          .expected =
                              [&] {
                                return MachineParams{.groups = request.groups,
                                                     .vectors = request.vectors,
                                                     .act_width = request.act_width};
                              },
                          .model = model};
  return self_test(options);
}

void check_passed(const SelfTestReport& report) {
  if (const StageResult* failed = report.failed())
    FAIL_CHECK(failed->name << ": " << failed->failure);
  CHECK(report.passed());
}

SelfTestReport test_faulty(Faults faults,
                           const MachineParams& params = {.groups = 4, .vectors = 2}) {
  SelfTestOptions options{.open =
                              [&](std::uint64_t memory_bytes) {
                                return std::make_unique<FaultyDevice>(params, memory_bytes, faults);
                              },
                          .expected = [&] { return params; }};
  return self_test(options);
}

Opcode opcode_of(const Command& command) {
  return static_cast<Opcode>(command.get(command::OPCODE));
}

/// A fault behind one opcode: bits of a word of its result, the lowest unless said otherwise, when
/// `applies`.
Faults wrong_result(
    Opcode opcode, std::uint32_t word,
    std::function<bool(const Command&)> applies = [](const Command&) { return true; },
    std::uint32_t bits = 1) {
  return {.after = [=](const Command& command, unsigned bank, Faults::Words words) {
    if (opcode_of(command) != opcode || !applies(command)) return;
    const bool all = opcode == Opcode::TRIT_MATVEC;
    if (all ? bank > command.get(command::BANK) : bank != command.get(command::BANK)) return;
    words[command.get(command::DST) + word] ^= bits;
  }};
}

struct Case {
  const char* fault;
  const char* stage;
  Faults faults;
};

/// One fault each, as a board could have it, and the stage that must name it.
std::vector<Case> cases() {
  const auto swap_lanes = [](std::span<std::byte> bytes) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  };
  std::vector<Case> all{
      {"ID reads zeros",
       "identity",
       {.read = [](Reg reg, std::uint32_t value) { return reg == Reg::ID ? 0 : value; }}},
      {"ID reads ones",
       "identity",
       {.read = [](Reg reg, std::uint32_t value) { return reg == Reg::ID ? ~0u : value; }}},
      {"another major version",
       "identity",
       {.read = [](Reg reg,
                   std::uint32_t value) { return reg == Reg::VERSION ? value + 0x10000 : value; }}},
      {"bit 12 of a register is stuck at 0",
       "registers",
       {.read =
            [](Reg reg, std::uint32_t value) {
              return reg == Reg::LIST_LO ? value & ~0x1000u : value;
            }}},
      {"a register's address line is stuck",
       "registers",
       {.write =
            [](Reg& reg, std::uint32_t&) {
              if (reg == Reg::TOKEN_3) reg = Reg::TOKEN_1;
            }}},
      {"START does not arrive",
       "control",
       {.write =
            [](Reg& reg, std::uint32_t& value) {
              if (reg == Reg::CTRL) value &= ~field::CTRL_START.mask();
            }}},
      {"the core reads with two byte lanes swapped",
       "control",
       {.core_read = [=](const Command&, std::span<std::byte> bytes) { swap_lanes(bytes); }}},
      {"bit 5 of the host's data is stuck at 1",
       "host memory",
       {.host_write =
            [](std::uint64_t address, std::span<std::byte> bytes) {
              for (std::size_t i = 0; i < bytes.size(); ++i)
                if ((address + i) % 64 == 9 && address >= 0x50000) bytes[i] |= std::byte{0x20};
            }}},
      {"address line 18 of the host's bus is stuck at 0",
       "host memory",
       {.host_address = [](std::uint64_t address) { return address & ~std::uint64_t{0x40000}; }}},
      {"address line 20 of the core's bus is stuck at 0",
       "core memory",
       {.core_address = [](std::uint64_t address) { return address & ~std::uint64_t{0x100000}; }}},
      {"byte lanes of long reads are swapped",
       "DMA read",
       {.core_read =
            [=](const Command& command, std::span<std::byte> bytes) {
              if (opcode_of(command) == Opcode::LOAD && bytes.size() > 128) swap_lanes(bytes);
            }}},
      {"FP16 loads lose a bit",
       "DMA read",
       {.after =
            [](const Command& command, unsigned bank, Faults::Words words) {
              if (opcode_of(command) == Opcode::LOAD && command.get(command::F16) != 0 &&
                  bank == command.get(command::BANK))
                words[command.get(command::DST)] &= ~0x2000u;
            }}},
      {"byte enables of the last beat are ignored",
       "DMA write",
       {.keeps =
            [](const Command& command, std::uint64_t byte, std::uint64_t bytes) {
              return opcode_of(command) != Opcode::STORE || bytes % 16 != 6 || byte + 2 != bytes;
            }}},
      {"word 40000 of vector memory is word 7232",
       "vector memory",
       {.after = [](const Command&, unsigned,
                    Faults::Words words) { words[40000] = words[7232]; }}},
      {"the token is not added to addresses",
       "indexing",
       {.write =
            [](Reg& reg, std::uint32_t& value) {
              if (reg == Reg::TOKEN_1 && value == 40) value = 0;
            }}},
      {"entry 57 of the tables is entry 58",
       "tables",
       {.core_read =
            [](const Command& command, std::span<std::byte> bytes) {
              if (opcode_of(command) != Opcode::TRIT_MATVEC || bytes.size() == kCodebookBytes)
                return;
              if (command.get(command::RAW) != 0 && command.get(command::ROWS) == 256)
                std::ranges::replace(bytes, std::byte{57}, std::byte{58});
            }}},
      {"entry 20 of the codebook has a wrong mantissa",
       "scales",
       {.core_read =
            [](const Command& command, std::span<std::byte> bytes) {
              if (opcode_of(command) == Opcode::TRIT_MATVEC && bytes.size() == kCodebookBytes)
                bytes[4 * 20] ^= std::byte{1};
            }}},
      {"depth 3 is wrong", "product at depth 3",
       wrong_result(Opcode::TRIT_MATVEC, 5,
                    [](const Command& c) { return c.get(command::DEPTH) == 3; })},
      {"bank 1 gets the results of bank 0",
       "tables",
       {.after =
            [](const Command& command, unsigned bank, Faults::Words words) {
              // Banks follow each other in the machine's memory.
              if (opcode_of(command) == Opcode::TRIT_MATVEC && bank == 1)
                for (std::uint32_t row = 0; row < command.get(command::ROWS); ++row)
                  words[command.get(command::DST) + row] =
                      *(words.data() - words.size() + command.get(command::DST) + row);
            }}},
      {"the FP16 engine is wrong in a row", "FP16 product", wrong_result(Opcode::F16_MATVEC, 17)},
      {"a column is lost",
       "cache columns",
       {.keeps = [](const Command& command, std::uint64_t,
                    std::uint64_t) { return opcode_of(command) != Opcode::STORE_COLUMN; }}},
      {"a key is lost",
       "cache blocks",
       {.keeps = [](const Command& command, std::uint64_t,
                    std::uint64_t) { return opcode_of(command) != Opcode::STORE_BLOCKS; }}},
      {"attention is wrong beyond a chunk", "attention",
       wrong_result(Opcode::ATTENTION, 3,
                    [](const Command& c) { return c.get(command::LIMIT) > 130; })},
      {"attention over heads of 32 is wrong", "layer",
       wrong_result(
           Opcode::ATTENTION, 3, [](const Command& c) { return c.get(command::COLS) == 32; },
           0x00800000)},
      {"the best of more than 60 is wrong", "tokens",
       wrong_result(Opcode::ARGMAX, 0,
                    [](const Command& c) { return c.get(command::ROWS) == 64; })},
  };
  for (const OpcodeInfo& info : kOpcodes)
    if (info.unit == Unit::VECTOR)
      all.push_back({info.name.data(), nullptr, wrong_result(info.opcode, 0)});
  return all;
}

}  // namespace

TEST_CASE("selftest: golden passes, whatever its parameters, and every opcode is run") {
  for (const auto& [groups, vectors, act_width] :
       {std::tuple{16u, 1u, 12u}, std::tuple{1u, 1u, 12u}, std::tuple{4u, 8u, 16u},
        std::tuple{8u, 2u, 8u}}) {
    DeviceRequest request;
    CAPTURE(request.groups);
    request.groups = groups;
    request.vectors = vectors;
    request.act_width = act_width;
    const SelfTestReport report = test_device("golden", request);
    check_passed(report);
    for (const OpcodeInfo& info : kOpcodes) {
      CAPTURE(info.name);
      CHECK(report.opcodes.contains(info.opcode));
    }
    CHECK(report.params.groups == groups);
  }
}

TEST_CASE("selftest: memory may lie anywhere") {
  DeviceRequest request;
  request.memory_base = 0x8'7654'3000;
  const SelfTestReport report = test_device("golden", request);
  check_passed(report);
  CHECK(report.memory_base == 0x8'7654'3000);
}

TEST_CASE("selftest: a small core with one head of attention passes") {
  MachineParams params{.groups = 4};
  params.tile_rows = 512;
  params.max_cols = 2048;
  params.vector_words = 8192;
  params.attention_heads = 1;
  check_passed(test_faulty({}, params));
}

TEST_CASE("selftest: what a core lacks is skipped, the rest is tried") {
  MachineParams params{.groups = 2};
  params.f16_engine = false;
  params.vector_unit = false;
  params.attention_heads = 0;
  const SelfTestReport report = test_faulty({}, params);
  check_passed(report);
  std::set<std::string> skipped;
  for (const StageResult& stage : report.stages)
    if (stage.outcome == StageResult::Outcome::Skipped) skipped.insert(stage.name);
  for (const char* name :
       {"FP16 product", "vector RMSNORM", "cache blocks", "attention", "layer", "tokens"})
    CHECK(skipped.contains(name));
  CHECK_FALSE(skipped.contains("cache columns"));
}

TEST_CASE("selftest: the model that ships gives its recorded tokens") {
  const ShippedModel model;
  CHECK(recorded_tokens(model.packed()).size() == 16);
  check_passed(test_device("golden", {}, &model.packed()));
}

TEST_CASE("selftest: a device without faults passes behind the wrapper, too") {
  check_passed(test_faulty({}));
}

TEST_CASE("selftest: each fault is named by its stage, with what to look at") {
  for (const Case& one : cases()) {
    const std::string fault = one.fault;
    CAPTURE(fault);
    const std::string stage = one.stage != nullptr ? one.stage : "vector " + std::string(one.fault);
    const SelfTestReport report = test_faulty(one.faults);
    const StageResult* const failed = report.failed();
    CHECK(failed != nullptr);
    if (failed == nullptr) continue;
    CAPTURE(failed->failure);
    CHECK(failed->name == stage);
    CHECK_FALSE(failed->failure.empty());
    CHECK_FALSE(failed->advice.empty());
    CHECK(failed == &report.stages.back());
  }
}

TEST_CASE("selftest: the failure names register, byte, row or element") {
  const auto failure = [](Faults faults) {
    const SelfTestReport report = test_faulty(std::move(faults));
    REQUIRE(report.failed() != nullptr);
    return report.failed()->failure;
  };
  const auto all = cases();
  const auto of = [&](const char* fault) {
    const auto found = std::ranges::find(all, std::string_view(fault),
                                         [](const Case& c) { return std::string_view(c.fault); });
    REQUIRE(found != all.end());
    return failure(found->faults);
  };
  const auto holds = [](const std::string& text, const char* part) {
    CAPTURE(text);
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  };
  holds(of("bit 12 of a register is stuck at 0"), "LIST_LO (0x030)");
  holds(of("bit 12 of a register is stuck at 0"), "bits 0x00001000");
  holds(of("address line 20 of the core's bus is stuck at 0"), "0x100000");
  holds(of("entry 57 of the tables is entry 58"), "entry 57 of 243");
  holds(of("entry 20 of the codebook has a wrong mantissa"), "entry 20 of the codebook");
  holds(of("the FP16 engine is wrong in a row"), "the first, 8,");
  const std::uint32_t major = field::VERSION_MAJOR.get(find_register(Reg::VERSION)->reset);
  const std::string other = "speaks version " + std::to_string(major + 1) + ".";
  holds(of("another major version"), other.c_str());
}
