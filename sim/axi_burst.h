// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "golden/error.h"

namespace trine::sim {

/// Gives a signal a value; true when it had another one.
template <class Signal>
bool set(Signal& signal, std::type_identity_t<Signal> value) {
  const bool changed = signal != value;
  signal = value;
  return changed;
}

/// The core broke a rule of AXI4: a bug in the core, never the answer to a bad program.
class ProtocolError : public Error {
  using Error::Error;
};

/// An address beat as the core sends it.
struct AxiAddress {
  std::uint64_t address = 0;
  unsigned len = 0, size = 0, burst = 0;  // As on AxLEN, AxSIZE, AxBURST.

  unsigned beats() const { return len + 1; }
  std::uint64_t end(std::size_t beat_bytes) const { return address + beats() * beat_bytes; }
  bool operator==(const AxiAddress&) const = default;

  /// Throws ProtocolError unless this is an aligned INCR burst of whole beats inside one 4 KiB
  /// page.
  void check(const char* channel, std::size_t beat_bytes) const {
    const auto fail = [&](const char* what) {
      throw ProtocolError(std::string(channel) + ": " + what + " (address " +
                          std::to_string(address) + ", " + std::to_string(beats()) + " beats)");
    };
    if (burst != 1) fail("burst type is not INCR");
    if (std::size_t{1} << size != beat_bytes) fail("beat size is not the bus width");
    if (address % beat_bytes != 0) fail("address is not a multiple of the beat");
    if (address / kPage != (end(beat_bytes) - 1) / kPage) fail("burst crosses a 4 KiB boundary");
  }

  static constexpr std::uint64_t kPage = 4096;
};

/// A queue of fixed size: nothing is allocated after construction.
template <class T>
class Ring {
 public:
  explicit Ring(std::size_t capacity) : items_(std::bit_ceil(capacity)), mask_(items_.size() - 1) {}

  std::size_t size() const { return tail_ - head_; }
  bool empty() const { return tail_ == head_; }
  T& front() { return items_[head_ & mask_]; }
  T& back() { return items_[(tail_ - 1) & mask_]; }
  T& at(std::size_t index) { return items_[(head_ + index) & mask_]; }
  void push(const T& item) { items_[tail_++ & mask_] = item; }
  void pop() { ++head_; }

 private:
  std::vector<T> items_;
  std::size_t mask_;
  std::size_t head_ = 0, tail_ = 0;
};

/// Checks that valid and payload hold until the beat moves.
template <class Payload>
class HoldCheck {
 public:
  void sample(const char* channel, bool valid, bool ready, const Payload& payload) {
    if (waits_ && (!valid || !(payload == held_)))
      throw ProtocolError(std::string(channel) + ": a beat was taken back or changed");
    waits_ = valid && !ready;
    if (waits_) held_ = payload;
  }

  /// True when nothing waits: a cheap reason not to build the payload.
  bool idle() const { return !waits_; }

 private:
  bool waits_ = false;
  Payload held_{};
};

}  // namespace trine::sim
