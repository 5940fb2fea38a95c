// SPDX-License-Identifier: Apache-2.0

// Model directories and their matrices.

#include <memory>
#include <string>

#include "golden/codec/quantize.h"
#include "python/matrices.h"
#include "runtime/model_file.h"

namespace trine::python {
namespace {

const golden::PackedModel& packed(const ModelFile& model) {
  model.check_whole();
  if (model.packed() == nullptr)
    throw Error(model.directory().string() + ": is not quantized: it has no matrices of trits");
  return *model.packed();
}

golden::TritMatrix unpacked(const ModelFile& model, const std::string& name) {
  const py::gil_scoped_release release;
  const golden::PackedMatrix& matrix = packed(model).matrix(name);
  return golden::unpack(matrix.stream->bytes, matrix.shape, matrix.codebook);
}

py::array_t<float> weights(const ModelFile& model, const std::string& name) {
  const golden::TritMatrix matrix = unpacked(model, name);
  std::vector<float> values;
  {
    const py::gil_scoped_release release;
    values = golden::dequantize(matrix);
  }
  return as_array(std::move(values), {extent(matrix.shape.rows), extent(matrix.shape.cols)});
}

py::list matrices(const ModelFile& model) {
  py::list out;
  if (model.packed() == nullptr) return out;
  for (const golden::PackedMatrix& matrix : packed(model).matrices())
    out.append(
        py::make_tuple(matrix.name, matrix.shape.rows, matrix.shape.cols, matrix.shape.depth));
  return out;
}

}  // namespace

void add_models(py::module_& module) {
  py::class_<ModelFile, std::shared_ptr<ModelFile>>(module, "ModelFile")
      .def(py::init([](const std::string& directory) {
        const py::gil_scoped_release release;
        return std::make_shared<ModelFile>(directory);
      }))
      .def("warnings", &ModelFile::warnings)
      .def("packed", [](const ModelFile& model) { return model.packed() != nullptr; })
      .def("matrices", &matrices)
      .def("matrix", [](const ModelFile& model,
                        const std::string& name) { return matrix_dict(unpacked(model, name)); })
      .def("weights", &weights);
}

}  // namespace trine::python
