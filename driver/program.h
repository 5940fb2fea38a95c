// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "driver/allocator.h"
#include "driver/command_list.h"
#include "driver/device.h"
#include "golden/format/packed_model.h"

namespace trine {

/// Some matrices of one layer that share their input, as one command list:
/// LOAD x; TRIT_MATVEC of each; STORE each result; END.
struct LinearCall {
  struct Output {
    std::string tensor;  // Name of the matrix.
    std::uint64_t rows = 0;
    std::uint64_t address = 0;  // Of the FP32 result in device memory.
  };
  std::uint64_t cols = 0;
  std::uint64_t input = 0;  // Address of x, FP32.
  std::vector<Output> outputs;
  CommandList list;
  std::uint64_t list_address = 0;
  std::uint64_t stream_beats = 0;  // Weight beats of one run.
};

/// A packed model compiled for one kind of core: what lies where in device memory and a command
/// list for each call of a layer.  One program can be loaded into any number of devices of that
/// kind, which then run the same lists at the same addresses.
///
/// A core of the canonical geometry reads the weight streams from the mapped file itself; for any
/// other they are laid out anew in device memory.
class Program {
 public:
  /// `memory_bytes`: writable memory of the devices.  Throws Error naming tensor or buffer when
  /// the model does not fit the core or its memory.  The model must outlive the program and
  /// every device that it is loaded into.
  Program(const golden::PackedModel& model, const MachineParams& machine,
          std::uint64_t memory_bytes);

  /// Writes everything into the memory of a device and sets its window; once for a device.
  void load(Device& device) const;

  /// The call of these matrices: {Q, K, V}, {O}, {Gate, Up} or {Down}; throws Error for others.
  const LinearCall& call(std::size_t layer, std::span<const golden::Linear> matrices) const;

  const MemoryWindow& window() const { return window_; }
  /// Which buffer an address belongs to, for messages.
  std::string describe(std::uint64_t address) const;
  /// Device memory in use, the mapped file not counted.
  std::uint64_t used_bytes() const { return allocator_.used(); }
  /// Weight beats of a whole token.
  std::uint64_t token_beats() const;

 private:
  /// Where one matrix lies in device memory.
  struct Placed {
    golden::MatrixShape shape;
    std::uint64_t stream = 0, codebook = 0;
  };

  bool zero_copy() const { return machine_.geometry() == golden::kCanonical; }
  Placed place(const golden::PackedMatrix& matrix);
  LinearCall build(std::size_t layer, std::span<const golden::Linear> matrices);
  void check_fits(const golden::PackedMatrix& matrix, std::uint64_t last_word) const;

  const golden::PackedModel& model_;
  MachineParams machine_;
  Allocator allocator_;
  std::uint64_t file_address_;  // Of the mapped file, behind the writable memory.
  MemoryWindow window_;
  Buffer codebooks_, input_, outputs_;
  std::vector<std::byte> codebook_bytes_;
  std::vector<std::pair<const golden::PackedMatrix*, std::uint64_t>> relaid_;  // With address.
  std::vector<std::vector<LinearCall>> calls_;                                 // By layer.
};

/// The codebook block of a matrix as the hardware reads it.
std::vector<std::byte> codebook_block(const golden::Codebook& codebook, unsigned depth);

}  // namespace trine
