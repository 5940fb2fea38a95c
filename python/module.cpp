// SPDX-License-Identifier: Apache-2.0

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <vector>

#include "golden/codec/quantize.h"
#include "golden/codec/quantize_model.h"
#include "golden/error.h"
#include "golden/format/packed_model.h"
#include "golden/tokenizer/tokenizer.h"

namespace py = pybind11;

namespace trine::golden {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

/// A numpy array over `values`, which it keeps alive; no copy.
template <class T>
py::array_t<T> as_array(std::vector<T> values, std::vector<py::ssize_t> shape) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  T* data = kept->data();
  py::capsule owner(kept.release(), [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(std::move(shape), data, owner);
}

py::ssize_t extent(std::size_t size) {
  return static_cast<py::ssize_t>(size);
}

Scales scales_of(const std::string& name) {
  if (name == "v2") return Scales::V2;
  if (name == "best") return Scales::Best;
  throw Error("scales: '" + name + "' is neither v2 nor best");
}

unsigned checked_depth(unsigned depth) {
  if (depth < 1 || depth > 4) throw Error("depth " + std::to_string(depth) + " is not in 1..4");
  return depth;
}

py::dict to_dict(TritMatrix matrix) {
  py::dict out;
  const MatrixShape shape = matrix.shape;
  out["depth"] = shape.depth;
  out["codebook"] =
      as_array(std::vector<double>(matrix.codebook.begin(), matrix.codebook.end()), {kCodebook});
  out["levels"] = as_array(std::move(matrix.levels), {extent(shape.rows), extent(shape.cols)});
  out["scales"] =
      as_array(std::move(matrix.scales), {extent(shape.rows), extent(shape.groups_per_row())});
  return out;
}

std::unique_ptr<PackedModel> open_model(const std::string& directory) {
  const py::gil_scoped_release release;
  auto model = std::make_unique<PackedModel>(directory);
  model->validate();
  return model;
}

TritMatrix unpacked(const PackedModel& model, const std::string& name) {
  const py::gil_scoped_release release;
  const PackedMatrix& matrix = model.matrix(name);
  return unpack(matrix.stream->bytes, matrix.shape, matrix.codebook);
}

py::array_t<float> weights(const PackedModel& model, const std::string& name) {
  const TritMatrix matrix = unpacked(model, name);
  std::vector<float> values;
  {
    const py::gil_scoped_release release;
    values = dequantize(matrix);
  }
  return as_array(std::move(values), {extent(matrix.shape.rows), extent(matrix.shape.cols)});
}

py::list names(const PackedModel& model) {
  py::list out;
  for (const PackedMatrix& matrix : model.matrices())
    out.append(
        py::make_tuple(matrix.name, matrix.shape.rows, matrix.shape.cols, matrix.shape.depth));
  return out;
}

py::dict quantize_array(const Floats& array, unsigned depth, const std::string& scales) {
  if (array.ndim() != 2) throw Error("quantize: the array has not two dimensions");
  const MatrixShape shape{static_cast<std::size_t>(array.shape(0)),
                          static_cast<std::size_t>(array.shape(1)), checked_depth(depth)};
  const Scales how = scales_of(scales);
  const std::span values(array.data(), static_cast<std::size_t>(array.size()));
  TritMatrix matrix;
  {
    const py::gil_scoped_release release;
    matrix = quantize(values, shape, how);
  }
  return to_dict(std::move(matrix));
}

py::dict quantize_directory(const std::string& checkpoint, const std::string& out, unsigned depth,
                            const std::string& scales, const DepthRules& depths) {
  QuantizeOptions options;
  options.depths = depths;
  options.depth = checked_depth(depth);
  options.scales = scales_of(scales);
  QuantizeSummary summary;
  {
    const py::gil_scoped_release release;
    summary = quantize_model(checkpoint, out, options);
  }
  py::dict result;
  result["matrices"] = summary.matrices;
  result["weights"] = summary.weights;
  result["stream_bytes"] = summary.stream_bytes;
  result["rms_error"] = summary.rms_error;
  return result;
}

std::vector<std::int32_t> encode(const Tokenizer& tokenizer, const py::bytes& text) {
  const std::string copy = text;
  const py::gil_scoped_release release;
  return tokenizer.encode(copy);
}

}  // namespace
}  // namespace trine::golden

PYBIND11_MODULE(_trine, module) {
  using namespace trine::golden;
  module.attr("__version__") = TRINE_VERSION;
  py::register_exception<trine::Error>(module, "Error", PyExc_RuntimeError);
  py::class_<PackedModel>(module, "PackedModel")
      .def(py::init(&open_model))
      .def("names", &names)
      .def("matrix",
           [](const PackedModel& m, const std::string& n) { return to_dict(unpacked(m, n)); })
      .def("weights", &weights);
  py::class_<Tokenizer>(module, "Tokenizer")
      .def(py::init([](const std::string& file) {
        const py::gil_scoped_release release;
        return std::make_unique<Tokenizer>(std::filesystem::path(file));
      }))
      .def("encode", &encode)
      .def("decode", [](const Tokenizer& t, const std::vector<std::int32_t>& tokens) {
        return t.decode(tokens);
      });
  module.def("quantize_array", &quantize_array);
  module.def("quantize_directory", &quantize_directory);
}
