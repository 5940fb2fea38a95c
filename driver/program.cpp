// SPDX-License-Identifier: Apache-2.0

#include "driver/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "golden/exact/codebook.h"

namespace trine {
namespace {

using golden::Linear;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

/// The calls that the forward pass makes, in its order.
const std::vector<Linear> kCalls[] = {
    {Linear::Q, Linear::K, Linear::V}, {Linear::O}, {Linear::Gate, Linear::Up}, {Linear::Down}};

std::uint64_t largest_cols(const golden::PackedModel& model) {
  std::uint64_t cols = 0;
  for (const auto& matrix : model.matrices())
    cols = std::max<std::uint64_t>(cols, matrix.shape.cols);
  return cols;
}

/// Bytes of the results of the largest call, each at a multiple of 64.
std::uint64_t largest_outputs(const golden::ModelConfig& config) {
  std::uint64_t most = 0;
  for (const auto& matrices : kCalls) {
    std::uint64_t bytes = 0;
    for (const Linear linear : matrices)
      bytes += round_up(golden::weight_shape(config, linear).rows * 4, kMemoryAlign);
    most = std::max(most, bytes);
  }
  return most;
}

}  // namespace

std::vector<std::byte> codebook_block(const golden::Codebook& codebook, unsigned depth) {
  const golden::HardwareCodebook hardware = golden::hardware_codebook(codebook, depth);
  std::array<std::uint32_t, kCodebookBytes / 4> words{};
  for (std::size_t k = 0; k < golden::kCodebook; ++k)
    words[k] = hardware.mantissa[k] | std::uint32_t{hardware.shift[k]} << 16;
  words[golden::kCodebook] = static_cast<std::uint32_t>(hardware.exponent);
  std::vector<std::byte> bytes(kCodebookBytes);
  std::memcpy(bytes.data(), words.data(), kCodebookBytes);
  return bytes;
}

Program::Program(const golden::PackedModel& model, const MachineParams& machine,
                 std::uint64_t memory_bytes)
    : model_(model),
      machine_(machine),
      allocator_(0, memory_bytes),
      file_address_(round_up(memory_bytes, 4096)),
      window_{0, memory_bytes} {
  if (zero_copy())
    window_.limit = file_address_ + round_up(model.file().file_bytes().size(), kMemoryAlign);
  codebooks_ = allocator_.allocate("codebooks", model.matrices().size() * kCodebookBytes);
  input_ = allocator_.allocate("input", largest_cols(model) * 4);
  outputs_ = allocator_.allocate("outputs", largest_outputs(model.config()));
  calls_.resize(model.config().layers);
  for (std::size_t layer = 0; layer < calls_.size(); ++layer)
    for (const auto& matrices : kCalls) calls_[layer].push_back(build(layer, matrices));
}

Program::Placed Program::place(const golden::PackedMatrix& matrix) {
  Placed placed{.shape = matrix.shape,
                .stream = file_address_ + matrix.stream->file_offset,
                .codebook = codebooks_.address + codebook_bytes_.size()};
  try {
    const auto block = codebook_block(matrix.codebook, matrix.shape.depth);
    codebook_bytes_.insert(codebook_bytes_.end(), block.begin(), block.end());
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", matrix.name, error.what()));
  }
  if (!zero_copy()) {
    const Buffer buffer = allocator_.allocate(
        matrix.name, round_up(matrix.shape.stream_bytes(machine_.geometry()), kMemoryAlign));
    placed.stream = buffer.address;
    relaid_.emplace_back(&matrix, buffer.address);
  }
  return placed;
}

void Program::check_fits(const golden::PackedMatrix& matrix, std::uint64_t last_word) const {
  if (matrix.shape.cols > machine_.max_cols)
    throw Error(fmt::format("{}: {} columns, the core takes {}", matrix.name, matrix.shape.cols,
                            machine_.max_cols));
  if (last_word > machine_.vector_words)
    throw Error(fmt::format("{}: input and results need {} words of vector memory, the core has {}",
                            matrix.name, last_word, machine_.vector_words));
}

LinearCall Program::build(std::size_t layer, std::span<const Linear> matrices) {
  LinearCall call{.cols = 0,
                  .input = input_.address,
                  .outputs = {},
                  .list = CommandList(machine_, window_),
                  .list_address = 0,
                  .stream_beats = 0};
  std::vector<std::uint32_t> results;  // Words of vector memory.
  std::uint64_t word = 0, address = outputs_.address;
  for (const Linear linear : matrices) {
    const golden::PackedMatrix& matrix = model_.matrix(golden::weight_name(layer, linear));
    const Placed placed = place(matrix);
    if (call.outputs.empty()) {
      call.cols = placed.shape.cols;
      check_fits(matrix, round_up(call.cols, kVectorAlign));
      call.list.load(0, input_.address, call.cols, CommandList::Element::F32,
                     "input of " + matrix.name);
      word = round_up(call.cols, kVectorAlign);
    }
    const auto dst = static_cast<std::uint32_t>(word);
    word += round_up(placed.shape.rows, golden::kPanelRows);
    check_fits(matrix, word);
    call.list.trit_matvec({.rows = placed.shape.rows,
                           .cols = placed.shape.cols,
                           .address = placed.stream,
                           .src = 0,
                           .dst = dst},
                          placed.shape.depth, placed.codebook, matrix.name);
    call.stream_beats += placed.shape.beats(machine_.geometry());
    call.outputs.push_back({matrix.name, placed.shape.rows, address});
    address += round_up(placed.shape.rows * 4, kMemoryAlign);
    results.push_back(dst);
  }
  for (std::size_t i = 0; i < results.size(); ++i)
    call.list.store(results[i], call.outputs[i].address, call.outputs[i].rows,
                    CommandList::Element::F32, "result of " + call.outputs[i].tensor);
  call.list.end();
  call.list_address =
      allocator_
          .allocate(fmt::format("list of layer {}, {}", layer, call.outputs.front().tensor),
                    call.list.bytes().size())
          .address;
  return call;
}

void Program::load(Device& device) const {
  if (!(device.params() == machine_))
    throw Error("the program was compiled for a core with other parameters");
  Transport& transport = device.transport();
  if (transport.memory_size() < allocator_.used())
    throw Error(fmt::format("the program needs {} bytes of device memory, there are {}",
                            allocator_.used(), transport.memory_size()));
  transport.write_memory(codebooks_.address, codebook_bytes_);
  for (const auto& [matrix, address] : relaid_)
    transport.write_memory(address, golden::relayout(matrix->stream->bytes, matrix->shape,
                                                     golden::kCanonical, machine_.geometry()));
  for (const auto& layer : calls_)
    for (const LinearCall& call : layer)
      transport.write_memory(call.list_address, call.list.bytes());
  if (zero_copy()) transport.map_memory(file_address_, model_.file().file_bytes());
  device.set_window(window_);
}

const LinearCall& Program::call(std::size_t layer, std::span<const Linear> matrices) const {
  if (layer >= calls_.size())
    throw Error(fmt::format("layer {} of a model with {}", layer, calls_.size()));
  for (std::size_t i = 0; i < std::size(kCalls); ++i)
    if (std::ranges::equal(matrices, kCalls[i])) return calls_[layer][i];
  throw Error(fmt::format("layer {}: no command list for these {} matrices together", layer,
                          matrices.size()));
}

std::string Program::describe(std::uint64_t address) const {
  if (zero_copy() && address >= file_address_) {
    const std::uint64_t offset = address - file_address_;
    for (const auto& matrix : model_.matrices()) {
      const golden::Tensor& stream = *matrix.stream;
      if (offset >= stream.file_offset && offset - stream.file_offset < stream.bytes.size())
        return fmt::format("{} + {:#x}", matrix.name, offset - stream.file_offset);
    }
  }
  return allocator_.describe(address);
}

std::uint64_t Program::token_beats() const {
  std::uint64_t beats = 0;
  for (const auto& layer : calls_)
    for (const LinearCall& call : layer) beats += call.stream_beats;
  return beats;
}

}  // namespace trine
