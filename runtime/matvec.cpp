// SPDX-License-Identifier: Apache-2.0

#include "runtime/matvec.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>

#include "driver/allocator.h"
#include "driver/command_list.h"
#include "driver/layout.h"
#include "golden/format/crc32c.h"
#include "isa/round_up.h"

namespace trine {
namespace {

/// A product in device memory: what both engines have in common.
class Job {
 public:
  Job(Device& device, std::uint64_t rows, std::uint64_t cols, Results results)
      : device_(device),
        memory_(device.transport().memory_base(), device.transport().memory_size()),
        window_{memory_.base(), memory_.base() + device.transport().memory_size()},
        raw_(results == Results::Raw),
        rows_(rows),
        cols_(cols) {}

  Buffer put(std::string_view name, std::span<const std::byte> bytes) {
    Buffer buffer = memory_.allocate(name, round_up(bytes.size(), kMemoryAlign));
    device_.transport().write_memory(buffer.address, bytes);
    return buffer;
  }

  /// `add(list, matvec)` appends the product of some rows; `address(row)` is where a row lies whose
  /// index is a multiple of `step`.
  template <class Add, class Address>
  MatvecRun run(std::span<const float> x, const std::string& label, std::uint64_t step, Add add,
                Address address) {
    const unsigned row_words = raw_ ? 2 : 1;
    const auto dst = static_cast<std::uint32_t>(round_up(cols_, 16));
    const std::uint64_t together = rows_together(dst, row_words, step, label);
    const auto banks = static_cast<unsigned>(x.size() / cols_);
    if (banks == 0 || banks * cols_ != x.size() || banks > device_.params().vectors)
      throw Error(fmt::format("{}: {} activations are not one of {} vectors of {}", label, x.size(),
                              device_.params().vectors, cols_));
    const std::uint64_t output_bytes = round_up(rows_ * row_words * 4, kMemoryAlign);
    const Buffer output = memory_.allocate("output", banks * output_bytes);
    CommandList list(device_.params(), window_);
    for (unsigned bank = 0; bank < banks; ++bank) {
      const Buffer input = put("input", std::as_bytes(x.subspan(bank * cols_, cols_)));
      list.load(0, input.address, cols_, CommandList::Element::F32, "input of " + label,
                {.bank = bank});
    }
    for (std::uint64_t first = 0; first < rows_; first += together) {
      const std::uint64_t rows = std::min(together, rows_ - first);
      add(list, CommandList::Matvec{.rows = rows,
                                    .cols = cols_,
                                    .address = address(first),
                                    .src = 0,
                                    .dst = dst,
                                    .raw = raw_,
                                    .bank = banks - 1});
      for (unsigned bank = 0; bank < banks; ++bank)
        list.store(dst, output.address + bank * output_bytes + first * row_words * 4,
                   rows * row_words, CommandList::Element::F32, "result of " + label,
                   {.bank = bank});
    }
    list.end();
    const Buffer commands = put("commands", list.bytes());

    device_.set_window(window_);
    MatvecRun result;
    const Counters before = device_.counters();
    const auto start = std::chrono::steady_clock::now();
    device_.run(list, commands.address);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    result.counters = device_.counters() - before;
    const auto fetch = [&](auto& values) {
      values.resize(banks * rows_);
      for (unsigned bank = 0; bank < banks; ++bank)
        device_.transport().read_memory(
            output.address + bank * output_bytes,
            std::as_writable_bytes(std::span(values).subspan(bank * rows_, rows_)));
    };
    raw_ ? fetch(result.accumulator) : fetch(result.y);
    return result;
  }

 private:
  /// Rows whose results fit behind the input: all, or as many times `step` as can be.
  std::uint64_t rows_together(std::uint64_t dst, unsigned row_words, std::uint64_t step,
                              const std::string& label) const {
    const MachineParams& core = device_.params();
    if (cols_ > core.max_cols)
      throw Error(fmt::format("{}: {} columns, the core takes {}", label, cols_, core.max_cols));
    const std::uint64_t room = core.vector_words > dst ? (core.vector_words - dst) / row_words : 0;
    if (round_up(rows_, golden::kPanelRows) <= room) return rows_;
    if (room < step)
      throw Error(
          fmt::format("{}: {} columns and {} of {} rows need {} words of vector memory, "
                      "the core has {}",
                      label, cols_, step, rows_, dst + step * row_words, core.vector_words));
    return room / step * step;  // NOLINT: there are rows in a step.
  }

  Device& device_;
  Allocator memory_;
  MemoryWindow window_;
  bool raw_;
  std::uint64_t rows_, cols_;
};

}  // namespace

MatvecRun run_matvec(Device& device, const StreamMatrix& matrix, std::span<const float> x,
                     Results results, const std::string& label) {
  Job job(device, matrix.shape.rows, matrix.shape.cols, results);
  const Buffer stream = job.put("stream", matrix.stream);
  const Buffer codebook = job.put("codebook", codebook_block(matrix.codebook, matrix.shape.depth));
  const golden::Geometry geometry = device.params().geometry();
  return job.run(
      x, label, geometry.tile_rows,
      [&](CommandList& list, CommandList::Matvec matvec) {
        if (device.params().stream_sum) {
          const golden::MatrixShape part{matvec.rows, matrix.shape.cols, matrix.shape.depth};
          matvec.sum = golden::crc32c(
              std::span(matrix.stream)
                  .subspan(matvec.address - stream.address, part.stream_bytes(geometry)));
        }
        list.trit_matvec(matvec, matrix.shape.depth, codebook.address, label);
      },
      [&](std::uint64_t row) {
        const golden::MatrixShape before{row, matrix.shape.cols, matrix.shape.depth};
        return stream.address + before.stream_bytes(geometry);
      });
}

MatvecRun run_matvec(Device& device, const golden::F16Matrix& matrix, std::span<const float> x,
                     Results results, const std::string& label) {
  if (x.size() != matrix.cols)
    throw Error(fmt::format("{}: the FP16 engine takes one vector of {}", label, matrix.cols));
  Job job(device, matrix.rows, matrix.cols, results);
  const std::uint64_t stride = f16_stride(matrix.cols, device.params());
  std::vector<std::uint16_t> padded(matrix.rows * stride);
  for (std::size_t row = 0; row < matrix.rows; ++row)
    std::memcpy(&padded[row * stride], &matrix.bits[row * matrix.stride], matrix.cols * 2);
  const Buffer stream = job.put("matrix", std::as_bytes(std::span(padded)));
  return job.run(
      x, label, golden::kPanelRows,
      [&](CommandList& list, const CommandList::Matvec& matvec) { list.f16_matvec(matvec, label); },
      [&](std::uint64_t row) { return stream.address + row * stride * 2; });
}

}  // namespace trine
