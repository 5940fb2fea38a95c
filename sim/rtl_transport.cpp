// SPDX-License-Identifier: Apache-2.0

#include "sim/rtl_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "golden/error.h"
#include "sim/core_library.h"
#include "sim/dram_memory.h"

namespace trine::sim {
namespace {

using Clock = std::chrono::steady_clock;

/// Cycles between two looks at STATUS: short at first, so that a short list costs little.
constexpr std::uint64_t kFirstSlice = 32, kLastSlice = 1024;
/// The same while the trace follows command indexes: the window is exact to so many cycles.
constexpr std::uint64_t kTraceSlice = 8;

}  // namespace

std::vector<CoreShape> available_cores() {
  std::vector<CoreShape> all;
  for (const KnownCore& core : known_cores()) all.push_back(core.shape);
  return all;
}

RtlTransport::RtlTransport(SimOptions options) : options_(std::move(options)) {
  memory_.allocate(options_.memory_base, options_.memory_bytes);
  if (options_.dram && !options_.backend) {
    // All ports have the same DRAM in front of them.
    MemoryTiming timing = options_.memory;
    timing.outstanding *= options_.ports;
    auto dram = std::make_shared<DramMemory>(memory_, timing, 4 * options_.groups / options_.ports,
                                             *options_.dram, options_.core_mhz);
    dram_ = &dram->memory();
    options_.backend = std::move(dram);
  }
  core_ = make_core(memory_, options_);
}

RtlTransport::RtlTransport(SimOptions options, const CoreMaker& make)
    : options_(std::move(options)) {
  memory_.allocate(options_.memory_base, options_.memory_bytes);
  core_ = make(memory_, options_);
}

std::uint32_t RtlTransport::read(Reg reg) {
  return core_->read(static_cast<std::uint32_t>(reg));
}

void RtlTransport::write(Reg reg, std::uint32_t value) {
  const bool starts = reg == Reg::CTRL && field::CTRL_START.get(value) != 0 && !busy();
  if (starts) list_commands_ = core_->commands();
  core_->write(static_cast<std::uint32_t>(reg), value);
  if (starts) list_begin_ = core_->cycles() - 1;  // The cycle before the answer.
}

void RtlTransport::read_memory(std::uint64_t address, std::span<std::byte> to) {
  memory_.read(address, to);
}

void RtlTransport::write_memory(std::uint64_t address, std::span<const std::byte> from) {
  memory_.write(address, from);
}

void RtlTransport::map_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (address < options_.memory_base + options_.memory_bytes)
    throw Error(fmt::format("map_memory: {:#x} is inside the writable memory", address));
  memory_.map(address, bytes);
}

bool RtlTransport::traces_commands() const {
  return !options_.trace_file.empty() && options_.trace_window.unit == TraceWindow::Unit::kCommands;
}

void RtlTransport::wait() {
  const bool by_command = traces_commands();
  const std::uint64_t end = core_->cycles() + options_.wait_cycles;
  for (std::uint64_t slice = kFirstSlice; core_->cycles() < end;
       slice = std::min(2 * slice, kLastSlice)) {
    if (by_command) follow_commands();
    advance(std::min(by_command ? kTraceSlice : slice, end - core_->cycles()));
    if (!busy()) break;
    watch();
  }
  report();
}

void RtlTransport::step() {
  const auto start = Clock::now();
  const std::uint64_t seen = core_->commands();
  // The core holds the command, so that its window is exact.
  if (traces_commands()) follow_commands();
  const std::uint64_t first = core_->cycles();
  // A list that stops without running a command is at rest within the slice; a command may take
  // any time, as long as it moves beats.
  bool done = false;
  while (!done) {
    done = core_->run_command(seen, kLastSlice);
    if (!done && !busy()) break;
    if (!done) watch();
  }
  // The core now holds the next command, or stops, maybe with an error: both take it some cycles,
  // which the reads of its registers give it.
  const std::uint64_t run = core_->commands() - list_commands_;
  while (done && busy() && read(Reg::COMMAND) < run) watch();
  wall_time_ += Clock::now() - start;
  timed_cycles_ += core_->cycles() - first;
  report();
}

void RtlTransport::read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) {
  const std::span<const std::uint32_t> words = core_->vector_memory(bank);
  if (first > words.size() || to.size() > words.size() - first)
    throw Error(
        fmt::format("vector memory: words {} to {} of {}", first, first + to.size(), words.size()));
  std::ranges::copy(words.subspan(first, to.size()), to.begin());
}

void RtlTransport::run(std::uint64_t cycles) {
  advance(cycles);
}

double RtlTransport::khz() const {
  return wall_time_.count() > 0 ? static_cast<double>(timed_cycles_) / wall_time_.count() / 1e3 : 0;
}

void RtlTransport::advance(std::uint64_t cycles) {
  const auto start = Clock::now();
  core_->run(cycles);
  wall_time_ += Clock::now() - start;
  timed_cycles_ += cycles;
}

void RtlTransport::watch() {
  const Progress now{core_->read_beats(), core_->write_beats(), read(Reg::COMMAND)};
  if (!(now == progress_)) {
    progress_ = now;
    progress_cycle_ = core_->cycles();
  } else if (core_->cycles() - progress_cycle_ >= options_.watchdog_cycles) {
    throw Error(fmt::format("the core hangs: no progress for {} cycles in cycle {}, command {}; {}",
                            core_->cycles() - progress_cycle_, core_->cycles(), now.command,
                            core_->channels()));
  }
}

void RtlTransport::follow_commands() {
  const std::uint32_t index = read(Reg::COMMAND);
  const TraceWindow& window = options_.trace_window;
  if (followed_ != index) {
    followed_ = index;
    command_begin_ = core_->cycles();
  }
  const bool inside = index >= window.from && index < window.to;
  const std::uint64_t to =
      window.inside_to == TraceWindow::kEnd ? TraceWindow::kEnd : command_begin_ + window.inside_to;
  core_->trace(inside ? command_begin_ + window.inside_from : 0, inside ? to : 0);
}

void RtlTransport::report() {
  if (!options_.progress) return;
  SimProgress progress{core_->cycles(), khz()};
  if (expected_beats_ > 0) {
    const double part =
        static_cast<double>(core_->read_beats()) / static_cast<double>(expected_beats_);
    progress.fraction = std::min(part, 1.0);
    if (part > 0) progress.seconds_left = wall_time_.count() * std::max(1 / part - 1, 0.0);
  }
  options_.progress(progress);
}

}  // namespace trine::sim
