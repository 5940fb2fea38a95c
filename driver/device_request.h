// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "driver/core_shape.h"
#include "driver/machine_params.h"
#include "driver/memory_timing.h"

namespace trine {

/// The part of a run that goes into the trace: [from, to) of cycles or of command indexes.
struct TraceWindow {
  enum class Unit : std::uint8_t { kCycles, kCommands };
  static constexpr std::uint64_t kEnd = ~std::uint64_t{0};
  Unit unit = Unit::kCycles;
  std::uint64_t from = 0, to = kEnd;
  /// Of each of the commands, its cycles [inside_from, inside_to), counted from where it begins.
  std::uint64_t inside_from = 0, inside_to = kEnd;

  bool bounded() const { return to != kEnd || inside_to != kEnd; }
};

/// How far a simulated device is.
struct DeviceProgress {
  std::uint64_t cycles = 0;
  double khz = 0;              // Simulated cycles per millisecond of wall time, over the whole run.
  double fraction = -1;        // Of the expected read beats; negative when nobody said how many.
  double seconds_left = 0;     // Meaningful when `fraction` is positive.
  std::vector<double> jobs{};  // The fraction of each when several run side by side.
};

/// Where on its machine a core in an FPGA is found. The folders are options so that something else
/// than Linux's own files can stand behind them.
struct BoardRequest {
  std::string uio = "trine";                 // Name of the UIO device that has the registers,
  std::optional<std::uint64_t> registers{};  // or their address, through /dev/mem.
  std::string buffer = "trine-buffer";       // Name of the u-dma-buf that is the memory,
  std::uint64_t reserved = 0;                // or the address of reserved memory, and
  std::uint64_t reserved_bytes = 0;          // its size; 0: a u-dma-buf.
  bool uncached = false;                     // Map a u-dma-buf without the CPU's caches.
  std::string interrupt = "auto";            // auto, on or off.
  double timeout = 10;                       // Seconds without progress that are an error.
  std::string core{};                        // The core that must be there, "g16v4"; empty: any.
  std::filesystem::path dev = "/dev";        // Folder of the device files,
  std::filesystem::path sys = "/sys/class";  // and of their attributes.
};

/// What a device is asked to be. A device ignores the members that it has no option for; whoever
/// offers options to a user refuses those first (`check_options` in driver/device_registry.h).
struct DeviceRequest {
  unsigned groups = 16;                     // Groups side by side; a beat is 4 * groups bytes.
  unsigned vectors = 1;                     // Banks: activation vectors that share a weight beat.
  unsigned ports = 1;                       // AXI read ports that share the width of a beat.
  unsigned act_width = 12;                  // Bits of an activation mantissa.
  unsigned attention_heads = 8;             // Query heads that share a pass over the cache; or 0.
  unsigned attention_width = 15;            // Bits of a mantissa of query, keys and values.
  unsigned max_cols = 32768;                // Columns of the widest matrix.
  unsigned vector_words = 65536;            // FP32 words of a bank of vector memory.
  unsigned parity = 0;                      // 1: memories of the core have parity.
  unsigned stream_sum = 0;                  // 1: checksums of trit streams are compared.
  std::uint64_t memory_bytes = 1ull << 30;  // Writable memory; sparse in a simulation.
  std::uint64_t memory_base = 0;            // Its address in a simulation, whole pages.
  MemoryTiming memory{};                    // Ideal by default.
  std::string memory_model{};               // A DRAM, by name or file; empty or "ideal": none.
  double core_mhz = 300;                    // Clock of the core; a DRAM has its own.
  std::uint64_t seed = 1;                   // Of the initial values in a checking build.
  bool checking = false;                    // Assertions and random initial values.
  std::filesystem::path trace_file{};       // FST; empty: none. Takes the checking build.
  TraceWindow trace_window{};
  std::uint64_t wait_cycles = 100'000;        // Longest wait().
  std::uint64_t watchdog_cycles = 1'000'000;  // Busy cycles without progress that are an error.
  std::function<void(const DeviceProgress&)>
      progress{};           // Called after every wait(); may be empty.
  unsigned threads = 1;     // Of a device that computes on the host.
  BoardRequest board{};     // Of a core in an FPGA.
  bool definition = false;  // Multiply by the definition: slow, a check of the fast way.

  /// The core that is asked for.
  CoreShape shape() const {
    return {.groups = groups,
            .vectors = vectors,
            .ports = ports,
            .act_width = act_width,
            .attention_heads = attention_heads,
            .attention_width = attention_width,
            .max_cols = max_cols,
            .vector_words = vector_words,
            .parity = parity,
            .stream_sum = stream_sum};
  }
  void set_shape(const CoreShape& shape) {
    groups = shape.groups;
    vectors = shape.vectors;
    ports = shape.ports;
    act_width = shape.act_width;
    attention_heads = shape.attention_heads;
    attention_width = shape.attention_width;
    max_cols = shape.max_cols;
    vector_words = shape.vector_words;
    parity = shape.parity;
    stream_sum = shape.stream_sum;
  }

  /// What the registers of that core say; the rest is usual.
  MachineParams machine() const {
    MachineParams params;
    params.groups = groups;
    params.vectors = vectors;
    params.act_width = act_width;
    params.attention_heads = attention_heads;
    params.attention_width = attention_width;
    params.max_cols = max_cols;
    params.vector_words = vector_words;
    params.parity = parity != 0;
    params.stream_sum = stream_sum != 0;
    return params;
  }
  /// A core whose registers say that, over one port.
  void set_machine(const MachineParams& params) {
    set_shape({.groups = params.groups,
               .vectors = params.vectors,
               .act_width = params.act_width,
               .attention_heads = params.attention_heads,
               .attention_width = params.attention_width,
               .max_cols = params.max_cols,
               .vector_words = params.vector_words,
               .parity = params.parity ? 1u : 0u,
               .stream_sum = params.stream_sum ? 1u : 0u});
  }
};

}  // namespace trine
