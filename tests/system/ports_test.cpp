// SPDX-License-Identifier: Apache-2.0
//
// A core with several read ports whose memories run apart, against golden. What any core has to do
// is in the other system tests, which run on these cores, too.

#include "golden/exact/codebook.h"
#include "tests/system/pair.h"

using namespace trine;
using namespace trine::test;
using namespace trine::command;

namespace {

constexpr std::uint32_t kX = 0x10000, kBook = 0x1F000, kStream = 0x80000, kResult = 0x40000;
constexpr std::uint32_t kRows = 512, kCols = 1024;

const std::vector kList{
    make(Opcode::LOAD).set(ROWS, kCols).set(ADDR_LO, kX),
    make(Opcode::F16_MATVEC).set(ROWS, 16).set(COLS, kCols).set(DST, 4096).set(ADDR_LO, kStream),
    make(Opcode::TRIT_MATVEC)
        .set(DEPTH, 3)
        .set(ROWS, kRows)
        .set(COLS, kCols)
        .set(DST, 2048)
        .set(ADDR_LO, kStream)
        .set(BOOK_LO, kBook),
    make(Opcode::STORE).set(ROWS, kRows).set(SRC, 2048).set(ADDR_LO, kResult),
    make(Opcode::STORE).set(ROWS, 13).set(SRC, 4096).set(F16, 1).set(ADDR_LO, kResult + 0x8000),
    make(Opcode::STORE_COLUMN)
        .set(ROWS, 40)
        .set(SRC, 2048)
        .set(STRIDE, 256)
        .set(LIMIT, 100)
        .set(ADDR_LO, kResult + 0x10000),
    make(Opcode::END)};

/// Floats, a codebook, and a stream that is good as trits of depth 3 and as FP16: small levels.
void fill(Pair& pair) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> x(kCols);
  for (float& value : x) value = normal(random);
  pair.put(kX, x);
  std::vector<std::uint32_t> book(32);
  for (std::uint32_t k = 0; k < 27; ++k) book[k] = (0x8000 + 1000 * k) | (26 - k) << 16;
  pair.put(kBook, book);
  std::vector<std::uint8_t> stream(kTestMemory - kStream);
  for (std::uint8_t& byte : stream) byte = static_cast<std::uint8_t>(random() % 26);
  pair.put(kStream, stream);
}

struct Counts {
  std::uint64_t reads, writes, weights, cycles;
};
Counts counts(Transport& transport) {
  const Counters counters = Device(transport).counters();
  return {counters.read_beats, counters.write_beats, counters.weight_beats, counters.cycles};
}

}  // namespace

TEST_CASE("ports: results, errors and beats are golden's, however far the ports run apart") {
  std::size_t cores = 0;
  for (Setup setup : setups(Cores::OneVector)) {
    if (setup.request.ports == 1) continue;
    ++cores;
    CAPTURE(setup);
    std::vector<double> shares;
    for (unsigned p = 0; p < setup.request.ports; ++p) shares.push_back(1 - 0.09 * p - 0.06 * p);
    std::uint64_t ideal = 0;
    for (const bool apart : {false, true}) {
      CAPTURE(apart);
      setup.request.memory = {};
      if (apart) setup.request.memory.port_bandwidth = shares;
      Pair pair = setup.pair();
      fill(pair);
      pair.run(kList);
      pair.check_memory();
      const Counts got = counts(pair.device()), want = counts(pair.golden());
      CHECK_EQ(got.reads, want.reads);
      CHECK_EQ(got.writes, want.writes);
      CHECK_EQ(got.weights, want.weights);
      if (apart) CHECK_GT(got.cycles, ideal);
      ideal = got.cycles;
    }
  }
  CHECK_GE(cores, 2u);
}

TEST_CASE("ports: an error of any port stops the command that reads from it") {
  for (const Setup& base : setups(Cores::OneVector)) {
    if (base.request.ports == 1 || !base.device->injects_faults) continue;
    const std::uint64_t chunk = 16 * 4 * base.request.groups / base.request.ports;
    for (unsigned port = 0; port < base.request.ports; ++port) {
      CAPTURE(base);
      CAPTURE(port);
      DeviceRequest request = base.request;
      request.memory_bytes = kTestMemory;
      const std::uint64_t at = kX + (base.request.ports + port) * chunk;
      request.memory.read_faults = {{.begin = at, .end = at + 1}};
      const auto transport = base.device->make(request);
      const std::vector list{make(Opcode::LOAD).set(ROWS, 16).set(ADDR_LO, kX - 0x1000),
                             kList.front(), make(Opcode::END)};
      CHECK_EQ(
          run_list(*transport, list),
          Outcome{field::STATUS_ERROR.mask(), static_cast<std::uint32_t>(ErrorCode::AXI_READ), 1});
      CHECK(run_list(*transport, std::vector{list.front(), list.back()}).done());
    }
  }
}
