// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "driver/counters.h"
#include "driver/device.h"
#include "driver/program.h"
#include "golden/reference/linear_backend.h"
#include "golden/reference/qwen2.h"
#include "golden/reference/sampler.h"

// The seam between the FP32 reference, which still does everything that is not a linear layer,
// and the core.  It goes away when the whole decoder runs on the core: then a token is one list.

namespace trine {

/// The linear layers on one device.
class DeviceBackend final : public golden::LinearBackend {
 public:
  /// The program must be loaded into the device; both must outlive this.
  DeviceBackend(Device& device, const Program& program, const WaitBudget& budget = {})
      : device_(device), program_(program), budget_(budget) {}

  void apply(std::size_t layer, std::span<const golden::Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;

 private:
  Device& device_;
  const Program& program_;
  WaitBudget budget_;
};

/// Two devices gave different results; the message names layer, tensor, row and both values.
class Mismatch : public Error {
 public:
  Mismatch(std::size_t layer, std::string tensor, std::size_t row, const std::string& message)
      : Error(message), layer_(layer), tensor_(std::move(tensor)), row_(row) {}
  std::size_t layer() const { return layer_; }
  const std::string& tensor() const { return tensor_; }
  std::size_t row() const { return row_; }

 private:
  std::size_t layer_;
  std::string tensor_;
  std::size_t row_;
};

/// The linear layers on two devices that must agree in every bit; the results are the first one's.
class LockstepBackend final : public golden::LinearBackend {
 public:
  struct Side {
    std::string name;  // "rtl", "golden": for messages.
    Device& device;
  };
  /// The program must be loaded into both devices; all must outlive this.
  LockstepBackend(const Side& first, const Side& second, const Program& program,
                  const WaitBudget& budget = {});

  /// Throws Mismatch at the first difference.
  void apply(std::size_t layer, std::span<const golden::Linear> matrices, std::span<const float> x,
             std::span<const std::span<float>> outs) override;

  /// Values compared so far, all equal.
  std::uint64_t compared() const { return compared_; }

 private:
  std::string names_[2];
  DeviceBackend sides_[2];
  const Program& program_;
  std::uint64_t compared_ = 0;
};

/// One token that went through the model, and what it took.
struct TokenEvent {
  std::int32_t token = 0;
  std::size_t index = 0;  // Among the prompt's tokens, or among the generated ones.
  bool prompt = false;    // Fed, not generated.
  std::chrono::duration<double> time{0};
  Counters counters;  // Of this token; zeros without `GenerateOptions::counters`.
};

/// What a run of `generate` came to.
struct GenerateResult {
  std::vector<std::int32_t> tokens;  // Generated ones, the end token not among them.
  bool ended = false;                // By an end token, not by the limit.
  Counters prefill, decode;
  std::chrono::duration<double> prefill_time{0}, decode_time{0};
  std::size_t prefill_tokens = 0, decode_tokens = 0;  // That went through the model.
};

struct GenerateOptions {
  std::size_t max_tokens = 0;
  bool stop_at_eos = true;                          // At any end token of the configuration.
  std::function<Counters()> counters;               // May be empty.
  std::function<void(const TokenEvent&)> on_token;  // May be empty.
};

/// Feeds the prompt (prefill), then samples and feeds up to `max_tokens` tokens.  A generated
/// token's event comes with the cost of the forward pass that led to it, so the first one's is
/// that of the prompt's last token.  Throws Error for an empty prompt.
GenerateResult generate(golden::Qwen2& model, std::span<const std::int32_t> prompt,
                        golden::Sampler& sampler, const GenerateOptions& options);

}  // namespace trine
