// SPDX-License-Identifier: Apache-2.0

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "runtime/selftest/stages.h"

namespace trine::selftest {
namespace {

using Element = CommandList::Element;

// Places of operands in vector memory; the longest has 512 words.
constexpr std::uint32_t kSrc = 0, kSrc2 = 1024, kDst = 2048;

/// A command of an operation on `rows` elements, from what the tables say of its opcode alone: one
/// that they do not describe fully is refused by the list, and the stage fails.
Command operation(const OpcodeInfo& info, std::uint32_t rows, std::uint32_t cols) {
  const auto bits = [](float value) { return std::bit_cast<std::uint32_t>(value); };
  Command c;
  c.set(command::OPCODE, static_cast<std::uint32_t>(info.opcode)).set(command::ROWS, rows);
  if (info.uses(command::COLS)) c.set(command::COLS, cols);
  if (info.uses(command::SRC)) c.set(command::SRC, kSrc);
  if (info.uses(command::SRC2)) c.set(command::SRC2, kSrc2);
  if (info.uses(command::DST)) c.set(command::DST, kDst);
  if (info.uses(command::ALPHA)) c.set(command::ALPHA, bits(1.0F / static_cast<float>(rows)));
  if (info.uses(command::BETA)) c.set(command::BETA, bits(1e-6F));
  return c;
}

struct Size {
  std::uint32_t rows, cols;
};
std::vector<Size> sizes_of(const OpcodeInfo& info) {
  if (info.keeps(Rule::HEAD)) return {{32, 32}, {192, 64}, {256, 128}, {512, 512}};
  return {{1, 0}, {16, 0}, {33, 0}, {512, 0}, {100, 512}};
}

void try_operation(Bench& bench, const OpcodeInfo& info) {
  constexpr std::uint64_t kWords = 512;
  for (unsigned bank = 0; bank < bench.params().vectors; ++bank) {
    for (const Size size : sizes_of(info)) {
      const std::string what =
          fmt::format("{} of {} elements{}", info.name, size.rows,
                      info.uses(command::COLS) ? fmt::format(", COLS {}", size.cols) : "");
      bench.put(kInput, bench.values(kWords));
      bench.put(kInput + kWords * 4, bench.values(kWords));
      CommandList list = bench.list();
      list.load(kSrc, bench.at(kInput), kWords, Element::F32, what, {.bank = bank});
      list.load(kSrc2, bench.at(kInput + kWords * 4), kWords, Element::F32, what, {.bank = bank});
      const Command c = operation(info, size.rows, size.cols).set(command::BANK, bank);
      if (const ErrorCode code = check_command(c, bench.params(), bench.window());
          code != ErrorCode::NONE)
        throw Error(fmt::format("self-test: {} is refused ({}): its fields are not known here",
                                what, describe(code)));
      list.append_unchecked(c, what);
      const std::uint64_t words = vector_reach(c).dst;
      bench.clear(kOutput, words * 4);
      list.store(kDst, bench.at(kOutput), words, Element::F32, what, {.bank = bank});
      bench.run(list);
      bench.compare_elements(kOutput, words, 4, fmt::format("{}, bank {}", what, bank));
    }
  }
}

}  // namespace

std::vector<Stage> vector_stages() {
  std::vector<Stage> all;
  for (const OpcodeInfo& info : kOpcodes) {
    if (info.unit != Unit::VECTOR) continue;
    all.push_back(
        {fmt::format("vector {}", info.name),
         fmt::format("{}, of several sizes in every bank", info.text),
         "The vector unit in this operation: the others before it passed, so look at what "
         "only this one uses (its passes, tables, reciprocal or exponential).",
         [&info](Bench& bench) { try_operation(bench, info); },
         [&info](const MachineParams& params) {
           return lacks_capability(params, info.capability);
         }});
  }
  return all;
}

}  // namespace trine::selftest
