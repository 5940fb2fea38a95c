// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace trine::golden {

/// Calls work(first, last) for `threads` contiguous shares of the rows, each on its own thread;
/// the rows must be independent and `work` must not throw.
template <typename Work>
void for_row_shares(std::size_t rows, unsigned threads, const Work& work) {
  if (threads <= 1 || rows < threads) {
    work(std::size_t{0}, rows);
    return;
  }
  std::vector<std::jthread> others;
  for (unsigned t = 1; t < threads; ++t) {
    others.emplace_back([&work, first = rows * t / threads, last = rows * (t + 1) / threads] {
      work(first, last);
    });
  }
  work(std::size_t{0}, rows / threads);
}

}  // namespace trine::golden
