// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <cstring>
#include <systemc>
#include <tlm>

#include "driver/memory.h"

namespace trine::sim {

/// A memory that does not behave everywhere. It has b_transport alone: the socket makes the phases
/// of the non-blocking interface of it.
class OddTarget : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<OddTarget> socket{"socket"};

  OddTarget(sc_core::sc_module_name name, MemoryMap& map) : sc_module(name), map_(map) {
    socket.register_b_transport(this, &OddTarget::transport);
    socket.register_get_direct_mem_ptr(this, &OddTarget::direct);
  }

  struct Range {
    std::uint64_t begin = 0, end = 0;
    bool holds(std::uint64_t address) const { return address >= begin && address < end; }
  };
  Range fails, silent;
  tlm::tlm_response_status status = tlm::TLM_GENERIC_ERROR_RESPONSE;
  std::uint64_t direct_end = 0;  // One past the last byte that pointers are granted to; 0: none.
  sc_core::sc_time latency{20, sc_core::SC_NS};
  bool waits = false;  // For the latency, in place of annotating it.

 private:
  void transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const std::uint64_t address = payload.get_address();
    const unsigned length = payload.get_data_length();
    if (silent.holds(address)) wait(never_);
    delay += latency;
    if (waits) {
      wait(delay);
      delay = sc_core::SC_ZERO_TIME;
    }
    if (fails.holds(address)) return payload.set_response_status(status);
    const std::byte* from = map_.find(address, length);
    if (from == nullptr) return payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    if (payload.is_read()) {
      std::memcpy(payload.get_data_ptr(), from, length);
    } else {
      std::byte* to = map_.find_writable(address, length);
      const unsigned char* enables = payload.get_byte_enable_ptr();
      for (unsigned i = 0; i < length; ++i)
        if (enables == nullptr || enables[i % payload.get_byte_enable_length()] == TLM_BYTE_ENABLED)
          to[i] = static_cast<std::byte>(payload.get_data_ptr()[i]);
    }
    payload.set_dmi_allowed(address < direct_end);
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }

  bool direct(tlm::tlm_generic_payload& payload, tlm::tlm_dmi& region) {
    if (payload.get_address() >= direct_end) return false;
    region.set_start_address(0);
    region.set_end_address(direct_end - 1);
    region.set_dmi_ptr(reinterpret_cast<unsigned char*>(map_.find_writable(0, 1)));
    region.allow_read_write();
    return true;
  }

  MemoryMap& map_;
  sc_core::sc_event never_;
};

/// A register bus that never answers.
class SilentRegisters : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<SilentRegisters> socket{"socket"};
  explicit SilentRegisters(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &SilentRegisters::transport);
  }

 private:
  void transport(tlm::tlm_generic_payload&, sc_core::sc_time&) { wait(never_); }
  sc_core::sc_event never_;
};

}  // namespace trine::sim
