// SPDX-License-Identifier: Apache-2.0

#include "driver/command_list.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

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

void set_access(Command& c, const CommandList::Access& access, std::string_view label) {
  c.set(command::BANK, access.bank)
      .set(command::STRIDE, narrow(access.stride, "bytes of stride", label))
      .set(command::LIMIT, narrow(access.limit, "indexes", label));
}

Command move_command(Opcode opcode, const CommandField& word, std::uint32_t at,
                     std::uint64_t address, std::uint64_t count, std::string_view label,
                     const CommandList::Access& access) {
  Command c = with_opcode(opcode);
  c.set(command::ROWS, narrow(count, "elements", label)).set(word, at);
  set_address(c, command::ADDR_LO, command::ADDR_HI, address);
  set_access(c, access, label);
  return c;
}

Command matvec_command(Opcode opcode, const CommandList::Matvec& matvec, std::string_view label) {
  Command c = with_opcode(opcode);
  c.set(command::RAW, matvec.raw ? 1 : 0)
      .set(command::BANK, matvec.bank)
      .set(command::SPAN, static_cast<std::uint32_t>(matvec.span))
      .set(command::STRIDE, narrow(matvec.stride, "bytes of stride", label))
      .set(command::ROWS, narrow(matvec.rows, "rows", label))
      .set(command::COLS, narrow(matvec.cols, "columns", label))
      .set(command::SRC, matvec.src)
      .set(command::DST, matvec.dst);
  set_address(c, command::ADDR_LO, command::ADDR_HI, matvec.address);
  return c;
}

Command vector_command(Opcode opcode, const CommandList::Elements& elements,
                       std::string_view label) {
  return with_opcode(opcode)
      .set(command::BANK, elements.bank)
      .set(command::ROWS, narrow(elements.count, "elements", label))
      .set(command::SRC, elements.src)
      .set(command::SRC2, elements.src2)
      .set(command::DST, elements.dst);
}

}  // namespace

void CommandList::load(std::uint32_t dst, std::uint64_t address, std::uint64_t count,
                       Element element, std::string_view label, const Access& access) {
  append(move_command(Opcode::LOAD, command::DST, dst, address, count, label, access)
             .set(command::F16, element == Element::F16 ? 1 : 0)
             .set(command::INDEX, static_cast<std::uint32_t>(access.index)),
         label);
}

void CommandList::store(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                        Element element, std::string_view label, const Access& access) {
  append(move_command(Opcode::STORE, command::SRC, src, address, count, label, access)
             .set(command::F16, element == Element::F16 ? 1 : 0)
             .set(command::INDEX, static_cast<std::uint32_t>(access.index)),
         label);
}

void CommandList::store_column(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                               std::string_view label, const Access& access) {
  append(move_command(Opcode::STORE_COLUMN, command::SRC, src, address, count, label, access),
         label);
}

void CommandList::store_blocks(std::uint32_t src, std::uint64_t address, std::uint64_t count,
                               std::string_view label, const Access& access) {
  append(move_command(Opcode::STORE_BLOCKS, command::SRC, src, address, count, label, access)
             .set(command::INDEX, static_cast<std::uint32_t>(access.index)),
         label);
}

void CommandList::attention(const Attention& attention, double scale, std::string_view label) {
  const double factor = std::round(std::ldexp(scale * std::numbers::log2e, 24));
  if (!(factor >= 1 && factor < std::ldexp(1.0, kFactorBits)))
    throw Error(
        fmt::format("{}: attention scales scores by 2^-24 to 1.38, not by {}", label, scale));
  Command c = with_opcode(Opcode::ATTENTION);
  if (attention.queries == 0 || attention.queries > kMaxVectors)
    throw Error(fmt::format("{}: attention of {} positions", label, attention.queries));
  c.set(command::BANK, attention.bank)
      .set(command::MORE, attention.queries - 1)
      .set(command::ROWS, narrow(attention.heads * attention.head_dim, "elements", label))
      .set(command::COLS, narrow(attention.head_dim, "elements of a head", label))
      .set(command::SRC, attention.src)
      .set(command::DST, attention.dst)
      .set(command::LIMIT, narrow(attention.limit, "positions", label))
      .set(command::ALPHA, static_cast<std::uint32_t>(factor));
  set_address(c, command::ADDR_LO, command::ADDR_HI, attention.address);
  append(c, label);
}

void CommandList::trit_matvec(const Matvec& matvec, unsigned depth, std::uint64_t codebook,
                              std::string_view label) {
  if (depth > 4) throw Error(fmt::format("{}: depth {} is not 1 to 4", label, depth));
  Command c = matvec_command(Opcode::TRIT_MATVEC, matvec, label);
  c.set(command::DEPTH, depth).set(command::ALPHA, matvec.sum);
  set_address(c, command::BOOK_LO, command::BOOK_HI, codebook);
  append(c, label);
}

void CommandList::f16_matvec(const Matvec& matvec, std::string_view label) {
  append(matvec_command(Opcode::F16_MATVEC, matvec, label), label);
}

void CommandList::rmsnorm(const Elements& elements, float epsilon, std::string_view label) {
  const float inverse = 1.0F / static_cast<float>(elements.count);
  append(vector_command(Opcode::RMSNORM, elements, label)
             .set(command::ALPHA, std::bit_cast<std::uint32_t>(inverse))
             .set(command::BETA, std::bit_cast<std::uint32_t>(epsilon)),
         label);
}

void CommandList::rope(const Elements& elements, std::uint64_t head_dim, std::string_view label) {
  append(vector_command(Opcode::ROPE, elements, label)
             .set(command::COLS, narrow(head_dim, "elements of a head", label)),
         label);
}

void CommandList::softmax(const Elements& elements, float scale_log2e, Span span,
                          std::string_view label) {
  append(vector_command(Opcode::SOFTMAX, elements, label)
             .set(command::SPAN, static_cast<std::uint32_t>(span))
             .set(command::ALPHA, std::bit_cast<std::uint32_t>(scale_log2e)),
         label);
}

void CommandList::silu_mul(const Elements& elements, std::string_view label) {
  append(vector_command(Opcode::SILU_MUL, elements, label), label);
}

void CommandList::add(const Elements& elements, std::string_view label) {
  append(vector_command(Opcode::ADD, elements, label), label);
}

void CommandList::argmax(const Elements& elements, std::uint64_t first, std::string_view label) {
  append(vector_command(Opcode::ARGMAX, elements, label)
             .set(command::COLS, narrow(first, "indexes", label)),
         label);
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
