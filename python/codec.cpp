// SPDX-License-Identifier: Apache-2.0

// Quantizer and tokenizer.

#include <memory>
#include <string>

#include "golden/codec/quantize.h"
#include "golden/codec/quantize_model.h"
#include "golden/tokenizer/tokenizer.h"
#include "python/matrices.h"

namespace trine::python {
namespace {

using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

golden::Scales scales_of(const std::string& name) {
  if (name == "v2") return golden::Scales::V2;
  if (name == "best") return golden::Scales::Best;
  throw Error("scales: '" + name + "' is neither v2 nor best");
}

unsigned checked_depth(unsigned depth) {
  if (depth < 1 || depth > 4) throw Error("depth " + std::to_string(depth) + " is not in 1..4");
  return depth;
}

py::dict quantize_array(const Floats& array, unsigned depth, const std::string& scales) {
  if (array.ndim() != 2) throw Error("quantize: the array has not two dimensions");
  const golden::MatrixShape shape{static_cast<std::size_t>(array.shape(0)),
                                  static_cast<std::size_t>(array.shape(1)), checked_depth(depth)};
  const golden::Scales how = scales_of(scales);
  const std::span values(array.data(), static_cast<std::size_t>(array.size()));
  golden::TritMatrix matrix;
  {
    const py::gil_scoped_release release;
    matrix = golden::quantize(values, shape, how);
  }
  return matrix_dict(std::move(matrix));
}

py::dict quantize_directory(const std::string& checkpoint, const std::string& out, unsigned depth,
                            const std::string& scales, const golden::DepthRules& depths) {
  golden::QuantizeOptions options;
  options.depths = depths;
  options.depth = checked_depth(depth);
  options.scales = scales_of(scales);
  golden::QuantizeSummary summary;
  {
    const py::gil_scoped_release release;
    summary = golden::quantize_model(checkpoint, out, options);
  }
  py::dict result;
  result["matrices"] = summary.matrices;
  result["weights"] = summary.weights;
  result["stream_bytes"] = summary.stream_bytes;
  result["rms_error"] = summary.rms_error;
  return result;
}

std::vector<std::int32_t> encode(const golden::Tokenizer& tokenizer, const py::bytes& text,
                                 bool plain) {
  const std::string copy = text;
  const py::gil_scoped_release release;
  return tokenizer.encode(copy,
                          plain ? golden::SpecialTokens::AsText : golden::SpecialTokens::Recognize);
}

}  // namespace

void add_codec(py::module_& module) {
  py::class_<golden::Tokenizer>(module, "Tokenizer")
      .def(py::init([](const std::string& file) {
        const py::gil_scoped_release release;
        return std::make_unique<golden::Tokenizer>(std::filesystem::path(file));
      }))
      .def("encode", &encode)
      .def("decode",
           [](const golden::Tokenizer& tokenizer, const std::vector<std::int32_t>& tokens) {
             return tokenizer.decode(tokens);
           });
  module.def("quantize_array", &quantize_array);
  module.def("quantize_directory", &quantize_directory);
}

}  // namespace trine::python
