// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/tlm_transport.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/error.h"
#include "sim/systemc/device_timing.h"

namespace trine::sim {
namespace {

using Clock = std::chrono::steady_clock;

/// What a register access may take at most: the core answers between two commands.
constexpr double kPatienceSeconds = 1000;
/// Cycles that a wait() takes when nothing runs.
constexpr std::uint64_t kIdleCycles = 32;

TlmCoreOptions core_options(const DeviceRequest& request, const CostFunction& cost) {
  return {.params = request.machine(),
          .ports = request.ports,
          .period = core_period(request),
          .cost = cost,
          .watchdog_cycles = request.watchdog_cycles};
}

}  // namespace

TlmTransport::Platform::Platform(MemoryMap& map, const DeviceRequest& request,
                                 std::unique_ptr<BurstTiming> timing, const CostFunction& cost)
    : core("core", core_options(request, cost)),
      memory("memory", map, std::move(timing)),
      master("master", sc_core::sc_time(kPatienceSeconds, sc_core::SC_SEC)),
      transport(master, map, request.memory_bytes, kIdleCycles * core_period(request)),
      pause("pause", core.command_ended(), [this] { return stepping || !core.core().busy(); }) {
  master.socket.bind(core.registers);
  core.memory.bind(memory.socket);
  core.irq.bind(irq);
  core.allow(0);
  core.core().machine().set_threads(request.threads);
}

TlmTransport::TlmTransport(const DeviceRequest& request, std::unique_ptr<BurstTiming> timing,
                           const CostFunction& cost)
    : request_(request), platform_(memory_, request, std::move(timing), cost) {
  memory_.allocate(0, request.memory_bytes);
}

std::uint32_t TlmTransport::read(Reg reg) {
  return in([&] { return platform_->transport.read(reg); });
}

void TlmTransport::write(Reg reg, std::uint32_t value) {
  in([&] { platform_->transport.write(reg, value); });
}

void TlmTransport::read_memory(std::uint64_t address, std::span<std::byte> to) {
  memory_.read(address, to);
}

void TlmTransport::write_memory(std::uint64_t address, std::span<const std::byte> from) {
  memory_.write(address, from);
}

void TlmTransport::map_memory(std::uint64_t address, std::span<const std::byte> bytes) {
  if (address < request_.memory_bytes)
    throw Error(fmt::format("map_memory: {:#x} is inside the writable memory", address));
  memory_.map(address, bytes);
}

void TlmTransport::note_cycles() {
  cycles_ = sc_core::sc_time_stamp().value() / core_period(request_).value();
}

void TlmTransport::run(std::uint64_t commands, std::uint64_t cycles) {
  const auto start = Clock::now();
  in([&] {
    platform_->core.allow(commands);
    sc_core::sc_start(static_cast<double>(cycles) * core_period(request_));
    platform_->core.allow(0);
  });
  wall_time_ += Clock::now() - start;
}

void TlmTransport::wait() {
  platform_->stepping = false;
  if (platform_->core.core().busy())
    run(~std::uint64_t{0}, request_.wait_cycles);
  else
    run(0, kIdleCycles);
  report();
}

void TlmTransport::step() {
  platform_->stepping = true;
  const GoldenCore& core = platform_->core.core();
  const std::uint64_t seen = core.counters().commands;
  // A burst that is never answered ends the simulation with an error.
  while (core.busy() && core.counters().commands == seen) run(1, request_.wait_cycles);
  report();
}

void TlmTransport::read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) {
  platform_->core.core().read_vector(bank, first, to);
}

double TlmTransport::khz() const {
  return wall_time_.count() > 0 ? static_cast<double>(cycles_) / wall_time_.count() / 1e3 : 0;
}

void TlmTransport::expect_beats(std::uint64_t beats) {
  first_beats_ = read_beats();
  expected_beats_ = beats;
}

void TlmTransport::report() {
  if (!request_.progress) return;
  DeviceProgress progress{.cycles = cycles_, .khz = khz()};
  if (expected_beats_ > 0) {
    const double part =
        static_cast<double>(read_beats() - first_beats_) / static_cast<double>(expected_beats_);
    progress.fraction = std::min(part, 1.0);
    if (part > 0) progress.seconds_left = wall_time_.count() * std::max(1 / part - 1, 0.0);
  }
  request_.progress(progress);
}

}  // namespace trine::sim
