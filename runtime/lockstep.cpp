// SPDX-License-Identifier: Apache-2.0

#include "runtime/lockstep.h"

#include <fmt/format.h>

#include <bit>
#include <exception>
#include <thread>

#include "golden/checkpoint/float16.h"

namespace trine {
namespace {

std::string place_text(const TokenList& list, std::uint32_t index) {
  const auto& layer = list.info.at(index).layer;
  return fmt::format("{}{}", list.commands.describe_at(index),
                     layer ? fmt::format(", layer {}", *layer) : "");
}

}  // namespace

LockstepExecutor::LockstepExecutor(const Side& first, const Side& second) : sides_{first, second} {
  for (std::size_t side = 0; side < 2; ++side) {
    Transport& transport = sides_[side].device.transport();
    views_[side] = transport.vector_view();
    if (transport.stepper() == nullptr || views_[side] == nullptr)
      throw Error(fmt::format(
          "{} cannot be compared command by command: it {}", sides_[side].name,
          transport.stepper() == nullptr ? "does not step" : "does not show its vector memory"));
  }
}

void LockstepExecutor::write(const TokenList& list) {
  for (const Side& side : sides_)
    side.device.transport().write_memory(list.address, list.commands.bytes());
}

void LockstepExecutor::write(std::uint64_t address, std::span<const float> from) {
  for (const Side& side : sides_) side.device.write(address, from);
}

void LockstepExecutor::run(const TokenList& list, const SequenceState& state) {
  pending_.clear();
  for (const Side& side : sides_) {
    side.device.set_sequence(state);
    side.device.start(list.commands, list.address);
  }
  const MachineParams& machine = sides_[0].device.params();
  const MemoryWindow everything{0, std::uint64_t{1} << kAddressBits};
  for (std::uint32_t index = 0;; ++index) {
    const auto steps = step(list, index);
    compare_ends(list, index, steps);
    // A refused command wrote nothing, and of one with a data error the result is open.
    if (steps[0].error) throw DeviceError(*steps[0].error);
    const Command& given = list.commands.commands()[index];
    const CheckedCommand checked = check_command(given, machine, everything, state);
    const auto opcode = static_cast<Opcode>(given.get(command::OPCODE));
    if (checked.code == ErrorCode::NONE) {
      if (checked.command.opcode->writes_memory())
        pending_.push_back({index, checked.command});
      else
        compare_vector(list, index, checked.command);
    }
    if (opcode == Opcode::FENCE || opcode == Opcode::END) compare_memory(list);
    if (!steps[0].more) return;
  }
}

std::array<LockstepExecutor::Step, 2> LockstepExecutor::step(const TokenList& list,
                                                             std::uint32_t index) {
  std::array<Step, 2> steps;
  std::exception_ptr failure;
  const auto one = [&](std::size_t side) {
    try {
      steps[side].more = sides_[side].device.step(list.commands);
    } catch (const DeviceError& error) {
      steps[side].error = error;
    } catch (...) {
      failure = std::current_exception();
    }
  };
  // Side by side where it pays: the devices share nothing but the read-only program and model.
  const Operation operation =
      index < list.info.size() ? list.info[index].operation : Operation::Control;
  if (operation == Operation::Linear || operation == Operation::Head) {
    std::exception_ptr other;
    {
      const std::jthread second([&] { one(1); });
      try {
        steps[0].more = sides_[0].device.step(list.commands);
      } catch (const DeviceError& error) {
        steps[0].error = error;
      } catch (...) {
        other = std::current_exception();
      }
    }
    if (other) failure = other;
  } else {
    one(0);
    one(1);
  }
  if (failure) std::rethrow_exception(failure);
  return steps;
}

void LockstepExecutor::compare_ends(const TokenList& list, std::uint32_t index,
                                    const std::array<Step, 2>& steps) {
  const auto how = [&](const Step& step) -> std::string {
    if (step.error)
      return fmt::format("stopped at command {} with {}", step.error->index(),
                         describe(step.error->code()));
    return step.more ? "goes on" : "has ended";
  };
  const std::string first = how(steps[0]), second = how(steps[1]);
  if (first == second) return;
  const CommandInfo info = index < list.info.size() ? list.info[index] : CommandInfo{};
  const std::string tensor =
      index < list.commands.size() ? std::string(list.label(index)) : std::string();
  throw Mismatch({index, tensor, info.layer, info.bank, 0},
                 fmt::format("{}: {} {}, {} {}",
                             index < list.info.size() ? place_text(list, index) : "past the list",
                             sides_[0].name, first, sides_[1].name, second));
}

void LockstepExecutor::compare_vector(const TokenList& list, std::uint32_t index,
                                      const Command& command) {
  const std::uint64_t count = vector_reach(command).dst;
  if (count == 0) return;
  const unsigned last = command.get(command::BANK);
  const bool shared = static_cast<Opcode>(command.get(command::OPCODE)) == Opcode::TRIT_MATVEC;
  std::vector<std::uint32_t> words[2];
  for (unsigned bank = shared ? 0 : last; bank <= last; ++bank) {
    for (std::size_t side = 0; side < 2; ++side) {
      words[side].resize(count);
      views_[side]->read_vector(bank, command.get(command::DST), words[side]);
    }
    for (std::size_t row = 0; row < count; ++row)
      compare(list, index, bank, row, words[0][row], words[1][row]);
  }
}

void LockstepExecutor::compare_memory(const TokenList& list) {
  for (const Pending& store : pending_) compare_memory(list, store);
  pending_.clear();
}

void LockstepExecutor::compare_memory(const TokenList& list, const Pending& store) {
  const ResolvedCommand& c = store.command;
  const bool column = c.opcode->memory == MemoryUse::WRITE_COLUMN;
  const bool blocks = c.opcode->memory == MemoryUse::WRITE_BLOCKS;
  const bool half = column || c.get(command::F16) != 0;
  const std::uint64_t width = half || blocks ? 2 : 4, rows = c.get(command::ROWS);
  std::vector<std::byte> bytes[2];
  for (std::size_t side = 0; side < 2; ++side) {
    Transport& transport = sides_[side].device.transport();
    bytes[side].resize(rows * width);
    if (!column) {
      transport.read_memory(c.address(), bytes[side]);
      continue;
    }
    const std::uint64_t first = c.column_address();
    for (std::uint64_t row = 0; row < rows; ++row)
      transport.read_memory(first + row * c.get(command::STRIDE),
                            std::span(bytes[side]).subspan(row * width, width));
  }
  for (std::uint64_t row = 0; row < rows; ++row) {
    std::uint32_t value[2] = {};
    for (std::size_t side = 0; side < 2; ++side) {
      std::memcpy(&value[side], &bytes[side][row * width], width);
      // As FP32, so that a message shows the number; of a block's element, the integer.
      if (blocks)
        value[side] = std::bit_cast<std::uint32_t>(
            static_cast<float>(static_cast<std::int16_t>(value[side])));
      if (half)
        value[side] = std::bit_cast<std::uint32_t>(
            golden::f16_to_f32(static_cast<std::uint16_t>(value[side])));
    }
    compare(list, store.index, c.get(command::BANK), row, value[0], value[1]);
  }
}

void LockstepExecutor::compare(const TokenList& list, std::uint32_t index, unsigned bank,
                               std::size_t row, std::uint32_t first, std::uint32_t second) {
  if (index >= counted_.first && index < counted_.second) ++compared_;
  if (first == second) return;
  throw Mismatch(
      {index, std::string(list.label(index)), list.info.at(index).layer, bank, row},
      fmt::format("{}, bank {}, row {}: {} has {:.9g} ({:#010x}), {} has {:.9g} ({:#010x})",
                  place_text(list, index), bank, row, sides_[0].name, std::bit_cast<float>(first),
                  first, sides_[1].name, std::bit_cast<float>(second), second));
}

}  // namespace trine
