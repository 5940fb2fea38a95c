// SPDX-License-Identifier: Apache-2.0

// Adds two vectors on a device of Trine: embed golden, or embed rtl.

#include <trine/driver/device.h>
#include <trine/driver/device_registry.h>

#include <cstdio>
#include <exception>
#include <vector>

int main(int argc, char** argv) try {
  const trine::DeviceEntry& entry = trine::device_entry(argc > 1 ? argv[1] : "golden");
  const auto transport = entry.make({.groups = 4, .memory_bytes = 1 << 20});
  trine::Device device(*transport);
  device.set_window({0, transport->memory_size()});

  // Where the vectors lie: in vector memory in words, in device memory in bytes.
  constexpr unsigned kCount = 1000, kA = 0, kB = 1024, kSum = 2048;
  constexpr unsigned kList = 0, kInA = 0x10000, kInB = 0x20000, kOut = 0x30000;
  using Element = trine::CommandList::Element;
  trine::CommandList list(device.params());
  list.load(kA, kInA, kCount, Element::F32, "a");
  list.load(kB, kInB, kCount, Element::F32, "b");
  list.add({.count = kCount, .src = kA, .src2 = kB, .dst = kSum}, "a + b");
  list.store(kSum, kOut, kCount, Element::F32, "sum");
  list.end();

  std::vector<float> a(kCount, 1.5f), b(kCount, 2.0f), sum(kCount);
  device.write(kInA, a);
  device.write(kInB, b);
  device.write_and_run(list, kList);
  device.read(kOut, sum);
  std::printf("%s: %g + %g = %g\n", argc > 1 ? argv[1] : "golden", a[9], b[9], sum[9]);
  return sum == std::vector<float>(kCount, 3.5f) ? 0 : 1;
} catch (const std::exception& error) {
  std::fprintf(stderr, "embed: %s\n", error.what());
  return 1;
}
