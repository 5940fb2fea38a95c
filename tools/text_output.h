// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "golden/tokenizer/tokenizer.h"
#include "tools/common.h"
#include "tools/progress.h"

namespace trine::tools {

/// The generated text: kept, and streamed as it comes. Without a tokenizer the token numbers.
class TextOutput {
 public:
  /// `place` says whether the text begins one or goes on with another.
  TextOutput(const golden::Tokenizer* tokenizer, bool stream, ProgressLine& progress,
             golden::Place place)
      : stream_(stream), progress_(progress) {
    if (tokenizer != nullptr) decoder_.emplace(*tokenizer, place);
  }

  /// Ends the line, also that of a run that fails.
  ~TextOutput() {
    if (open_line_) std::fputc('\n', stdout);
  }
  TextOutput(const TextOutput&) = delete;
  TextOutput& operator=(const TextOutput&) = delete;

  void push(std::int32_t token) {
    add(decoder_ ? decoder_->push(token) : fmt::format("{}{}", text_.empty() ? "" : " ", token));
  }
  void finish() {
    if (decoder_) add(decoder_->finish());
    end_line();
  }
  /// Null without a tokenizer.
  Json text() const { return decoder_ ? Json(text_) : Json(nullptr); }

 private:
  void add(const std::string& part) {
    text_ += part;
    if (!stream_ || part.empty()) return;
    open_line_ = true;
    progress_.stream(part);
  }
  void end_line() {
    if (std::exchange(open_line_, false)) progress_.stream("\n");
  }

  std::optional<golden::StreamDecoder> decoder_;
  bool stream_, open_line_ = false;
  ProgressLine& progress_;
  std::string text_;
};

}  // namespace trine::tools
