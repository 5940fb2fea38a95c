// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "driver/core_shape.h"
#include "driver/device_options.h"
#include "driver/device_request.h"
#include "driver/transport.h"

namespace trine {

/// What the cycles of a device are worth: CYCLES and the STALL counters, khz, the time of a
/// command in its profile.
enum class Cycles : std::uint8_t {
  None,       // Time is not modelled: these counters stay 0.
  Estimated,  // From a cost model.
  Exact,      // Those of the hardware.
};
std::string_view name_of(Cycles cycles);

/// Something of a device's surroundings that was looked at: a file, a name, a permission.
struct Inspection {
  std::string what, found;  // "UIO device", "/dev/uio4 is 'trine'"
  bool good = true;
  std::string advice{};  // What to do about it; empty when it is good.
};

/// A kind of device: what it is called, what it can do and how one is made.
struct DeviceEntry {
  std::string_view name;         // As on the command line; lower case.
  std::string_view description;  // One line, for help and documents.
  Cycles cycles = Cycles::None;
  /// Memory answers with the errors of MemoryTiming::read_faults and write_faults.
  bool injects_faults = false;
  /// Needs a board: a build has nothing that stands behind it.
  bool hardware = false;
  // The optional parts of Transport that its transports have.
  bool steps = false, shows_vectors = false, has_interrupt = false, has_clock = false;
  /// Names of the options (driver/device_options.h) that mean something for it.
  std::vector<std::string_view> options;
  /// What its cores can be.
  CoreChoices choices;
  /// Some of them, at least one: those that stand for all in the tests.
  std::vector<CoreShape> (*cores)() = nullptr;
  /// Makes one. Throws Error when the request cannot be met.
  std::unique_ptr<Transport> (*make)(const DeviceRequest&) = nullptr;
  /// Looks at what `make` would open, without touching the core; null where there is nothing.
  std::vector<Inspection> (*inspect)(const DeviceRequest&) = nullptr;

  bool takes(std::string_view option) const;
  bool has_core(const CoreShape& shape) const { return choices.hold(shape); }
};

/// A static object of this type at the end of a device's source file registers the device when
/// the program starts:
///
///     const DeviceRegistration registration{{.name = "golden", ...}};
///
/// Nothing refers to such an object, so a linker would leave it out of a static library. Therefore
/// `trine_device()` (cmake/Devices.cmake) makes the file a library of its own and links it whole
/// into everything that links the target `trine_devices`. Throws Error for an entry that is not
/// complete or whose name is taken, which ends the program before main(): a fault of the build.
struct DeviceRegistration {
  explicit DeviceRegistration(DeviceEntry entry);
};

/// Every registered device, by name.
std::vector<const DeviceEntry*> all_devices();
/// nullptr when there is none of this name.
const DeviceEntry* find_device(std::string_view name);
/// Throws Error that lists the names there are.
const DeviceEntry& device_entry(std::string_view name);
/// "rtl, tlm": the devices that take an option.
std::string devices_with(std::string_view option);

/// Refuses the first of `given`, names of options that a user gave, that means nothing for the
/// device, then combinations that no device has: a trace window without a trace, a core of
/// another shape. Throws OptionError.
void check_options(const DeviceEntry& device, const DeviceRequest& request,
                   std::span<const std::string> given);

}  // namespace trine
