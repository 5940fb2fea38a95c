// SPDX-License-Identifier: Apache-2.0

// The Verilated RTL as a device. cmake/Devices.cmake links this file into every program that has
// devices; nothing else names it.

#include "driver/device_registry.h"
#include "sim/rtl_transport.h"

namespace trine::sim {
namespace {

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  SimOptions options(request);
  if (!request.memory_model.empty() && request.memory_model != "ideal")
    options.dram = dram::parse_memory(request.memory_model);
  return std::make_unique<RtlTransport>(std::move(options));
}

const DeviceRegistration registration{{
    .name = "rtl",
    .description = "the Verilated core, cycle by cycle",
    .cycles = Cycles::Exact,
    .injects_faults = true,
    .steps = true,
    .shows_vectors = true,
    .has_interrupt = true,
    .has_clock = true,
    .options = {"groups",          "vectors",       "ports",        "act-width", "attention-heads",
                "attention-width", "max-cols",      "vector-words", "parity",    "stream-sum",
                "memory",          "core-clock",    "memory-base",  "latency",   "bandwidth",
                "stall",           "seed",          "checking",     "watchdog",  "trace",
                "trace-cycles",    "trace-commands"},
    .choices = rtl_choices(),
    .cores = available_cores,
    .make = make,
}};

}  // namespace
}  // namespace trine::sim
