// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <memory>
#include <vector>

#include "driver/runtime.h"
#include "golden/exact/codebook.h"
#include "golden/format/packed_model.h"
#include "golden/format/trit_matrix.h"

namespace trine::tools {

/// A device whose every result is compared with the definition: the matrices unpacked, multiplied
/// level by level. What --check means for the golden model, which works on the packed stream.
class DefinitionCheck final : public golden::LinearBackend {
 public:
  /// Unpacks all matrices. The device must outlive it.
  DefinitionCheck(const golden::PackedModel& model, Device& device, const Program& program,
                  unsigned threads);

  /// Throws Mismatch at the first difference.
  void apply(std::size_t layer, std::span<const golden::Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;

  /// Values compared so far, all equal.
  std::uint64_t compared() const { return compared_; }

 private:
  struct Matrix {
    golden::TritMatrix trits;
    golden::HardwareCodebook codebook;
  };

  DeviceBackend device_;
  int act_width_;
  unsigned threads_;
  std::vector<std::array<Matrix, std::size(golden::kLinears)>> layers_;
  std::uint64_t compared_ = 0;
};

}  // namespace trine::tools
