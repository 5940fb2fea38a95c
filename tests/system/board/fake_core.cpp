// SPDX-License-Identifier: Apache-2.0

#include "tests/system/board/fake_core.h"

#include <cstring>

#include "driver/memory.h"
#include "machine/golden_core.h"
#include "sim/core_library.h"

namespace trine::test {
namespace {

class FakePort final : public MemoryPort {
 public:
  explicit FakePort(FakeMemory& memory) : memory_(memory) {}
  Rows read_rows(std::uint64_t address, std::uint64_t row_bytes, std::uint64_t rows,
                 std::uint64_t stride) override {
    return {memory_.find(address, (rows - 1) * stride + row_bytes), stride};
  }
  bool write(std::uint64_t address, std::span<const std::byte> bytes) override {
    std::byte* const to = memory_.find(address, bytes.size());
    if (to == nullptr) return false;
    std::memcpy(to, bytes.data(), bytes.size());
    return true;
  }

 private:
  FakeMemory& memory_;
};

class GoldenFake final : public FakeCore {
 public:
  GoldenFake(const MachineParams& params, FakeMemory& memory)
      : port_(memory), core_(params, port_, clock_) {}
  std::uint32_t read(Reg reg) override { return core_.read(reg); }
  void write(Reg reg, std::uint32_t value) override { core_.write(reg, value); }
  void work() override { core_.step(); }
  bool irq() override { return core_.irq(); }

 private:
  FakePort port_;
  NoClock clock_;
  GoldenCore core_;
};

/// Answers the bursts of a simulated core in the next cycle.
class FakeBursts final : public sim::BurstMemory {
 public:
  explicit FakeBursts(FakeMemory& memory) : memory_(memory) {}
  void read(sim::ReadBurst& burst, std::uint64_t cycle) override {
    burst.data = memory_.find(burst.address, burst.bytes);
    burst.first_cycle = cycle + 1;
    if (burst.data == nullptr) burst.response = BusResponse::kDecodeError;
  }
  bool ready(sim::ReadBurst& burst, unsigned, std::uint64_t cycle) override {
    return cycle >= burst.first_cycle;
  }
  void begin(sim::WriteBurst& burst) override {
    burst.data = memory_.find(burst.address, burst.bytes);
    if (burst.data == nullptr) burst.response = BusResponse::kDecodeError;
  }
  void end(sim::WriteBurst& burst, std::uint64_t cycle) override { burst.first_cycle = cycle + 1; }
  bool answered(sim::WriteBurst& burst, std::uint64_t cycle) override {
    return cycle >= burst.first_cycle;
  }

 private:
  FakeMemory& memory_;
};

class RtlFake final : public FakeCore {
 public:
  RtlFake(const DeviceRequest& request, FakeMemory& memory) {
    sim::SimOptions options(request);
    options.backend = std::make_shared<FakeBursts>(memory);
    core_ = sim::make_core(map_, options);
  }
  std::uint32_t read(Reg reg) override { return core_->read(static_cast<std::uint32_t>(reg)); }
  void write(Reg reg, std::uint32_t value) override {
    core_->write(static_cast<std::uint32_t>(reg), value);
  }
  void work() override { core_->run(512); }
  bool irq() override { return core_->irq(); }

 private:
  MemoryMap map_;  // The backend answers in its place.
  std::unique_ptr<sim::RtlCore> core_;
};

}  // namespace

std::unique_ptr<FakeCore> make_fake_core(const std::string& device, unsigned groups,
                                         unsigned vectors, FakeMemory& memory) {
  if (device == "golden") {
    MachineParams params;
    params.groups = groups;
    params.vectors = vectors;
    return std::make_unique<GoldenFake>(params, memory);
  }
  DeviceRequest request;
  request.groups = groups;
  request.vectors = vectors;
  return std::make_unique<RtlFake>(request, memory);
}

}  // namespace trine::test
