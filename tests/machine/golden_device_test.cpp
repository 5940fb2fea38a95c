// SPDX-License-Identifier: Apache-2.0
//
// The devices that need no simulator, as programs find them: in the registry.

#include <doctest/doctest.h>

#include <filesystem>

#include "driver/device.h"
#include "driver/device_registry.h"
#include "machine/golden_transport.h"

using namespace trine;

TEST_CASE("device golden: each of its cores is made as asked for, with its memory") {
  const DeviceEntry& golden = device_entry("golden");
  for (const CoreShape& shape : golden.cores()) {
    CAPTURE(core_name(shape));
    CHECK(golden.has_core(shape));
    DeviceRequest request;
    request.set_shape(shape);
    request.memory_bytes = 8192;
    request.memory_base = 0x10000;
    request.definition = shape.groups == 1;
    request.threads = 2;
    CHECK_NOTHROW(check_options(golden, request, {}));
    const auto transport = golden.make(request);
    CHECK_EQ(transport->memory_base(), 0x10000u);
    CHECK_EQ(transport->memory_size(), 8192u);
    CHECK_NE(transport->stepper(), nullptr);
    CHECK_NE(transport->vector_view(), nullptr);
    CHECK_NE(transport->interrupt_line(), nullptr);
    CHECK_EQ(transport->clock(), nullptr);
    const MachineParams params = Device(*transport).params();
    CHECK(params == request.machine());
    DeviceRequest same;
    same.set_machine(params);
    CHECK(same.shape() == shape);
  }
  CHECK(golden.cores().front() == CoreShape{});
}

TEST_CASE("device uio: takes cores of any number of ports, and says what is not there") {
  const DeviceEntry& uio = device_entry("uio");
  CHECK(uio.hardware);
  for (const CoreShape& shape : uio.cores()) CHECK(uio.has_core(shape));
  CHECK(uio.has_core({.groups = 4, .ports = 4}));
  DeviceRequest request;
  request.board.sys = request.board.dev = std::filesystem::temp_directory_path() / "no_such_folder";
  CHECK_THROWS_WITH_AS(uio.make(request),
                       ("no UIO device is called 'trine' in " + request.board.sys.string() +
                        "/uio: there is none; is the device-tree overlay loaded?")
                           .c_str(),
                       Error);
}
