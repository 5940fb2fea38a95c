// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "driver/counters.h"
#include "driver/machine_params.h"
#include "driver/transport.h"
#include "golden/format/packed_model.h"
#include "isa/commands.h"

namespace trine {

/// What one stage of the self-test came to.
struct StageResult {
  enum class Outcome : std::uint8_t { Passed, Failed, Skipped };

  std::string name;  // "registers", "vector RMSNORM"
  std::string what;  // What it tries, in a sentence.
  Outcome outcome = Outcome::Passed;
  std::string failure;  // What was found, exactly; of a skipped one, why.
  std::string advice;   // Of a failed one: what that means and where to look.
  Counters counters;    // Of the lists that it ran.
  std::chrono::duration<double> time{0};
};

struct SelfTestOptions {
  /// Opens the device with so much writable memory; called once.
  std::function<std::unique_ptr<Transport>(std::uint64_t memory_bytes)> open;
  /// The parameters of its core, as far as they are known before; they size the memory.
  std::function<MachineParams()> expected = [] { return MachineParams{}; };
  const golden::PackedModel* model = nullptr;  // Of the last stages; null: the built-in one.
  /// March over all of the memory and look at each page, not only at samples.
  bool all_memory = false;
  std::uint64_t least_memory = 0;  // Bytes of writable memory, if the stages need less.
  /// Called before a stage and after it; may be empty.
  std::function<void(const std::string& name)> on_start{};
  std::function<void(const StageResult&)> on_stage{};
};

struct SelfTestReport {
  std::vector<StageResult> stages;  // Up to the first that failed, which is the last.
  MachineParams params;             // Of the core, once it was identified.
  std::uint64_t memory_base = 0, memory_bytes = 0;
  std::set<Opcode> opcodes;          // That were run.
  std::uint32_t model_checksum = 0;  // Of the model's header, which has those of its tensors.
  std::vector<std::int32_t> tokens;  // Generated in the last stage.

  bool passed() const;
  /// The first stage that failed; null when none did.
  const StageResult* failed() const;
};

/// Tries a device from its registers up to 16 tokens of a model, each stage on what those before
/// have shown to work, and stops at the first that fails. Whatever can be computed is compared bit
/// for bit with the golden machine; every opcode that the core has is run. Throws Error only when
/// the host itself cannot go on.
SelfTestReport self_test(const SelfTestOptions& options);

/// The greedy tokens of the last stage that are recorded: of the built-in model, and of the model
/// that ships, quantized with the defaults. For cores with mantissas of the usual widths.
std::span<const std::int32_t> recorded_tokens(const golden::PackedModel& model);

}  // namespace trine
