// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/register_master.h"

#include <fmt/format.h>

#include "golden/error.h"

namespace trine::sim {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

RegisterMaster::RegisterMaster(sc_core::sc_module_name name, const sc_time& patience)
    : sc_module(name), patience_(patience) {
  SC_HAS_PROCESS(RegisterMaster);
  SC_THREAD(run);
}

std::uint32_t RegisterMaster::read(std::uint32_t offset) {
  return access(tlm::TLM_READ_COMMAND, offset, 0);
}

void RegisterMaster::write(std::uint32_t offset, std::uint32_t value) {
  access(tlm::TLM_WRITE_COMMAND, offset, value);
}

std::uint32_t RegisterMaster::access(tlm::tlm_command command, std::uint32_t offset,
                                     std::uint32_t value) {
  const bool inside = sc_core::sc_get_current_process_handle().valid();
  const char* what = command == tlm::TLM_READ_COMMAND ? "read" : "write";
  const auto fail = [&](const std::string& why) {
    throw Error(fmt::format("{}: register {:#05x}: {} {}", name(), offset, what, why));
  };
  if (open_) fail("while the access before it has no answer");
  command_ = command;
  offset_ = offset;
  word_ = value;
  open_ = true;
  outside_ = !inside;
  request_.notify(SC_ZERO_TIME);
  if (inside)
    sc_core::wait(patience_, answer_);
  else
    run_kernel();
  if (open_) fail("has no answer");
  if (status_ != tlm::TLM_OK_RESPONSE) {
    tlm::tlm_generic_payload payload;
    payload.set_response_status(status_);
    fail("is refused, " + payload.get_response_string());
  }
  return word_;
}

void RegisterMaster::run_kernel() {
  // Whoever pauses the kernel for another reason does not end the access.
  const sc_time end = sc_core::sc_time_stamp() + patience_;
  while (open_ && sc_core::sc_time_stamp() < end) sc_core::sc_start(end - sc_core::sc_time_stamp());
}

void RegisterMaster::run() {
  for (;;) {
    while (!open_) wait(request_);
    transport();
    open_ = false;
    answer_.notify(SC_ZERO_TIME);
    if (outside_) sc_core::sc_pause();
  }
}

void RegisterMaster::transport() {
  tlm::tlm_generic_payload payload;
  payload.set_command(command_);
  payload.set_address(offset_);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&word_));
  payload.set_data_length(sizeof word_);
  payload.set_streaming_width(sizeof word_);
  sc_time delay = SC_ZERO_TIME;
  socket->b_transport(payload, delay);
  wait(delay);
  status_ = payload.get_response_status();
}

}  // namespace trine::sim
