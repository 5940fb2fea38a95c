// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

namespace trine::test {

/// Odds that a source offers and that a sink accepts in a cycle.
struct Stalls {
  double source, sink;
};

/// None, slow source, slow sink, both.
inline constexpr Stalls kStallMatrix[] = {{1.0, 1.0}, {0.3, 1.0}, {1.0, 0.3}, {0.5, 0.5}};

/// A coin that falls with given odds; the same throws for the same seed.
class Coin {
 public:
  Coin(double odds, unsigned seed) : rng_(seed), odds_(odds) {}
  bool operator()() { return odds_(rng_); }

 private:
  std::mt19937 rng_;
  std::bernoulli_distribution odds_;
};

/// Seeded random numbers.
class Random {
 public:
  explicit Random(unsigned seed) : rng_(seed) {}
  std::uint32_t word() { return static_cast<std::uint32_t>(rng_()); }
  std::uint32_t below(std::uint32_t end) { return word() % end; }

 private:
  std::mt19937 rng_;
};

/// The words of a port of any width, lowest first.
template <class Port>
std::vector<std::uint32_t> get_words(const Port& port) {
  static_assert(sizeof(Port) % 4 == 0);
  std::vector<std::uint32_t> words(sizeof(Port) / 4);
  std::memcpy(words.data(), &port, sizeof(Port));
  return words;
}

/// A number into a port of at most 64 bits.
template <class Port>
void set_port(Port& port, std::uint64_t value) {
  port = static_cast<Port>(value);
}

template <class Port>
void set_words(Port& port, const std::uint32_t* words) {
  std::memcpy(&port, words, sizeof(Port));
}

/// A mixing function: a different word for every number.
inline std::uint32_t scramble(std::uint64_t x) {
  x = (x + 0x9E3779B97F4A7C15u) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 29)) * 0x94D049BB133111EBu;
  return static_cast<std::uint32_t>(x >> 32);
}

}  // namespace trine::test
