// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/memory.h"

#include <fmt/format.h>

#include <bit>

#include "golden/error.h"

namespace trine::dram {
namespace {

/// Writes that a channel may have waiting in front of its queue.
constexpr std::size_t kWritesInFront = 256;

}  // namespace

Memory::Memory(const MemorySpec& spec, double core_mhz, std::size_t outstanding)
    : spec_(spec),
      core_mhz_(core_mhz),
      mapping_(spec.device, spec.channels, spec.mapping, spec.hash),
      burst_bytes_(spec.device.burst_bytes()),
      ends_{std::vector<Clock>(std::bit_ceil(outstanding), Clock{0})},
      memory_khz_(khz(spec.device.clock_mhz)),
      core_khz_(khz(core_mhz)) {
  check(spec);
  if (!(core_mhz >= 1 && core_mhz <= 10'000))
    throw Error(fmt::format("a core clock of {} MHz: 1 to 10000", core_mhz));
  step_ = memory_khz_ / core_khz_;
  step_fraction_ = memory_khz_ % core_khz_;
  channels_.reserve(spec.channels);
  for (unsigned i = 0; i < spec.channels; ++i) channels_.emplace_back(spec_, ends_);
}

void Memory::advance_to(std::uint64_t cycle) {
  if (cycle == cycle_) return;
  if (cycle == cycle_ + 1) {  // Every cycle of a simulation: no division.
    now_ += step_;
    fraction_ += step_fraction_;
    if (fraction_ >= core_khz_) {
      fraction_ -= core_khz_;
      ++now_;
    }
  } else {
    // The parts of a second first, so that nothing overflows.
    const std::uint64_t cycles = cycle - cycle_;
    const std::uint64_t whole = cycles / core_khz_, rest = cycles % core_khz_;
    const std::uint64_t part = rest * memory_khz_ + fraction_;
    now_ += whole * memory_khz_ + part / core_khz_;
    fraction_ = part % core_khz_;
  }
  cycle_ = cycle;
  for (Channel& channel : channels_) channel.advance(now_);
}

template <class Push>
void Memory::split(std::uint64_t address, std::uint64_t bytes, Push push) {
  const std::uint64_t count = bursts(address, bytes), first = address / burst_bytes_;
  // A burst that arrives within a clock of the memory is seen at the next one.
  const Clock arrival = now_ + (fraction_ != 0 ? 1 : 0);
  for (std::uint64_t i = 0; i < count; ++i) {
    const Place place = mapping_.place((first + i) * burst_bytes_);
    push(channels_[place.channel], Burst{tickets_ + i, first + i, arrival, place.bank, place.row});
  }
}

std::uint64_t Memory::read(std::uint64_t address, std::uint64_t bytes) {
  const std::uint64_t ticket = tickets_;
  split(address, bytes, [](Channel& channel, const Burst& burst) { channel.push_read(burst); });
  tickets_ += bursts(address, bytes);
  return ticket;
}

void Memory::write(std::uint64_t address, std::uint64_t bytes) {
  split(address, bytes, [](Channel& channel, const Burst& burst) { channel.push_write(burst); });
}

std::uint64_t Memory::done_cycle(std::uint64_t ticket) const {
  const Clock end = ends_.at(ticket);
  if (end == kNever) return ~std::uint64_t{0};
  if (end <= now_) return cycle_;
  // The first cycle that begins at `end` or behind it.
  const std::uint64_t need =
      (end - now_) * core_khz_ - std::min(fraction_, (end - now_) * core_khz_);
  return cycle_ + (need + memory_khz_ - 1) / memory_khz_;
}

std::uint64_t Memory::next_cycle() const {
  Clock next = kNever;
  for (const Channel& channel : channels_) next = std::min(next, channel.next());
  if (next <= now_) return cycle_ + 1;
  // The first cycle that begins behind `next`: only then the command is settled.
  const std::uint64_t need =
      (next + 1 - now_) * core_khz_ - std::min(fraction_, (next + 1 - now_) * core_khz_);
  return std::max(cycle_ + 1, cycle_ + (need + memory_khz_ - 1) / memory_khz_);
}

Clock Memory::data_end() const {
  Clock end = 0;
  for (const Channel& channel : channels_) end = std::max(end, channel.data_end());
  return end;
}

std::uint64_t Memory::cycles(Clock clock) const {
  return clock / memory_khz_ * core_khz_ +
         (clock % memory_khz_ * core_khz_ + memory_khz_ - 1) / memory_khz_;
}

bool Memory::takes_writes() const {
  for (const Channel& channel : channels_)
    if (channel.waiting_writes() >= kWritesInFront) return false;
  return true;
}

bool Memory::idle() const {
  for (const Channel& channel : channels_)
    if (!channel.idle()) return false;
  return true;
}

Stats Memory::stats() const {
  Stats stats;
  for (const Channel& channel : channels_) stats += channel.stats();
  return stats;
}

}  // namespace trine::dram
