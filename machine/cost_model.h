// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <map>
#include <tuple>

#include "driver/command_check.h"
#include "driver/machine_params.h"

namespace trine {

/// A memory as the core sees it, in cycles of the core. The default answers in the next cycle, a
/// beat a cycle.
struct CostMemory {
  double read_latency = 1;     // From the address of a burst to its first beat.
  double write_latency = 1;    // From the last beat of a burst to its answer.
  double beats_per_cycle = 1;  // Of a long read, at most 1.
  double write_cycles = 1;     // Of a beat on the way to memory; 1, or the ports that share a beat.
  unsigned read_burst = 256;   // Beats of the longest bursts of a single port (ReadBurst,
  unsigned write_burst = 64;   // WriteBurst of the RTL); 16 over AXI3.

  bool operator==(const CostMemory&) const = default;
};

/// The same memory over several ports that share a beat: its transfers come over one of them, are
/// joined, and writes have one.
CostMemory over_ports(CostMemory memory, unsigned ports);

/// What a command costs, in cycles; as a profile record has it.
struct CommandCost {
  std::uint64_t cycles = 0;       // From the start of its fetch to its end.
  std::uint64_t unit_cycles = 0;  // In which its unit runs.
  std::uint64_t weight_beats = 0;
  std::uint64_t stall_memory = 0, stall_table = 0, stall_rows = 0;
};

/// The command before: while it ran, the core fetched and checked the next one and asked for what
/// that reads (docs/control.md). The default is the start of a list, where nothing was done ahead.
struct Predecessor {
  std::uint64_t unit_cycles = 0;
  bool lets_read = false;  // A LOAD, a product or a vector operation: no write is under way.
  bool none = true;        // The list begins.
};

/// How long a core of given parameters takes for a command: the pipeline of docs/architecture.md
/// counted instead of clocked. Its few constants were fitted to the RTL (docs/estimate.md).
class CostModel {
 public:
  explicit CostModel(const MachineParams& machine, const CostMemory& memory = {});

  /// Cost of a command of a list behind another one; results of costly commands are kept. Throws
  /// Error for one without an opcode.
  CommandCost command(const ResolvedCommand& command, const Predecessor& before = {});
  /// What a command that costs so much is for the next one; END is the start of the next list.
  static Predecessor predecessor(const ResolvedCommand& command, const CommandCost& cost);
  /// Cycles of a list beside its commands: before the first fetch and after END.
  std::uint64_t list_start() const { return 1; }
  std::uint64_t list_end() const { return 1; }

  const MachineParams& machine() const { return machine_; }
  const CostMemory& memory() const { return memory_; }

 private:
  CommandCost trit(const Command& c, double ahead) const;
  CommandCost f16(const Command& c, double ahead) const;
  CommandCost load(const Command& c, double ahead) const;
  CommandCost store(const Command& c) const;
  CommandCost column(const Command& c) const;
  CommandCost vector(const ResolvedCommand& c) const;
  CommandCost blocks(const Command& c) const;
  CommandCost attention(const Command& c, double ahead) const;
  /// Cycles of the checks of a command, sizes included.
  static std::uint64_t check(const ResolvedCommand& c);

  MachineParams machine_;
  CostMemory memory_;
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t,
                      std::uint64_t>,
           CommandCost>
      kept_;
};

}  // namespace trine
