// SPDX-License-Identifier: Apache-2.0

#include "golden/error.h"
#include "python/bindings.h"
#include "runtime/lockstep.h"

PYBIND11_MODULE(_trine, module) {
  namespace py = pybind11;
  const auto error = py::register_exception<trine::Error>(module, "Error", PyExc_RuntimeError);
  py::register_exception<trine::Mismatch>(module, "Mismatch", error.ptr());
  module.attr("__version__") = TRINE_VERSION;
  trine::python::add_codec(module);
  trine::python::add_models(module);
  trine::python::add_devices(module);
  trine::python::add_sessions(module);
  trine::python::add_comparison(module);
}
