// SPDX-License-Identifier: Apache-2.0

#include "runtime/matvec.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

#include "driver/allocator.h"
#include "driver/command_list.h"
#include "driver/layout.h"

namespace trine {
namespace {

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

/// A product in device memory: what both engines have in common.
class Job {
 public:
  Job(Device& device, std::uint64_t rows, std::uint64_t cols, Results results)
      : device_(device),
        memory_(0, device.transport().memory_size()),
        window_{0, device.transport().memory_size()},
        raw_(results == Results::Raw),
        rows_(rows),
        cols_(cols) {}

  Buffer put(std::string_view name, std::span<const std::byte> bytes) {
    const Buffer buffer = memory_.allocate(name, round_up(bytes.size(), kMemoryAlign));
    device_.transport().write_memory(buffer.address, bytes);
    return buffer;
  }

  /// `add(list, matvec)` appends the product itself.
  template <class Add>
  MatvecRun run(std::span<const float> x, std::uint64_t stream, const std::string& label, Add add) {
    const std::uint64_t words = rows_ * (raw_ ? 2 : 1);
    check_fits(round_up(cols_, 16) + round_up(rows_, golden::kPanelRows) * (raw_ ? 2 : 1), label);
    const Buffer input = put("input", std::as_bytes(x));
    const Buffer output = memory_.allocate("output", round_up(words * 4, kMemoryAlign));
    const auto dst = static_cast<std::uint32_t>(round_up(cols_, 16));
    CommandList list(device_.params(), window_);
    list.load(0, input.address, cols_, CommandList::Element::F32, "input of " + label);
    add(list,
        CommandList::Matvec{
            .rows = rows_, .cols = cols_, .address = stream, .src = 0, .dst = dst, .raw = raw_});
    list.store(dst, output.address, words, CommandList::Element::F32, "result of " + label);
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
      values.resize(rows_);
      device_.transport().read_memory(output.address, std::as_writable_bytes(std::span(values)));
    };
    raw_ ? fetch(result.accumulator) : fetch(result.y);
    return result;
  }

 private:
  void check_fits(std::uint64_t words, const std::string& label) const {
    const MachineParams& core = device_.params();
    if (cols_ > core.max_cols)
      throw Error(fmt::format("{}: {} columns, the core takes {}", label, cols_, core.max_cols));
    if (words > core.vector_words)
      throw Error(
          fmt::format("{}: {} rows and {} columns need {} words of vector memory, the core "
                      "has {}",
                      label, rows_, cols_, words, core.vector_words));
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
  return job.run(x, stream.address, label,
                 [&](CommandList& list, const CommandList::Matvec& matvec) {
                   list.trit_matvec(matvec, matrix.shape.depth, codebook.address, label);
                 });
}

MatvecRun run_matvec(Device& device, const golden::F16Matrix& matrix, std::span<const float> x,
                     Results results, const std::string& label) {
  Job job(device, matrix.rows, matrix.cols, results);
  const std::uint64_t stride = f16_stride(matrix.cols, device.params());
  std::vector<std::uint16_t> padded(matrix.rows * stride);
  for (std::size_t row = 0; row < matrix.rows; ++row)
    std::memcpy(&padded[row * stride], &matrix.bits[row * matrix.stride], matrix.cols * 2);
  const Buffer stream = job.put("matrix", std::as_bytes(std::span(padded)));
  return job.run(x, stream.address, label,
                 [&](CommandList& list, const CommandList::Matvec& matvec) {
                   list.f16_matvec(matvec, label);
                 });
}

}  // namespace trine
