// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "driver/command_list.h"
#include "driver/counters.h"
#include "driver/machine_params.h"
#include "driver/transport.h"
#include "golden/error.h"

namespace trine {

/// The core stopped a command list; the message names code, command and what the command was.
class DeviceError : public Error {
 public:
  DeviceError(ErrorCode code, std::uint32_t index, const std::string& message)
      : Error(message), code_(code), index_(index) {}
  ErrorCode code() const { return code_; }
  std::uint32_t index() const { return index_; }

 private:
  ErrorCode code_;
  std::uint32_t index_;
};

/// The core did not answer in time; it may still be busy.
class Timeout : public Error {
  using Error::Error;
};

/// How long to wait for a command list, in Transport::wait() calls; always finite.
struct WaitBudget {
  std::uint64_t waits = 10'000'000;  // Altogether.
  std::uint64_t idle_waits = 2'000;  // Between two looks at the progress, which must differ.
};

/// Drives one core.  Keeps no copy of its state: the registers are the truth.
class Device {
 public:
  /// Checks identity and version, then reads the parameters.  Throws Error when this is no core
  /// of ours, or one that speaks another version.
  explicit Device(Transport& transport);

  const MachineParams& params() const { return params_; }
  Transport& transport() { return transport_; }

  /// The addresses that commands may touch.
  void set_window(const MemoryWindow& window);

  /// Where the sequences are: what INDEX and SPAN of the commands refer to.
  void set_sequence(const SequenceState& state);
  /// Where the core writes the profile of a list; `count` records of 64 bytes, 0 for none.
  void set_profile(std::uint64_t address, std::uint32_t count);

  /// Runs the list that lies in device memory at `address` and waits for its end.  Throws
  /// DeviceError when the core stops it, Timeout when the budget is used up.
  void run(const CommandList& list, std::uint64_t address, const WaitBudget& budget = {});

  /// Puts the list into device memory first.
  void write_and_run(const CommandList& list, std::uint64_t address, const WaitBudget& budget = {});

  /// The same one command at a time: `start`, then `step` until it returns false. `step` throws
  /// DeviceError like `run`, and Error for a device without a Stepper.
  void start(const CommandList& list, std::uint64_t address);
  bool step(const CommandList& list);

  /// Brings the core to its state after power-on, whatever it does. Memories stay; the window and
  /// all other settings are gone.
  void reset(const WaitBudget& budget = {});

  /// Stops the core behind the command that runs; returns when it is idle.
  void abort(const WaitBudget& budget = {});

  /// The counters now; they run on while the core is busy.
  Counters counters();
  /// Zeroes them.  Throws Error when the core is busy: it would ignore that.
  void clear_counters();

  void read(std::uint64_t address, std::span<float> to) {
    transport_.read_memory(address, std::as_writable_bytes(to));
  }
  void write(std::uint64_t address, std::span<const float> from) {
    transport_.write_memory(address, std::as_bytes(from));
  }

 private:
  bool busy();
  std::uint64_t counter(const CounterInfo& counter);
  std::string bus_failure(ErrorCode code);
  /// True when the list has ended; throws DeviceError when it was stopped.
  bool ended(const CommandList& list, std::uint32_t status);
  template <class Stop>
  void wait_for(const WaitBudget& budget, const CommandList* list, Stop stop);
  [[noreturn]] void time_out(const char* why, const CommandList* list);

  Transport& transport_;
  MachineParams params_;
};

}  // namespace trine
