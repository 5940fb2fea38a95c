// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

namespace trine::test {

/// The host's end of a serial line: a byte after the other goes out, what comes in is kept. Call
/// `cycle` once a clock cycle with the level of the design's output.
class UartLine {
 public:
  explicit UartLine(unsigned bit_cycles) : bit_cycles_(bit_cycles) {}

  void send(std::uint8_t byte) {
    out_.push_back(
        static_cast<std::uint16_t>(0x200U | unsigned{byte} << 1U));  // Start, data, stop.
  }
  /// A line that is low for twelve bits.
  void send_break() { out_.push_back(kBreak); }
  bool sends() const { return !out_.empty(); }
  /// The next byte that came in, if there is one.
  std::optional<std::uint8_t> received() {
    if (in_.empty()) return std::nullopt;
    const std::uint8_t byte = in_.front();
    in_.pop_front();
    return byte;
  }
  /// Bytes that came in without a stop bit.
  unsigned framing_errors() const { return framing_errors_; }

  /// One clock cycle: takes the level of the design's output, gives that of its input.
  bool cycle(bool level) {
    listen(level);
    if (out_.empty()) return true;
    const std::uint16_t frame = out_.front();
    const unsigned bits = frame == kBreak ? 14 : 10;
    const unsigned bit = out_cycle_ / bit_cycles_;
    const bool value = frame == kBreak ? bit >= 12 : (frame >> bit & 1U) != 0;
    if (++out_cycle_ == bits * bit_cycles_) {
      out_cycle_ = 0;
      out_.pop_front();
    }
    return value;
  }

 private:
  static constexpr std::uint16_t kBreak = 0x8000;

  void listen(bool level) {
    if (!busy_) {
      if (level) return;
      busy_ = true;
      in_cycle_ = 0;
      byte_ = 0;
    }
    const unsigned bit = in_cycle_ / bit_cycles_;
    if (in_cycle_++ % bit_cycles_ != bit_cycles_ / 2) return;
    if (bit >= 1 && bit <= 8)
      byte_ = static_cast<std::uint8_t>(byte_ | (level ? 1U : 0U) << (bit - 1));
    if (bit == 9) {
      busy_ = false;
      if (level) {
        in_.push_back(byte_);
      } else {
        ++framing_errors_;
      }
    }
  }

  unsigned bit_cycles_, out_cycle_ = 0, in_cycle_ = 0, framing_errors_ = 0;
  bool busy_ = false;
  std::uint8_t byte_ = 0;
  std::deque<std::uint16_t> out_;
  std::deque<std::uint8_t> in_;
};

}  // namespace trine::test
