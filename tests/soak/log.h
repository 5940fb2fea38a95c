// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "tests/soak/round.h"

namespace trine::soak {

/// What all rounds of a soak did together.
struct Total {
  std::uint64_t rounds = 0, cycles = 0, commands = 0;
  std::array<std::uint64_t, kKinds> lists{};
  double slowest = 0;
  std::map<std::string, std::uint64_t> cycles_of;  // By core.

  void add(const RoundResult& round);
};

/// The rounds that are over, a line of JSON each. A line is written with one call, so a program
/// that is killed leaves whole lines but perhaps the last, which a reader drops.
class Log {
 public:
  /// Reads what an earlier run left; an empty name keeps nothing. Rounds of modules with another
  /// digest than `designs` says of their core were of another design and don't count. Throws Error
  /// when the file can't be read or written.
  Log(std::filesystem::path file, std::map<std::string, std::string> designs);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Keeps a round that found nothing.
  void add(const RoundResult& round);
  const Total& total() const { return total_; }
  /// The lowest seed that was neither logged nor handed out.
  std::uint64_t next_seed();

 private:
  void read();

  std::filesystem::path file_;
  std::map<std::string, std::string> designs_;
  int descriptor_ = -1;
  Total total_;
  std::set<std::uint64_t> seeds_;
  std::uint64_t next_ = 1;
};

/// A digest of a file's bytes as 16 hexadecimal digits.
std::string digest_of(const std::filesystem::path& file);

}  // namespace trine::soak
