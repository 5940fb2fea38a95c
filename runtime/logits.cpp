// SPDX-License-Identifier: Apache-2.0

#include "runtime/logits.h"

#include <algorithm>

namespace trine {

void for_each_logits(Session& session, std::span<const std::int32_t> tokens, std::size_t window,
                     Progress& progress, const std::function<void(std::span<const float>)>& visit) {
  if (window == 0) window = tokens.size();
  session.expect_tokens(tokens.size(), golden::Logits::All);
  std::size_t size = 0;
  for (std::size_t at = 0; at < tokens.size(); at += size) {
    const std::size_t place = at % window;
    if (place == 0) session.model().reset();
    size = std::min({session.piece(), window - place, tokens.size() - at});
    visit(session.model().forward(tokens.subspan(at, size)));
    if (!session.simulated()) progress.step(at + size, tokens.size(), "tokens");
  }
  session.finish();
}

}  // namespace trine
