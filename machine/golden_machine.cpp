// SPDX-License-Identifier: Apache-2.0

#include "machine/golden_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "golden/checkpoint/float16.h"
#include "golden/error.h"
#include "golden/exact/fp32_round.h"
#include "machine/product/f16_stream.h"
#include "machine/product/golden_definition.h"
#include "machine/product/golden_trit.h"

namespace trine {
namespace {

/// FP32 to FP16 as the hardware stores it: every NaN becomes 7E00 with its sign.
std::uint16_t store_f16(float value) {
  if (std::isnan(value)) return std::signbit(value) ? 0xfe00 : 0x7e00;
  return golden::f32_to_f16(value);
}

/// A codebook block, whatever it holds; `bad` when the machine reports BAD_CODEBOOK.
struct CodebookBlock {
  golden::HardwareCodebook codebook;
  bool bad = false;

  CodebookBlock() = default;
  explicit CodebookBlock(const std::byte* bytes) {
    std::array<std::uint32_t, kCodebookBytes / 4> words{};
    std::memcpy(words.data(), bytes, kCodebookBytes);
    for (std::size_t k = 0; k < golden::kCodebook; ++k) {
      codebook.mantissa[k] = static_cast<std::uint16_t>(words[k]);
      codebook.shift[k] = static_cast<std::uint8_t>(words[k] >> 16 & 0x3f);
      bad |= (words[k] & 0x8000) == 0 || words[k] >> 22 != 0;
    }
    codebook.exponent = static_cast<std::int32_t>(words[golden::kCodebook]);
    for (std::size_t i = golden::kCodebook + 1; i < words.size(); ++i) bad |= words[i] != 0;
  }
};

}  // namespace

GoldenMachine::GoldenMachine(const MachineParams& params, MemoryPort& memory)
    : params_(params), memory_(memory), vector_(std::size_t{params.vectors} * params.vector_words) {
  const auto refuse = [](const std::string& what) { throw Error("machine parameters: " + what); };
  if (!std::has_single_bit(params.groups) || params.groups > 16)
    refuse(fmt::format("{} groups are not 1, 2, 4, 8 or 16", params.groups));
  if (params.tile_rows == 0 || params.tile_rows % golden::kPanelRows != 0)
    refuse(fmt::format("a row tile of {} is not a multiple of 32", params.tile_rows));
  if (params.act_width < 8 || params.act_width > 16)
    refuse(fmt::format("{} bits of mantissa are not 8 to 16", params.act_width));
  if (params.vector_words == 0 || params.vector_words % 32 != 0)
    refuse(fmt::format("{} vector words are not a multiple of 32", params.vector_words));
  if (params.vector_unit && params.vector_words > golden::kMaxSummed)
    refuse(fmt::format("the vector unit sums {} words at most, not {}", golden::kMaxSummed,
                       params.vector_words));
  if (params.max_cols == 0 || params.vectors == 0 || params.vectors > kMaxVectors)
    refuse(fmt::format("{} columns, {} vectors", params.max_cols, params.vectors));
}

std::span<const std::uint32_t> GoldenMachine::vector_memory(unsigned bank) const {
  if (bank >= params_.vectors)
    throw Error(fmt::format("vector memory: bank {} of {}", bank, params_.vectors));
  return std::span(vector_).subspan(std::size_t{bank} * params_.vector_words, params_.vector_words);
}

std::vector<float> GoldenMachine::values(std::uint32_t bank, std::uint32_t first,
                                         std::uint64_t count) const {
  std::vector<float> x(count);
  std::memcpy(x.data(), vector_memory(bank).subspan(first, count).data(), count * sizeof(float));
  return x;
}

ErrorCode GoldenMachine::execute(const Command& command) {
  switch (static_cast<Opcode>(command.get(command::OPCODE))) {
    case Opcode::LOAD:
      return load(command);
    case Opcode::STORE:
      return store(command);
    case Opcode::TRIT_MATVEC:
      return trit_matvec(command);
    case Opcode::F16_MATVEC:
      return f16_matvec(command);
    case Opcode::STORE_COLUMN:
      return store_column(command);
    case Opcode::END:
    case Opcode::FENCE:
      return ErrorCode::NONE;
    default:
      return vector_operation(command);
  }
}

ErrorCode GoldenMachine::load(const Command& command) {
  const std::uint64_t count = command.get(command::ROWS);
  const std::uint64_t bytes = memory_bytes(command, params_);
  count_read(bytes);
  std::uint32_t* to = words(command.get(command::BANK), command.get(command::DST));
  std::fill_n(to, (count + 15) / 16 * 16, 0);
  const std::byte* from = memory_.read(command.address(), beats(bytes) * params_.beat_bytes());
  if (from == nullptr) return ErrorCode::AXI_READ;
  if (command.get(command::F16) == 0) {
    std::memcpy(to, from, bytes);
    return ErrorCode::NONE;
  }
  for (std::uint64_t i = 0; i < count; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, from + 2 * i, sizeof half);
    to[i] = std::bit_cast<std::uint32_t>(golden::f16_to_f32(half));
  }
  return ErrorCode::NONE;
}

ErrorCode GoldenMachine::store(const Command& command) {
  const std::uint64_t count = command.get(command::ROWS);
  const std::uint64_t bytes = memory_bytes(command, params_);
  count_write(bytes);
  const std::uint32_t* from = words(command.get(command::BANK), command.get(command::SRC));
  const auto stored = [&](std::span<const std::byte> data) {
    return memory_.write(command.address(), data) ? ErrorCode::NONE : ErrorCode::AXI_WRITE;
  };
  if (command.get(command::F16) == 0) return stored(std::as_bytes(std::span(from, count)));
  std::vector<std::uint16_t> halves(count);
  for (std::uint64_t i = 0; i < count; ++i) halves[i] = store_f16(std::bit_cast<float>(from[i]));
  return stored(std::as_bytes(std::span(halves)));
}

ErrorCode GoldenMachine::store_column(const Command& command) {
  const std::uint64_t rows = command.get(command::ROWS), stride = command.get(command::STRIDE);
  beats_.write_beats += rows;  // A beat for each, with two bytes enabled.
  const std::uint32_t* from = words(command.get(command::BANK), command.get(command::SRC));
  const std::uint64_t address = command.address() + 2ull * command.get(command::LIMIT);
  LowestError errors;
  for (std::uint64_t i = 0; i < rows; ++i) {
    const std::uint16_t half = store_f16(std::bit_cast<float>(from[i]));
    errors.add(!memory_.write(address + i * stride, std::as_bytes(std::span(&half, 1))),
               ErrorCode::AXI_WRITE);
  }
  return errors.lowest();
}

void GoldenMachine::write_rows(const Command& command, std::uint32_t bank,
                               std::span<const std::int64_t> accumulator, std::int64_t exponent,
                               std::uint64_t row_step) {
  const bool raw = command.get(command::RAW) != 0;
  const std::uint64_t rows = command.get(command::ROWS);
  std::uint32_t* to = words(bank, command.get(command::DST));
  std::fill_n(to, (rows + row_step - 1) / row_step * row_step * (raw ? 2 : 1), 0);
  constexpr std::size_t kShareRows = 8192;
  workers_->rows(std::min<std::uint64_t>(rows, accumulator.size()), kShareRows,
                 [&](std::size_t first, std::size_t last) {
                   for (std::size_t r = first; r < last; ++r) {
                     const std::int64_t a = accumulator[r];
                     if (raw) {
                       to[2 * r] = static_cast<std::uint32_t>(a);
                       to[2 * r + 1] = static_cast<std::uint32_t>(a >> 32);
                     } else {
                       to[r] = std::bit_cast<std::uint32_t>(golden::fp32_rne(a, exponent));
                     }
                   }
                 });
}

ErrorCode GoldenMachine::trit_matvec(const Command& command) {
  const golden::MatrixShape shape{command.get(command::ROWS), command.get(command::COLS),
                                  command.get(command::DEPTH)};
  const std::uint64_t bytes = memory_bytes(command, params_);
  count_read(kCodebookBytes);
  count_read(bytes);
  beats_.weight_beats += beats(bytes);
  const std::uint32_t last_bank = command.get(command::BANK);
  const std::byte* book = memory_.read(command.codebook(), kCodebookBytes);
  const CodebookBlock block = book == nullptr ? CodebookBlock{} : CodebookBlock(book);
  const std::byte* stream = memory_.read(command.address(), bytes);
  if (stream == nullptr || book == nullptr) {
    for (std::uint32_t bank = 0; bank <= last_bank; ++bank)
      write_rows(command, bank, {}, 0, golden::kPanelRows);
    return ErrorCode::AXI_READ;
  }
  LowestError errors;
  errors.add(block.bad, ErrorCode::BAD_CODEBOOK);
  for (std::uint32_t bank = 0; bank <= last_bank; ++bank) {
    const auto x = golden::to_bfp(values(bank, command.get(command::SRC), shape.cols),
                                  static_cast<int>(params_.act_width));
    const StreamProduct product =
        definition_
            ? trit_stream_definition({stream, bytes}, shape, params_.geometry(), block.codebook, x)
            : trit_stream_matvec({stream, bytes}, shape, params_.geometry(), block.codebook, x,
                                 *workers_);
    write_rows(command, bank, product.accumulator,
               std::int64_t{block.codebook.exponent} - 15 + x.max_exponent, golden::kPanelRows);
    errors.add(product.bad_set_byte, ErrorCode::BAD_SET_BYTE);
    errors.add(product.bad_tail, ErrorCode::BAD_TAIL);
    errors.add(x.nonfinite, ErrorCode::NONFINITE);
  }
  return errors.lowest();
}

ErrorCode GoldenMachine::f16_matvec(const Command& command) {
  const std::uint64_t rows = command.get(command::ROWS), cols = command.get(command::COLS);
  // The padding of a row is weights like any other; the activations behind it are zeros.
  const std::uint64_t width = f16_stride(cols, params_);
  const std::uint64_t bytes = memory_bytes(command, params_);
  const std::uint64_t stride = command.get(command::STRIDE);
  const std::uint32_t bank = command.get(command::BANK);
  count_read(bytes);
  beats_.weight_beats += beats(bytes);
  std::vector<float> padded = values(bank, command.get(command::SRC), cols);
  padded.resize(width);
  const auto x = golden::to_bfp(padded, static_cast<int>(params_.act_width));
  const auto [stream, apart] =
      stride != 0 ? memory_.read_rows(command.address(), width * 2, rows, stride)
                  : MemoryPort::Rows{memory_.read(command.address(), bytes), width * 2};
  LowestError errors;
  errors.add(stream == nullptr, ErrorCode::AXI_READ);
  errors.add(x.nonfinite, ErrorCode::NONFINITE);
  golden::F16Product product;
  if (stream != nullptr) {
    const golden::F16Stream weights{.bytes = {stream, (rows - 1) * apart + width * 2},
                                    .rows = rows,
                                    .cols = width,
                                    .stride = apart};
    product = definition_ ? f16_stream_definition(weights, x)
                          : golden::f16_stream_matvec(weights, x, *workers_);
  }
  errors.add(product.nonfinite, ErrorCode::NONFINITE);
  errors.add(product.overflow, ErrorCode::OVERFLOW);
  write_rows(command, bank, product.accumulator, std::int64_t{x.max_exponent} - 24, 16);
  return errors.lowest();
}

}  // namespace trine
