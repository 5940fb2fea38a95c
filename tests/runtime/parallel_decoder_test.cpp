// SPDX-License-Identifier: Apache-2.0

#include "runtime/parallel_decoder.h"

#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <thread>

#include "machine/golden_transport.h"
#include "model_fixture.h"
#include "runtime/logits.h"
#include "runtime/session.h"

using namespace trine;

namespace {

const std::vector<std::int32_t> kTokens{4, 8, 15, 16, 23, 42, 7};

/// Positions at which a word of vector memory is wrong; these sets are filled before it runs.
std::set<std::uint32_t>& faults() {
  static std::set<std::uint32_t> positions;
  return positions;
}
/// Positions at which the first byte of whatever is read from memory is wrong.
std::set<std::uint32_t>& wrong_memory() {
  static std::set<std::uint32_t> positions;
  return positions;
}
/// Positions at which it is slow.
std::set<std::uint32_t>& slow() {
  static std::set<std::uint32_t> positions;
  return positions;
}

/// Golden that calls itself a simulation: it has a clock and tells its progress. At a position in
/// faults() the word of that number in vector memory reads wrong.
class Pretender final : public Transport, public Stepper, public VectorView, SimulationClock {
 public:
  Pretender(const MachineParams& params, const DeviceRequest& request)
      : inner_(params, request.memory_bytes), tell_(request.progress) {}

  std::uint32_t read(Reg reg) override { return inner_.read(reg); }
  void write(Reg reg, std::uint32_t value) override {
    if (reg == Reg::POSITION) position_ = value;
    inner_.write(reg, value);
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    inner_.read_memory(address, to);
    if (wrong_memory().contains(position_) && !to.empty()) to[0] ^= std::byte{1};
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    inner_.write_memory(address, from);
  }
  std::uint64_t memory_size() const override { return inner_.memory_size(); }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    inner_.map_memory(address, bytes);
  }
  void wait() override { step(); }
  void step() override {
    inner_.step();
    ++steps_;
    if (slow().contains(position_)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (tell_) tell_({.cycles = steps_, .khz = 1, .fraction = 0.5, .seconds_left = 1});
  }
  void read_vector(unsigned bank, std::uint32_t first, std::span<std::uint32_t> to) override {
    inner_.read_vector(bank, first, to);
    if (faults().contains(position_) && position_ >= first && position_ - first < to.size())
      to[position_ - first] ^= 1;
  }
  Stepper* stepper() override { return this; }
  VectorView* vector_view() override { return this; }
  SimulationClock* clock() override { return this; }

 private:
  std::uint64_t cycles() const override { return steps_; }
  double khz() const override { return 1; }
  void expect_beats(std::uint64_t) override {}

  GoldenTransport inner_;
  std::function<void(const DeviceProgress&)> tell_;
  std::uint32_t position_ = 0;
  std::uint64_t steps_ = 0;
};

std::unique_ptr<Transport> make(const DeviceRequest& request) {
  MachineParams params;
  params.groups = request.groups;
  params.vectors = request.vectors;
  return std::make_unique<Pretender>(params, request);
}

const DeviceRegistration registration{{.name = "pretender",
                                       .description = "golden with a clock, and wrong at will",
                                       .cycles = Cycles::None,
                                       .steps = true,
                                       .shows_vectors = true,
                                       .has_interrupt = false,
                                       .has_clock = true,
                                       .options = {"groups", "vectors"},
                                       .choices = golden_choices(),
                                       .cores =
                                           [] {
                                             return std::vector<CoreShape>{{16, 1}};
                                           },
                                       .make = make}};

class Told final : public Progress {
 public:
  std::size_t calls = 0, most_jobs = 0, stop_at = ~std::size_t{0};

  void step(std::size_t, std::size_t, std::string_view) override {}
  void simulation(const DeviceProgress& progress) override {
    most_jobs = std::max(most_jobs, progress.jobs.size());
    if (++calls == stop_at) throw std::runtime_error("enough");
  }
};

SessionOptions on(unsigned jobs, unsigned vectors = 1) {
  SessionOptions options;
  options.name = "pretender";
  options.check = true;
  options.jobs = jobs;
  options.request.threads = 1;
  options.request.vectors = vectors;
  return options;
}

struct Outcome {
  std::vector<float> logits;
  RunReport report;
};

Outcome run(const ModelFile& file, const SessionOptions& options, Progress& progress,
            std::size_t window) {
  Outcome outcome;
  Session session(file, options, progress);
  for_each_logits(session, kTokens, window, progress, [&](std::span<const float> part) {
    outcome.logits.insert(outcome.logits.end(), part.begin(), part.end());
  });
  outcome.report = session.report();
  return outcome;
}

}  // namespace

TEST_CASE("parallel decoder: logits, counters and comparisons are those of one core") {
  faults().clear();
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  for (const unsigned vectors : {1u, 3u}) {
    for (const std::size_t window : {std::size_t{0}, std::size_t{3}}) {
      Told told;
      const Outcome one = run(file, on(1, vectors), told, window);
      for (const unsigned jobs : {2u, 5u}) {
        CAPTURE(vectors);
        CAPTURE(window);
        CAPTURE(jobs);
        const Outcome several = run(file, on(jobs, vectors), told, window);
        CHECK(several.logits == one.logits);
        CHECK(several.report.counters == one.report.counters);
        CHECK(several.report.equal == true);
        CHECK_EQ(several.report.compared, one.report.compared);
      }
    }
  }
}

TEST_CASE("parallel decoder: the first difference counts, whichever comes first") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  for (const auto& wrong : {std::set<std::uint32_t>{2, 5}, {3, 4, 6}, {5}}) {
    faults() = wrong;
    slow() = {*wrong.begin()};
    Told told;
    try {
      run(file, on(4), told, 0);
      FAIL("no difference was found");
    } catch (const Mismatch& mismatch) {
      CHECK_EQ(mismatch.place().row, *wrong.begin());
    }
  }
  faults().clear();
  slow().clear();
}

TEST_CASE("parallel decoder: without the check the results of every list are compared") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  Told told;
  SessionOptions one = on(1), several = on(3);
  one.check = several.check = false;
  const Outcome want = run(file, one, told, 0), got = run(file, several, told, 0);
  CHECK(got.logits == want.logits);
  CHECK(got.report.counters == want.report.counters);
  CHECK_FALSE(got.report.equal);
  wrong_memory() = {3, 5};
  golden::check_error([&] { run(file, several, told, 0); }, {"position 3", "layer 0"});
  wrong_memory().clear();
}

TEST_CASE("parallel decoder: progress that throws ends all lists, and so does the end of it") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  slow() = {0, 1, 2, 3};
  Told told;
  told.stop_at = 1;
  CHECK_THROWS_WITH(run(file, on(4), told, 0), "enough");
  CHECK_EQ(told.most_jobs, 4);
  slow().clear();
  Told quiet;
  Session session(file, on(3), quiet);
  session.model().forward(kTokens);
}

TEST_CASE("parallel decoder: a device without a simulation has no use for several") {
  const TinyModel model;
  const ModelFile file(model.packed().directory());
  Told told;
  for (const char* name : {kGoldenDevice, kReference}) {
    SessionOptions options = on(2);
    options.name = name;
    options.check = false;
    golden::check_error([&] { Session(file, options, told); }, {"jobs", name});
  }
}
