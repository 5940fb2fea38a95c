// SPDX-License-Identifier: Apache-2.0

#include "runtime/core.h"

#include "driver/memory.h"

namespace trine {
namespace {

DeviceRequest golden_request(const MachineParams& params, std::uint64_t memory_bytes,
                             unsigned threads, std::uint64_t memory_base) {
  DeviceRequest request;
  request.set_machine(params);
  request.memory_bytes = memory_bytes;
  request.memory_base = memory_base;
  request.threads = threads;
  return request;
}

}  // namespace

std::unique_ptr<Core> make_core(const std::string& device, DeviceRequest request,
                                std::uint64_t memory_bytes, Progress& progress) {
  request.memory_bytes = memory_bytes;
  request.progress = [&progress](const DeviceProgress& now) { progress.simulation(now); };
  return std::make_unique<Core>(device_entry(device), request);
}

MachineParams expected_params(const std::string& device, const DeviceRequest& request) {
  const DeviceEntry& entry = device_entry(device);
  if (!entry.hardware) return request.machine();
  DeviceRequest look = request;
  look.memory_bytes = kPageBytes;
  return Core(entry, look).device().params();
}

std::unique_ptr<Core> make_golden(const MachineParams& params, std::uint64_t memory_bytes,
                                  unsigned threads, std::uint64_t memory_base) {
  return std::make_unique<Core>(device_entry(kGoldenDevice),
                                golden_request(params, memory_bytes, threads, memory_base));
}

std::unique_ptr<Core> make_definition(const MachineParams& params, std::uint64_t memory_bytes,
                                      std::uint64_t memory_base) {
  DeviceRequest request = golden_request(params, memory_bytes, 1, memory_base);
  request.definition = true;
  return std::make_unique<Core>(device_entry(kGoldenDevice), request);
}

}  // namespace trine
