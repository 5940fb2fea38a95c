// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <systemc>
#include <tlm>

namespace trine::sim {

/// A master on a register bus for software that is no part of the simulation: `read` and `write`
/// are called between two runs of the kernel and run it until they are answered. Called inside a
/// process (SC_THREAD), they let that process wait instead, so that a driver may also be one.
class RegisterMaster : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<RegisterMaster> socket{"socket"};

  /// An access without an answer for `patience` throws Error.
  RegisterMaster(sc_core::sc_module_name name, const sc_core::sc_time& patience);

  /// Throw Error naming the register when the target answers an error, or not at all.
  std::uint32_t read(std::uint32_t offset);
  void write(std::uint32_t offset, std::uint32_t value);

 private:
  /// Called by whoever wants an access: by a process, or between two runs of the kernel.
  std::uint32_t access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t value);
  void run_kernel();
  void transport();
  void run();

  sc_core::sc_time patience_;
  sc_core::sc_event request_, answer_;
  tlm::tlm_command command_ = tlm::TLM_IGNORE_COMMAND;
  std::uint32_t offset_ = 0, word_ = 0;
  tlm::tlm_response_status status_ = tlm::TLM_INCOMPLETE_RESPONSE;
  bool open_ = false;     // An access is under way.
  bool outside_ = false;  // And the kernel is to stop behind it.
};

}  // namespace trine::sim
