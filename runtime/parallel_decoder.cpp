// SPDX-License-Identifier: Apache-2.0

#include "runtime/parallel_decoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "golden/error.h"
#include "runtime/report.h"

namespace trine {
namespace {

/// The core that is asked for, with as many banks as there can be: they take the most memory.
MachineParams with_all_banks(const DeviceRequest& request) {
  MachineParams params = request.machine();
  params.vectors = kMaxVectors;
  return params;
}

}  // namespace

/// A core with a golden one beside it, and the list that both are at.
class ParallelDecoder::Worker final : public Progress {
 public:
  Worker(ParallelDecoder& owner, const SessionOptions& options)
      : owner_(owner),
        core_(make_core(options.name, options.request, owner.memory_bytes_, *this)) {}

  Core& core() { return *core_; }
  bool free() const { return !busy_; }
  const DeviceProgress& now() const { return now_; }
  std::uint64_t compared() const { return both_ ? both_->compared() : 0; }
  /// Beats that this core has read for lists that ended, and those that the one it is at reads.
  std::uint64_t beats() const { return beats_; }
  std::uint64_t beats_now() const { return busy_ ? beats_now_ : 0; }
  /// Of the list it is at.
  double fraction() const {
    if (!busy_ || beats_now_ == 0) return 0;
    const double all = static_cast<double>(beats_ + beats_now_);
    const double part = std::max(now_.fraction, 0.0) * all - static_cast<double>(beats_);
    return std::clamp(part / static_cast<double>(beats_now_), 0.0, 1.0);
  }

  /// Makes the golden core and loads the program into both.
  void load(const Program& program, unsigned threads) {
    program_ = &program;
    other_ = make_golden(program.machine(), owner_.memory_bytes_, threads,
                         core_->device().transport().memory_base());
    program.load(core_->device());
    program.load(other_->device());
    if (owner_.options_.check)
      both_.emplace(LockstepExecutor::Side{owner_.options_.name, core_->device()},
                    LockstepExecutor::Side{kGoldenDevice, other_->device()});
  }

  /// Takes the caches that golden has now.
  void take_caches(Transport& from) {
    const Layout& layout = program_->layout();
    std::vector<std::byte> buffer(layout.sequence_bytes());
    for (std::size_t layer = 0; layer < layout.config().layers; ++layer) {
      from.read_memory(layout.layer(layer).cache, buffer);
      for (Core* core : {core_.get(), other_.get()})
        core->device().transport().write_memory(layout.layer(layer).cache, buffer);
    }
  }

  /// Runs a list in a thread of its own as pass number `pass`; `logits` are golden's. Called with
  /// the owner's lock.
  void start(std::size_t pass, const TokenList& list, const SequenceState& state, HeadRows head,
             std::vector<float> logits) {
    busy_ = true;
    pass_ = pass;
    beats_now_ = list.weight_beats(program_->machine(), state.position);
    thread_ = std::jthread([this, &list, state, head, logits = std::move(logits)] {
      std::exception_ptr failure;
      Counters spent;
      try {
        spent = run(list, state, head, logits);
      } catch (const Ended&) {
        // The failure of an earlier list ended it.
      } catch (...) {
        failure = std::current_exception();
      }
      const std::scoped_lock lock(owner_.mutex_);
      Pass& done = owner_.passes_[pass_];
      done.counters = spent;
      done.failure = failure;
      done.running = false;
      if (failure) owner_.wanted_ = std::min(owner_.wanted_, pass_);
      beats_ += spent.read_beats;
      busy_ = false;
      owner_.changed_.notify_all();
    });
  }

  void step(std::size_t, std::size_t, std::string_view) override {}
  void simulation(const DeviceProgress& progress) override {
    const std::scoped_lock lock(owner_.mutex_);
    if (busy_ && pass_ >= owner_.wanted_) throw Ended();
    now_ = progress;
  }

 private:
  Counters run(const TokenList& list, const SequenceState& state, HeadRows head,
               const std::vector<float>& logits) {
    const Counters before = core_->device().counters();
    core_->expect_beats(beats_now_);
    if (both_) {
      both_->run(list, state);
    } else {  // A core that waits between commands takes other cycles.
      DeviceExecutor(core_->device()).run(list, state);
      DeviceExecutor(other_->device()).run(list, state);
      compare_caches(state.position);
    }
    const Counters spent = core_->device().counters() - before;
    const std::size_t vocab = program_->config().vocab;
    std::vector<float> got(vocab);
    const std::size_t count = logits.size() / vocab;
    for (std::size_t i = 0; i < count; ++i) {
      const auto bank = static_cast<unsigned>(head == HeadRows::All ? i : list.spec.tokens - 1);
      core_->device().read(program_->layout().logits(bank), got);
      if (std::memcmp(got.data(), logits.data() + i * vocab, vocab * sizeof(float)) != 0)
        throw Different(fmt::format("position {}: {} and golden make different logits",
                                    state.position + i, owner_.options_.name));
    }
    return spent;
  }

  void compare_caches(std::uint32_t position) {
    const Layout& layout = program_->layout();
    std::vector<std::byte> got(layout.sequence_bytes()), want(layout.sequence_bytes());
    for (std::size_t layer = 0; layer < layout.config().layers; ++layer) {
      core_->device().transport().read_memory(layout.layer(layer).cache, got);
      other_->device().transport().read_memory(layout.layer(layer).cache, want);
      if (got != want)
        throw Different(
            fmt::format("position {}, layer {}: {} and golden make different keys or "
                        "values",
                        position, layer, owner_.options_.name));
    }
  }

  ParallelDecoder& owner_;
  std::unique_ptr<Core> core_, other_;
  std::optional<LockstepExecutor> both_;
  const Program* program_ = nullptr;
  // Under the owner's lock, but for the thread that is busy with them.
  bool busy_ = false;
  std::size_t pass_ = 0;
  std::uint64_t beats_ = 0, beats_now_ = 0;
  DeviceProgress now_;
  std::jthread thread_;  // Last: it ends before what it uses.
};

ParallelDecoder::ParallelDecoder(const golden::PackedModel& model, const SessionOptions& options,
                                 std::size_t context, Progress& progress)
    : options_(options),
      progress_(progress),
      memory_bytes_(Program::memory_bytes(model, with_all_banks(options.request), context)) {
  workers_.push_back(std::make_unique<Worker>(*this, options_));
  const MachineParams& params = workers_.front()->core().device().params();
  const std::uint64_t base = workers_.front()->core().device().transport().memory_base();
  golden_ = make_golden(params, memory_bytes_, options_.request.threads, base);
  program_.emplace(model, params, memory_bytes_, context, 1, base);
  program_->load(golden_->device());
  executor_.emplace(golden_->device());
  ahead_ = std::make_unique<Decoder>(*program_, *executor_);
  workers_.front()->load(*program_, std::max(1u, options_.request.threads / options_.jobs));
}

ParallelDecoder::~ParallelDecoder() {
  {
    const std::scoped_lock lock(mutex_);
    wanted_ = 0;
  }
  workers_.clear();
}

std::span<const float> ParallelDecoder::append(std::span<const std::int32_t> tokens,
                                               golden::Logits logits) {
  if (observer()) throw Error("layers are not observed where lists run side by side");
  logits_.clear();
  for (std::size_t at = 0; at < tokens.size();) {
    // As a Decoder takes them: in whole batches, then one by one.
    const std::size_t count = tokens.size() - at >= batch() ? batch() : 1;
    const bool last = at + count == tokens.size();
    HeadRows head = HeadRows::None;
    if (logits == golden::Logits::All) head = HeadRows::All;
    if (logits == golden::Logits::Last && last) head = HeadRows::Last;
    const auto piece = tokens.subspan(at, count);
    SequenceState state{.position = static_cast<std::uint32_t>(position()), .token = {}};
    for (std::size_t bank = 0; bank < count; ++bank)
      state.token[bank] = static_cast<std::uint32_t>(piece[bank]);

    Worker& worker = wait_for_worker();
    worker.take_caches(golden_->device().transport());
    const auto result = run_ahead(piece, head);
    logits_.insert(logits_.end(), result.begin(), result.end());
    {
      const std::scoped_lock lock(mutex_);
      passes_.push_back({.token = tokens_, .counters = {}, .failure = {}, .running = true});
      worker.start(passes_.size() - 1, program_->list(static_cast<unsigned>(count), head), state,
                   head, {result.begin(), result.end()});
    }
    tokens_ += count;
    at += count;
  }
  return logits_;
}

std::span<const float> ParallelDecoder::run_ahead(std::span<const std::int32_t> tokens,
                                                  HeadRows head) {
  const golden::Logits wanted = head == HeadRows::None  ? golden::Logits::None
                                : head == HeadRows::All ? golden::Logits::All
                                                        : golden::Logits::Last;
  try {
    return ahead_->forward(tokens, wanted);
  } catch (...) {
    finish();  // What failed before it comes first.
    throw;
  }
}

bool ParallelDecoder::running() const {
  return std::ranges::any_of(passes_, &Pass::running);
}

void ParallelDecoder::throw_failure() const {
  for (const Pass& pass : passes_)
    if (pass.failure) std::rethrow_exception(pass.failure);
}

template <class Ready>
void ParallelDecoder::wait(std::unique_lock<std::mutex>& lock, const Ready& ready) {
  constexpr std::chrono::milliseconds kPeriod{100};
  const auto stop = [&] { return wanted_ < passes_.size() ? !running() : ready(); };
  while (!changed_.wait_for(lock, kPeriod, stop)) {
    const DeviceProgress now = together();
    lock.unlock();
    progress_.simulation(now);
    lock.lock();
  }
  throw_failure();
}

ParallelDecoder::Worker& ParallelDecoder::wait_for_worker() {
  std::unique_lock lock(mutex_);
  const auto free_one = [&] { return std::ranges::find_if(workers_, &Worker::free); };
  if (free_one() == workers_.end() && workers_.size() < options_.jobs) {
    lock.unlock();
    auto worker = std::make_unique<Worker>(*this, options_);
    worker->load(*program_, std::max(1u, options_.request.threads / options_.jobs));
    lock.lock();
    workers_.push_back(std::move(worker));
  }
  wait(lock, [&] { return free_one() != workers_.end(); });
  return **free_one();
}

void ParallelDecoder::finish() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return !running(); });
}

bool ParallelDecoder::finished() const {
  const std::scoped_lock lock(mutex_);
  return !running() && std::ranges::none_of(passes_, [](const Pass& pass) {
    return static_cast<bool>(pass.failure);
  });
}

DeviceProgress ParallelDecoder::together() const {
  DeviceProgress all{.fraction = 0};
  double beats = 0;
  for (const auto& worker : workers_) {
    all.cycles += worker->now().cycles;
    all.khz += worker->now().khz;
    all.jobs.push_back(worker->fraction());
    beats += static_cast<double>(worker->beats()) +
             worker->fraction() * static_cast<double>(worker->beats_now());
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  if (expected_beats_ > 0)
    all.fraction = std::min(beats / static_cast<double>(expected_beats_), 1.0);
  if (all.fraction > 0) all.seconds_left = spent.count() * (1 / all.fraction - 1);
  return all;
}

Counters ParallelDecoder::counters(std::size_t first, std::size_t end) const {
  const std::scoped_lock lock(mutex_);
  Counters sum;
  for (const Pass& pass : passes_)
    if (pass.token >= first && pass.token < end) sum += pass.counters;
  return sum;
}

std::uint64_t ParallelDecoder::compared() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (const auto& worker : workers_)
    if (worker->free()) sum += worker->compared();
  return sum;
}

double ParallelDecoder::khz() const {
  double sum = 0;
  for (const auto& worker : workers_) sum += worker->core().khz();
  return sum;
}

std::optional<MemoryReport> ParallelDecoder::dram() const {
  std::optional<MemoryReport> sum;
  for (const auto& worker : workers_) {
    const auto report = worker->core().dram();
    if (!report) continue;
    if (sum)
      *sum += *report;
    else
      sum = report;
  }
  return sum;
}

}  // namespace trine
