// SPDX-License-Identifier: Apache-2.0

// The registry of devices, as data.

#include <string>

#include "driver/device_registry.h"
#include "python/bindings.h"

namespace trine::python {
namespace {

py::list devices() {
  py::list all;
  for (const DeviceEntry* entry : all_devices()) {
    py::dict cores;
    for (const CoreParameter& parameter : kCoreParameters)
      cores[parameter.option] = entry->choices.of(parameter);
    py::dict one;
    one["name"] = std::string(entry->name);
    one["description"] = std::string(entry->description);
    one["cycles"] = std::string(name_of(entry->cycles));
    one["hardware"] = entry->hardware;
    one["steps"] = entry->steps;
    one["shows_vectors"] = entry->shows_vectors;
    one["options"] = std::vector<std::string>(entry->options.begin(), entry->options.end());
    one["cores"] = cores;
    all.append(one);
  }
  return all;
}

}  // namespace

void add_devices(py::module_& module) {
  module.def("devices", &devices);
}

}  // namespace trine::python
