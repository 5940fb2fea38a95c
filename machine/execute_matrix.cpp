// SPDX-License-Identifier: Apache-2.0
//
// Matrix times vector.

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "golden/exact/fp32_round.h"
#include "golden/format/crc32c.h"
#include "isa/round_up.h"
#include "machine/executors.h"
#include "machine/product/product.h"

namespace trine {
namespace {

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

/// Where the results of a product go: rounded to FP32 on the thread that made them. Zeros follow up
/// to a multiple of `row_step` rows.
golden::RowSink result_rows(MachineState& state, const ResolvedCommand& command, std::uint32_t bank,
                            std::int64_t exponent, std::uint64_t row_step) {
  const bool raw = command.get(command::RAW) != 0;
  const std::uint64_t rows = command.get(command::ROWS), words = raw ? 2 : 1;
  std::uint32_t* to = state.words(bank, command.get(command::DST));
  std::fill(to + rows * words, to + round_up(rows, row_step) * words, 0);
  return [=](std::size_t first, std::span<const std::int64_t> accumulators) {
    for (std::size_t i = 0; i < accumulators.size(); ++i) {
      const std::int64_t a = accumulators[i];
      if (raw) {
        to[2 * (first + i)] = static_cast<std::uint32_t>(a);
        to[2 * (first + i) + 1] = static_cast<std::uint32_t>(a >> 32);
      } else {
        to[first + i] = std::bit_cast<std::uint32_t>(golden::fp32_rne(a, exponent));
      }
    }
  };
}

/// The results of a product whose matrix the bus did not give.
void no_rows(MachineState& state, const ResolvedCommand& command, std::uint32_t bank,
             std::uint64_t row_step) {
  const std::vector<std::int64_t> zeros(command.get(command::ROWS));
  result_rows(state, command, bank, 0, row_step)(0, zeros);
}

/// The input of a product, quantized; zeros follow up to `padded` columns.
const golden::Activations& input(MachineState& state, const ResolvedCommand& command,
                                 std::uint32_t bank, std::uint64_t padded) {
  golden::Activations& x = state.activations[bank];
  x.quantize({state.words(bank, command.get(command::SRC)), command.get(command::COLS)}, padded,
             static_cast<int>(state.params.act_width), *state.workers);
  return x;
}

ErrorCode trit_matvec(MachineState& state, const ResolvedCommand& command) {
  const golden::MatrixShape shape{command.get(command::ROWS), command.get(command::COLS),
                                  command.get(command::DEPTH)};
  const std::uint64_t bytes = memory_bytes(command, state.params);
  state.count_read(kCodebookBytes);
  state.count_read(bytes);
  state.beats.weight_beats += state.beats_of(bytes);
  const std::uint32_t last_bank = command.get(command::BANK);
  const std::byte* book = state.memory.read(command.codebook(), kCodebookBytes);
  const CodebookBlock block = book == nullptr ? CodebookBlock{} : CodebookBlock(book);
  const std::byte* stream = state.memory.read(command.address(), bytes);
  if (stream == nullptr || book == nullptr) {
    for (std::uint32_t bank = 0; bank <= last_bank; ++bank)
      no_rows(state, command, bank, golden::kPanelRows);
    return ErrorCode::AXI_READ;
  }
  LowestError errors;
  errors.add(block.bad, ErrorCode::BAD_CODEBOOK);
  const std::uint32_t sum = command.get(command::ALPHA);
  errors.add(sum != 0 && sum != golden::crc32c({stream, bytes}), ErrorCode::STREAM_SUM);
  for (std::uint32_t bank = 0; bank <= last_bank; ++bank) {
    const golden::Activations& x = input(state, command, bank, shape.cols);
    const golden::TritFaults faults = golden::trit_product(
        {{stream, bytes}, shape, state.params.geometry(), block.codebook}, x, *state.workers,
        state.form,
        result_rows(state, command, bank,
                    std::int64_t{block.codebook.exponent} - 15 + x.bfp().max_exponent,
                    golden::kPanelRows));
    errors.add(faults.bad_set_byte, ErrorCode::BAD_SET_BYTE);
    errors.add(faults.bad_tail, ErrorCode::BAD_TAIL);
    errors.add(x.bfp().nonfinite, ErrorCode::NONFINITE);
  }
  return errors.lowest();
}

ErrorCode f16_matvec(MachineState& state, const ResolvedCommand& command) {
  const std::uint64_t rows = command.get(command::ROWS), cols = command.get(command::COLS);
  // The padding of a row is weights like any other; the activations behind it are zeros.
  const std::uint64_t width = f16_stride(cols, state.params);
  const std::uint64_t bytes = memory_bytes(command, state.params);
  const std::uint64_t stride = command.get(command::STRIDE);
  const std::uint32_t bank = command.get(command::BANK);
  constexpr std::uint64_t kRowStep = 16;
  state.count_read(bytes);
  state.beats.weight_beats += state.beats_of(bytes);
  const golden::Activations& x = input(state, command, bank, width);
  const auto [stream, apart] =
      stride != 0 ? state.memory.read_rows(command.address(), width * 2, rows, stride)
                  : MemoryPort::Rows{state.memory.read(command.address(), bytes), width * 2};
  if (stream == nullptr) {
    no_rows(state, command, bank, kRowStep);
    return ErrorCode::AXI_READ;
  }
  const golden::F16Stream weights{.bytes = {stream, (rows - 1) * apart + width * 2},
                                  .rows = rows,
                                  .cols = width,
                                  .stride = apart};
  const golden::F16Faults faults = golden::f16_product(
      weights, x.bfp(), *state.workers, state.form,
      result_rows(state, command, bank, std::int64_t{x.bfp().max_exponent} - 24, kRowStep));
  LowestError errors;
  errors.add(x.bfp().nonfinite || faults.nonfinite, ErrorCode::NONFINITE);
  errors.add(faults.overflow, ErrorCode::OVERFLOW);
  return errors.lowest();
}

constexpr ExecutorEntry kMatrix[] = {
    {Opcode::TRIT_MATVEC, trit_matvec},
    {Opcode::F16_MATVEC, f16_matvec},
};
static_assert(covers(Unit::MATRIX, kMatrix), "an opcode of unit MATRIX has no executor");

}  // namespace

std::span<const ExecutorEntry> matrix_executors() {
  return kMatrix;
}

}  // namespace trine
