// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "driver/golden_transport.h"
#include "driver/program.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"
#include "tests/golden/format_fixture.h"

namespace trine {

/// A random little packed model (hidden 32, two layers), with a different depth per matrix.
class TinyModel {
 public:
  TinyModel() {
    golden::write_tiny_checkpoint(directory_ / "checkpoint", true);
    golden::QuantizeOptions options;
    for (std::size_t layer = 0; layer < 2; ++layer) {
      options.depths[golden::weight_name(layer, golden::Linear::K)] = 1;
      options.depths[golden::weight_name(layer, golden::Linear::V)] = 2;
      options.depths[golden::weight_name(layer, golden::Linear::Down)] = 3;
    }
    golden::quantize_model(directory_ / "checkpoint", directory_ / "packed", options);
    packed_ = std::make_unique<golden::PackedModel>(directory_ / "packed");
  }
  const golden::PackedModel& packed() const { return *packed_; }

 private:
  golden::TempDir directory_;
  std::unique_ptr<golden::PackedModel> packed_;
};

/// A golden core with the program loaded.
struct LoadedDevice {
  GoldenTransport transport;
  Device device;

  LoadedDevice(const Program& program, const MachineParams& params, std::uint64_t memory_bytes)
      : transport(params, memory_bytes), device(transport) {
    program.load(device);
  }
};

inline constexpr std::uint64_t kModelMemory = 1 << 20;

/// The calls of a layer.
inline const std::vector<std::vector<golden::Linear>> kLayerCalls{
    {golden::Linear::Q, golden::Linear::K, golden::Linear::V},
    {golden::Linear::O},
    {golden::Linear::Gate, golden::Linear::Up},
    {golden::Linear::Down}};

}  // namespace trine
