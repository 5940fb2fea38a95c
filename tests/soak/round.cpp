// SPDX-License-Identifier: Apache-2.0

#include "tests/soak/round.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tests/soak/bench.h"

namespace trine::soak {
namespace {

using namespace trine::test;

constexpr std::uint32_t kBusLimit = 4000;  // Far more than the memories below are ever silent.
constexpr unsigned kLongestList = 40;

/// What follows from a seed before a core exists.
struct Plan {
  MemoryTiming timing;
  std::shared_ptr<BusFaults> faults;  // Null in half of the rounds, which are faster.

  explicit Plan(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    const auto odds = [&] {
      return below(2) == 0 ? 0.0 : 0.7 * static_cast<double>(below(1000)) / 1000;
    };
    timing.seed = seed;
    if (below(2) == 0) faults = timing.bus = std::make_shared<BusFaults>();
    if (below(3) == 0) return;  // An ideal memory.
    timing.read_latency = static_cast<unsigned>(1 + below(60));
    timing.write_latency = static_cast<unsigned>(1 + below(60));
    timing.outstanding = 1u << below(7);
    if (below(2) == 0) return;
    timing.scramble = true;
    timing.bandwidth = below(2) == 0 ? 1 : 0.3 + 0.7 * static_cast<double>(below(1000)) / 1000;
    for (double* stall :
         {&timing.stall_ar, &timing.stall_aw, &timing.stall_w, &timing.stall_r, &timing.stall_b})
      *stall = odds();
  }
};

/// The error of a fault after which the data that came is right.
std::optional<ErrorCode> told_by(Kind kind) {
  if (kind == Kind::kSilence) return ErrorCode::BUS_TIMEOUT;
  if (kind == Kind::kWrongLast) return ErrorCode::BUS_LAST;
  if (kind == Kind::kStray) return ErrorCode::BUS_UNEXPECTED;
  return {};
}

class Round {
 public:
  Round(const sim::KnownCore& core, std::uint64_t seed, bool checking)
      : plan_(seed),
        bench_(core.shape, plan_.timing, kBusLimit, static_cast<unsigned>(seed), checking),
        rtl_(bench_.rtl()) {
    result.seed = seed;
    result.core = core.name;
  }

  void run(std::uint64_t cycles, const std::atomic<bool>& stop) {
    while (!over_ && rtl_.cycles() < cycles && !stop) {
      kind_ = draw();
      list_ = bench_.good_list(kLongestList);
      bench_.draw_state();
      for (Transport* side : bench_.sides()) bench_.put_state(*side);
      try {
        play();
      } catch (const std::exception& error) {
        result.finding =
            fmt::format("list {} ({}): {}", number(), kKindNames[index_of(kind_)], error.what());
        over_ = true;
      }
      ++result.lists[index_of(kind_)];
    }
    result.cycles = rtl_.cycles();
  }

  RoundResult result;

 private:
  static unsigned index_of(Kind kind) { return static_cast<unsigned>(kind); }
  std::uint64_t number() const {
    std::uint64_t all = 0;
    for (const std::uint64_t lists : result.lists) all += lists;
    return all;
  }
  std::uint32_t below(std::uint64_t n) { return bench_.below(n); }
  BusFaults& faults() { return *plan_.faults; }

  Kind draw() {
    const unsigned last = plan_.faults ? kKinds - 1 : index_of(Kind::kReset);
    if (below(2) == 0) return Kind::kGood;
    const auto kind = static_cast<Kind>(1 + below(last));
    // What ends a round is left for its second half.
    return kind == Kind::kLost && number() < 20 ? Kind::kGood : kind;
  }

  void play() {
    switch (kind_) {
      case Kind::kGood:
        start();
        return compare();
      case Kind::kCorrupted:
        return corrupted();
      case Kind::kAborted:
        return aborted();
      case Kind::kReset:
        return reset();
      case Kind::kRefusal:
        return refusal();
      case Kind::kLate:
        return late();
      default:
        return broken_bus();
    }
  }

  void start() {
    limit_ = bench_.limit_of(list_);
    for (Transport* side : bench_.sides()) start_list(*side, list_);
    begin_ = rtl_.cycles();
  }

  /// Both to the end of the list, which must be the same.
  void compare() {
    const Outcome want = bench_.finish_golden(), got = bench_.finish_rtl(limit_);
    bench_.check_equal(got, want);
    bench_.check_state();
    result.commands += want.index;
    const double took = static_cast<double>(rtl_.cycles() - begin_);
    if (want.done() && kind_ != Kind::kLate)
      result.slowest = std::max(result.slowest, took / static_cast<double>(bench_.expected()));
    if (!want.done()) bench_.refill();  // A value that is not finite would stay.
  }

  void corrupted() {
    const std::uint32_t at = below(list_.size());
    Command bad;
    do {
      bad = list_[at];
      for (unsigned flips = 1 + below(3); flips > 0; --flips)
        bad.words[below(16)] ^= 1u << below(32);
    } while (check_command(bad, bench_.params(), {0, kTestMemory}, bench_.state).code ==
             ErrorCode::NONE);
    list_[at] = bad;
    start();
    compare();
    if (below(4) != 0) return;
    bench_.reset_registers();
    bench_.refill();
  }

  void aborted() {
    start();
    rtl_.run(below(bench_.expected() + 20));
    rtl_.write(Reg::CTRL, field::CTRL_ABORT.mask());
    const Outcome got = bench_.finish_rtl(limit_);
    // Golden is stopped after the same command.
    GoldenTransport& golden = bench_.golden();
    if (got.code() == ErrorCode::ABORTED) {
      while (golden.read(Reg::STATUS) == field::STATUS_BUSY.mask() &&
             golden.read(Reg::COMMAND) < got.index)
        golden.step();
      golden.write(Reg::CTRL, field::CTRL_ABORT.mask());
    }
    const Outcome want = bench_.finish_golden();
    bench_.check_equal(got, want);
    bench_.check_state();
    result.commands += want.index;
    bench_.refill();
  }

  void reset() {
    start();
    rtl_.run(below(bench_.expected() + 20));
    rtl_.write(Reg::CTRL, field::CTRL_RESET.mask());
    Outcome got = bench_.finish_rtl(limit_);
    // The list has ended in one cycle, the reset comes with the next.
    got.status = rtl_.read(Reg::STATUS);
    if (got.status != 0 || got.error != 0 || got.index != 0 || rtl_.read(Reg::LIST_COUNT) != 0)
      throw Finding("registers after a reset: " + describe(got));
    // It came after some command, and no command runs by halves.
    GoldenTransport& golden = bench_.golden();
    while (!bench_.same_state()) {
      if (golden.read(Reg::STATUS) != field::STATUS_BUSY.mask())
        throw Finding("after a reset, memory is not that after any command");
      golden.step();
      ++result.commands;
    }
    golden.write(Reg::CTRL, field::CTRL_ABORT.mask());
    bench_.finish_golden();
    bench_.reset_registers();
    bench_.refill();
  }

  /// A transfer of the list that is about to run: beyond it in some of the cases.
  std::uint64_t transfer(BusChannel channel) {
    const std::uint64_t most = channel == BusChannel::kR   ? 8000
                               : channel == BusChannel::kW ? 1000
                                                           : 100;
    return faults().count(channel, 0) + below(1 + below(most));
  }

  void refusal() {
    const auto response = below(2) == 0 ? BusResponse::kSlaveError : BusResponse::kDecodeError;
    const bool write = below(4) == 0;
    (write ? faults().refused_b : faults().refused_r) = {
        transfer(write ? BusChannel::kB : BusChannel::kR), response};
    start();
    const Outcome got = bench_.finish_rtl(limit_);
    faults().refused_r = faults().refused_b = {};
    const auto code = write ? ErrorCode::AXI_WRITE : ErrorCode::AXI_READ;
    if (got.code() != code) {
      const Outcome want = bench_.finish_golden();
      bench_.check_equal(got, want);
      bench_.check_state();
    } else if (!write) {
      // Everything before the command is as it should be, and what it does not write.
      GoldenTransport& golden = bench_.golden();
      while (golden.read(Reg::COMMAND) < got.index) golden.step();
      bench_.check_state(&list_.at(got.index));
      golden.write(Reg::CTRL, field::CTRL_ABORT.mask());
      bench_.finish_golden();
    } else {
      bench_.finish_golden();
    }
    result.commands += got.index;
    bench_.refill();
  }

  void silence() {
    const auto channel = static_cast<BusChannel>(below(5));
    faults().silence = {channel, 0, transfer(channel)};
  }

  void late() {
    silence();
    start();
    // A silence is noticed after half of BUS_LIMIT at the earliest.
    const std::uint64_t most = below(kBusLimit / 2 - 200);
    const std::uint64_t end = rtl_.cycles() + bench_.expected();
    while (rtl_.cycles() < end && !faults().silent(faults().silence.channel, 0)) rtl_.run(16);
    rtl_.run(most);
    faults().silence = {};
    limit_ += most;
    compare();
  }

  /// An error that names the bus, or the fault lay behind the list and nothing happened.
  void broken_bus() {
    faults().stray_r = faults().stray_b = false;
    switch (kind_) {
      case Kind::kSilence:
        silence();
        break;
      case Kind::kWrongLast:
        faults().wrong_last = transfer(BusChannel::kR);
        break;
      case Kind::kDoubled:
        (below(3) != 0 ? faults().doubled_r : faults().doubled_b) = transfer(BusChannel::kR);
        break;
      case Kind::kLost:
        (below(3) != 0 ? faults().lost_r : faults().lost_b) = transfer(BusChannel::kR);
        break;
      default:
        break;
    }
    if (faults().doubled_b != BusFaults::kNever) faults().doubled_b = transfer(BusChannel::kB);
    if (faults().lost_b != BusFaults::kNever) faults().lost_b = transfer(BusChannel::kB);
    const std::uint64_t aimed_r =
        std::min({faults().wrong_last, faults().doubled_r, faults().lost_r});
    const std::uint64_t aimed_b = std::min(faults().doubled_b, faults().lost_b);
    start();
    if (kind_ == Kind::kStray) {
      rtl_.run(below(bench_.expected()));
      (below(2) == 0 ? faults().stray_r : faults().stray_b) = true;
    }
    const Outcome got = bench_.finish_rtl(limit_);
    const bool reached = kind_ == Kind::kStray ? !faults().stray_r && !faults().stray_b
                         : kind_ == Kind::kSilence
                             ? faults().silent(faults().silence.channel, 0)
                             : faults().count(BusChannel::kR, 0) > aimed_r ||
                                   faults().count(BusChannel::kB, 0) > aimed_b;
    if (got.done()) {
      // The list did not need what went wrong, or it went wrong behind its end.
      bench_.finish_golden();
      bench_.check_state();
    } else if (const auto code = told_by(kind_); !reached || (code && got.code() != *code)) {
      // The fault was not met, or the data was right: only the list itself can have failed.
      bench_.check_equal(got, bench_.finish_golden());
    } else {
      bench_.golden().write(Reg::CTRL, field::CTRL_ABORT.mask());
      bench_.finish_golden();
    }
    result.commands += got.index;
    recover();
  }

  /// The bus is sound again and comes to rest; then both sides are made equal.
  void recover() {
    const bool lost = kind_ == Kind::kLost;
    faults().silence = {};
    faults().wrong_last = faults().doubled_r = faults().doubled_b = BusFaults::kNever;
    faults().lost_r = faults().lost_b = BusFaults::kNever;
    faults().stray_r = faults().stray_b = false;
    if (lost) {
      over_ = true;
      return;
    }
    std::uint64_t before = 0;
    do {
      before = rtl_.read_beats() + rtl_.write_beats();
      rtl_.run(1000);
    } while (rtl_.read_beats() + rtl_.write_beats() != before);
    bench_.reset_registers();
    bench_.refill();
  }

  Plan plan_;
  Bench bench_;
  sim::RtlTransport& rtl_;
  Kind kind_ = Kind::kGood;
  std::vector<Command> list_;
  std::uint64_t limit_ = 0, begin_ = 0;
  bool over_ = false;
};

}  // namespace

RoundResult run_round(const sim::KnownCore& core, std::uint64_t seed, std::uint64_t cycles,
                      bool checking, const std::atomic<bool>& stop) {
  Round round(core, seed, checking);
  round.run(cycles, stop);
  return round.result;
}

}  // namespace trine::soak
