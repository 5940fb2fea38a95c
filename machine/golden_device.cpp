// SPDX-License-Identifier: Apache-2.0

// The golden machine as a device. cmake/Devices.cmake links this file into every program that has
// devices; nothing else names it.

#include "driver/device_registry.h"
#include "driver/machine_params.h"
#include "machine/golden_transport.h"

namespace trine {
namespace {

/// The usual ones for every width of a beat, and the ends of what there is besides.
std::vector<CoreShape> cores() {
  std::vector<CoreShape> all;
  for (const unsigned groups : {1u, 2u, 4u, 8u, 16u})
    for (unsigned vectors = 1; vectors <= 4; ++vectors) all.push_back({groups, vectors});
  all.push_back({.groups = 8, .vectors = kMaxVectors, .act_width = 16});
  all.push_back({.groups = 2, .vectors = 2, .act_width = 8, .attention_heads = 32});
  all.push_back({.groups = 4, .attention_heads = 0});
  all.push_back({.groups = 16,
                 .vectors = 4,
                 .attention_width = 16,
                 .max_cols = 131072,
                 .vector_words = 131072});
  return all;
}

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  auto golden = std::make_unique<GoldenTransport>(request.machine(), request.memory_bytes,
                                                  request.memory_base);
  golden->set_threads(request.threads);
  golden->set_definition(request.definition);
  return golden;
}

const DeviceRegistration registration{{
    .name = "golden",
    .description = "the golden model of the core, bit-exact, without cycles",
    .cycles = Cycles::None,
    .steps = true,
    .shows_vectors = true,
    .has_interrupt = true,
    .has_clock = false,
    .options = {"groups", "vectors", "act-width", "attention-heads", "attention-width", "max-cols",
                "vector-words", "parity", "stream-sum", "memory-base"},
    .choices = golden_choices(),
    .cores = cores,
    .make = make,
}};

}  // namespace
}  // namespace trine
