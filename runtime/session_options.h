// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "driver/device_registry.h"
#include "golden/exact/workers.h"
#include "golden/families/model_config.h"
#include "runtime/core.h"

namespace trine {

/// The FP32 reference, which is no core: the name of a device beside the registered ones.
inline constexpr const char* kReference = "reference";

/// Which device a model runs on, and what the device is asked to be.
struct SessionOptions {
  std::string name = kGoldenDevice;  // Of the device, or kReference.
  bool check = false;                // Compare every result of the core.
  std::size_t context = 0;           // Positions of the cache; 0: the default.
  unsigned jobs = 1;                 // Parts of a token, or lists, simulated side by side.
  unsigned sequences = 1;            // Caches of a core, for texts that go on together.
  DeviceRequest request{.threads = golden::hardware_threads()};

  bool reference() const { return name == kReference; }
  /// True when the device tells the progress of its simulation itself.
  bool simulated() const;
};

/// Refuses what means nothing for the device, and combinations that no device has; `given` are the
/// names of the device's options that the user gave. Throws OptionError, and Error for a device
/// that there is not.
void check_session_options(const SessionOptions& options, std::span<const std::string> given);

/// Throws OptionError for lists side by side (`jobs`) on a device that is not simulated.
void check_jobs(const SessionOptions& options);

/// Positions that a run has: those of the model for the reference, those of the cache for a core.
std::size_t context_of(const SessionOptions& options, const golden::ModelConfig& config);
/// What to add to a message about a context that is too small; empty when the model has no more.
std::string context_hint(std::size_t context, const golden::ModelConfig& config);

}  // namespace trine
