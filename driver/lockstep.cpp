// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <bit>
#include <exception>
#include <thread>

#include "driver/runtime.h"

namespace trine {

LockstepBackend::LockstepBackend(const Side& first, const Side& second, const Program& program,
                                 const WaitBudget& budget)
    : names_{first.name, second.name},
      sides_{DeviceBackend(first.device, program, budget),
             DeviceBackend(second.device, program, budget)},
      program_(program) {}

void LockstepBackend::apply(std::size_t layer, std::span<const golden::Linear> matrices,
                            std::span<const float> x, std::span<const std::span<float>> outs) {
  std::vector<std::vector<float>> other(outs.size());
  std::vector<std::span<float>> other_outs;
  for (std::size_t i = 0; i < outs.size(); ++i) {
    other[i].resize(outs[i].size());
    other_outs.emplace_back(other[i]);
  }
  // Side by side: the devices share nothing but the read-only program and model.
  std::exception_ptr failure;
  {
    const std::jthread second([&] {
      try {
        sides_[1].apply(layer, matrices, x, other_outs);
      } catch (...) {
        failure = std::current_exception();
      }
    });
    sides_[0].apply(layer, matrices, x, outs);
  }
  if (failure) std::rethrow_exception(failure);

  const LinearCall& call = program_.call(layer, matrices);
  for (std::size_t i = 0; i < outs.size(); ++i) {
    for (std::size_t row = 0; row < outs[i].size(); ++row, ++compared_) {
      const auto a = std::bit_cast<std::uint32_t>(outs[i][row]);
      const auto b = std::bit_cast<std::uint32_t>(other[i][row]);
      if (a == b) continue;
      const std::string& tensor = call.outputs[i].tensor;
      throw Mismatch(
          layer, tensor, row,
          fmt::format("layer {}, {}, row {}: {} has {:.9g} ({:#010x}), {} has {:.9g} "
                      "({:#010x})",
                      layer, tensor, row, names_[0], outs[i][row], a, names_[1], other[i][row], b));
    }
  }
}

}  // namespace trine
