// SPDX-License-Identifier: Apache-2.0

#include "tests/fault/flips.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>

#include "driver/program.h"
#include "golden/reference/metrics.h"
#include "machine/golden_transport.h"
#include "runtime/decoder.h"
#include "tests/fault/flip_core.h"

namespace trine::fault {
namespace {

constexpr std::uint64_t kContext = 64;
constexpr std::size_t kBefore = 16;  // Tokens in front of the one that is looked at.
constexpr std::int32_t kFirstToken = 0;
/// Words and bytes that a list may move before it counts as a hang.
constexpr WaitBudget kBudget{.waits = 20'000, .idle_waits = 2'000};

/// Bits of memory: bytes [address, address + bytes).
struct Range {
  std::uint64_t address = 0, bytes = 0;
};

/// Runs a list one command at a time and turns a bit over before one of them.
class StepExecutor final : public Executor {
 public:
  explicit StepExecutor(Device& device) : device_(device) {}
  std::function<void(std::size_t command)> before{};

  void run(const TokenList& list, const SequenceState& state) override {
    device_.set_sequence(state);
    device_.start(list.commands, list.address);
    std::size_t command = 0;
    do {
      if (before) before(command);
    } while (device_.step(list.commands) && ++command < kMostSteps);
    if (command == kMostSteps) throw Timeout("the list does not end");
  }
  void write(const TokenList& list) override {
    device_.transport().write_memory(list.address, list.commands.bytes());
  }
  void read(std::uint64_t address, std::span<float> to) override { device_.read(address, to); }
  void write(std::uint64_t address, std::span<const float> from) override {
    device_.write(address, from);
  }

 private:
  static constexpr std::size_t kMostSteps = 100'000;
  Device& device_;
};

class Bench {
 public:
  Bench(const std::filesystem::path& folder, unsigned seed, bool parity)
      : parity_(parity),
        model_(folder),
        machine_{.groups = 4, .parity = parity, .stream_sum = parity},
        bytes_(Program::memory_bytes(model_, machine_, kContext)),
        program_(model_, machine_, bytes_, kContext),
        golden_(machine_, bytes_),
        device_(golden_),
        random_(seed),
        vocab_(program_.config().vocab) {
    program_.load(device_);
    StepExecutor executor(device_);
    Decoder decoder(program_, executor);
    // A text of the model's own, from its first token on.
    token_ = kFirstToken;
    for (std::size_t i = 0; i < kBefore; ++i) {
      decoder.forward(token_);
      token_ = decoder.best();
    }
    memory_.resize(bytes_);
    golden_.read_memory(0, memory_);
    logits_ = run_golden({});
    find_places();
    const auto core = make_flip_core(bytes_, {}, parity_);
    if (run_rtl(*core) != logits_) throw Error("flips: the RTL's logits are not golden's");
    end_ = core->cycles();
    begin_ = *core->list_begin();
    const auto copied = [](Inside inside) {
      const auto cycles = cycles_of(inside);
      return std::vector<std::uint64_t>(cycles.begin(), cycles.end());
    };
    vector_cycles_ = copied(Inside::kVectorRegisters);
    attention_cycles_ = copied(Inside::kAttentionRegisters);
  }

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  void flip_memory(const std::vector<Range>& ranges, FlipRow& row) {
    const auto [place, mask] = draw(ranges);
    judge(row, [&, address = place, bit = mask] {
      const std::byte flipped = memory_[address] ^ bit;
      golden_.write_memory(address, std::span(&flipped, 1));
      return run_golden({});
    });
  }

  /// The same in the memory of the Verilated core.
  void flip_memory_of_rtl(const std::vector<Range>& ranges, FlipRow& row) {
    const auto [address, bit] = draw(ranges);
    memory_[address] ^= bit;
    judge(row, [&] { return run_rtl(*make_flip_core(bytes_, {}, parity_)); });
    memory_[address] ^= bit;
  }

  void flip_vector(FlipRow& row) {
    const std::size_t command = below(commands_), word = below(words_);
    const std::uint32_t bit = 1u << below(32);
    judge(row, [&] {
      return run_golden([&](std::size_t next) {
        if (next != command) return;
        // The machine's own words, which it shows to readers only.
        const auto words = golden_.machine().vector_memory(0);
        const_cast<std::uint32_t&>(words[word]) ^= bit;
      });
    });
  }

  /// In a cycle in which the unit works.
  void flip_unit(Inside inside, FlipRow& row) {
    const auto& cycles = inside == Inside::kVectorRegisters ? vector_cycles_ : attention_cycles_;
    const InsideFlip flip{inside, below(bits_of(inside, parity_)), cycles[below(cycles.size())]};
    judge(row, [&] { return run_rtl(*make_flip_core(bytes_, flip, parity_)); });
  }

  void flip_inside(Inside inside, FlipRow& row) {
    const std::uint64_t bits =
        inside == Inside::kWords ? words_ * kWordBits : bits_of(inside, parity_);
    const InsideFlip flip{inside, below(bits), begin_ + below(end_ - begin_)};
    judge(row, [&] { return run_rtl(*make_flip_core(bytes_, flip, parity_)); });
  }

  std::vector<Range> streams, books, caches, commands;

 private:
  /// A byte of the ranges, and a bit of it.
  std::pair<std::uint64_t, std::byte> draw(const std::vector<Range>& ranges) {
    std::uint64_t bytes = 0;
    for (const Range& range : ranges) bytes += range.bytes;
    std::uint64_t at = below(bytes);
    const auto* range = ranges.data();
    while (at >= range->bytes) at -= (range++)->bytes;
    return {range->address + at, std::byte{static_cast<unsigned char>(1u << below(8))}};
  }

  /// What the commands of the token's list read, by the commands themselves.
  void find_places() {
    const TokenList& list = program_.list(1, HeadRows::Last);
    commands_ = list.commands.commands().size();
    commands = {{list.address, commands_ * sizeof(Command)}};
    for (const Command& command : list.commands.commands()) {
      if (command.info()->opcode == Opcode::TRIT_MATVEC) {
        streams.push_back({command.address(), memory_bytes(command, machine_)});
        books.push_back({command.codebook(), kCodebookBytes});
      }
      if (command.info()->opcode == Opcode::ATTENTION)
        caches.push_back({command.address(), kBefore * 4 * command.get(command::COLS)});
      const VectorReach reach = vector_reach(command);
      words_ = std::max({words_, command.get(command::SRC) + reach.src,
                         command.get(command::SRC2) + reach.src2,
                         command.get(command::DST) + reach.dst});
    }
  }

  /// Known memory and registers, then the token.
  std::vector<float> run_golden(std::function<void(std::size_t)> before) {
    StepExecutor executor(device_);
    executor.before = std::move(before);
    Decoder decoder(program_, executor, kBefore);
    const auto logits = decoder.forward(token_);
    return {logits.begin(), logits.end()};
  }
  std::vector<float> run_rtl(sim::RtlTransport& core) {
    Device device(core);
    program_.layout().map(device);
    core.write_memory(0, memory_);
    device.set_window(program_.layout().window());
    DeviceExecutor executor(device, kBudget);
    Decoder decoder(program_, executor, kBefore);
    const auto logits = decoder.forward(token_);
    return {logits.begin(), logits.end()};
  }

  template <class Run>
  void judge(FlipRow& row, Run run) {
    ++row.flips;
    restore();
    try {
      const std::vector<float> logits = run();
      if (std::memcmp(logits.data(), logits_.data(), vocab_ * sizeof(float)) == 0) {
        ++row.masked;
        return;
      }
      const auto difference = golden::compare_logits(logits_, logits, vocab_);
      row.kl.push_back(std::max(difference.kl, 0.0));
      if (difference.top1 < 1) ++row.top1;
    } catch (const DeviceError& error) {
      ++row.told[std::string(find_error(static_cast<std::uint32_t>(error.code()))->name)];
    } catch (const Timeout&) {
      ++row.hangs;
    }
  }

  void restore() {
    device_.reset();
    golden_.write_memory(0, memory_);
    device_.set_window(program_.layout().window());
  }

  bool parity_;
  golden::PackedModel model_;
  MachineParams machine_;
  std::uint64_t bytes_;
  Program program_;
  GoldenTransport golden_;
  Device device_;
  std::mt19937_64 random_;
  std::size_t vocab_;
  std::int32_t token_ = 0;
  std::vector<std::byte> memory_;
  std::vector<float> logits_;
  std::size_t commands_ = 0;
  std::uint64_t words_ = 0, begin_ = 0, end_ = 0;
  std::vector<std::uint64_t> vector_cycles_, attention_cycles_;
};

}  // namespace

std::vector<FlipRow> run_flips(const std::filesystem::path& model, unsigned count, unsigned seed,
                               bool parity, const std::function<void(const std::string&)>& tell) {
  Bench bench(model, seed, parity);
  std::vector<FlipRow> rows;
  const auto place = [&](const char* name, const char* device, auto flip) {
    FlipRow& row = rows.emplace_back();
    row.place = name;
    row.device = device;
    for (unsigned n = 0; n < count; ++n) {
      if (n % 10 == 0) tell(fmt::format("{}: {} of {}", name, n, count));
      flip(row);
    }
  };
  const auto memory = [&](const std::vector<Range>& ranges) {
    return [&](FlipRow& row) { bench.flip_memory(ranges, row); };
  };
  const auto inside = [&](Inside where) {
    return [&bench, where](FlipRow& row) { bench.flip_inside(where, row); };
  };
  if (parity) {
    place("weight stream in memory", "rtl",
          [&](FlipRow& row) { bench.flip_memory_of_rtl(bench.streams, row); });
    place("vector memory", "rtl", inside(Inside::kWords));
  } else {
    place("weight stream in memory", "golden", memory(bench.streams));
    place("codebook block in memory", "golden", memory(bench.books));
    place("keys and values in memory", "golden", memory(bench.caches));
    place("command words in memory", "golden", memory(bench.commands));
    place("vector memory", "golden", [&](FlipRow& row) { bench.flip_vector(row); });
  }
  place("scale codebook in the core", "rtl", inside(Inside::kScales));
  place("lookup tables", "rtl", inside(Inside::kTables));
  place("activation mantissas", "rtl", inside(Inside::kMantissas));
  place("accumulators of rows", "rtl", inside(Inside::kPartials));
  if (parity) return rows;
  const auto unit = [&](Inside where) {
    return [&bench, where](FlipRow& row) { bench.flip_unit(where, row); };
  };
  place("registers of the vector unit", "rtl", unit(Inside::kVectorRegisters));
  place("registers of the attention unit", "rtl", unit(Inside::kAttentionRegisters));
  place("memories of the attention unit", "rtl", unit(Inside::kAttentionMemories));
  return rows;
}

}  // namespace trine::fault
