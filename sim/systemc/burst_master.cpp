// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/burst_master.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace trine::sim {

using sc_core::sc_time;

std::string BusError::text() const {
  tlm::tlm_generic_payload payload;
  payload.set_response_status(status);
  return fmt::format("{} of {} bytes at {:#x}: {}", write ? "write" : "read", bytes, address,
                     payload.get_response_string());
}

BurstMaster::BurstMaster(const BusShape& bus, sc_time period)
    : bus_(bus),
      period_(period),
      reads_{.capacity = kReadFifoBeats * bus.transfer_bytes(),
             .ports = std::vector<Port>(bus.ports)},
      writes_{.write = true, .capacity = kWriteBursts, .ports = std::vector<Port>(1)} {}

sc_time BurstMaster::Channel::last() const {
  return std::ranges::max_element(ports, {}, &Port::last)->last;
}

BurstMaster::Port& BurstMaster::port_of(Channel& channel, std::uint64_t address) const {
  return channel.ports[channel.write ? 0 : bus_.read_port(address)];
}

void BurstMaster::begin(const sc_time& now) {
  for (Channel* channel : {&reads_, &writes_}) {
    channel->next = now;
    for (Port& port : channel->ports) port = {.last = now};
  }
  fetching_ = true;
}

void BurstMaster::fetched() {
  if (fetching_) reads_.next = writes_.next = reads_.last();
  fetching_ = false;
}

void BurstMaster::invalidate(std::uint64_t first, std::uint64_t last) {
  std::erase_if(regions_, [&](const tlm::tlm_dmi& region) {
    return region.get_start_address() <= last && first <= region.get_end_address();
  });
}

const tlm::tlm_dmi* BurstMaster::direct(std::uint64_t address, std::uint64_t bytes,
                                        bool write) const {
  for (const tlm::tlm_dmi& region : regions_)
    if (address >= region.get_start_address() && address + bytes - 1 <= region.get_end_address() &&
        (write ? region.is_write_allowed() : region.is_read_allowed()))
      return &region;
  return nullptr;
}

sc_time BurstMaster::issue(Channel& channel, std::uint64_t address, std::uint64_t bytes) {
  Port& port = port_of(channel, address);
  sc_time at = channel.next;
  while (!port.under_way.empty() && port.load + channel.weight(bytes) > channel.capacity) {
    at = std::max(at, port.under_way.front().first);
    port.load -= port.under_way.front().second;
    port.under_way.pop_front();
  }
  channel.next = at + period_;
  return at;
}

void BurstMaster::answer(Channel& channel, std::uint64_t address, const sc_time& done,
                         std::uint64_t bytes) {
  Port& port = port_of(channel, address);
  const std::uint64_t transfers = bytes / bus_.transfer_bytes();
  port.last = std::max(done, port.last + static_cast<double>(transfers) * period_);
  port.under_way.emplace_back(port.last, channel.weight(bytes));
  port.load += channel.weight(bytes);
}

void BurstMaster::count_direct(Channel& channel, std::uint64_t address, std::uint64_t bytes,
                               const sc_time& latency) {
  for_each_burst(address, bytes, bus_, channel.write, [&](std::uint64_t at, std::uint64_t size) {
    answer(channel, at, issue(channel, at, size) + latency, size);
    ++direct_;
  });
}

bool BurstMaster::transport(Channel& channel, tlm::tlm_generic_payload& payload) {
  payload.set_streaming_width(payload.get_data_length());
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const std::uint64_t address = payload.get_address(), bytes = payload.get_data_length();
  const sc_time at = issue(channel, address, bytes), now = sc_core::sc_time_stamp();
  sc_time delay = at > now ? at - now : sc_core::SC_ZERO_TIME;
  pending_ = &payload;
  send_(payload, delay);
  pending_ = nullptr;
  ++payloads_;
  answer(channel, address, sc_core::sc_time_stamp() + delay, bytes);
  if (payload.is_dmi_allowed()) {
    tlm::tlm_dmi region;
    tlm::tlm_generic_payload request;
    request.set_command(payload.get_command());
    request.set_address(payload.get_address());
    const auto known = [&](const tlm::tlm_dmi& other) {
      return other.get_start_address() == region.get_start_address() &&
             other.get_end_address() == region.get_end_address();
    };
    if (ask_(request, region) && std::ranges::none_of(regions_, known)) regions_.push_back(region);
  }
  if (payload.is_response_ok()) return true;
  failed_({payload.get_address(), payload.get_data_length(), payload.is_write(),
           payload.get_response_status()});
  return false;
}

bool BurstMaster::read_bursts(std::uint64_t address, std::uint64_t bytes, std::byte* to) {
  bool good = true;
  for_each_burst(address, bytes, bus_, false, [&](std::uint64_t at, std::uint64_t size) {
    const unsigned char* from = data_.data();
    if (const tlm::tlm_dmi* region = direct(at, size, false)) {
      count_direct(reads_, at, size, region->get_read_latency());
      from = region->get_dmi_ptr() + (at - region->get_start_address());
    } else {
      tlm::tlm_generic_payload payload;
      payload.set_command(tlm::TLM_READ_COMMAND);
      payload.set_address(at);
      payload.set_data_ptr(data_.data());
      payload.set_data_length(static_cast<unsigned>(size));
      if (!transport(reads_, payload)) good = false;
    }
    // A row begins and ends anywhere in the beats of its first and last burst.
    const std::uint64_t begin = std::max(at, address), end = std::min(at + size, address + bytes);
    std::memcpy(to + (begin - address), from + (begin - at), end - begin);
  });
  return good;
}

MemoryPort::Rows BurstMaster::read_rows(std::uint64_t address, std::uint64_t row_bytes,
                                        std::uint64_t rows, std::uint64_t stride) {
  const auto all_direct = [&]() -> const std::byte* {
    const tlm::tlm_dmi* region = direct(address, (rows - 1) * stride + row_bytes, false);
    if (region == nullptr) return nullptr;
    return reinterpret_cast<const std::byte*>(region->get_dmi_ptr()) +
           (address - region->get_start_address());
  };
  if (const std::byte* data = all_direct()) {
    const sc_time latency = direct(address, 1, false)->get_read_latency();
    for (std::uint64_t row = 0; row < rows; ++row)
      count_direct(reads_, address + row * stride, row_bytes, latency);
    fetched();
    return {data, stride};
  }
  staged_.resize(rows * row_bytes);
  bool good = true;
  for (std::uint64_t row = 0; row < rows; ++row)
    good &= read_bursts(address + row * stride, row_bytes, staged_.data() + row * row_bytes);
  fetched();
  return {good ? staged_.data() : nullptr, row_bytes};
}

bool BurstMaster::write(std::uint64_t address, std::span<const std::byte> bytes) {
  bool good = true;
  for_each_burst(address, bytes.size(), bus_, true, [&](std::uint64_t at, std::uint64_t size) {
    const std::uint64_t begin = std::max(at, address);
    const std::uint64_t end = std::min(at + size, address + bytes.size());
    good &= write_burst(at, size, begin, bytes.subspan(begin - address, end - begin));
  });
  return good;
}

bool BurstMaster::write_burst(std::uint64_t address, std::uint64_t burst_bytes, std::uint64_t begin,
                              std::span<const std::byte> bytes) {
  if (const tlm::tlm_dmi* region = direct(address, burst_bytes, true)) {
    count_direct(writes_, address, burst_bytes, region->get_write_latency());
    std::memcpy(region->get_dmi_ptr() + (begin - region->get_start_address()), bytes.data(),
                bytes.size());
    return true;
  }
  const auto length = static_cast<unsigned>(burst_bytes);
  std::memcpy(data_.data() + (begin - address), bytes.data(), bytes.size());
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(data_.data());
  payload.set_data_length(length);
  if (bytes.size() != burst_bytes) {
    std::memset(enables_.data(), TLM_BYTE_DISABLED, burst_bytes);
    std::memset(enables_.data() + (begin - address), TLM_BYTE_ENABLED, bytes.size());
    payload.set_byte_enable_ptr(enables_.data());
    payload.set_byte_enable_length(length);
  }
  return transport(writes_, payload);
}

}  // namespace trine::sim
