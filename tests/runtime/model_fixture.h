// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <memory>

#include "driver/program.h"
#include "golden/codec/quantize_model.h"
#include "golden/format/packed_model.h"
#include "machine/golden_transport.h"
#include "runtime/decoder.h"
#include "tests/golden/format_fixture.h"

namespace trine {

/// The shape of a random little model that the vector unit takes: heads of 32.
inline nlohmann::json small_config(bool tied) {
  nlohmann::json config = golden::tiny_config(tied);
  config["hidden_size"] = 64;
  config["vocab_size"] = 45;
  return config;
}

/// A random little packed model (two layers), with a different depth per matrix.
class TinyModel {
 public:
  explicit TinyModel(const nlohmann::json& config = small_config(true)) {
    golden::write_checkpoint(directory_ / "checkpoint", config);
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

/// The shipped model, quantized once for a test program.
class ShippedModel {
 public:
  ShippedModel() {
    golden::quantize_model(TRINE_SOURCE_DIR "/models/kjv", directory_ / "packed", {});
    packed_ = std::make_unique<golden::PackedModel>(directory_ / "packed");
  }
  const golden::PackedModel& packed() const { return *packed_; }

 private:
  golden::TempDir directory_;
  std::unique_ptr<golden::PackedModel> packed_;
};

/// A golden core with a program in it, as a model.
struct GoldenDecoder {
  Program program;
  LoadedDevice loaded;
  DeviceExecutor executor{loaded.device};
  Decoder decoder{program, executor};

  GoldenDecoder(const golden::PackedModel& model, const MachineParams& params,
                std::uint64_t context = 0)
      : program(model, params, Program::memory_bytes(model, params, context), context),
        loaded(program, params, Program::memory_bytes(model, params, context)) {}

  /// Everything but the mapped file anew, after a reset and a change of memory.
  void reload() { program.restore(loaded.device); }
};

}  // namespace trine
