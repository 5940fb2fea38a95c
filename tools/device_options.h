// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/session.h"

namespace trine::tools {

/// Where a command runs, as the user says it.
struct DeviceOptions : SessionOptions {
  std::vector<std::string> given;  // Names of the device's options that were given.
  bool jobs_are_lists = false;     // --jobs is that of add_jobs().

  bool was_given(const std::string& option) const;
  /// The seed of whatever is random in the device.
  void set_seed(std::uint64_t seed) { request.seed = request.memory.seed = seed; }
};

/// What of it a command offers.
enum class DeviceChoice : std::uint8_t {
  Model,    // The reference or any device; --check
  Decoder,  // Any device, one token at a time; --check
  Core,     // Any device
};

/// Adds --device with the registered devices, and all options that any of them takes.
void add_device_options(Command& command, DeviceOptions& options, DeviceChoice choice);

/// --device, or one of its variants, for one more side: `name` may stay empty.
void add_device_name(Command& command, const std::string& option, std::string& name,
                     const std::string& what, bool reference);

/// Adds --seed, one for everything that is random in a run.
void add_seed(Command& command, std::uint64_t& seed, const std::string& what);
/// The same where only devices are random.
void add_device_seed(Command& command, DeviceOptions& options);

/// --jobs, for commands that take whole tokens through a device.
void add_jobs(Command& command, DeviceOptions& options);

/// What the parser cannot see: options that mean nothing for the device, and combinations. Throws
/// UsageError naming the option.
void check_device_options(const DeviceOptions& options);

/// The same of two sides with common options, of which each takes what means something for it; an
/// option must mean something for one of them. Returns both as they are to run.
std::pair<DeviceOptions, DeviceOptions> device_sides(const DeviceOptions& options,
                                                     const std::string& a, const std::string& b);

}  // namespace trine::tools
