// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace trine::sim {

/// What a test did to a module, for a simulator that knows X: with TRINE_VECTOR_DIR set, the first
/// models of a process write all ports before each rising edge to 0.vec, 1.vec and so on in that
/// folder, a line each: the bits of all inputs but clocks, a space, those of all outputs. ports.txt
/// has their directions, names and widths, in the same order. TRINE_VECTOR_ROWS: as many rows of
/// each model at most, 500 unless it is set.
class VectorRecord {
 public:
  static constexpr unsigned kFiles = 4;

  /// Null when nothing is to be recorded (any more).
  static std::unique_ptr<VectorRecord> open() {
    const char* folder = std::getenv("TRINE_VECTOR_DIR");
    if (folder == nullptr) return nullptr;
    for (unsigned i = 0; i < kFiles; ++i) {
      const auto file = std::filesystem::path(folder) / (std::to_string(i) + ".vec");
      if (!std::filesystem::exists(file)) return std::make_unique<VectorRecord>(file);
    }
    return nullptr;
  }
  explicit VectorRecord(const std::filesystem::path& file)
      : rows_(file), ports_(file.parent_path() / "ports.txt") {}

  template <class Model>
  void row(Model& model) {
    if (count_ == most_) return;
    std::string in, out;
    trine_for_each_port(model, [&](const char* name, const char* way, unsigned width, auto& port) {
      if (std::strncmp(name, "clk", 3) == 0) return;
      if (count_ == 0) ports_ << way << ' ' << name << ' ' << width << '\n';
      append(way[0] == 'I' ? in : out, width, port);
    });
    rows_ << in << ' ' << out << '\n';
    ++count_;
  }

 private:
  template <class Port>
  static void append(std::string& bits, unsigned width, const Port& port) {
    unsigned char bytes[sizeof(Port)];
    std::memcpy(bytes, &port, sizeof(Port));
    for (unsigned i = width; i-- > 0;) bits += (bytes[i / 8] >> i % 8 & 1) != 0 ? '1' : '0';
  }

  static std::uint64_t most_rows() {
    const char* rows = std::getenv("TRINE_VECTOR_ROWS");
    return rows == nullptr ? 500 : std::strtoull(rows, nullptr, 10);
  }

  std::ofstream rows_, ports_;
  std::uint64_t count_ = 0, most_ = most_rows();
};

}  // namespace trine::sim
