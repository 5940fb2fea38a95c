// SPDX-License-Identifier: Apache-2.0

#include "driver/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "driver/vector_layout.h"
#include "golden/checkpoint/float16.h"
#include "golden/exact/codebook.h"
#include "golden/families/tensors.h"
#include "golden/format/crc32c.h"
#include "isa/round_up.h"

namespace trine {
namespace {

/// The elements of a tensor as FP16; throws Error when there are not `count`.
std::vector<std::uint16_t> half_elements(const golden::Tensor& tensor, std::size_t first,
                                         std::size_t count) {
  std::vector<float> values(count);
  tensor.to_f32(first, values);
  std::vector<std::uint16_t> halves(count);
  for (std::size_t i = 0; i < count; ++i) halves[i] = golden::f32_to_f16(values[i]);
  return halves;
}

std::vector<std::uint16_t> half_vector(const golden::PackedModel& model, std::string_view name,
                                       std::size_t count) {
  const golden::Tensor& tensor = model.at(name);
  if (tensor.elements() != count)
    throw Error(fmt::format("{} has {} elements, not {}", name, tensor.elements(), count));
  return half_elements(tensor, 0, count);
}

/// Positions that a row of the value cache has room for: whole beats of any core.
constexpr std::uint64_t kCapacityStep = 32;

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

Layout::Layout(const golden::PackedModel& model, const MachineParams& machine,
               std::uint64_t memory_bytes, std::uint64_t context, unsigned sequences,
               std::uint64_t memory_base)
    : model_(model),
      machine_(machine),
      context_(context),
      capacity_(round_up(context, kCapacityStep)),
      sequences_(sequences),
      allocator_(memory_base, memory_bytes),
      file_address_(round_up(memory_base + memory_bytes, 4096)),
      window_{memory_base,
              file_address_ + round_up(model.file().file_bytes().size(), kMemoryAlign)} {
  const golden::ModelConfig& c = model.config();
  codebooks_ = allocator_.allocate("codebooks", model.matrices().size() * kCodebookBytes);
  rope_ = allocator_.allocate("rope table", context * c.head_dim * 4);
  final_norm_ = allocator_.allocate("final norm", c.hidden * 2);
  boundary_ = allocator_.allocate("boundary", machine.vectors * round_up(c.hidden * 4, 64));
  logits_ = allocator_.allocate("logits", machine.vectors * round_up(c.vocab * 4, 64));
  best_ = allocator_.allocate("best tokens", machine.vectors * kMemoryAlign);
  embedding_ = place_rows(c.family->embedding);
  head_ = c.tied_head ? embedding_ : place_rows(c.family->head);
  layers_.resize(c.layers);
  for (std::size_t i = 0; i < c.layers; ++i) place_layer(i);
}

std::uint64_t Layout::boundary(unsigned bank) const {
  return boundary_.address + bank * round_up(config().hidden * 4, kMemoryAlign);
}

std::uint64_t Layout::logits(unsigned bank) const {
  return logits_.address + bank * round_up(config().vocab * 4, kMemoryAlign);
}

PlacedMatrix Layout::place(const golden::PackedMatrix& matrix) {
  if (matrix.shape.cols > machine_.max_cols)
    throw Error(fmt::format("{}: {} columns, the core takes {}", matrix.name, matrix.shape.cols,
                            machine_.max_cols));
  PlacedMatrix placed{.matrix = &matrix,
                      .stream = file_address_ + matrix.stream->file_offset,
                      .codebook = codebooks_.address + codebook_bytes_.size()};
  try {
    const auto block = codebook_block(matrix.codebook, matrix.shape.depth);
    codebook_bytes_.insert(codebook_bytes_.end(), block.begin(), block.end());
  } catch (const Error& error) {
    throw Error(fmt::format("{}: {}", matrix.name, error.what()));
  }
  if (!canonical())
    placed.stream =
        allocator_
            .allocate(matrix.name,
                      round_up(matrix.shape.stream_bytes(machine_.geometry()), kMemoryAlign))
            .address;
  return placed;
}

PlacedRows Layout::place_rows(std::string_view name) {
  const golden::Tensor& tensor = model_.at(name);
  const golden::ModelConfig& c = config();
  if (tensor.elements() != c.vocab * c.hidden)
    throw Error(fmt::format("{} is not {} x {}", name, c.vocab, c.hidden));
  PlacedRows rows{.tensor = &tensor,
                  .address = file_address_ + tensor.file_offset,
                  .stride = round_up(f16_stride(c.hidden, machine_) * 2, kMemoryAlign),
                  .in_place = false};
  rows.in_place = tensor.dtype == golden::Dtype::F16 && rows.stride == c.hidden * 2 &&
                  rows.address % kMemoryAlign == 0;
  if (!rows.in_place)
    rows.address = allocator_.allocate(tensor.name, c.vocab * rows.stride).address;
  return rows;
}

void Layout::place_layer(std::size_t index) {
  PlacedLayer& placed = layers_[index];
  for (const golden::Linear linear : golden::kLinears)
    placed.linear[static_cast<std::size_t>(linear)] =
        place(model_.matrix(golden::weight_name(*config().family, index, linear)));
  const auto take = [&](const char* what, std::uint64_t bytes) {
    return allocator_.allocate(fmt::format("{} of layer {}", what, index), bytes).address;
  };
  placed.parameters = take("parameters", std::uint64_t{parameter_layout(config()).count} * 2);
  placed.cache = take("keys and values", sequences_ * sequence_bytes());
  placed.keys = placed.cache;
  placed.values = placed.cache + sequence_bytes() / 2;
}

std::vector<std::byte> Layout::parameters(std::size_t layer) const {
  const golden::ModelConfig& c = config();
  const ParameterLayout at = parameter_layout(c);
  std::vector<std::uint16_t> block(at.count);
  for (const golden::VectorRule& rule : c.family->vectors) {
    const auto halves = half_vector(model_, golden::vector_name(*c.family, layer, rule),
                                    golden::width_of(c, rule.width));
    std::ranges::copy(halves, block.begin() + static_cast<std::ptrdiff_t>(at[rule.vector]));
  }
  const auto bytes = std::as_bytes(std::span(block));
  return {bytes.begin(), bytes.end()};
}

void Layout::load_rows(Transport& transport, const PlacedRows& rows) const {
  if (rows.in_place) return;
  constexpr std::size_t kRows = 256;  // At a time.
  const std::size_t width = rows.stride / 2, hidden = config().hidden;
  std::vector<std::uint16_t> padded;
  for (std::size_t first = 0; first < config().vocab; first += kRows) {
    const std::size_t count = std::min(kRows, config().vocab - first);
    const auto halves = half_elements(*rows.tensor, first * hidden, count * hidden);
    padded.assign(count * width, 0);
    for (std::size_t r = 0; r < count; ++r)
      std::memcpy(&padded[r * width], &halves[r * hidden], hidden * 2);
    transport.write_memory(rows.address + first * rows.stride, std::as_bytes(std::span(padded)));
  }
}

void Layout::write(Device& device) const {
  if (!(device.params() == machine_))
    throw Error("the program was compiled for a core with other parameters");
  Transport& transport = device.transport();
  if (transport.memory_base() != window_.base)
    throw Error(
        fmt::format("the program was compiled for memory at {:#x}, the device has it at {:#x}",
                    window_.base, transport.memory_base()));
  if (transport.memory_size() < allocator_.used())
    throw Error(fmt::format("the program needs {} bytes of device memory, there are {}",
                            allocator_.used(), transport.memory_size()));
  const golden::ModelConfig& c = config();
  transport.write_memory(codebooks_.address, codebook_bytes_);
  const golden::Rope rope(c.rope, c.head_dim, c.head_padding);
  for (std::uint64_t position = 0; position < context_; ++position)
    device.write(rope_.address + position * c.head_dim * 4, rope.row(position));
  transport.write_memory(final_norm_.address,
                         std::as_bytes(std::span<const std::uint16_t>(
                             half_vector(model_, c.family->final_norm, c.hidden))));
  load_rows(transport, embedding_);
  if (!c.tied_head) load_rows(transport, head_);
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    transport.write_memory(layers_[i].parameters, parameters(i));
    if (canonical()) continue;
    for (const PlacedMatrix& placed : layers_[i].linear)
      transport.write_memory(placed.stream,
                             golden::relayout(placed.matrix->stream->bytes, placed.matrix->shape,
                                              golden::kCanonical, machine_.geometry()));
  }
  device.set_window(window_);
}

std::uint32_t Layout::stream_sum(const PlacedMatrix& placed, std::uint64_t first,
                                 std::uint64_t count) const {
  const golden::MatrixShape& shape = placed.matrix->shape;
  const golden::Geometry geometry = machine_.geometry();
  const std::uint64_t offset =
      golden::MatrixShape{first, shape.cols, shape.depth}.stream_bytes(geometry);
  const std::uint64_t bytes =
      golden::MatrixShape{count, shape.cols, shape.depth}.stream_bytes(geometry);
  const auto [sum, is_new] = sums_.try_emplace({placed.stream + offset, bytes});
  if (is_new) {
    std::span<const std::byte> stream = placed.matrix->stream->bytes;
    std::vector<std::byte> other;
    if (!canonical()) {
      other = golden::relayout(stream, shape, golden::kCanonical, geometry);
      stream = other;
    }
    sum->second = golden::crc32c(stream.subspan(offset, bytes));
  }
  return sum->second;
}

void Layout::map(Device& device) const {
  device.transport().map_memory(file_address_, model_.file().file_bytes());
}

std::string Layout::describe(std::uint64_t address) const {
  if (address >= file_address_) {
    const std::uint64_t offset = address - file_address_;
    for (const golden::Tensor& tensor : model_.file().tensors())
      if (offset >= tensor.file_offset && offset - tensor.file_offset < tensor.bytes.size())
        return fmt::format("{} + {:#x}", tensor.name, offset - tensor.file_offset);
  }
  return allocator_.describe(address);
}

}  // namespace trine
