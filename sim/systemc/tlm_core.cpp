// SPDX-License-Identifier: Apache-2.0

#include "sim/systemc/tlm_core.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "golden/error.h"
#include "sim/systemc/register_access.h"

namespace trine::sim {

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

CostFunction modelled_cost(const MachineParams& params, const CostMemory& memory) {
  // The model keeps what it has computed; commands come in the order of their list.
  return [model = std::make_shared<CostModel>(params, memory),
          before = Predecessor{}](const ResolvedCommand& command) mutable {
    const CommandCost cost = model->command(command, before);
    before = CostModel::predecessor(command, cost);
    return CommandCycles{.cycles = cost.cycles,
                         .unit_cycles = cost.unit_cycles,
                         .stall_memory = cost.stall_memory,
                         .stall_table = cost.stall_table,
                         .stall_rows = cost.stall_rows};
  };
}

TlmCore::TlmCore(sc_core::sc_module_name name, const TlmCoreOptions& options)
    : sc_module(name),
      options_(options),
      bus_({static_cast<std::uint32_t>(options.params.beat_bytes()), options.ports},
           options.period),
      core_(options.params, bus_, *this) {
  if (!options_.cost) throw Error("TlmCore: no cost model was given");
  registers.register_b_transport(this, &TlmCore::access);
  registers.register_transport_dbg(this, &TlmCore::peek);
  memory.register_invalidate_direct_mem_ptr(this, &TlmCore::invalidate);
  bus_.connect([this](auto& payload, sc_time& delay) { memory->b_transport(payload, delay); },
               [this](auto& request, tlm::tlm_dmi& region) {
                 return memory->get_direct_mem_ptr(request, region);
               },
               [this](const BusError& error) { failed(error); });
  SC_HAS_PROCESS(TlmCore);
  SC_THREAD(run);
  set_stack_size(1 << 20);  // For the golden machine.
  SC_METHOD(watch);
  dont_initialize();
  sensitive << watchdog_;
  SC_METHOD(drive_irq);
  sensitive << irq_changed_;
}

void TlmCore::allow(std::uint64_t commands) {
  allowed_ = commands;
  if (commands > 0) go_.notify(SC_ZERO_TIME);
}

void TlmCore::run() {
  for (;;) {
    while (!core_.busy() || allowed_ == 0) {
      watchdog_.cancel();
      wait(go_);
    }
    watchdog_.notify(static_cast<double>(options_.watchdog_cycles) * options_.period);
    while (core_.busy() && allowed_ > 0) run_command();
  }
}

void TlmCore::run_command() {
  begun_ = now();
  bus_.begin(begun_);
  const std::uint64_t before = core_.counters().cycles;
  core_.step();
  if (allowed_ != ~std::uint64_t{0}) --allowed_;
  time_ = begun_ + static_cast<double>(core_.counters().cycles - before) * options_.period;
  ahead_.set(now() - sc_time_stamp());
  if (ahead_.need_sync() || !core_.busy() || allowed_ == 0) ahead_.sync();
  line_ = core_.irq();
  irq_changed_.notify(SC_ZERO_TIME);
  command_ended_.notify(SC_ZERO_TIME);
}

CommandCycles TlmCore::ran(const ResolvedCommand& command) {
  CommandCycles took = options_.cost(command);
  const auto bus = static_cast<std::uint64_t>(std::ceil((bus_.done() - begun_) / options_.period));
  if (bus > took.cycles) {
    took.stall_memory += bus - took.cycles;
    took.cycles = bus;
  }
  return took;
}

void TlmCore::failed(const BusError& error) {
  last_error_ = fmt::format("command {}: {}", core_.index(), error.text());
  SC_REPORT_WARNING("trine/bus", fmt::format("{}: {}", name(), last_error_).c_str());
}

void TlmCore::watch() {
  const tlm::tlm_generic_payload* waiting = bus_.pending();
  if (waiting != nullptr && watched_ == bus_.payloads()) {
    last_error_ =
        fmt::format("command {}: {} of {} bytes at {:#x}: no answer for {} cycles", core_.index(),
                    waiting->is_write() ? "write" : "read", waiting->get_data_length(),
                    waiting->get_address(), options_.watchdog_cycles);
    SC_REPORT_ERROR("trine/hang", fmt::format("{}: {}", name(), last_error_).c_str());
  }
  watched_ = bus_.payloads();
  watchdog_.notify(static_cast<double>(options_.watchdog_cycles) * options_.period);
}

void TlmCore::access(tlm::tlm_generic_payload& payload, sc_time& delay) {
  if (!is_register_access(payload)) return;
  const auto reg = static_cast<Reg>(payload.get_address());
  delay = std::max(now(), sc_time_stamp() + delay) - sc_time_stamp();
  if (payload.is_read()) {
    set_register_word(payload, core_.read(reg));
  } else {
    core_.write(reg, register_word(payload));
    line_ = core_.irq();
    irq_changed_.notify(delay);
    if (core_.busy()) go_.notify(delay);
  }
  delay += options_.period;
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned TlmCore::peek(tlm::tlm_generic_payload& payload) {
  if (!payload.is_read() || !is_register_access(payload)) return 0;
  const auto reg = static_cast<Reg>(payload.get_address());
  // Reading a counter's low half would hold its high half still.
  std::uint32_t word = 0;
  const auto counter = std::ranges::find_if(
      kCounters, [&](const CounterInfo& info) { return reg == info.low || reg == info.high; });
  if (counter == std::end(kCounters)) {
    word = core_.read(reg);
  } else {
    const std::uint64_t value = core_.counters().*counter->value;
    word = static_cast<std::uint32_t>(reg == counter->low ? value : value >> 32);
  }
  set_register_word(payload, word);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  return 4;
}

}  // namespace trine::sim
