// SPDX-License-Identifier: Apache-2.0

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "Vtrine_retire.h"
#include "sim/dut.h"
#include "tests/rtl/control_ports.h"
#include "tests/rtl/stalls.h"

using namespace trine;
using namespace trine::test;

namespace {

constexpr std::uint64_t kTop = std::uint64_t{1} << 40;

/// How a command ends.
struct End {
  ErrorCode check = ErrorCode::NONE;  // It did not run.
  bool last = false;                  // It is END.
  unsigned status = 0;                // Bits of unit_status_t, without `done`.
  bool read = false, write = false, abort = false;
};

struct Setup {
  std::uint64_t profile = 0x9000, base = 0, limit = kTop;
  std::uint32_t profile_count = 0;
  bool late_write = false;  // A write fails while the machine stops.
};

struct Outcome {
  ErrorCode code = ErrorCode::NONE;
  std::uint32_t index = 0;
  unsigned commands = 0, begun = 0;
  std::vector<std::uint64_t> records;
};

class Bench {
 public:
  explicit Bench(double odds = 1.0, unsigned seed = 1)
      : dut("retire_" + std::to_string(seed), 5'000'000), go_(odds, seed) {
    dut->start_i = dut->abort_i = dut->over_i = dut->hold_i = dut->end_i = 0;
    dut->write_ready_i = dut->record_done_i = 0;
    dut->read_status_i = dut->write_status_i = status::kIdle;
    dut->counted_i = 1;
    dut->status_i = dut->over_error_i = 0;
    clear_port(dut->settings_i);
  }

  Outcome run(const std::vector<End>& list, const Setup& setup = {}) {
    set_field(dut->settings_i, settings::kProfileAddr, setup.profile);
    set_field(dut->settings_i, settings::kProfileCount, setup.profile_count);
    set_field(dut->settings_i, settings::kMemBase, setup.base);
    set_field(dut->settings_i, settings::kMemLimit, setup.limit);
    bool read_error = false, write_error = false;
    CHECK_EQ(dut->busy_o, 0);
    dut->start_i = 1;
    Outcome out;
    std::size_t at = 0;
    unsigned runs = 0, record = 0, drain = 0, count = 0;
    bool running = false;
    for (unsigned cycles = 0;; ++cycles) {
      REQUIRE(cycles < 5000 + 40 * list.size());
      dut->over_i = running && runs == 0;
      if (dut->over_i) {
        const End& end = list[at];
        dut->over_error_i = static_cast<std::uint8_t>(end.check);
        dut->end_i = end.last;
        dut->status_i = static_cast<std::uint8_t>(end.status);
        read_error = end.read;
        write_error |= end.write;
        count = go_() ? 0 : 3;
      }
      dut->abort_i = running && runs == 1 && list[at].abort;
      dut->counted_i = !dut->over_i && count == 0;
      dut->write_ready_i = go_();
      dut->record_done_i = record == 1;
      const bool write_idle = drain <= 1, read_idle = drain == 0;
      dut->write_status_i = status::of(write_error, write_idle);
      dut->read_status_i = status::of(read_error, read_idle);
      dut->eval();
      if (dut->command_begin_o) ++out.begun;
      if (dut->command_done_o) {
        ++out.commands;
        CHECK_EQ(dut->counted_i, 1);
        CHECK_EQ(dut->index_o, at - 1);
      }
      if (dut->write_valid_o && dut->write_ready_i) {
        CHECK_EQ(get_field(dut->write_job_o, write_job::kBytes), 64u);
        CHECK_EQ(dut->record_start_o, 1);
        out.records.push_back(get_field(dut->write_job_o, write_job::kAddress));
        record = 4;
      } else {
        CHECK_EQ(dut->record_start_o, 0);
      }
      const bool finish = dut->finish_o;
      if (finish) {
        CHECK((write_idle && read_idle && dut->counted_i));
        out.code = static_cast<ErrorCode>(dut->error_code_o);
        out.index = dut->index_o;
      }
      const bool begins = dut->command_begin_o, over = dut->over_i;
      if (begins) CHECK_EQ(record, 0u);  // The record goes out first.
      if (over) CHECK_EQ(dut->go_o, 1);
      if (begins) CHECK_EQ(dut->go_o, 0);
      dut.step();
      dut->start_i = 0;
      if (finish) break;
      if (over) {
        running = false;
        ++at;
        drain = 12;  // Writes are open for a while, reads a cycle longer.
      } else if (drain > 0) {
        --drain;
        if (setup.late_write && drain == 3) write_error = true;
      }
      if (begins) {
        REQUIRE(at < list.size());
        running = true;
        runs = 3;
      } else if (runs > 0) {
        --runs;
      }
      if (record > 0) --record;
      if (count > 0) --count;
    }
    CHECK_EQ(dut->busy_o, 0);
    return out;
  }

  sim::Dut<Vtrine_retire> dut;

 private:
  Coin go_;
};

std::pair<ErrorCode, std::uint32_t> summary(const Outcome& out) {
  return {out.code, out.index};
}

}  // namespace

TEST_CASE("trine_retire: goes on until END or the first error") {
  for (const double odds : {1.0, 0.4}) {
    Bench bench(odds, odds < 1 ? 2 : 1);
    const Outcome out = bench.run({{}, {}, {}, {.last = true}});
    CHECK(summary(out) == std::pair(ErrorCode::NONE, 3u));
    CHECK_EQ(out.commands, 4u);
    CHECK_EQ(out.begun, 4u);
    for (const ErrorInfo& error : kErrors) {
      if (error.code == ErrorCode::NONE) continue;
      const Outcome bad = bench.run({{}, {.check = error.code}});
      CHECK(summary(bad) == std::pair(error.code, 1u));
      CHECK_EQ(bad.commands, 1u);
      CHECK_EQ(bad.begun, 2u);
    }
  }
}

TEST_CASE("trine_retire: the index counts the commands of a list of any length") {
  Bench bench(1.0, 7);
  std::vector<End> list(66'000);
  list.back().last = true;
  CHECK(summary(bench.run(list)) == std::pair(ErrorCode::NONE, 65'999u));
  CHECK(summary(bench.run({{.last = true}})) == std::pair(ErrorCode::NONE, 0u));
}

TEST_CASE("trine_retire: a data error stops after its command, the lowest code first") {
  Bench bench(0.8, 3);
  for (unsigned flags = 0; flags < 512; ++flags) {
    CAPTURE(flags);
    const unsigned index = flags % 3;
    std::vector<End> list(3);
    list[index] = {.status = flags & 127, .read = (flags & 128) != 0, .write = (flags & 256) != 0};
    list.push_back({.last = true});
    ErrorCode expected = ErrorCode::NONE;
    constexpr ErrorCode kByStatus[] = {ErrorCode::STREAM_SUM,  ErrorCode::MEMORY_PARITY,
                                       ErrorCode::OVERFLOW,    ErrorCode::NONFINITE,
                                       ErrorCode::BAD_TAIL,    ErrorCode::BAD_SET_BYTE,
                                       ErrorCode::BAD_CODEBOOK};
    for (unsigned bit = 0; bit < 7; ++bit)
      if ((flags >> bit & 1) != 0) expected = kByStatus[bit];
    if (list[index].write) expected = ErrorCode::AXI_WRITE;
    if (list[index].read) expected = ErrorCode::AXI_READ;
    const Outcome out = bench.run(list);
    CHECK_EQ(static_cast<int>(out.code), static_cast<int>(expected));
    CHECK_EQ(out.index, expected == ErrorCode::NONE ? 3u : index);
    CHECK_EQ(out.commands, out.index + 1);
  }
}

TEST_CASE("trine_retire: ABORT stops after the command that runs, unless it is END") {
  Bench bench;
  CHECK(summary(bench.run({{}, {.abort = true}, {}, {.last = true}})) ==
        std::pair(ErrorCode::ABORTED, 1u));
  CHECK(summary(bench.run({{}, {.status = 63, .read = true, .abort = true}, {.last = true}})) ==
        std::pair(ErrorCode::ABORTED, 1u));
  CHECK(summary(bench.run({{}, {.last = true, .abort = true}})) == std::pair(ErrorCode::NONE, 1u));
  // An abort does not outlive its list.
  CHECK(summary(bench.run({{}, {.last = true}})) == std::pair(ErrorCode::NONE, 1u));
}

TEST_CASE("trine_retire: a write that fails at the very end replaces higher errors only") {
  Bench bench;
  const Setup late{.late_write = true};
  CHECK(bench.run({{.last = true}}, late).code == ErrorCode::NONE);
  for (const ErrorInfo& error : kErrors) {
    if (error.code == ErrorCode::NONE) continue;
    CAPTURE(error.name);
    const bool data = error.code > ErrorCode::AXI_WRITE && error.code != ErrorCode::INDEX_RANGE;
    CHECK(bench.run({{.check = error.code}}, late).code ==
          (data ? ErrorCode::AXI_WRITE : error.code));
  }
}

TEST_CASE("trine_retire: writes a record for each of the first commands") {
  Bench bench(0.7, 11);
  const std::vector<End> list{{}, {}, {}, {.last = true}};
  Setup setup;
  for (std::uint32_t count = 0; count < 6; ++count) {
    setup.profile_count = count;
    const Outcome out = bench.run(list, setup);
    CHECK(summary(out) == std::pair(ErrorCode::NONE, 3u));
    REQUIRE_EQ(out.records.size(), std::min<std::size_t>(count, 4));
    for (std::size_t i = 0; i < out.records.size(); ++i)
      CHECK_EQ(out.records[i], setup.profile + 64 * i);
  }
  Random random(5);
  for (unsigned i = 0; i < 40; ++i) {
    setup.profile = (std::uint64_t{random.word()} << 32 | random.word()) % (kTop - 256) / 64 * 64;
    const Outcome out = bench.run(list, setup);
    REQUIRE_EQ(out.records.size(), 4u);
    for (std::size_t n = 0; n < 4; ++n) CHECK_EQ(out.records[n], setup.profile + 64 * n);
  }
  for (unsigned bit = 0; bit < 6; ++bit) {
    setup.profile = 0x9000 | 1u << bit;
    CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ALIGNMENT, 0u));
  }
  for (unsigned bit = 40; bit < 64; ++bit) {
    setup.profile = std::uint64_t{1} << bit;
    setup.limit = ~std::uint64_t{0};
    CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ADDRESS_RANGE, 0u));
  }
  setup = {.profile = 0x40000, .limit = 0x40080, .profile_count = 9};
  CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ADDRESS_RANGE, 2u));
  setup = {.profile = 0x40000, .base = 0x40001, .profile_count = 9};
  CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ADDRESS_RANGE, 0u));
  setup = {.profile = kTop - 64, .limit = ~std::uint64_t{0}, .profile_count = 9};
  CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ADDRESS_RANGE, 1u));
  for (unsigned i = 0; i < 200; ++i) {
    // The first record that is not whole inside a window that ends, or begins, anywhere.
    const std::uint64_t at =
        (std::uint64_t{random.word()} << 32 | random.word()) % (kTop - 4096) / 64 * 64;
    setup = {.profile = at, .limit = at + random.below(256), .profile_count = 9};
    CHECK(summary(bench.run(list, setup)) ==
          std::pair(ErrorCode::ADDRESS_RANGE, static_cast<std::uint32_t>((setup.limit - at) / 64)));
    setup = {.profile = at, .base = at + 1 + random.word() % 512, .profile_count = 9};
    CHECK(summary(bench.run(list, setup)) == std::pair(ErrorCode::ADDRESS_RANGE, 0u));
  }
  // A data error of the command itself comes first.
  setup = {.profile = 0x40000, .limit = 0x40000, .profile_count = 9};
  CHECK(summary(bench.run({{.read = true}, {.last = true}}, setup)) ==
        std::pair(ErrorCode::AXI_READ, 0u));
  setup.profile = 0x40020;
  CHECK(summary(bench.run({{.read = true}, {.last = true}}, setup)) ==
        std::pair(ErrorCode::AXI_READ, 0u));
}

TEST_CASE("trine_retire: holds the next command, not a stop") {
  Bench bench;
  bench.dut->start_i = 1;
  bench.dut.step();
  bench.dut->start_i = 0;
  for (std::uint32_t command = 0; command < 4; ++command) {
    CHECK_EQ(bench.dut->go_o, 1);
    bench.dut->over_i = 1;
    bench.dut->end_i = command == 3;
    bench.dut->hold_i = 1;
    bench.dut.step();
    bench.dut->over_i = 0;
    bench.dut.step(50);
    CHECK_EQ(bench.dut->go_o, 0);
    if (command == 3) break;
    CHECK_EQ(bench.dut->busy_o, 1);
    CHECK_EQ(bench.dut->index_o, command + 1);
    bench.dut->hold_i = 0;
    bench.dut.step(2);
  }
  CHECK_EQ(bench.dut->busy_o, 0);
}
