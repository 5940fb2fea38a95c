// SPDX-License-Identifier: Apache-2.0

#include "tests/coverage/crosses.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <random>

#include "golden/exact/codebook.h"
#include "golden/format/trit_matrix.h"
#include "sim/core_library.h"
#include "tests/soak/bench.h"

namespace trine::coverage {
namespace {

using namespace trine::test;
using namespace trine::command;

/// The narrowest of the cores that tests run on and that have four vectors.
CoreShape core_shape() {
  std::optional<CoreShape> narrowest;
  for (const sim::KnownCore& core : sim::known_cores())
    if (core.shape.vectors >= 4 && (!narrowest || core.shape.groups < narrowest->groups))
      narrowest = core.shape;
  if (!narrowest) throw soak::Finding("no core of the tests has four vectors");
  return *narrowest;
}

constexpr std::uint32_t kBusLimit = 2000;  // More than a slow memory lets any channel wait.
constexpr std::uint32_t kResult = 0x1000;
constexpr unsigned kTries = 8;  // Stalls may move an error to another beat than the one meant.

enum Rows : std::uint8_t { kOneRow, kPartOfPanel, kPanels, kPanelsAndPart, kTwoTiles };
constexpr std::array<std::size_t, 4> kRowCounts{1, 20, 64, 70};
enum Cols : std::uint8_t { kPartOfGroup };
constexpr std::array<std::size_t, 4> kColCounts{5, 24, 64, 75};  // A block has 32.

enum Errors : std::uint8_t { kNoError, kSlave, kDecode, kLast, kSilent };
constexpr std::array<ErrorCode, 5> kCodes{ErrorCode::NONE, ErrorCode::AXI_READ, ErrorCode::AXI_READ,
                                          ErrorCode::BUS_LAST, ErrorCode::BUS_TIMEOUT};
enum Positions : std::uint8_t { kNowhere, kFirst, kMiddle, kEnd };

MemoryTiming timing_of(std::uint8_t pressure) {
  MemoryTiming timing;
  if (pressure == 1) timing.stall_ar = timing.stall_r = 0.3;
  if (pressure == 2) {
    timing.stall_ar = timing.stall_r = 0.7;
    timing.read_latency = 20;
    timing.outstanding = 2;
  }
  return timing;
}

/// A core behind a memory that stalls, beside golden.
class Runner {
 public:
  explicit Runner(std::uint8_t pressure) : faults_(std::make_shared<BusFaults>()) {
    MemoryTiming timing = timing_of(pressure);
    timing.bus = faults_;
    bench_.emplace(core_shape(), timing, kBusLimit, 5);
  }

  /// Puts the matrix of the point there and runs the list on both sides without an error.
  void begin(const Point& point) {
    const std::size_t tile = bench_->params().tile_rows;
    const golden::MatrixShape shape{point[kRows] == kTwoTiles ? tile + 1 : kRowCounts[point[kRows]],
                                    kColCounts[point[kCols]], 1u + point[kDepth]};
    golden::TritMatrix matrix;
    matrix.shape = shape;
    const int most = golden::outer_level(shape.depth);
    matrix.levels.resize(shape.rows * shape.cols);
    for (auto& level : matrix.levels)
      level = static_cast<std::int8_t>(
          static_cast<int>(bench_->below(static_cast<unsigned>(2 * most + 1))) - most);
    matrix.scales.resize(shape.rows * shape.groups_per_row());
    for (auto& scale : matrix.scales)
      scale = static_cast<std::uint8_t>(bench_->below(golden::kCodebook));
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      matrix.codebook[k] = std::exp2(0.3 * static_cast<double>(k) - 10);
    const auto book = golden::hardware_codebook(matrix.codebook, shape.depth);
    std::vector<std::uint32_t> words(kCodebookBytes / 4);
    for (std::size_t k = 0; k < golden::kCodebook; ++k)
      words[k] = book.mantissa[k] | static_cast<std::uint32_t>(book.shift[k]) << 16;
    words[golden::kCodebook] = static_cast<std::uint32_t>(book.exponent);
    const std::vector<std::byte> stream = golden::pack(matrix, bench_->params().geometry());
    stream_end_ = kStream + stream.size();
    if (stream_end_ > kTarget) throw soak::Finding("the stream is too long");
    for (Transport* side : bench_->sides()) {
      side->write_memory(kBook, std::as_bytes(std::span(words)));
      side->write_memory(kStream, stream);
    }
    const auto rows = static_cast<std::uint32_t>(shape.rows);
    const auto cols = static_cast<std::uint32_t>(shape.cols);
    list_ = {make(Opcode::TRIT_MATVEC).set(DEPTH, shape.depth).set(BANK, point[kVectors]),
             make(Opcode::END)};
    list_[0].set(ROWS, rows).set(COLS, cols).set(DST, kResult);
    list_[0].set(ADDR_LO, kStream).set(BOOK_LO, kBook);
    limit_ = bench_->limit_of(list_);
    start_list(bench_->golden(), list_);
    if (!bench_->finish_golden().done()) throw soak::Finding("golden does not run the list");
    run_clean();
  }

  void run_clean() {
    faults_->reads = {};
    start_list(bench_->rtl(), list_);
    const Outcome got = bench_->finish_rtl(limit_);
    if (!got.done()) throw soak::Finding("a sound bus: " + soak::describe(got));
    bench_->check_state();
    bursts_ = faults_->reads[0];
  }

  /// One error at such a place of a burst of weights; the place where it came, kNowhere when the
  /// list ended before.
  std::uint8_t run_error(std::uint8_t error, std::uint8_t position) {
    const std::uint64_t begin = faults_->count(BusChannel::kR, 0);
    const std::uint64_t at = begin + choose(position);
    if (error == kSlave) faults_->refused_r = {at, BusResponse::kSlaveError};
    if (error == kDecode) faults_->refused_r = {at, BusResponse::kDecodeError};
    if (error == kLast) faults_->wrong_last = at;
    if (error == kSilent) faults_->silence = {BusChannel::kR, 0, at};
    faults_->reads = {};
    start_list(bench_->rtl(), list_);
    const Outcome got = bench_->finish_rtl(limit_);
    const std::uint8_t met = position_of(faults_->reads[0], at - begin);
    rest();
    bench_->reset_registers();
    bench_->put_state(bench_->rtl());
    bench_->put_state(bench_->golden());
    if (met != kNowhere && got.code() != kCodes[error])
      throw soak::Finding(fmt::format("{}, {}: {}", axes()[kError].values[error],
                                      axes()[kPosition].values[met], soak::describe(got)));
    return met;
  }

 private:
  /// A transfer at such a place of one of the bursts of weights that the last run read.
  std::uint64_t choose(std::uint8_t position) {
    std::vector<std::uint64_t> places;
    std::uint64_t first = 0;
    for (const BusFaults::Burst& burst : bursts_) {
      const bool fits = burst.beats >= 3 && is_weights(burst.address);
      const std::uint64_t beat = position == kFirst ? 0
                                 : position == kEnd ? burst.beats - 1
                                                    : 1 + bench_->below(burst.beats - 2);
      if (fits) places.push_back(first + beat);
      first += burst.beats;
    }
    if (places.empty()) throw soak::Finding("no burst of weights has three beats");
    return places[bench_->below(places.size())];
  }

  bool is_weights(std::uint64_t address) const {
    return address >= kStream && address < stream_end_;
  }

  std::uint8_t position_of(const std::vector<BusFaults::Burst>& bursts,
                           std::uint64_t transfer) const {
    for (const BusFaults::Burst& burst : bursts) {
      if (transfer < burst.beats) {
        if (!is_weights(burst.address)) return kNowhere;
        return transfer == 0 ? kFirst : transfer == burst.beats - 1 ? kEnd : kMiddle;
      }
      transfer -= burst.beats;
    }
    return kNowhere;
  }

  /// The bus is sound again and has come to rest.
  void rest() {
    *faults_ = BusFaults{.moved = faults_->moved};
    std::uint64_t before = 0;
    do {
      before = bench_->rtl().read_beats();
      bench_->rtl().run(300);
    } while (bench_->rtl().read_beats() != before);
  }

  std::shared_ptr<BusFaults> faults_;
  std::optional<soak::Bench> bench_;
  std::vector<Command> list_;
  std::vector<BusFaults::Burst> bursts_;
  std::uint64_t stream_end_ = 0, limit_ = 0;
};

/// The point without its error.
Point without_error(Point point) {
  point[kError] = kNoError;
  point[kPosition] = kNowhere;
  return point;
}

}  // namespace

const std::array<Axis, kAxes>& axes() {
  static const std::array<Axis, kAxes> kAll{{
      {"depth", {"1", "2", "3", "4"}},
      {"rows", {"one", "part of a panel", "whole panels", "panels and a part", "two row tiles"}},
      {"columns", {"part of a group", "part of a block", "whole blocks", "blocks and a part"}},
      {"vectors", {"1", "2", "3", "4"}},
      {"back-pressure", {"none", "some", "heavy"}},
      {"error", {"none", "SLVERR", "DECERR", "RLAST wrong", "no answer"}},
      {"position in a burst", {"-", "first beat", "in the middle", "last beat"}},
  }};
  return kAll;
}

std::vector<Point> all_points() {
  std::vector<Point> points;
  Point point{};
  for (;;) {
    const bool possible = (point[kRows] != kTwoTiles || point[kCols] == kPartOfGroup) &&
                          (point[kError] == kNoError) == (point[kPosition] == kNowhere);
    if (possible) points.push_back(point);
    std::size_t axis = kAxes;
    while (axis > 0 && ++point[axis - 1] == axes()[axis - 1].values.size()) point[--axis] = 0;
    if (axis == 0) return points;
  }
}

std::vector<Met> run_points(const std::vector<Point>& points,
                            const std::function<void(const std::string&)>& tell) {
  std::map<Point, std::uint64_t> met;
  std::map<Point, std::vector<Point>> by_list;
  for (const Point& point : points) by_list[without_error(point)].push_back(point);
  std::map<std::uint8_t, Runner> runners;
  std::size_t done = 0;
  for (const auto& [clean, wanted] : by_list) {
    Runner& runner = runners.try_emplace(clean[kPressure], clean[kPressure]).first->second;
    runner.begin(clean);
    ++met[clean];
    for (const Point& point : wanted) {
      if (point[kError] == kNoError) continue;
      for (unsigned tries = 0; tries < kTries && !met.contains(point); ++tries) {
        Point got = point;
        got[kPosition] = runner.run_error(point[kError], point[kPosition]);
        if (got[kPosition] != kNowhere) ++met[got];
        runner.run_clean();
      }
    }
    done += wanted.size();
    tell(fmt::format("{} of {} points", done, points.size()));
  }
  std::vector<Met> all;
  all.reserve(points.size());
  for (const Point& point : points) all.push_back({point, met[point]});
  return all;
}

}  // namespace trine::coverage
