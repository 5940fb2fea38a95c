// SPDX-License-Identifier: Apache-2.0

#include "tools/definition_check.h"

#include <fmt/format.h>

#include <bit>

#include "golden/exact/bfp.h"
#include "golden/exact/trit_matvec.h"

namespace trine::tools {

DefinitionCheck::DefinitionCheck(const golden::PackedModel& model, Device& device,
                                 const Program& program, unsigned threads)
    : device_(device, program),
      act_width_(static_cast<int>(device.params().act_width)),
      threads_(threads),
      layers_(model.config().layers) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (const golden::Linear linear : golden::kLinears) {
      const golden::PackedMatrix& packed = model.matrix(golden::weight_name(layer, linear));
      Matrix& matrix = layers_[layer][static_cast<std::size_t>(linear)];
      matrix.trits = golden::unpack(packed.stream->bytes, packed.shape, packed.codebook);
      matrix.codebook = golden::hardware_codebook(packed.codebook, packed.shape.depth);
    }
  }
}

void DefinitionCheck::apply(std::size_t layer, std::span<const golden::Linear> matrices,
                            std::span<const float> x, std::span<const std::span<float>> outs) {
  device_.apply(layer, matrices, x, outs);
  const golden::BfpVector blocks = golden::to_bfp(x, act_width_);
  for (std::size_t i = 0; i < matrices.size(); ++i) {
    const Matrix& matrix = layers_.at(layer)[static_cast<std::size_t>(matrices[i])];
    const auto expected =
        golden::trit_matvec_fast(matrix.trits, matrix.codebook, blocks, threads_).y;
    for (std::size_t row = 0; row < expected.size(); ++row, ++compared_) {
      const auto a = std::bit_cast<std::uint32_t>(outs[i][row]);
      const auto b = std::bit_cast<std::uint32_t>(expected[row]);
      if (a == b) continue;
      const std::string tensor = golden::weight_name(layer, matrices[i]);
      throw Mismatch(layer, tensor, row,
                     fmt::format("layer {}, {}, row {}: the device has {:.9g} ({:#010x}), the "
                                 "definition {:.9g} ({:#010x})",
                                 layer, tensor, row, outs[i][row], a, expected[row], b));
    }
  }
}

}  // namespace trine::tools
