// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace trine::fault {

/// What single bits that turned over did to a token, for one place where they lie.
struct FlipRow {
  std::string place, device;
  std::uint64_t flips = 0;
  std::map<std::string, std::uint64_t> told;  // Lists that were stopped, by error code.
  std::uint64_t hangs = 0;                    // Lists that did not end in time.
  std::uint64_t masked = 0;                   // The same logits, bit for bit.
  std::vector<double> kl;                     // Of the others, silent: KL divergence in nats,
  std::uint64_t top1 = 0;                     // and how many have another most probable token.
};

/// Runs token 17 of a text of the packed model in `model` on a core of four groups, once for each
/// of `count` random bits of each place. Memory, vector memory and commands are flipped in golden,
/// whose results are the core's; what lies inside the core, in the Verilated core in a random
/// cycle. With `parity`, that is a core with parity and checksums of streams, and only the places
/// that have some are flipped, their parity bits with them. Throws Error when core and golden
/// differ without a flip.
std::vector<FlipRow> run_flips(const std::filesystem::path& model, unsigned count, unsigned seed,
                               bool parity, const std::function<void(const std::string&)>& tell);

}  // namespace trine::fault
