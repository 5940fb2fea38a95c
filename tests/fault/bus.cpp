// SPDX-License-Identifier: Apache-2.0

#include "tests/fault/bus.h"

#include <fmt/format.h>

#include "tests/soak/bench.h"

namespace trine::fault {
namespace {

using namespace trine::test;

constexpr std::uint32_t kBusLimit = 400;
constexpr CoreShape kShapeG4{.groups = 4};
constexpr std::uint32_t kSeveralBursts = 1500;  // Words; bursts are of up to 256 and 64 beats of 4.

/// A fault, put at transfer `at` of R or B.
struct Fault {
  const char* name;
  BusChannel channel;
  void (*put)(BusFaults& faults, std::uint64_t at);
  bool late = false;  // The channel stands still for less than BUS_LIMIT, then goes on.
  bool lost = false;  // Only a reset of the core helps.
};

template <BusResponse kResponse>
void refuse_r(BusFaults& faults, std::uint64_t at) {
  faults.refused_r = {at, kResponse};
}
template <BusResponse kResponse>
void refuse_b(BusFaults& faults, std::uint64_t at) {
  faults.refused_b = {at, kResponse};
}
template <BusChannel kChannel>
void silence(BusFaults& faults, std::uint64_t at) {
  faults.silence = {kChannel, 0, at};
}

constexpr Fault kFaults[] = {
    {"read answered SLVERR", BusChannel::kR, refuse_r<BusResponse::kSlaveError>},
    {"read answered DECERR", BusChannel::kR, refuse_r<BusResponse::kDecodeError>},
    {"write answered SLVERR", BusChannel::kB, refuse_b<BusResponse::kSlaveError>},
    {"write answered DECERR", BusChannel::kB, refuse_b<BusResponse::kDecodeError>},
    {"RLAST wrong", BusChannel::kR,
     [](BusFaults& faults, std::uint64_t at) { faults.wrong_last = at; }},
    {"read beat late", BusChannel::kR, silence<BusChannel::kR>, true},
    {"write answer late", BusChannel::kB, silence<BusChannel::kB>, true},
    {"read beat too late", BusChannel::kR, silence<BusChannel::kR>},
    {"write answer too late", BusChannel::kB, silence<BusChannel::kB>},
    {"read beat twice", BusChannel::kR,
     [](BusFaults& faults, std::uint64_t at) { faults.doubled_r = at; }},
    {"write answer twice", BusChannel::kB,
     [](BusFaults& faults, std::uint64_t at) { faults.doubled_b = at; }},
    {"read beat lost", BusChannel::kR,
     [](BusFaults& faults, std::uint64_t at) { faults.lost_r = at; }, false, true},
    {"write answer lost", BusChannel::kB,
     [](BusFaults& faults, std::uint64_t at) { faults.lost_b = at; }, false, true},
};

/// A list of one opcode on a core and on golden.
class Place {
 public:
  explicit Place(Opcode op) : op_(op) { begin(); }

  /// A plain transfer of several of the longest bursts, for faults in all of their places.
  bool whole_bursts() const { return op_ == Opcode::LOAD || op_ == Opcode::STORE; }
  std::uint64_t transfers(BusChannel channel) const {
    return channel == BusChannel::kR ? reads_ : writes_;
  }

  void inject(const Fault& fault, std::uint64_t k, BusRow& row) {
    BusFaults& faults = *faults_;
    const std::uint64_t at = faults.count(fault.channel, 0) + k;
    fault.put(faults, at);
    start_list(bench_->rtl(), list_);
    if (fault.late) wait_out(at, fault.channel);
    Outcome got = bench_->finish_rtl(limit_);
    bool good = got.done() && bench_->same_state();
    rest();
    // A late or second answer may come when the list is over.
    if (good) got.error = bench_->rtl().read(Reg::ERROR);
    ++row.injected;
    if (got.error != 0)
      ++row.told[std::string(find_error(got.error)->name)];
    else
      ++(good ? row.harmless : row.wrong);
    if (fault.lost) return begin();
    bench_->reset_registers();
    bench_->put_state(bench_->rtl());
    bench_->put_state(bench_->golden());
    run_clean();
  }

 private:
  /// A new core with the same list.
  void begin() {
    faults_ = std::make_shared<BusFaults>();
    MemoryTiming timing;
    timing.read_latency = 5;
    timing.bus = faults_;
    bench_.emplace(kShapeG4, timing, kBusLimit, 5);
    list_ = {bench_->repeatable(op_), make(Opcode::FENCE), make(Opcode::END)};
    if (whole_bursts()) list_[0].set(command::ROWS, kSeveralBursts).set(command::F16, 0);
    limit_ = bench_->limit_of(list_);
    start_list(bench_->golden(), list_);
    bench_->finish_golden();
    run_clean();
    const std::uint64_t reads = faults_->count(BusChannel::kR, 0);
    const std::uint64_t writes = faults_->count(BusChannel::kB, 0);
    run_clean();
    reads_ = faults_->count(BusChannel::kR, 0) - reads;
    writes_ = faults_->count(BusChannel::kB, 0) - writes;
  }

  void run_clean() {
    start_list(bench_->rtl(), list_);
    const Outcome got = bench_->finish_rtl(limit_);
    if (!got.done()) throw soak::Finding("a sound bus: " + soak::describe(got));
    bench_->check_state();
  }

  void wait_out(std::uint64_t at, BusChannel channel) {
    while (faults_->count(channel, 0) < at) bench_->rtl().run(1);
    bench_->rtl().run(kBusLimit / 2 - 50);
    faults_->silence = {};
  }

  /// The bus is sound again and has come to rest.
  void rest() {
    *faults_ = BusFaults{.moved = faults_->moved};
    std::uint64_t before = 0;
    do {
      before = bench_->rtl().read_beats() + bench_->rtl().write_beats();
      bench_->rtl().run(300);
    } while (bench_->rtl().read_beats() + bench_->rtl().write_beats() != before);
  }

  Opcode op_;
  std::shared_ptr<BusFaults> faults_;
  std::optional<soak::Bench> bench_;
  std::vector<Command> list_;
  std::uint64_t limit_ = 0, reads_ = 0, writes_ = 0;
};

}  // namespace

std::vector<BusRow> run_bus(std::span<const Opcode> opcodes, unsigned step,
                            const std::function<void(const std::string&)>& tell) {
  std::vector<BusRow> rows;
  for (const Fault& fault : kFaults) rows.push_back({fault.name, 0, {}, 0, 0});
  for (const Opcode op : opcodes) {
    Place place(op);
    for (std::size_t f = 0; f < std::size(kFaults); ++f) {
      const Fault& fault = kFaults[f];
      const std::uint64_t count = place.transfers(fault.channel);
      const bool all = place.whole_bursts() || count <= std::uint64_t{4} * step;
      tell(fmt::format("{}, {}", find_opcode(static_cast<std::uint32_t>(op))->name, fault.name));
      for (std::uint64_t k = 0; k < count; ++k)
        if (all || k < step || k + step >= count || k % step == 0) place.inject(fault, k, rows[f]);
    }
  }
  return rows;
}

}  // namespace trine::fault
