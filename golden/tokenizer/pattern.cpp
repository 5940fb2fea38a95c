// SPDX-License-Identifier: Apache-2.0

#define PCRE2_CODE_UNIT_WIDTH 8
#include "golden/tokenizer/pattern.h"

#include <pcre2.h>

#include "golden/error.h"
#include "golden/tokenizer/utf8.h"

namespace trine::golden {
namespace {

std::string message_of(int code) {
  PCRE2_UCHAR buffer[256];
  if (pcre2_get_error_message(code, buffer, sizeof buffer) < 0) return std::to_string(code);
  return reinterpret_cast<const char*>(buffer);
}

/// The expression with \s and \S as Unicode's White_Space, which they are in the tokenizers
/// library; PCRE2's \s also matches U+180E.
std::string with_white_space(const std::string& expression) {
  std::string out;
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char next = i + 1 < expression.size() ? expression[i + 1] : '\0';
    if (expression[i] != '\\' || next == '\0') {
      out += expression[i];
      continue;
    }
    if (next == 's' || next == 'S')
      out += next == 's' ? "\\p{White_Space}" : "\\P{White_Space}";
    else
      out += expression.substr(i, 2);
    ++i;
  }
  return out;
}

template <auto free>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    free(object);
  }
};
using Code = std::unique_ptr<pcre2_code, Free<pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Free<pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Free<pcre2_match_context_free>>;
using JitStack = std::unique_ptr<pcre2_jit_stack, Free<pcre2_jit_stack_free>>;

template <typename T>
T allocated(T object) {
  if (!object) throw std::bad_alloc();
  return object;
}

}  // namespace

struct Pattern::State {
  Code code;
};

Pattern::Pattern(const std::string& expression, const std::string& where)
    : state_(std::make_unique<State>()) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::string compiled = with_white_space(expression);
  state_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(compiled.data()), compiled.size(),
                                   PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr));
  if (!state_->code) {
    throw Error(where + ": bad expression at offset " + std::to_string(offset) + ": " +
                message_of(error));
  }
  // Without JIT, where the machine has none, matching is only slower.
  pcre2_jit_compile(state_->code.get(), PCRE2_JIT_COMPLETE);
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

void Pattern::split(std::string_view text,
                    const std::function<void(std::string_view)>& piece) const {
  constexpr std::size_t kStackStart = std::size_t{32} << 10;
  constexpr std::size_t kStackMost = std::size_t{8} << 20;
  const MatchData match(
      allocated(pcre2_match_data_create_from_pattern(state_->code.get(), nullptr)));
  const MatchContext context(allocated(pcre2_match_context_create(nullptr)));
  const JitStack stack(pcre2_jit_stack_create(kStackStart, kStackMost, nullptr));
  if (stack) pcre2_jit_stack_assign(context.get(), nullptr, stack.get());

  std::size_t done = 0;  // All before it was passed on.
  std::size_t from = 0;  // Where the next match may start.
  while (from < text.size()) {
    const int result =
        pcre2_match(state_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                    from, PCRE2_NO_UTF_CHECK, match.get(), context.get());
    if (result == PCRE2_ERROR_NOMATCH) break;
    if (result < 0) throw Error("tokenizer: splitting the text failed: " + message_of(result));
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(match.get());
    const std::size_t first = ends[0];
    const std::size_t last = ends[1];
    if (last <= first) {  // An empty match cuts nothing.
      if (first >= text.size()) break;
      from = first + utf8_step(text.substr(first)).length;
      continue;
    }
    if (first > done) piece(text.substr(done, first - done));
    piece(text.substr(first, last - first));
    done = from = last;
  }
  if (done < text.size()) piece(text.substr(done));
}

}  // namespace trine::golden
