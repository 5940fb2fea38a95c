// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "golden/checkpoint/checkpoint.h"
#include "golden/checkpoint/output.h"
#include "golden/format/trit_matrix.h"

namespace trine::golden {

/// Where an interrupted run for this output leaves what it has finished: there when something is.
std::filesystem::path partial_directory(const std::filesystem::path& out);

/// A packed model that is being made from a checkpoint, matrix by matrix. It lives in the directory
/// `.NAME.partial` next to the output NAME, so that a run that was interrupted goes on where it
/// stopped: `journal` has a line for every matrix that `streams` holds in full.
class PartialModel {
 public:
  struct Record {
    std::string name;
    MatrixShape shape;
    Codebook codebook{};
    std::uint32_t crc = 0;  // CRC-32C of the stream.
    nlohmann::json facts;   // What the caller wants to know of it again.
  };

  /// Takes over the matrices of a run with the same `method` on the same files, as long as their
  /// checksums hold; of any other run nothing. Throws Error when `out` must not be replaced or
  /// another process is making it.
  PartialModel(const Checkpoint& checkpoint, const std::filesystem::path& out,
               const nlohmann::json& method);
  /// Keeps what is there for the next run, unless no matrix is.
  ~PartialModel();
  PartialModel(const PartialModel&) = delete;
  PartialModel& operator=(const PartialModel&) = delete;

  /// The matrices that are finished, in the order of `matrix_tensors`.
  const std::vector<Record>& records() const { return records_; }
  /// Packs and stores the next matrix.
  void append(const std::string& name, const TritMatrix& matrix, nlohmann::json facts);
  /// Writes the model with all other tensors and files of the checkpoint, puts it into place and
  /// removes the partial one.
  void finish();
  /// Removes everything: nothing of this run is of use to another.
  void discard();

 private:
  void lock();
  bool resume(const std::string& identity);
  void start(const std::string& identity);

  const Checkpoint& checkpoint_;
  std::filesystem::path out_, directory_;
  std::optional<Temporary> worthless_;  // The directory, until it holds a matrix.
  int lock_ = -1;
  std::vector<Record> records_;
};

}  // namespace trine::golden
