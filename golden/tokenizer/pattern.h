// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace trine::golden {

/// A regular expression that cuts text into pieces: its matches, and what lies between them.
/// PCRE2 with Unicode classes; \s is Unicode's White_Space, as in the tokenizers library.
class Pattern {
 public:
  /// Throws Error naming `where` for an expression that is not valid.
  Pattern(const std::string& expression, const std::string& where);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  /// Calls piece(part) for the parts of `text` (valid UTF-8) in order; none is empty and together
  /// they are the text. Throws Error when matching exceeds the engine's limits.
  void split(std::string_view text, const std::function<void(std::string_view)>& piece) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace trine::golden
