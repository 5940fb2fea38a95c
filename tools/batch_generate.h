// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <filesystem>
#include <string>

#include "tools/common.h"
#include "tools/device_options.h"
#include "tools/sampling_options.h"

namespace trine::tools {

/// What `generate --prompts` is asked for.
struct BatchCommand {
  std::string model;
  std::filesystem::path prompts;  // A prompt a line; without a tokenizer its token numbers: 1,2,3.
  unsigned batch = 0;             // Texts that go on together; 0: as many as the core has vectors.
  std::size_t count = 0;          // Tokens of each text at most.
  bool ignore_eos = false;
};

/// Continues every prompt of the file and prints the texts in its order.
void run_batch(const BatchCommand& command, const CommonOptions& common, DeviceOptions device,
               const SamplingOptions& sampling);

}  // namespace trine::tools
