// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/workers.h"

#include <algorithm>

namespace trine::golden {

Workers::Workers(unsigned threads) {
  for (unsigned share = 1; share < threads; ++share)
    others_.emplace_back([this, share] { serve(share); });
}

Workers::~Workers() {
  work_ = nullptr;
  round_.fetch_add(1);
  round_.notify_all();
}

void Workers::run(const std::function<void(unsigned)>& work) {
  if (!others_.empty()) {
    work_ = &work;
    busy_ = static_cast<std::uint32_t>(others_.size());
    round_.fetch_add(1);
    round_.notify_all();
  }
  work(0);
  for (std::uint32_t left = busy_; left != 0; left = busy_) busy_.wait(left);
}

void Workers::serve(unsigned share) {
  for (std::uint32_t served = 0;; ++served) {
    round_.wait(served);
    if (work_ == nullptr) return;
    (*work_)(share);
    if (busy_.fetch_sub(1) == 1) busy_.notify_one();
  }
}

unsigned hardware_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace trine::golden
