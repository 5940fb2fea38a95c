// SPDX-License-Identifier: Apache-2.0

// The Verilated RTL as a SystemC module, as a device. cmake/Devices.cmake links this file into
// every program that has devices; nothing else names it.

#include "driver/device_registry.h"
#include "sim/rtl_transport.h"
#include "sim/systemc/systemc_core.h"

namespace trine::sim {
namespace {

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  return std::make_unique<RtlTransport>(request, [](MemoryMap& memory, const SimOptions& options) {
    return std::make_unique<SystemcCore>(memory, options);
  });
}

const DeviceRegistration registration{{
    .name = "tlm-rtl",
    .description = "the Verilated core as a SystemC module, its bursts as TLM-2.0 transactions",
    .cycles = Cycles::Exact,
    .steps = true,
    .shows_vectors = true,
    .has_interrupt = true,
    .has_clock = true,
    .options = {"groups",          "vectors",    "ports",        "act-width",    "attention-heads",
                "attention-width", "max-cols",   "vector-words", "parity",       "stream-sum",
                "memory",          "core-clock", "latency",      "bandwidth",    "seed",
                "checking",        "watchdog",   "trace",        "trace-cycles", "trace-commands"},
    .choices = rtl_choices(),
    .cores = available_cores,
    .make = make,
}};

}  // namespace
}  // namespace trine::sim
