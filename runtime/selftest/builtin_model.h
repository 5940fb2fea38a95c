// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "golden/checkpoint/output.h"
#include "golden/format/packed_model.h"

namespace trine::selftest {

/// A small random model, the same everywhere: two layers, heads of 32, every depth. It lies in a
/// temporary directory as long as this lives.
class BuiltinModel {
 public:
  BuiltinModel();
  const golden::PackedModel& packed() const { return *packed_; }

 private:
  golden::Temporary directory_;
  std::unique_ptr<golden::PackedModel> packed_;
};

/// Tokens of the last stage: fed, and generated behind them.
inline constexpr std::int32_t kPrompt[] = {1, 2, 3};
inline constexpr std::size_t kGenerated = 16;

/// Identifies a packed model by the CRC-32C of its header, which holds those of its tensors.
std::uint32_t model_checksum(const golden::PackedModel& model);

}  // namespace trine::selftest
