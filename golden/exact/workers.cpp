// SPDX-License-Identifier: Apache-2.0

#include "golden/exact/workers.h"

#include <algorithm>
#include <chrono>

namespace trine::golden {
namespace {

/// Tells the processor that this thread waits: its sibling on the same core gets the units, and the
/// line that it looks at stays with the one who is going to write it.
void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

/// Waits while the value is `old`. Sleeping and waking take longer than all that runs on one thread
/// within a token, and on a virtual machine ten times as long: it looks for a while first.
void Workers::wait(const std::atomic<std::uint32_t>& value, std::uint32_t old) const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds kLook{300};
  constexpr unsigned kLooks = 32;  // Between two looks at the clock.
  if (!crowded_)
    for (const auto end = Clock::now() + kLook; Clock::now() < end;)
      for (unsigned i = 0; i < kLooks; ++i) {
        if (value.load(std::memory_order_acquire) != old) return;
        pause();
      }
  value.wait(old, std::memory_order_acquire);
}

Workers::Workers(unsigned threads) : crowded_(threads > hardware_threads()) {
  for (unsigned share = 1; share < threads; ++share) others_.push_back(std::make_unique<Other>());
  for (unsigned share = 1; share < threads; ++share) {
    Other& other = *others_[share - 1];
    other.thread = std::jthread([this, share, &other] { serve(share, other); });
  }
}

Workers::~Workers() {
  work_ = nullptr;
  round_.fetch_add(1);
  round_.notify_all();
}

void Workers::run(const std::function<void(unsigned)>& work) {
  if (others_.empty()) return work(0);
  work_ = &work;
  const std::uint32_t round = round_.fetch_add(1) + 1;
  round_.notify_all();
  work(0);
  for (const auto& other : others_)
    for (std::uint32_t served; (served = other->served.load(std::memory_order_acquire)) != round;)
      wait(other->served, served);
}

void Workers::serve(unsigned share, Other& self) {
  for (std::uint32_t round = 1;; ++round) {
    wait(round_, round - 1);
    if (work_ == nullptr) return;
    (*work_)(share);
    self.served.store(round);
    self.served.notify_one();
  }
}

unsigned hardware_threads() {
  return std::max(1u, std::thread::hardware_concurrency());
}

}  // namespace trine::golden
