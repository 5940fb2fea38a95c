// SPDX-License-Identifier: Apache-2.0

#include "runtime/core.h"

namespace trine {

DeviceRequest golden_request(const MachineParams& params, std::uint64_t memory_bytes,
                             unsigned threads) {
  DeviceRequest request;
  request.groups = params.groups;
  request.vectors = params.vectors;
  request.memory_bytes = memory_bytes;
  request.threads = threads;
  return request;
}

}  // namespace trine
