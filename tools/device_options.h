// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "golden/exact/workers.h"
#include "sim/sim_options.h"

namespace trine::tools {

enum class DeviceKind : std::uint8_t { Reference, Golden, Rtl };

/// Which device a command runs on, and how that is simulated.
struct DeviceOptions {
  DeviceKind kind = DeviceKind::Golden;
  std::string name = "golden";                    // As on the command line.
  bool check = false;                             // Compare every result of the core.
  std::size_t context = 0;                        // Positions of the cache; 0: the default.
  unsigned threads = golden::hardware_threads();  // Of all but the simulator.
  sim::SimOptions sim;                            // Groups and vectors also hold for the golden model.
};

/// What of it a command offers.
enum class DeviceChoice : std::uint8_t {
  Model,    // reference, golden or rtl; --check
  Decoder,  // golden or rtl, one token at a time; --check
  Core,     // golden or rtl
};

/// Adds --device and the options of the simulator. `groups` is also set by --groups; the option is
/// returned so that a command may see whether it was given.
CLI::Option* add_device_options(CLI::App& command, DeviceOptions& options, DeviceChoice choice);

/// Adds --seed, one for everything that is random in a run.
void add_seed(CLI::App& command, std::uint64_t& seed, const std::string& what);

/// What the parser cannot see: combinations. Throws CLI::ValidationError.
void check_device_options(DeviceOptions& options, std::uint64_t seed);

}  // namespace trine::tools
