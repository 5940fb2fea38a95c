// SPDX-License-Identifier: Apache-2.0

#include "runtime/core.h"

namespace trine {
namespace {

DeviceRequest golden_request(const MachineParams& params, std::uint64_t memory_bytes,
                             unsigned threads) {
  DeviceRequest request;
  request.groups = params.groups;
  request.vectors = params.vectors;
  request.act_width = params.act_width;
  request.memory_bytes = memory_bytes;
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

std::unique_ptr<Core> make_golden(const MachineParams& params, std::uint64_t memory_bytes,
                                  unsigned threads) {
  return std::make_unique<Core>(device_entry(kGoldenDevice),
                                golden_request(params, memory_bytes, threads));
}

std::unique_ptr<Core> make_definition(const MachineParams& params, std::uint64_t memory_bytes) {
  DeviceRequest request = golden_request(params, memory_bytes, 1);
  request.definition = true;
  return std::make_unique<Core>(device_entry(kGoldenDevice), request);
}

}  // namespace trine
