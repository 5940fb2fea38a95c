// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

namespace trine::golden {

/// Threads that wait between the pieces of work they share, since starting one costs as much as a
/// small matrix. One caller at a time.
class Workers {
 public:
  /// `threads` in all, with the caller; 0 counts as 1.
  explicit Workers(unsigned threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  unsigned count() const { return static_cast<unsigned>(others_.size()) + 1; }

  /// Calls work(share) once for every share 0 .. count() - 1, share 0 on the caller's thread, and
  /// returns when all have returned. `work` must not throw, nor call run() or rows().
  void run(const std::function<void(unsigned share)>& work);

  /// Calls work(first, last) for contiguous shares of `rows`, which must be independent; their
  /// bounds are multiples of `step`, but for the last.
  template <typename Work>
  void rows(std::size_t rows, std::size_t step, const Work& work) {
    const std::size_t steps = (rows + step - 1) / step;
    if (count() == 1 || steps < 2) return work(std::size_t{0}, rows);
    run([&](unsigned share) {
      const std::size_t first = steps * share / count() * step;
      const std::size_t last = steps * (share + 1) / count() * step;
      if (first < last) work(first, last < rows ? last : rows);
    });
  }

  /// How often run() shared its work among several threads: each time all of them meet twice.
  std::uint32_t rounds() const { return round_.load(std::memory_order_relaxed); }

 private:
  /// What two threads write must not share a line of the cache: one would wait for the other.
  static constexpr std::size_t kLine = 64;
  struct alignas(kLine) Other {
    std::atomic<std::uint32_t> served = 0;  // Pieces of work that it has finished.
    std::jthread thread;
  };
  void serve(unsigned share, Other& self);
  void wait(const std::atomic<std::uint32_t>& value, std::uint32_t old) const;

  alignas(kLine) std::atomic<std::uint32_t> round_ = 0;  // Pieces of work announced.
  const std::function<void(unsigned)>* work_ = nullptr;  // Null: to end.
  bool crowded_;  // More threads than processors: who waits is in the way of who works.
  std::vector<std::unique_ptr<Other>> others_;  // Last: they end before what they use.
};

/// All that the machine has; at least 1.
unsigned hardware_threads();

}  // namespace trine::golden
