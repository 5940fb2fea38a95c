// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <cstring>
#include <tlm>

#include "isa/registers.h"

namespace trine::sim {

/// Bytes of the register window of a core: 12 address bits.
inline constexpr std::uint64_t kRegisterBytes = 4096;

/// True when a payload is what AXI4-Lite can carry to a core: one whole word at the offset of a
/// register. Otherwise its response status says what is wrong.
inline bool is_register_access(tlm::tlm_generic_payload& payload) {
  const auto refuse = [&](tlm::tlm_response_status status) {
    payload.set_response_status(status);
    return false;
  };
  if (payload.get_byte_enable_ptr() != nullptr) return refuse(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  if (payload.get_data_length() != 4 || payload.get_address() % 4 != 0 ||
      payload.get_streaming_width() < 4)
    return refuse(tlm::TLM_BURST_ERROR_RESPONSE);
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND)
    return refuse(tlm::TLM_COMMAND_ERROR_RESPONSE);
  for (const RegInfo& info : kRegs)
    if (static_cast<std::uint64_t>(info.reg) == payload.get_address()) return true;
  return refuse(tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

/// The word that a register access carries.
inline std::uint32_t register_word(const tlm::tlm_generic_payload& payload) {
  std::uint32_t word = 0;
  std::memcpy(&word, payload.get_data_ptr(), sizeof word);
  return word;
}
inline void set_register_word(tlm::tlm_generic_payload& payload, std::uint32_t word) {
  std::memcpy(payload.get_data_ptr(), &word, sizeof word);
}

}  // namespace trine::sim
