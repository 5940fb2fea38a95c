// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "driver/allocator.h"
#include "driver/device.h"
#include "golden/format/packed_model.h"

namespace trine {

/// A linear matrix in device memory.
struct PlacedMatrix {
  const golden::PackedMatrix* matrix = nullptr;
  std::uint64_t stream = 0, codebook = 0;
};

/// FP16 rows in device memory, `stride` bytes apart: whole beats and a multiple of 64.
struct PlacedRows {
  const golden::Tensor* tensor = nullptr;
  std::uint64_t address = 0, stride = 0;
  bool in_place = false;  // In the mapped file.
};

/// What one layer has in device memory.
struct PlacedLayer {
  std::array<PlacedMatrix, std::size(golden::kLinears)> linear;
  std::uint64_t parameters = 0;  // FP16: ParameterLayout.
  /// Keys and values of the first sequence; those of the next follow (Layout::sequence_bytes). For
  /// the attention unit: blocks, (kv_heads, capacity, key and value, head_dim).
  std::uint64_t cache = 0;
  // Without it the same place has FP16: keys (kv_heads, capacity, head_dim), then values (kv_dim,
  // capacity).
  std::uint64_t keys = 0, values = 0;
};

/// What of a packed model lies where in device memory, and how it gets there.
///
/// The file is mapped behind the writable memory. A core of the canonical geometry reads the weight
/// streams there; for any other they are laid out anew. Embedding and head are read there too when
/// their rows are whole beats. Small tensors are copied, those of a layer into one block.
class Layout {
 public:
  /// `memory_bytes`: writable memory of the device, from `memory_base` on; `context`: positions, at
  /// least one, of each of `sequences` caches. Throws Error naming tensor or buffer when something
  /// does not fit. The model must outlive it.
  Layout(const golden::PackedModel& model, const MachineParams& machine, std::uint64_t memory_bytes,
         std::uint64_t context, unsigned sequences = 1, std::uint64_t memory_base = 0);

  const golden::PackedModel& model() const { return model_; }
  const golden::ModelConfig& config() const { return model_.config(); }
  const MachineParams& machine() const { return machine_; }
  const MemoryWindow& window() const { return window_; }
  std::uint64_t context() const { return context_; }
  /// Positions in the rows of the cache: the context rounded up to whole beats.
  std::uint64_t capacity() const { return capacity_; }
  unsigned sequences() const { return sequences_; }
  /// Keys and values of a layer in one sequence.
  std::uint64_t sequence_bytes() const { return config().kv_dim() * capacity_ * 4; }

  const PlacedLayer& layer(std::size_t index) const { return layers_.at(index); }
  const PlacedRows& embedding() const { return embedding_; }
  const PlacedRows& head() const { return head_; }
  std::uint64_t final_norm() const { return final_norm_.address; }  // FP16 (hidden)
  std::uint64_t rope() const { return rope_.address; }  // FP32 (context, cosines and sines)
  /// FP32 (hidden) of bank `bank`: what enters and leaves a part of the layers.
  std::uint64_t boundary(unsigned bank) const;
  /// FP32 (vocab), and two words of ARGMAX.
  std::uint64_t logits(unsigned bank) const;
  std::uint64_t best(unsigned bank) const { return best_.address + bank * kMemoryAlign; }

  /// The checksum of the stream of rows [first, first + count) of a matrix, as a command has it.
  std::uint32_t stream_sum(const PlacedMatrix& matrix, std::uint64_t first,
                           std::uint64_t count) const;

  /// For command lists.
  Buffer allocate(const std::string& name, std::uint64_t bytes) {
    return allocator_.allocate(name, bytes);
  }
  /// Writes everything but lists into the memory of a device and sets its window.
  void write(Device& device) const;
  /// Attaches the file; once for a device.
  void map(Device& device) const;
  std::uint64_t used_bytes() const { return allocator_.used(); }
  /// Which tensor or buffer an address belongs to, for messages.
  std::string describe(std::uint64_t address) const;

 private:
  bool canonical() const { return machine_.geometry() == golden::kCanonical; }
  PlacedMatrix place(const golden::PackedMatrix& matrix);
  PlacedRows place_rows(std::string_view name);
  void place_layer(std::size_t index);
  std::vector<std::byte> parameters(std::size_t layer) const;
  void load_rows(Transport& transport, const PlacedRows& rows) const;

  const golden::PackedModel& model_;
  MachineParams machine_;
  std::uint64_t context_, capacity_;
  unsigned sequences_;
  Allocator allocator_;
  std::uint64_t file_address_;
  MemoryWindow window_;
  Buffer codebooks_, rope_, final_norm_, boundary_, logits_, best_;
  std::vector<std::byte> codebook_bytes_;
  std::vector<PlacedLayer> layers_;
  PlacedRows embedding_, head_;
  /// Checksums by the address of a stream and its bytes: lists ask for the same ones again.
  mutable std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t> sums_;
};

/// The codebook block of a matrix as the hardware reads it.
std::vector<std::byte> codebook_block(const golden::Codebook& codebook, unsigned depth);

}  // namespace trine
