// SPDX-License-Identifier: Apache-2.0

// The loosely timed model of the core as a device. cmake/Devices.cmake links this file into every
// program that has devices; nothing else names it.

#include "driver/device_registry.h"
#include "sim/systemc/device_timing.h"
#include "sim/systemc/tlm_transport.h"

namespace trine::sim {
namespace {

/// The cores that the machine computes, over whatever ports.
CoreChoices any_ports() {
  CoreChoices choices = golden_choices();
  choices.ports = rtl_choices().ports;
  return choices;
}

/// The usual ones, and the end of what there is besides.
std::vector<CoreShape> cores() {
  std::vector<CoreShape> all;
  for (const unsigned groups : {1u, 2u, 4u, 8u, 16u})
    for (unsigned vectors = 1; vectors <= 4; ++vectors)
      for (unsigned ports = 1; ports <= std::min(groups, kMaxPorts); ports *= 2)
        all.push_back({groups, vectors, ports});
  all.push_back({.groups = 8, .vectors = kMaxVectors, .act_width = 16});
  return all;
}

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  return std::make_unique<TlmTransport>(
      request, device_timing(request),
      modelled_cost(request.machine(), device_cost_memory(request)));
}

const DeviceRegistration registration{{
    .name = "tlm",
    .description = "the golden model as a SystemC module, loosely timed by a cost model",
    .cycles = Cycles::Estimated,
    .steps = true,
    .shows_vectors = true,
    .has_interrupt = true,
    .has_clock = true,
    .options = {"groups", "vectors", "ports", "act-width", "attention-heads", "attention-width",
                "max-cols", "vector-words", "parity", "stream-sum", "memory", "core-clock",
                "latency", "bandwidth", "watchdog"},
    .choices = any_ports(),
    .cores = cores,
    .make = make,
}};

}  // namespace
}  // namespace trine::sim
