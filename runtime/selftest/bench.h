// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "driver/command_list.h"
#include "driver/device.h"
#include "golden/reference/sampler.h"
#include "machine/golden_transport.h"
#include "runtime/selftest.h"

namespace trine::selftest {

/// A stage found something; the message says what.
class StageFailure : public Error {
  using Error::Error;
};

// Places in device memory, from its base on. No power of two lies in the first, so that a test of
// address lines does not meet the list that runs it.
inline constexpr std::uint64_t kLists = 0x30000, kListsEnd = 0x40000;
inline constexpr std::uint64_t kInput = 0x50000, kInputEnd = 0x80000;
inline constexpr std::uint64_t kOutput = 0xC0000, kOutputEnd = 0x100000;
inline constexpr std::uint64_t kStream = 0x140000, kStreamEnd = 0x200000;
/// Bytes of memory that the stages before the model use.
inline constexpr std::uint64_t kBenchBytes = 0x200000;

/// The device under test and a golden core of its parameters, to which the same is done.
class Bench {
 public:
  Bench(const SelfTestOptions& options, const golden::PackedModel& model)
      : options_(options), model_(model) {}

  const SelfTestOptions& options() const { return options_; }
  const golden::PackedModel& model() const { return model_; }

  /// The steps of the first two stages.
  void open(std::uint64_t memory_bytes);
  void identify();

  Transport& transport() { return *transport_; }
  Device& device() { return *device_; }
  Device& golden() { return *golden_; }
  bool opened() const { return transport_ != nullptr; }
  bool identified() const { return device_.has_value(); }
  const MachineParams& params() const { return device_->params(); }
  std::uint64_t base() const { return transport_->memory_base(); }
  std::uint64_t memory_bytes() const { return memory_bytes_; }
  /// The address of a place.
  std::uint64_t at(std::uint64_t offset) const { return base() + offset; }

  /// Random numbers; the same in every run.
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_.next() % n); }
  float value();  // Of either sign, from 2^-5 to 2^4, FP16 without loss of a bit.
  std::vector<float> values(std::size_t count);

  /// Writes the same into both memories.
  void put(std::uint64_t offset, std::span<const std::byte> bytes);
  template <class Element>
  void put(std::uint64_t offset, const std::vector<Element>& values) {
    put(offset, std::as_bytes(std::span(values)));
  }
  /// Fills a place of both memories with a byte that no result has.
  void clear(std::uint64_t offset, std::uint64_t bytes);

  /// An empty list for this core and memory.
  CommandList list() const { return CommandList(params(), window()); }
  MemoryWindow window() const { return {base(), base() + memory_bytes_}; }
  /// Ends the list, runs it on the device and on golden; both must come to its end.
  void run(CommandList list, const SequenceState& state = {});
  /// The same of a list that golden refuses or stops: with the same code at the same command.
  void run_to_error(CommandList list, ErrorCode code);

  /// Both memories must hold the same there; `what(byte)` says what a byte, counted from `offset`,
  /// belongs to.
  using What = std::function<std::string(std::uint64_t byte)>;
  void compare(std::uint64_t offset, std::uint64_t bytes, const What& what);
  /// The device's memory must hold this.
  void expect(std::uint64_t offset, std::span<const std::byte> wanted, const What& what);
  /// Elements of a result, each of so many bytes: names the first that differs.
  void compare_elements(std::uint64_t offset, std::uint64_t count, std::uint64_t element_bytes,
                        const std::string& what);

  /// What the lists of the stage took so far; forgotten by `begin_stage`.
  const Counters& counters() const { return counters_; }
  void begin_stage() { counters_ = {}; }
  /// Adds what the device has run since `before`.
  void count_since(const Counters& before) { counters_ += device().counters() - before; }
  /// Opcodes that the device has run.
  const std::set<Opcode>& opcodes() const { return opcodes_; }
  void note(std::span<const Command> commands);
  /// Tokens that the model generated.
  std::vector<std::int32_t> tokens;

 private:
  void set_up(const CommandList& list, const SequenceState& state);

  const SelfTestOptions& options_;
  const golden::PackedModel& model_;
  std::uint64_t memory_bytes_ = 0;
  std::unique_ptr<Transport> transport_;
  std::optional<Device> device_;
  std::unique_ptr<GoldenTransport> golden_transport_;  // With all parameters of the core.
  std::optional<Device> golden_;
  golden::Random random_{2026};
  Counters counters_;
  std::set<Opcode> opcodes_;
};

}  // namespace trine::selftest
