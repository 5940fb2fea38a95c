// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/memory_target.h"

#include <algorithm>
#include <cstring>

namespace trine::sim {

MemoryTarget::MemoryTarget(sc_core::sc_module_name name, MemoryMap& memory,
                           std::unique_ptr<BurstTiming> timing)
    : sc_module(name),
      memory_(memory),
      timing_(std::move(timing)),
      direct_(timing_->allows_direct()) {
  socket.register_b_transport(this, &MemoryTarget::transport);
  socket.register_nb_transport_fw(this, &MemoryTarget::start);
  socket.register_get_direct_mem_ptr(this, &MemoryTarget::direct);
  socket.register_transport_dbg(this, &MemoryTarget::debug);
}

void MemoryTarget::revoke_direct(std::uint64_t first, std::uint64_t last) {
  direct_ = false;
  socket->invalidate_direct_mem_ptr(first, last);
}

tlm::tlm_response_status MemoryTarget::move(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  unsigned char* data = payload.get_data_ptr();
  if (payload.get_streaming_width() < length) return tlm::TLM_BURST_ERROR_RESPONSE;
  const std::byte* from = memory_.find(address, length);
  if (from == nullptr) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) return tlm::TLM_OK_RESPONSE;
  const unsigned char* enables = payload.get_byte_enable_ptr();
  const unsigned enable_length = payload.get_byte_enable_length();
  if (enables != nullptr && enable_length == 0) return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
  const auto enabled = [&](unsigned i) {
    return enables == nullptr || enables[i % enable_length] == TLM_BYTE_ENABLED;
  };
  if (payload.is_read()) {
    if (enables == nullptr) {
      std::memcpy(data, from, length);
    } else {
      for (unsigned i = 0; i < length; ++i)
        if (enabled(i)) data[i] = static_cast<unsigned char>(from[i]);
    }
    return tlm::TLM_OK_RESPONSE;
  }
  std::byte* to = memory_.find_writable(address, length);
  if (to == nullptr) return tlm::TLM_GENERIC_ERROR_RESPONSE;
  if (enables == nullptr) {
    std::memcpy(to, data, length);
  } else {
    for (unsigned i = 0; i < length; ++i)
      if (enabled(i)) to[i] = static_cast<std::byte>(data[i]);
  }
  return tlm::TLM_OK_RESPONSE;
}

void MemoryTarget::transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const tlm::tlm_response_status status = move(payload);
  payload.set_response_status(status);
  ++bursts_;
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  delay = timing_->serve({payload.get_address(), payload.get_data_length(), payload.is_write()},
                         now + delay) -
          now;
  if (status != tlm::TLM_OK_RESPONSE) return;
  bytes_ += payload.get_data_length();
  payload.set_dmi_allowed(direct_);
}

tlm::tlm_sync_enum MemoryTarget::start(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                       sc_core::sc_time& delay) {
  if (phase == tlm::END_RESP) return tlm::TLM_COMPLETED;
  transport(payload, delay);
  return tlm::TLM_COMPLETED;
}

bool MemoryTarget::direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region) {
  if (!direct_) return false;
  const auto found = memory_.region(payload.get_address());
  if (!found || (payload.is_write() && !found->writable)) return false;
  region.set_start_address(found->address);
  region.set_end_address(found->address + found->bytes - 1);
  // Read-only bytes are granted for reading alone.
  region.set_dmi_ptr(reinterpret_cast<unsigned char*>(const_cast<std::byte*>(found->data)));
  region.set_granted_access(found->writable ? tlm::tlm_dmi::DMI_ACCESS_READ_WRITE
                                            : tlm::tlm_dmi::DMI_ACCESS_READ);
  region.set_read_latency(timing_->direct_latency());
  region.set_write_latency(timing_->direct_latency());
  return true;
}

unsigned MemoryTarget::debug(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const auto found = memory_.region(address);
  if (!found || (payload.is_write() && !found->writable)) return 0;
  const auto count = static_cast<unsigned>(
      std::min<std::uint64_t>(payload.get_data_length(), found->address + found->bytes - address));
  if (payload.is_read())
    std::memcpy(payload.get_data_ptr(), memory_.find(address, count), count);
  else if (payload.is_write())
    std::memcpy(memory_.find_writable(address, count), payload.get_data_ptr(), count);
  else
    return 0;
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return count;
}

}  // namespace trine::sim
