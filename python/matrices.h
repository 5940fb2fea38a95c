// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "golden/error.h"
#include "golden/format/trit_matrix.h"
#include "python/bindings.h"

namespace trine::python {

/// depth, codebook, levels (rows, cols) and scales (rows, groups) of a matrix.
inline py::dict matrix_dict(golden::TritMatrix matrix) {
  py::dict out;
  const golden::MatrixShape shape = matrix.shape;
  out["depth"] = shape.depth;
  out["codebook"] = as_array(std::vector<double>(matrix.codebook.begin(), matrix.codebook.end()),
                             {golden::kCodebook});
  out["levels"] = as_array(std::move(matrix.levels), {extent(shape.rows), extent(shape.cols)});
  out["scales"] =
      as_array(std::move(matrix.scales), {extent(shape.rows), extent(shape.groups_per_row())});
  return out;
}

}  // namespace trine::python
