// SPDX-License-Identifier: Apache-2.0

#include "driver/device.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <tuple>

namespace trine {
namespace {

constexpr std::uint32_t kId = 0x54524E45;  // "TRNE"
constexpr std::uint32_t kMajor = 2;

}  // namespace

Device::Device(Transport& transport) : transport_(transport) {
  if (const std::uint32_t id = transport_.read(Reg::ID); id != kId)
    throw Error(fmt::format("no Trine core here: ID reads {:#010x}, not {:#010x}", id, kId));
  const std::uint32_t version = transport_.read(Reg::VERSION);
  if (const std::uint32_t major = field::VERSION_MAJOR.get(version); major != kMajor)
    throw Error(fmt::format("the core speaks version {}.{}, this driver {}.x", major,
                            field::VERSION_MINOR.get(version), kMajor));
  const std::uint32_t caps = transport_.read(Reg::CAPS);
  params_.groups = field::CAPS_GROUPS.get(caps);
  params_.vectors = field::CAPS_VECTORS.get(caps);
  params_.f16_engine = field::CAPS_F16.get(caps) != 0;
  params_.vector_unit = field::CAPS_VECTOR_UNIT.get(caps) != 0;
  params_.attention_heads = field::CAPS_ATTENTION_HEADS.get(caps);
  params_.attention_width = field::CAPS_ATTENTION_WIDTH.get(caps);
  params_.parity = field::CAPS_PARITY.get(caps) != 0;
  params_.stream_sum = field::CAPS_STREAM_SUM.get(caps) != 0;
  params_.act_width = field::CAPS_ACT_WIDTH.get(caps);
  params_.tile_rows = transport_.read(Reg::TILE_ROWS);
  params_.vector_words = transport_.read(Reg::VECTOR_WORDS);
  params_.max_cols = transport_.read(Reg::MAX_COLS);
}

void Device::set_window(const MemoryWindow& window) {
  transport_.write(Reg::MEM_BASE_LO, static_cast<std::uint32_t>(window.base));
  transport_.write(Reg::MEM_BASE_HI, static_cast<std::uint32_t>(window.base >> 32));
  transport_.write(Reg::MEM_LIMIT_LO, static_cast<std::uint32_t>(window.limit));
  transport_.write(Reg::MEM_LIMIT_HI, static_cast<std::uint32_t>(window.limit >> 32));
}

bool Device::busy() {
  return field::STATUS_BUSY.get(transport_.read(Reg::STATUS)) != 0;
}

void Device::set_sequence(const SequenceState& state) {
  transport_.write(Reg::POSITION, state.position);
  for (unsigned bank = 0; bank < params_.vectors; ++bank) {
    transport_.write(kAheadRegs[bank], state.ahead[bank]);
    transport_.write(kTokenRegs[bank], state.token[bank]);
  }
}

void Device::set_profile(std::uint64_t address, std::uint32_t count) {
  transport_.write(Reg::PROFILE_LO, static_cast<std::uint32_t>(address));
  transport_.write(Reg::PROFILE_HI, static_cast<std::uint32_t>(address >> 32));
  transport_.write(Reg::PROFILE_COUNT, count);
}

void Device::start(const CommandList& list, std::uint64_t address) {
  if (!list.finished()) throw Error("a command list without END does not run");
  if (busy()) throw Error("the core is busy with another command list");
  transport_.write(Reg::LIST_LO, static_cast<std::uint32_t>(address));
  transport_.write(Reg::LIST_HI, static_cast<std::uint32_t>(address >> 32));
  transport_.write(Reg::LIST_COUNT, static_cast<std::uint32_t>(list.commands().size()));
  transport_.write(Reg::CTRL, field::CTRL_START.put(1));
}

/// What is known of an error of the bus: of a slave that answered, where the device can tell, and
/// of one that broke a rule.
std::string Device::bus_failure(ErrorCode code) {
  if (code == ErrorCode::BUS_TIMEOUT || code == ErrorCode::BUS_LAST ||
      code == ErrorCode::BUS_UNEXPECTED) {
    constexpr std::array<const char*, 8> kChannels = {"no", "AR", "R", "AW", "W", "B", "?", "?"};
    const std::uint32_t fault = transport_.read(Reg::BUS_FAULT);
    const std::uint64_t low = transport_.read(Reg::BUS_ADDRESS_LO);
    const std::uint64_t high = transport_.read(Reg::BUS_ADDRESS_HI);
    return fmt::format(" ({} channel, port {}, burst at {:#x})",
                       kChannels[field::BUS_FAULT_CHANNEL.get(fault)],
                       field::BUS_FAULT_PORT.get(fault), low | high << 32);
  }
  BusReport* const report = transport_.bus_report();
  if (report == nullptr || (code != ErrorCode::AXI_READ && code != ErrorCode::AXI_WRITE)) return "";
  return fmt::format(" ({})", report->last_failure());
}

bool Device::ended(const CommandList& list, std::uint32_t status) {
  if (field::STATUS_ERROR.get(status) != 0) {
    const auto code = static_cast<ErrorCode>(field::ERROR_CODE.get(transport_.read(Reg::ERROR)));
    const std::uint32_t index = transport_.read(Reg::COMMAND);
    transport_.write(Reg::STATUS, field::STATUS_ERROR.mask());
    throw DeviceError(code, index,
                      fmt::format("the core stopped at {}: {}{}", list.describe_at(index),
                                  describe(code), bus_failure(code)));
  }
  if (field::STATUS_DONE.get(status) == 0) return false;
  transport_.write(Reg::STATUS, field::STATUS_DONE.mask());
  return true;
}

bool Device::step(const CommandList& list) {
  Stepper* const stepper = transport_.stepper();
  if (stepper == nullptr) throw Error("this device cannot step through a command list");
  stepper->step();
  return !ended(list, transport_.read(Reg::STATUS));
}

void Device::run(const CommandList& list, std::uint64_t address, const WaitBudget& budget) {
  start(list, address);
  wait_for(budget, &list, [&](std::uint32_t status) { return ended(list, status); });
}

void Device::write_and_run(const CommandList& list, std::uint64_t address,
                           const WaitBudget& budget) {
  transport_.write_memory(address, list.bytes());
  run(list, address, budget);
}

void Device::abort(const WaitBudget& budget) {
  transport_.write(Reg::CTRL, field::CTRL_ABORT.put(1));
  wait_for(budget, nullptr,
           [](std::uint32_t status) { return field::STATUS_BUSY.get(status) == 0; });
}

void Device::reset(const WaitBudget& budget) {
  transport_.write(Reg::CTRL, field::CTRL_RESET.put(1));
  wait_for(budget, nullptr,
           [](std::uint32_t status) { return field::STATUS_BUSY.get(status) == 0; });
  transport_.write(Reg::CTRL, field::CTRL_RESET.put(1));  // The first may have met a busy core.
}

template <class Stop>
void Device::wait_for(const WaitBudget& budget, const CommandList* list, Stop stop) {
  using Progress = std::tuple<std::uint32_t, std::uint64_t, std::uint64_t>;
  std::optional<Progress> before;
  for (std::uint64_t waits = 0;; ++waits) {
    if (stop(transport_.read(Reg::STATUS))) return;
    if (waits >= budget.waits) time_out("the wait budget is used up", list);
    if (waits > 0 && budget.idle_waits > 0 && waits % budget.idle_waits == 0) {
      const Counters now = counters();
      const Progress progress{transport_.read(Reg::COMMAND), now.read_beats, now.write_beats};
      if (progress == before) time_out("it makes no progress", list);
      before = progress;
    }
    transport_.wait();
  }
}

void Device::time_out(const char* why, const CommandList* list) {
  const std::uint32_t status = transport_.read(Reg::STATUS);
  const std::uint32_t index = transport_.read(Reg::COMMAND);
  throw Timeout(fmt::format(
      "the core does not finish: {}; at {}, STATUS {:#x}", why,
      list != nullptr ? list->describe_at(index) : fmt::format("command {}", index), status));
}

std::uint64_t Device::counter(const CounterInfo& counter) {
  const std::uint32_t low = transport_.read(counter.low);  // Holds the high half still.
  return low | std::uint64_t{transport_.read(counter.high)} << 32;
}

Counters Device::counters() {
  Counters now;
  for (const CounterInfo& info : kCounters) now.*info.value = counter(info);
  return now;
}

void Device::clear_counters() {
  if (busy()) throw Error("the core is busy: it does not clear its counters now");
  transport_.write(Reg::CTRL, field::CTRL_CLEAR.put(1));
}

}  // namespace trine
