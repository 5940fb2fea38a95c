// SPDX-License-Identifier: Apache-2.0

#include "driver/command_list.h"

#include <fmt/format.h>

#include <bit>
#include <limits>

#include "golden/error.h"

namespace trine {
namespace {

static_assert(std::endian::native == std::endian::little, "commands are little-endian words");

Command with_opcode(Opcode opcode) {
  return Command{}.set(command::OPCODE, static_cast<std::uint32_t>(opcode));
}

void set_address(Command& c, const CommandField& low, const CommandField& high,
                 std::uint64_t address) {
  c.set(low, static_cast<std::uint32_t>(address))
      .set(high, static_cast<std::uint32_t>(address >> 32));
}

std::uint32_t narrow(std::uint64_t value, std::string_view what, std::string_view label) {
  if (value > std::numeric_limits<std::uint32_t>::max())
    throw Error(fmt::format("{}: {} {} does not fit a command", label, value, what));
  return static_cast<std::uint32_t>(value);
}

Command matvec_command(Opcode opcode, const CommandList::Matvec& matvec, std::string_view label) {
  Command c = with_opcode(opcode);
  c.set(command::RAW, matvec.raw ? 1 : 0)
      .set(command::ROWS, narrow(matvec.rows, "rows", label))
      .set(command::COLS, narrow(matvec.cols, "columns", label))
      .set(command::SRC, matvec.src)
      .set(command::DST, matvec.dst);
  set_address(c, command::ADDR_LO, command::ADDR_HI, matvec.address);
  return c;
}

}  // namespace

void CommandList::load(std::uint32_t dst, std::uint64_t address, std::uint64_t count,
                       Element element, std::string_view label) {
  Command c = with_opcode(Opcode::LOAD);
  c.set(command::HALF, element == Element::F16 ? 1 : 0)
      .set(command::ROWS, narrow(count, "elements", label))
      .set(command::DST, dst);
  set_address(c, command::ADDR_LO, command::ADDR_HI, address);
  append(c, label);
}

void CommandList::store(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                        Element element, std::string_view label) {
  Command c = with_opcode(Opcode::STORE);
  c.set(command::HALF, element == Element::F16 ? 1 : 0)
      .set(command::ROWS, narrow(count, "elements", label))
      .set(command::SRC, src);
  set_address(c, command::ADDR_LO, command::ADDR_HI, address);
  append(c, label);
}

void CommandList::trit_matvec(const Matvec& matvec, unsigned depth, std::uint64_t codebook,
                              std::string_view label) {
  if (depth > 4) throw Error(fmt::format("{}: depth {} is not 1 to 4", label, depth));
  Command c = matvec_command(Opcode::TRIT_MATVEC, matvec, label);
  c.set(command::DEPTH, depth);
  set_address(c, command::BOOK_LO, command::BOOK_HI, codebook);
  append(c, label);
}

void CommandList::f16_matvec(const Matvec& matvec, std::string_view label) {
  append(matvec_command(Opcode::F16_MATVEC, matvec, label), label);
}

void CommandList::fence() {
  append(with_opcode(Opcode::FENCE), "fence");
}

void CommandList::end() {
  append(with_opcode(Opcode::END), "end");
  finished_ = true;
}

void CommandList::append(const Command& c, std::string_view label) {
  if (finished_) throw Error(fmt::format("{}: the command list has ended", label));
  if (const ErrorCode code = check_command(c, machine_, window_); code != ErrorCode::NONE)
    throw Error(fmt::format("{}: the machine would refuse command {} ({}): {}", label,
                            commands_.size(), describe(c), describe(code)));
  append_unchecked(c, label);
}

void CommandList::append_unchecked(const Command& c, std::string_view label) {
  commands_.push_back(c);
  labels_.emplace_back(label);
  if (c.get(command::OPCODE) == static_cast<std::uint32_t>(Opcode::END)) finished_ = true;
}

std::string CommandList::describe_at(std::uint32_t index) const {
  if (index >= commands_.size())
    return fmt::format("command {} (past the list of {})", index, commands_.size());
  return fmt::format("command {} ({}; {})", index, describe(commands_[index]), labels_[index]);
}

}  // namespace trine
