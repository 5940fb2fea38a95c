// SPDX-License-Identifier: Apache-2.0

// A core in an FPGA beside a Linux as a device. cmake/Devices.cmake links this file into every
// program that has devices; nothing else names it.

#include "driver/device_registry.h"
#include "driver/uio/inspect.h"
#include "driver/uio/uio_transport.h"

namespace trine {
namespace {

/// Whatever the bitstream has; these stand for all where something stands behind the files.
std::vector<CoreShape> cores() {
  return {{.groups = 16}, {.groups = 4}};
}

CoreChoices any_core() {
  CoreChoices choices = golden_choices();
  choices.ports = rtl_choices().ports;
  return choices;
}

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  return std::make_unique<uio::UioTransport>(request);
}

const DeviceRegistration registration{{
    .name = "uio",
    .description = "a core in an FPGA, from the Linux beside it: UIO and u-dma-buf",
    .cycles = Cycles::Exact,
    .hardware = true,
    .options = {"uio", "registers", "buffer", "reserved", "uncached", "interrupt", "timeout",
                "core", "dev-dir", "sys-dir"},
    .choices = any_core(),
    .cores = cores,
    .make = make,
    .inspect = uio::inspect,
}};

}  // namespace
}  // namespace trine
