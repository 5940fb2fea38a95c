// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "golden/error.h"
#include "golden/format/packed_model.h"
#include "runtime/estimate.h"
#include "tools/board.h"
#include "tools/common.h"

namespace trine::tools {

/// One point of the design space.
struct DesignPoint {
  std::string preset, board, memory;
  std::uint64_t context = 1024, prompt = 0;
  std::size_t layers = 0;  // 0: those of the preset.
  unsigned depth = 4, groups = 16, vectors = 1, ports = 1;
  double core_mhz = 300;
  double latency = 1, bandwidth = 1;
  unsigned read_burst = 256, write_burst = 64;
};

/// Values of a sweep that cannot be.
class SweepError : public Error {
  using Error::Error;
};

/// All combinations of sweeps, each NAME=VALUE,VALUE,..., from one point; the last one turns
/// fastest. Throws SweepError for a name or value that is not one.
std::vector<DesignPoint> points_of(const DesignPoint& base, const std::vector<std::string>& sweeps);

/// Estimates points of the design space. Models are outlined, and DRAMs sampled, once each.
class Estimator {
 public:
  /// `model`: directory of a packed model that stands for the presets; empty: there is none.
  explicit Estimator(std::string model);
  ~Estimator();

  /// What the cost model says of decoding at the end of the context and of the prompt, as --json
  /// prints it. `board` may say at which clock its memory runs.
  Json estimate(const DesignPoint& point, const std::optional<Board>& board);

 private:
  class Models;
  class Memories;
  std::unique_ptr<Models> models_;
  std::unique_ptr<Memories> memories_;
};

}  // namespace trine::tools
