// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include "driver/runtime.h"

namespace trine {

void DeviceBackend::apply(std::size_t layer, std::span<const golden::Linear> matrices,
                          std::span<const float> x, std::span<const std::span<float>> outs) {
  const LinearCall& call = program_.call(layer, matrices);
  if (x.size() != call.cols || outs.size() != call.outputs.size())
    throw Error(fmt::format("layer {}: {} activations and {} results for {}, which takes {} and {}",
                            layer, x.size(), outs.size(), call.outputs.front().tensor, call.cols,
                            call.outputs.size()));
  device_.write(call.input, x);
  device_.run(call.list, call.list_address, budget_);
  for (std::size_t i = 0; i < outs.size(); ++i) {
    if (outs[i].size() != call.outputs[i].rows)
      throw Error(fmt::format("{}: {} results, the matrix has {} rows", call.outputs[i].tensor,
                              outs[i].size(), call.outputs[i].rows));
    device_.read(call.outputs[i].address, outs[i]);
  }
}

}  // namespace trine
