// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/workers.h"

#include <algorithm>
#include <chrono>

namespace trine::golden {
namespace {

/// Waits while the value is `old`. Sleeping and waking take longer than what lies between most
/// pieces of work: it looks for a while first.
void wait(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds kLook{50};
  constexpr unsigned kLooks = 64;  // Between two looks at the clock.
  for (const auto end = Clock::now() + kLook; Clock::now() < end;)
    for (unsigned i = 0; i < kLooks; ++i)
      if (value.load() != old) return;
  value.wait(old);
}

}  // namespace

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
  for (std::uint32_t left = busy_; left != 0; left = busy_) wait(busy_, left);
}

void Workers::serve(unsigned share) {
  for (std::uint32_t served = 0;; ++served) {
    wait(round_, served);
    if (work_ == nullptr) return;
    (*work_)(share);
    if (busy_.fetch_sub(1) == 1) busy_.notify_one();
  }
}

unsigned hardware_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace trine::golden
