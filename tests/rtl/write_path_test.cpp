// SPDX-License-Identifier: Apache-2.0
//
// trine_write_path, whose beats go out through a port that may be narrower: TRINE_Groups and
// TRINE_Ports are its parameters. The DMA in it has a test of its own.

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "Vtrine_write_path.h"
#include "sim/dut.h"
#include "tests/rtl/stalls.h"

using namespace trine::test;
using trine::sim::Dut;

namespace {

constexpr unsigned kBeatBytes = 4 * TRINE_Groups;
constexpr unsigned kPortBytes = kBeatBytes / TRINE_Ports;

struct Job {
  enum class From { Transfer, Record, Column } from = From::Transfer;
  std::uint64_t addr = 0;
  std::uint32_t bytes = 1;  // Two of a column's element.
};

/// The senders and a memory behind the port.
class Bench {
 public:
  Bench(std::string name, Stalls stalls, unsigned seed)
      : dut(std::move(name), 1'000'000),
        offer_(stalls.source, seed),
        accept_aw_(stalls.sink, seed + 1),
        accept_w_(stalls.sink, seed + 2) {
    dut->job_valid_i = dut->column_valid_i = dut->transfer_valid_i = dut->record_valid_i = 0;
    dut->clear_i = dut->b_valid_i = dut->b_resp_i = dut->flush_i = 0;
  }

  /// Returns the cycles that the beats took.
  std::uint64_t run(const Job& job) {
    const bool column = job.from == Job::From::Column;
    dut->job_valid_i = !column;
    dut->column_valid_i = column;
    dut->column_addr_i = job.addr;
    const std::uint32_t fields[] = {job.bytes, static_cast<std::uint32_t>(job.addr),
                                    static_cast<std::uint32_t>(job.addr >> 32)};
    set_words(dut->job_i, fields);
    while (!(dut->eval(), dut->job_ready_o)) cycle(job, nullptr);
    cycle(job, nullptr);
    dut->job_valid_i = dut->column_valid_i = 0;

    const std::uint64_t start = dut.cycle();
    const std::size_t beats = column ? 1 : (job.bytes + kBeatBytes - 1) / kBeatBytes;
    std::vector<std::uint8_t> want;
    written_ = 0;
    for (std::size_t i = 0; i < beats; ++i) {
      std::vector<std::uint32_t> beat(TRINE_Groups);
      for (std::uint32_t& word : beat) word = scramble(++words_);
      if (column)  // The beat repeats the element.
        for (std::uint32_t& word : beat) word = (beat[0] & 0xFFFF) * 0x10001u;
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(beat.data());
      want.insert(want.end(), bytes, bytes + kBeatBytes);
      while (!cycle(job, &beat)) {
      }
    }
    const std::uint64_t cycles = dut.cycle() - start;
    while (!(dut->eval(), dut->status_o & 1)) cycle(job, nullptr);
    CHECK_EQ(written_, beats);
    for (std::uint32_t i = 0; i < job.bytes; ++i) {
      REQUIRE_EQ(memory_.count(job.addr + i), 1u);
      REQUIRE_EQ(memory_[job.addr + i], want[i]);
    }
    REQUIRE_EQ(memory_.size(), job.bytes);  // Not a byte beside the job.
    memory_.clear();
    return cycles;
  }

  /// Begins a job, sends beats for so many cycles and forgets it; what went out comes to its end.
  void abandon(const Job& job, unsigned cycles) {
    dut->job_valid_i = 1;
    const std::uint32_t fields[] = {job.bytes, static_cast<std::uint32_t>(job.addr),
                                    static_cast<std::uint32_t>(job.addr >> 32)};
    set_words(dut->job_i, fields);
    while (!(dut->eval(), dut->job_ready_o)) cycle(job, nullptr);
    cycle(job, nullptr);
    dut->job_valid_i = 0;
    const std::vector<std::uint32_t> beat(TRINE_Groups, 0xDEADBEEF);
    for (unsigned i = 0; i < cycles; ++i) cycle(job, &beat);
    offering_ = false;
    dut->flush_i = 1;
    cycle(job, nullptr);
    dut->flush_i = 0;
    while (!(dut->eval(), dut->status_o & 1)) cycle(job, nullptr);
    CHECK(bursts_.empty());
    CHECK(data_.empty());
    CHECK_EQ(answers_, 0u);
    memory_.clear();
  }

  /// The answer to every burst from now on.
  void set_response(std::uint8_t response) { response_ = response; }
  bool failed() { return (dut->status_o >> 1 & 1) != 0; }

  Dut<Vtrine_write_path> dut;

 private:
  struct Burst {
    std::uint64_t addr;
    unsigned left;
  };

  /// One cycle, `beat` offered or about to be; true when it was taken.
  bool cycle(const Job& job, const std::vector<std::uint32_t>* beat) {
    offering_ = beat != nullptr && (offering_ || offer_());
    const bool record = job.from == Job::From::Record;
    dut->transfer_valid_i = offering_ && !record;
    dut->record_valid_i = offering_ && record;
    if (offering_) {
      set_words(record ? dut->record_data_i : dut->transfer_data_i, beat->data());
    }
    dut->aw_ready_i = accept_aw_();
    dut->w_ready_i = accept_w_();
    dut->b_valid_i = answers_ > 0;
    dut->b_resp_i = dut->b_valid_i ? response_ : 0;
    dut->eval();
    written_ += dut->written_o;
    if (dut->b_valid_i) --answers_;
    if (dut->aw_valid_o && dut->aw_ready_i) {
      const unsigned transfers = dut->aw_len_o + 1u;
      REQUIRE_EQ(dut->aw_addr_o % kPortBytes, 0u);
      REQUIRE_EQ(dut->aw_addr_o / 4096, (dut->aw_addr_o + transfers * kPortBytes - 1) / 4096);
      bursts_.push_back({dut->aw_addr_o, transfers});
    }
    if (dut->w_valid_o && dut->w_ready_i) data_.push_back(take_transfer());
    // Data may come before its address.
    while (!data_.empty() && !bursts_.empty()) settle();
    const bool taken = offering_ && dut->beat_ready_o;
    dut.step();
    dut->b_valid_i = 0;
    if (taken) offering_ = false;
    return taken;
  }

  struct Transfer {
    std::vector<std::uint8_t> bytes;
    std::uint64_t strobe;
    bool last;
  };

  Transfer take_transfer() {
    const auto* data = reinterpret_cast<const std::uint8_t*>(&dut->w_data_o);
    return {{data, data + kPortBytes}, dut->w_strb_o, dut->w_last_o != 0};
  }

  void settle() {
    Burst& burst = bursts_.front();
    const Transfer& transfer = data_.front();
    for (unsigned i = 0; i < kPortBytes; ++i) {
      if ((transfer.strobe >> i & 1) == 0) continue;
      REQUIRE_EQ(memory_.count(burst.addr + i), 0u);
      memory_[burst.addr + i] = transfer.bytes[i];
    }
    burst.addr += kPortBytes;
    --burst.left;
    REQUIRE_EQ(transfer.last, burst.left == 0);
    data_.pop_front();
    if (burst.left > 0) return;
    bursts_.pop_front();
    ++answers_;
  }

  Coin offer_, accept_aw_, accept_w_;
  bool offering_ = false;
  std::deque<Burst> bursts_;
  std::deque<Transfer> data_;
  unsigned answers_ = 0;
  std::uint8_t response_ = 0;
  std::uint64_t words_ = 0, written_ = 0;
  std::map<std::uint64_t, std::uint8_t> memory_;
};

}  // namespace

TEST_CASE("trine_write_path: every byte of a job and no other, from every sender") {
  unsigned seed = 0;
  for (const Stalls& stalls : kStallMatrix) {
    CAPTURE(++seed);
    Bench bench("write_path_" + std::to_string(seed), stalls, seed);
    Random random(seed);
    for (unsigned i = 0; i < 60; ++i) {
      const std::uint64_t beat = (std::uint64_t{random.word()} << 32 | random.word()) %
                                 (std::uint64_t{1} << 39) / kBeatBytes * kBeatBytes;
      if (i % 3 == 0) {
        bench.run({Job::From::Column, beat + 2 * random.below(kBeatBytes / 2), 2});
      } else {
        const std::uint32_t limit = i % 4 == 0 ? 6000 : 5 * kBeatBytes;
        bench.run(
            {i % 3 == 1 ? Job::From::Transfer : Job::From::Record, beat, 1 + random.below(limit)});
      }
    }
  }
}

TEST_CASE("trine_write_path: an answer with an error is told until it is cleared") {
  Bench bench("write_path_error", {0.8, 0.8}, 7);
  for (const std::uint8_t response : {std::uint8_t{2}, std::uint8_t{3}}) {  // SLVERR, DECERR.
    bench.set_response(response);
    bench.run({Job::From::Transfer, 0x4000, 3 * kBeatBytes});
    CHECK(bench.failed());
    bench.set_response(0);
    bench.run({Job::From::Column, 0x8002, 2});
    CHECK(bench.failed());
    bench.dut->clear_i = 1;
    bench.dut.step();
    bench.dut->clear_i = 0;
    CHECK(!bench.failed());
  }
}

TEST_CASE("trine_write_path: an answer to nobody changes nothing") {
  Bench bench("write_path_stray", {1.0, 1.0}, 9);
  for (unsigned i = 0; i < 3; ++i) {
    bench.dut->b_valid_i = 1;
    bench.dut->b_resp_i = 2;
    bench.dut->eval();
    CHECK_EQ(bench.dut->b_ready_o, 1);
    bench.dut.step();
    bench.dut->b_valid_i = 0;
    bench.dut->eval();
    CHECK((bench.dut->status_o & 1) != 0);
    CHECK(!bench.failed());
    bench.run({Job::From::Transfer, 0x4000, 70 * kBeatBytes});
  }
}

TEST_CASE("trine_write_path: jobs of any length, anywhere, are forgotten by a flush") {
  Bench bench("write_path_flush", {0.7, 0.8}, 8);
  Random random(8);
  for (unsigned i = 0; i < 64; ++i) {
    CAPTURE(i);
    const std::uint64_t page = (std::uint64_t{random.word()} << 12) % (std::uint64_t{1} << 40);
    bench.abandon({Job::From::Transfer, page, random.word() | 1u << 31 >> i % 32},
                  random.below(200));
    if (i % 4 == 0) bench.run({Job::From::Record, 0x1000 * i, 3 * kBeatBytes + 1});
  }
}

TEST_CASE("trine_write_path: a job of many pages") {
  Bench bench("write_path_long", {1.0, 1.0}, 5);
  bench.run({Job::From::Transfer, (std::uint64_t{1} << 39) - 4096, 0x1F801});
}

TEST_CASE("trine_write_path: a transfer a cycle") {
  Bench bench("write_path_rate", {1.0, 1.0}, 1);
  constexpr std::uint64_t kBeats = 400;
  const std::uint64_t cycles =
      bench.run({Job::From::Transfer, 0x10000, static_cast<std::uint32_t>(kBeats * kBeatBytes)});
  MESSAGE(kBeats, " beats in ", cycles, " cycles through one of ", TRINE_Ports, " ports");
  CHECK_LE(cycles, kBeats * TRINE_Ports + 4);
}
