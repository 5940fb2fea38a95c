// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/rtl_core_module.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/systemc/register_access.h"

namespace trine::sim {

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

RtlCoreModule::RtlCoreModule(sc_core::sc_module_name name, const CoreFactory& make,
                             const RtlCoreOptions& options)
    : sc_module(name),
      options_(options),
      bridge_(std::make_shared<AxiBridge>(options.bus, options.period)),
      core_(make(bridge_)) {
  registers.register_b_transport(this, &RtlCoreModule::access);
  memory.register_nb_transport_bw(this, &RtlCoreModule::backward);
  bridge_->connect([this](auto& payload, auto& phase,
                          auto& delay) { return memory->nb_transport_fw(payload, phase, delay); },
                   [this](const BusError& error) { failed(error); });
  SC_HAS_PROCESS(RtlCoreModule);
  SC_THREAD(run);
  SC_METHOD(drive_irq);
  sensitive << irq_changed_;
}

void RtlCoreModule::allow(std::uint64_t cycles, bool one_command) {
  allowed_ = cycles;
  one_command_ = one_command;
  if (cycles > 0) go_.notify(SC_ZERO_TIME);
}

/// While the clock stood still, the simulation went on: the next edge is now.
void RtlCoreModule::catch_up() {
  if (time() < sc_time_stamp()) bridge_->anchor(bridge_->cycle(), sc_time_stamp());
}

void RtlCoreModule::run() {
  for (;;) {
    while (allowed_ == 0) wait(go_);
    catch_up();
    advance();
    if (time() > sc_time_stamp()) wait(time() - sc_time_stamp());
    if (allowed_ == 0) stopped_.notify(SC_ZERO_TIME);
  }
}

void RtlCoreModule::advance() {
  const bool in_step = bridge_->waiting() != nullptr;
  const std::uint64_t cycles = in_step ? 1 : std::min(allowed_, options_.quantum_cycles);
  const std::uint64_t before = bridge_->cycle();
  if (one_command_) {
    if (core_->run_command(core_->commands(), cycles)) allowed_ = 0;
  } else {
    core_->run(cycles);
  }
  if (allowed_ != 0 && allowed_ != ~std::uint64_t{0})
    allowed_ -= std::min(allowed_, bridge_->cycle() - before);
  irq_changed_.notify(SC_ZERO_TIME);
  watch();
}

void RtlCoreModule::watch() {
  const AxiBridge::Waiting* waiting = bridge_->waiting();
  if (waiting == nullptr || bridge_->cycle() - waiting->since < options_.watchdog_cycles) return;
  const BusError burst = waiting->burst;
  const std::uint32_t command = core_->read(static_cast<std::uint32_t>(Reg::COMMAND));
  last_error_ = fmt::format("command {}: {} of {} bytes at {:#x}: no answer for {} cycles", command,
                            burst.write ? "write" : "read", burst.bytes, burst.address,
                            options_.watchdog_cycles);
  SC_REPORT_ERROR("trine/hang", fmt::format("{}: {}", name(), last_error_).c_str());
}

void RtlCoreModule::failed(const BusError& error) {
  last_error_ = error.text();
  SC_REPORT_WARNING("trine/bus", fmt::format("{}: {}", name(), last_error_).c_str());
}

void RtlCoreModule::access(tlm::tlm_generic_payload& payload, sc_time& delay) {
  if (!is_register_access(payload)) return;
  if (allowed_ == 0) catch_up();
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  if (payload.is_read())
    set_register_word(payload, core_->read(offset));
  else
    core_->write(offset, register_word(payload));
  irq_changed_.notify(SC_ZERO_TIME);
  delay = std::max(time(), sc_time_stamp() + delay) - sc_time_stamp();
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace trine::sim
