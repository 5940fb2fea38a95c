// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <vector>

#include "driver/program.h"
#include "golden/reference/language_model.h"
#include "runtime/executor.h"

namespace trine {

/// A model that runs on a device from the token to the logits. As many tokens at a time as the
/// core has banks, the rest one by one.
class Decoder final : public golden::LanguageModel {
 public:
  /// The program must be loaded into the devices of the executor; both must outlive this.
  /// `position`: how many the cache holds already.
  Decoder(const Program& program, Executor& executor, std::size_t position = 0)
      : program_(program), executor_(executor), position_(position) {}

  const golden::ModelConfig& config() const override { return program_.config(); }
  std::size_t capacity() const override { return program_.layout().context(); }
  std::size_t batch() const override { return program_.machine().vectors; }
  std::size_t position() const override { return position_; }
  void truncate(std::size_t position) override { position_ = std::min(position_, position); }

  /// Weight beats of `forward` for so many tokens from position 0 on.
  std::uint64_t weight_beats(std::size_t tokens, golden::Logits logits) const;

  /// The most probable token of the last position that got logits, as the device found it.
  std::int32_t best() const { return best_; }

 protected:
  /// Throws DeviceError when the core stops; the tokens before that list stay.
  std::span<const float> append(std::span<const std::int32_t> tokens,
                                golden::Logits logits) override;

 private:
  /// What `forward` does: calls pass(first, count, head) for each list to run.
  template <class Pass>
  void for_each_pass(std::size_t tokens, golden::Logits logits, Pass pass) const;
  void run(std::span<const std::int32_t> tokens, HeadRows head);
  void run_by_layers(std::int32_t token, HeadRows head);
  void read_logits(unsigned bank);

  const Program& program_;
  Executor& executor_;
  std::size_t position_;
  std::int32_t best_ = 0;
  std::vector<float> logits_;  // Of the call, (positions asked for, vocab).
};

}  // namespace trine
