// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/interconnect.h"

#include <fmt/format.h>

#include <algorithm>

#include "golden/error.h"

namespace trine::sim {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

Interconnect::Interconnect(sc_core::sc_module_name name, const Options& options)
    : sc_module(name), options_(options) {
  masters.register_b_transport(this, &Interconnect::transport);
  masters.register_nb_transport_fw(this, &Interconnect::forward);
  masters.register_get_direct_mem_ptr(this, &Interconnect::direct);
  masters.register_transport_dbg(this, &Interconnect::debug);
  slaves.register_nb_transport_bw(this, &Interconnect::backward);
  slaves.register_invalidate_direct_mem_ptr(this, &Interconnect::invalidate);
}

void Interconnect::add_range(std::uint64_t address, std::uint64_t bytes, std::uint64_t offset) {
  const auto refuse = [&](const char* why) {
    throw Error(fmt::format("{}: {} bytes at {:#x}: {}", name(), bytes, address, why));
  };
  if (bytes == 0) refuse("the range is empty");
  if (address + (bytes - 1) < address) refuse("the range passes the end of the address space");
  for (const Range& other : ranges_)
    if (address - other.address < other.bytes || other.address - address < bytes)
      refuse("the range is taken");
  ranges_.push_back({address, bytes, offset, static_cast<int>(ranges_.size())});
}

const Interconnect::Range* Interconnect::route(tlm::tlm_generic_payload& payload,
                                               std::uint64_t bytes) {
  const std::uint64_t address = payload.get_address();
  for (const Range& range : ranges_) {
    if (address < range.address || address - range.address >= range.bytes ||
        bytes > range.bytes - (address - range.address))
      continue;
    payload.set_address(address - range.address + range.offset);
    return &range;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  return nullptr;
}

void Interconnect::arbitrate(Traffic& traffic, const tlm::tlm_generic_payload& payload,
                             sc_time& delay) {
  ++traffic.bursts;
  traffic.bytes += payload.get_data_length();
  if (options_.period == sc_core::SC_ZERO_TIME) return;
  sc_time& free = payload.is_write() ? write_free_ : read_free_;
  const sc_time arrival = sc_time_stamp() + delay, granted = std::max(arrival, free);
  const auto beats = (payload.get_data_length() + options_.beat_bytes - 1) / options_.beat_bytes;
  free = granted + static_cast<double>(beats) * options_.period;
  traffic.waited += granted - arrival;
  delay += granted - arrival;
}

void Interconnect::transport(int master, tlm::tlm_generic_payload& payload, sc_time& delay) {
  Traffic& traffic = traffic_[static_cast<std::size_t>(master)];
  const std::uint64_t address = payload.get_address();
  const Range* range = route(payload, payload.get_data_length());
  if (range != nullptr) {
    arbitrate(traffic, payload, delay);
    slaves[range->slave]->b_transport(payload, delay);
    payload.set_address(address);
    if (options_.period != sc_core::SC_ZERO_TIME) payload.set_dmi_allowed(false);
  }
  if (payload.is_response_error()) ++traffic.errors;
}

tlm::tlm_sync_enum Interconnect::forward(int master, tlm::tlm_generic_payload& payload,
                                         tlm::tlm_phase& phase, sc_time& delay) {
  Traffic& traffic = traffic_[static_cast<std::size_t>(master)];
  if (phase == tlm::END_RESP) {
    const auto at = open_.find(&payload);
    if (at == open_.end()) return tlm::TLM_COMPLETED;
    const Range* range = at->second.range;
    open_.erase(at);
    return slaves[range->slave]->nb_transport_fw(payload, phase, delay);
  }
  const std::uint64_t address = payload.get_address();
  const Range* range = route(payload, payload.get_data_length());
  if (range == nullptr) {
    ++traffic.errors;
    return tlm::TLM_COMPLETED;
  }
  arbitrate(traffic, payload, delay);
  open_[&payload] = {master, range, address};
  const tlm::tlm_sync_enum answer = slaves[range->slave]->nb_transport_fw(payload, phase, delay);
  if (answer == tlm::TLM_COMPLETED || phase == tlm::BEGIN_RESP) payload.set_address(address);
  if (answer == tlm::TLM_COMPLETED) {
    open_.erase(&payload);
    if (payload.is_response_error()) ++traffic.errors;
  }
  return answer;
}

tlm::tlm_sync_enum Interconnect::backward(int, tlm::tlm_generic_payload& payload,
                                          tlm::tlm_phase& phase, sc_time& delay) {
  const Open& open = open_.at(&payload);
  const int master = open.master;
  if (phase == tlm::BEGIN_RESP) {
    payload.set_address(open.address);
    if (payload.is_response_error()) ++traffic_[static_cast<std::size_t>(master)].errors;
  }
  const tlm::tlm_sync_enum answer = masters[master]->nb_transport_bw(payload, phase, delay);
  if (answer == tlm::TLM_COMPLETED || phase == tlm::END_RESP) open_.erase(&payload);
  return answer;
}

bool Interconnect::direct(int, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region) {
  const std::uint64_t address = payload.get_address();
  const Range* range = route(payload, 1);
  if (range == nullptr || options_.period != sc_core::SC_ZERO_TIME) {
    payload.set_address(address);
    return false;
  }
  const bool granted = slaves[range->slave]->get_direct_mem_ptr(payload, region);
  payload.set_address(address);
  // The pointer belongs to the part of the slave's region that is mapped.
  const std::uint64_t last = range->offset + (range->bytes - 1);
  if (!granted || region.get_start_address() > last || region.get_end_address() < range->offset)
    return false;
  if (region.get_start_address() < range->offset) {
    region.set_dmi_ptr(region.get_dmi_ptr() + (range->offset - region.get_start_address()));
    region.set_start_address(range->offset);
  }
  region.set_end_address(std::min<std::uint64_t>(region.get_end_address(), last));
  region.set_start_address(region.get_start_address() - range->offset + range->address);
  region.set_end_address(region.get_end_address() - range->offset + range->address);
  return true;
}

unsigned Interconnect::debug(int, tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const Range* range = route(payload, 1);
  if (range == nullptr) return 0;
  const unsigned length = payload.get_data_length();
  const std::uint64_t room = range->bytes - (address - range->address);
  payload.set_data_length(static_cast<unsigned>(std::min<std::uint64_t>(length, room)));
  const unsigned count = slaves[range->slave]->transport_dbg(payload);
  payload.set_data_length(length);
  payload.set_address(address);
  return count;
}

void Interconnect::invalidate(int slave, sc_dt::uint64 first, sc_dt::uint64 last) {
  const Range& range = ranges_[static_cast<std::size_t>(slave)];
  const std::uint64_t end = range.offset + (range.bytes - 1);
  if (first > end || last < range.offset) return;
  const std::uint64_t from = std::max<std::uint64_t>(first, range.offset);
  const std::uint64_t to = std::min<std::uint64_t>(last, end);
  for (unsigned master = 0; master < masters.size(); ++master)
    masters[static_cast<int>(master)]->invalidate_direct_mem_ptr(
        from - range.offset + range.address, to - range.offset + range.address);
}

}  // namespace trine::sim
