// SPDX-License-Identifier: Apache-2.0

#include "sim/dram/in_order.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine::dram {
namespace {

/// Accesses are settled one after the other, so a row is opened before the columns in front of it
/// have left: the command bus, which has room for both, must not order them.
Device with_two_buses(Device device) {
  device.two_command_buses = true;
  return device;
}

/// a * b / c, rounded up; all below 2^60 when a * b is not.
std::uint64_t scaled(std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  return a / c * b + (a % c * b + c - 1) / c;
}

}  // namespace

InOrderMemory::InOrderMemory(const MemorySpec& spec, double core_mhz)
    : spec_(spec),
      mapping_(spec.device, spec.channels, spec.mapping, spec.hash),
      memory_khz_(khz(spec.device.clock_mhz)),
      core_khz_(khz(core_mhz)),
      grouped_(spec.device.refresh_groups != RefreshGroups::kNone && !spec.policy.all_bank),
      interval_(grouped_ ? spec.device.timing.REFI_B : spec.device.timing.REFI) {
  check(spec);
  if (!(core_mhz >= 1 && core_mhz <= 10'000))
    throw Error(fmt::format("a core clock of {} MHz: 1 to 10000", core_mhz));
  for (unsigned i = 0; i < spec.channels; ++i) {
    channels_.emplace_back(with_two_buses(spec.device));
    channels_.back().due = interval_;
  }
}

std::uint64_t InOrderMemory::access(std::uint64_t cycle, std::uint64_t address, std::uint64_t bytes,
                                    bool write) {
  const Clock arrival = scaled(cycle, memory_khz_, core_khz_);
  const std::uint64_t unit = spec_.device.burst_bytes();
  Clock end = 0;
  for (std::uint64_t burst = address / unit; burst <= (address + bytes - 1) / unit; ++burst) {
    const Place place = mapping_.place(burst * unit);
    end = std::max(end, move(channels_[place.channel], place.bank, place.row, arrival, write));
  }
  return std::max(cycle + 1, scaled(end, core_khz_, memory_khz_));
}

/// The refresh that is due: closes all rows.
void InOrderMemory::refresh(Channel& channel) {
  DeviceState& state = channel.state;
  if (!grouped_) {
    for (unsigned bank = 0; bank < spec_.device.banks(); ++bank) {
      if (state.row(bank) == DeviceState::kClosed) continue;
      state.issue_precharge(bank, std::max(channel.due, state.precharge(bank)));
      ++channel.stats.precharges;
    }
    state.issue_refresh_all(std::max(channel.due, state.refresh_all()));
  }
  ++channel.stats.refreshes;
  channel.due += interval_;
}

Clock InOrderMemory::move(Channel& channel, unsigned bank, std::uint32_t row, Clock arrival,
                          bool write) {
  DeviceState& state = channel.state;
  Stats& stats = channel.stats;
  const Timing& t = spec_.device.timing;
  const Clock latency = write ? t.CWL : t.CL;
  // A refresh comes before what would be moved behind the moment at which it is due.
  const Clock reached = channel.data_end < latency ? 0 : channel.data_end - latency;
  while (channel.due <= std::max(arrival, reached)) refresh(channel);
  if (state.row(bank) != row) {
    ++(state.row(bank) == DeviceState::kClosed ? stats.misses : stats.conflicts);
    if (state.row(bank) != DeviceState::kClosed) {
      state.issue_precharge(bank, std::max(arrival, state.precharge(bank)));
      ++stats.precharges;
    }
    state.issue_activate(bank, row, std::max(arrival, state.activate(bank)));
    ++stats.activates;
  } else {
    ++stats.hits;
  }
  const Clock at = std::max(arrival, write ? state.write(bank) : state.read(bank));
  if (write)
    state.issue_write(bank, at);
  else
    state.issue_read(bank, at);
  ++(write ? stats.writes : stats.reads);
  stats.busy += spec_.device.burst_clocks();
  channel.data_end = at + latency + spec_.device.burst_clocks();
  return channel.data_end;
}

Stats InOrderMemory::stats() const {
  Stats all;
  for (const Channel& channel : channels_) {
    all += channel.stats;
    all.lost_idle += channel.data_end - channel.stats.busy;
  }
  return all;
}

}  // namespace trine::dram
