// SPDX-License-Identifier: Apache-2.0

#include "runtime/lockstep.h"

#include <doctest/doctest.h>

#include "model_fixture.h"

using namespace trine;

namespace {

/// Passes everything on; flips the lowest bit of one word of vector memory, or of one byte of
/// memory, whenever it is read after command `from`.
class FaultyTransport final : public Transport, public Stepper, public VectorView {
 public:
  explicit FaultyTransport(Transport& inner) : inner_(inner) {}
  std::uint32_t command = ~0u;  // The fault shows from the step of this command on.
  bool in_memory = false;
  unsigned bank = 0;
  std::uint64_t place = 0;  // Word, or address.
  bool steps = true, shows = true;

  std::uint32_t read(Reg reg) override { return inner_.read(reg); }
  void write(Reg reg, std::uint32_t value) override {
    if (reg == Reg::CTRL) stepped_ = 0;
    inner_.write(reg, value);
  }
  void read_memory(std::uint64_t address, std::span<std::byte> to) override {
    inner_.read_memory(address, to);
    if (active() && in_memory && place >= address && place - address < to.size())
      to[place - address] ^= std::byte{1};
  }
  void write_memory(std::uint64_t address, std::span<const std::byte> from) override {
    inner_.write_memory(address, from);
  }
  std::uint64_t memory_size() const override { return inner_.memory_size(); }
  void map_memory(std::uint64_t address, std::span<const std::byte> bytes) override {
    inner_.map_memory(address, bytes);
  }
  void wait() override { inner_.wait(); }
  Stepper* stepper() override { return steps ? this : nullptr; }
  VectorView* vector_view() override { return shows ? this : nullptr; }
  void step() override {
    inner_.stepper()->step();
    ++stepped_;
  }
  void read_vector(unsigned of_bank, std::uint32_t first, std::span<std::uint32_t> to) override {
    inner_.vector_view()->read_vector(of_bank, first, to);
    if (active() && !in_memory && of_bank == bank && place >= first && place - first < to.size())
      to[place - first] ^= 1;
  }

 private:
  bool active() const { return stepped_ > command; }

  Transport& inner_;
  std::uint32_t stepped_ = 0;
};

constexpr MachineParams kPair{.vectors = 2};

/// Two devices, the first with a fault at will.
struct TwoDevices {
  Program program;
  GoldenTransport inner{kPair, kModelMemory};
  FaultyTransport faulty{inner};
  Device left{faulty};
  LoadedDevice right;
  LockstepExecutor executor{{"left", left}, {"right", right.device}};

  explicit TwoDevices(const TinyModel& model)
      : program(model.packed(), kPair, kModelMemory), right(program, kPair, kModelMemory) {
    program.load(left);
  }
};

}  // namespace

TEST_CASE("LockstepExecutor: passes while two devices agree, counts, and gives their logits") {
  const TinyModel model;
  TwoDevices two(model);
  Decoder checked(two.program, two.executor);
  GoldenDecoder alone(model.packed(), kPair);
  const std::vector<std::int32_t> tokens{4, 8, 15, 16, 23};
  const auto logits = checked.forward(tokens);
  CHECK(std::ranges::equal(logits, alone.decoder.forward(tokens)));
  // Every word that a command writes, memory included: more than the results of the matrices.
  CHECK_GT(two.executor.compared(), 5 * 2 * (3 * 64 + 64 + 2 * 64 + 64));
}

TEST_CASE("LockstepExecutor: finds a single wrong bit of any command and names it") {
  const TinyModel model;
  TwoDevices two(model);
  const TokenList& list = two.program.list(2, HeadRows::All);
  const SequenceState state{.position = 3, .token = {7, 9}};
  const MemoryWindow everything{0, std::uint64_t{1} << kAddressBits};
  std::size_t found = 0;
  for (std::uint32_t index = 0; index < list.commands.size(); ++index) {
    CAPTURE(list.commands.describe_at(index));
    const ResolvedCommand c =
        check_command(list.commands.commands()[index], kPair, everything, state).command;
    const auto opcode = static_cast<Opcode>(c.get(command::OPCODE));
    if (opcode == Opcode::FENCE || opcode == Opcode::END) continue;
    const bool column = opcode == Opcode::STORE_COLUMN;
    const bool blocks = opcode == Opcode::STORE_BLOCKS;
    two.faulty.in_memory = column || blocks || opcode == Opcode::STORE;
    two.faulty.bank = c.get(command::BANK);
    const std::size_t row = opcode == Opcode::ARGMAX || c.get(command::ROWS) < 5 ? 1 : 4;
    two.faulty.place = c.get(command::DST) + row;
    if (two.faulty.in_memory)
      two.faulty.place = column ? c.column_address() + row * c.get(command::STRIDE)
                                : c.address() + row * (blocks || c.get(command::F16) != 0 ? 2 : 4);
    two.faulty.command = index;
    try {
      two.executor.run(list, state);
      FAIL_CHECK("not found");
    } catch (const Mismatch& mismatch) {
      ++found;
      const std::string what = mismatch.what();
      CAPTURE(what);
      CHECK_EQ(mismatch.place().command, index);
      CHECK_EQ(mismatch.place().tensor, list.label(index));
      CHECK(mismatch.place().layer == list.info[index].layer);
      CHECK_EQ(mismatch.place().bank, c.get(command::BANK));
      CHECK_EQ(mismatch.place().row, row);
      for (const std::string& part : {std::string(list.label(index)), fmt::format("row {}", row),
                                      std::string("left has"), std::string("right has")})
        CHECK(what.find(part) != std::string::npos);
    }
    for (Device* device : {&two.left, &two.right.device}) {
      device->reset();
      device->set_window(two.program.layout().window());
    }
  }
  CHECK_GT(found, 40u);
}

TEST_CASE("LockstepExecutor: refuses a device that cannot be compared, by its name") {
  const TinyModel model;
  TwoDevices two(model);
  const auto lockstep = [&] { LockstepExecutor({"right", two.right.device}, {"left", two.left}); };
  two.faulty.shows = false;
  golden::check_error(lockstep, {"left", "does not show its vector memory"});
  two.faulty.steps = false;
  golden::check_error(lockstep, {"left", "does not step"});
}

TEST_CASE("LockstepExecutor: an error of both comes through, of one it is a difference") {
  const TinyModel model;
  TwoDevices two(model);
  Decoder decoder(two.program, two.executor);
  two.left.set_window({0, 0});
  golden::check_error([&] { decoder.forward(1); },
                      {"left stopped", "ADDRESS_RANGE", "right goes on"});
  two.right.device.reset();
  two.right.device.set_window({0, 0});
  CHECK_THROWS_AS(decoder.forward(1), DeviceError);
  for (Device* device : {&two.left, &two.right.device})
    device->set_window(two.program.layout().window());
  CHECK_EQ(decoder.forward(1).size(), 45u);
}
