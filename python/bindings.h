// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <utility>
#include <vector>

namespace trine::python {

namespace py = pybind11;

/// A numpy array over `values`, which it keeps alive; no copy.
template <class T>
py::array_t<T> as_array(std::vector<T> values, std::vector<py::ssize_t> shape) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  T* data = kept->data();
  py::capsule owner(kept.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(std::move(shape), data, owner);
}

inline py::ssize_t extent(std::size_t size) {
  return static_cast<py::ssize_t>(size);
}

/// Each adds its part to the module. The order matters: models before what runs them.
void add_codec(py::module_& module);
void add_models(py::module_& module);
void add_devices(py::module_& module);
void add_sessions(py::module_& module);
void add_comparison(py::module_& module);

}  // namespace trine::python
