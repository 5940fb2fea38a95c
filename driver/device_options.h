// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "driver/device_request.h"
#include "golden/error.h"

namespace trine {

/// An option of a device has a value that it cannot have, or means nothing for the device.
class OptionError : public Error {
 public:
  OptionError(std::string_view option, const std::string& reason)
      : Error(std::string(option) + ": " + reason), option_(option), reason_(reason) {}
  const std::string& option() const { return option_; }
  const std::string& reason() const { return reason_; }

 private:
  std::string option_, reason_;
};

/// An option that devices may have. The command line, the Python package and the documents know
/// the options from this table alone, and a device names in its entry which of them it takes: a
/// new option is a member of DeviceRequest, a row of the table and its name in those entries.
struct DeviceOption {
  std::string_view name;         // "latency": --latency on the command line, latency= in Python.
  std::string_view value;        // What follows, "CYCLES"; empty for a flag.
  std::string_view description;  // One line, with the default in brackets.
  /// Sets it from text; throws Error saying what is wrong with the value. A flag takes "true" and
  /// "false".
  void (*set)(DeviceRequest& request, std::string_view text);
};

/// All of them.
std::span<const DeviceOption> device_options();

/// The one of this name. Throws OptionError when there is none.
const DeviceOption& find_option(std::string_view name);

/// Sets it. Throws OptionError naming option and value.
void set_option(DeviceRequest& request, std::string_view name, std::string_view text);

}  // namespace trine
