// SPDX-License-Identifier: Apache-2.0

#include "machine/cost_model.h"

#include <bit>
#include <cmath>

#include "driver/command_check.h"
#include "driver/memory.h"
#include "golden/error.h"
#include "golden/exact/attention.h"
#include "isa/round_up.h"
#include "machine/stream_cost.h"

namespace trine {
namespace {

constexpr double kFifoBeats = 512;  // ReadFifoBeats of the RTL.
constexpr double kBookBytes = kCodebookBytes;

constexpr std::uint64_t bits(std::uint64_t value) {
  return static_cast<std::uint64_t>(std::bit_width(value));
}
std::uint64_t whole(double cycles) {
  return static_cast<std::uint64_t>(std::llround(std::max(0.0, cycles)));
}

/// Cycles in which the quantizer makes a group of 16 mantissas: four a cycle, and it reads the
/// group beat by beat.
unsigned group_cycles(unsigned groups) {
  return std::max(4u, 16 / groups + 3);
}

/// And of one that comes alone, until the next may begin.
unsigned lone_group_cycles(unsigned groups) {
  return 16 / groups + 12;
}

}  // namespace

CostMemory over_ports(CostMemory memory, unsigned ports) {
  if (ports == 1) return memory;
  memory.read_latency += ports + 1;  // trine_read_port takes Ports + 3 cycles, the one DMA 2.
  memory.write_cycles = ports;
  return memory;
}

CostModel::CostModel(const MachineParams& machine, const CostMemory& memory)
    : machine_(machine), memory_(memory) {
  if (!(memory.read_latency >= 1 && memory.write_latency >= 1 && memory.beats_per_cycle > 0 &&
        memory.beats_per_cycle <= 1 && memory.write_cycles >= 1 && memory.read_burst >= 1 &&
        memory.write_burst >= 1))
    throw Error(
        "a memory of the cost model: latencies and bursts of at least 1, at most a beat a cycle");
}

Predecessor CostModel::predecessor(const ResolvedCommand& command, const CommandCost& cost) {
  if (command.opcode->opcode == Opcode::END) return {};
  const Unit unit = command.opcode->unit;
  return {.unit_cycles = cost.unit_cycles,
          .lets_read = unit == Unit::LOAD || unit == Unit::MATRIX || unit == Unit::VECTOR,
          .none = false};
}

CommandCost CostModel::command(const ResolvedCommand& c, const Predecessor& before) {
  if (c.opcode == nullptr)
    throw Error("the cost model: there is no opcode " + std::to_string(c.get(command::OPCODE)));
  // The check runs beside the command before; then its reads go out, when that one lets them.
  const std::uint64_t checked = check(c);
  const std::uint64_t spare = before.unit_cycles - std::min(before.unit_cycles, checked);
  // More than the memory's latency and a FIFO of beats can't come ahead.
  const std::uint64_t most =
      whole(memory_.read_latency + kFifoBeats / memory_.beats_per_cycle) + 64;
  const std::uint64_t ahead = before.lets_read ? std::min(spare, most) : 0;
  const std::tuple key{c.words[0],           c.get(command::ROWS),
                       c.get(command::COLS), c.get(command::STRIDE),
                       c.address() % 4096,   ahead};
  const bool costly = c.opcode->unit == Unit::MATRIX;
  CommandCost cost;
  if (const auto found = costly ? kept_.find(key) : kept_.end(); found != kept_.end()) {
    cost = found->second;
  } else {
    const auto lead = static_cast<double>(ahead);
    switch (c.opcode->unit) {
      case Unit::NONE:
      case Unit::CONTROL:
        break;
      case Unit::LOAD:
        cost = load(c, lead);
        break;
      case Unit::STORE:
        cost = store(c);
        break;
      case Unit::COLUMN:
        cost = column(c);
        break;
      case Unit::MATRIX:
        cost = c.opcode->memory == MemoryUse::TRIT_STREAM ? trit(c, lead) : f16(c, lead);
        break;
      case Unit::VECTOR:
        cost = vector(c);
        break;
      case Unit::ATTENTION:
        cost = c.opcode->memory == MemoryUse::WRITE_BLOCKS ? blocks(c) : attention(c, lead);
        break;
    }
    if (costly) kept_.emplace(key, cost);
  }
  // Dispatch starts a unit two cycles after it has the job, retirement takes two; a store waits one
  // more for the write path. The first command of a list has to be fetched first.
  const std::uint64_t handing = c.opcode->unit == Unit::STORE ? 5 : 4;
  const std::uint64_t fetched =
      before.none ? 11 + 16 / machine_.groups + whole(memory_.read_latency) : 0;
  const std::uint64_t late = fetched + checked - std::min(fetched + checked, before.unit_cycles);
  cost.cycles = cost.unit_cycles + handing + late;
  return cost;
}

/// A state a check, and the products of trine_sizes bit by bit.
std::uint64_t CostModel::check(const ResolvedCommand& c) {
  const std::uint64_t rows = c.get(command::ROWS);
  const auto product = [](std::uint64_t factor) { return bits(factor) + 1; };
  const std::uint64_t offset = c.get(command::INDEX) != 0 ? product(c.index) : 0;
  const std::uint64_t span = c.get(command::STRIDE) != 0 ? product(rows) : 0;
  switch (c.opcode->unit) {
    case Unit::NONE:
    case Unit::CONTROL:
      return 4;
    case Unit::LOAD:
    case Unit::STORE:
      return 7 + std::max<std::uint64_t>(1, offset);
    case Unit::COLUMN:
      return 6 + product(rows);
    case Unit::MATRIX:
      if (c.opcode->memory == MemoryUse::F16_ROWS) return 7 + product(rows) + span;
      return 10 + product(golden::panel_beats(c.get(command::DEPTH))) +
             product(ceil_div(rows, golden::kPanelRows));
    case Unit::VECTOR:
      return 8;
    case Unit::ATTENTION:
      if (c.opcode->memory == MemoryUse::WRITE_BLOCKS)
        return 7 + std::max<std::uint64_t>(1, offset);
      return 7 + product(std::uint64_t{2} * c.get(command::LIMIT));
  }
  return 0;
}

CommandCost CostModel::load(const Command& c, double ahead) const {
  const std::uint64_t elements = c.get(command::ROWS);
  const double beats =
      static_cast<double>(memory_bytes(c, machine_)) / static_cast<double>(machine_.beat_bytes());
  const auto words = static_cast<double>(ceil_div(elements, machine_.groups));
  // The first beat comes behind the latency, less what passed before the unit started; at a rate
  // below a beat a cycle those that came ahead wait in the FIFO.
  const double wait = memory_.read_latency + 2;
  const double first = std::max(0.0, wait - ahead), early = std::max(0.0, ahead - wait);
  CommandCost cost;
  cost.unit_cycles = whole(std::max(words, beats / memory_.beats_per_cycle - early) + first + 2);
  return cost;
}

CommandCost CostModel::store(const Command& c) const {
  const double longest = std::min(
      memory_.write_burst * static_cast<double>(machine_.beat_bytes()) / memory_.write_cycles,
      static_cast<double>(kPageBytes));
  const std::uint64_t bursts =
      whole(std::ceil(static_cast<double>(memory_bytes(c, machine_)) / longest));
  const double beats =
      static_cast<double>(memory_bytes(c, machine_)) / static_cast<double>(machine_.beat_bytes());
  const double words = static_cast<double>(ceil_div(c.get(command::ROWS), machine_.groups));
  CommandCost cost;
  cost.unit_cycles =
      whole(std::max(words, beats * memory_.write_cycles / memory_.beats_per_cycle) + 4) + bursts;
  return cost;
}

/// An element is a write of its own, six cycles apart; eight may be without an answer.
CommandCost CostModel::column(const Command& c) const {
  const double elements = c.get(command::ROWS);
  const double each = std::max(6.0, (memory_.write_latency + 3) / 8);
  const double first = std::min(elements, 8.0);
  CommandCost cost;
  cost.unit_cycles = whole(first * 6 + (elements - first) * each) +
                     ceil_div(c.get(command::ROWS), machine_.groups) + 1;
  return cost;
}

CommandCost CostModel::vector(const ResolvedCommand& c) const {
  const double beats = static_cast<double>(ceil_div(c.get(command::ROWS), machine_.groups));
  // Half as many lanes as groups: a beat is two slices; with one group a beat is one.
  const unsigned lanes = std::max(1u, machine_.groups / 2);
  const double one = machine_.groups > 1 ? 2 : 1;      // Cycles a beat of a pass with one operand,
  const double two = 2;                                // and with two.
  const unsigned answer_beats = 16 / machine_.groups;  // Of the 16 words that ARGMAX writes.
  double cycles = 0;
  switch (c.opcode->opcode) {
    case Opcode::ADD:
      cycles = two * beats + 21;
      break;
    case Opcode::ROPE:
      cycles = two * beats + 23;
      break;
    case Opcode::SILU_MUL:
      cycles = two * beats + 43;
      break;
    case Opcode::RMSNORM:  // Largest value, sum of squares, scale.
      cycles = (one + two + two) * beats + 70 + lanes;
      break;
    case Opcode::SOFTMAX:  // Largest value, exponentials and their sum, scale.
      cycles = 3 * one * beats + 80 + lanes;
      break;
    case Opcode::ARGMAX:
      cycles = one * beats + 15 + lanes + answer_beats;
      break;
    default:
      throw Error("the cost model has no cost for " + std::string(c.opcode->name));
  }
  CommandCost cost;
  cost.unit_cycles = whole(cycles);
  return cost;
}

/// A block after the other is quantized, then sent in the beats that it fills.
CommandCost CostModel::blocks(const Command& c) const {
  const std::uint64_t blocks = c.get(command::ROWS) / golden::kGroup, groups = machine_.groups;
  const double send = static_cast<double>(std::max<std::uint64_t>(1, 8 / groups)) *
                      std::max(1.0, memory_.write_cycles / memory_.beats_per_cycle);
  CommandCost cost;
  cost.unit_cycles =
      blocks * lone_group_cycles(machine_.groups) +
      whole(static_cast<double>(ceil_div(blocks, std::max<std::uint64_t>(1, groups / 8))) * send) +
      2;
  return cost;
}

CommandCost CostModel::attention(const Command& c, double ahead) const {
  const std::uint64_t rows = c.get(command::ROWS), width = c.get(command::COLS);
  const std::uint64_t positions = c.get(command::LIMIT), queries = c.get(command::MORE) + 1;
  const std::uint64_t row_beats = width / (std::uint64_t{2} * machine_.groups);
  const std::uint64_t chunk = golden::kChunkElements / width, chunks = ceil_div(positions, chunk);
  // Queries are quantized one behind the other; between two the quantizer runs empty.
  const std::uint64_t each = group_cycles(machine_.groups), groups = rows / golden::kGroup;
  const double ready = static_cast<double>(
      queries * groups * each + (queries - 1) * (lone_group_cycles(machine_.groups) - each));
  StreamCost stream(memory_, static_cast<unsigned>(machine_.beat_bytes()),
                    static_cast<unsigned>(kFifoBeats), positions * 2 * row_beats, 1, ahead);
  // Between two chunks the last scores are awaited.
  constexpr double kBetween = 24;
  double end = ready;
  for (std::uint64_t i = 0; i < chunks; ++i) {
    const std::uint64_t count = std::min(chunk, positions - i * chunk);
    end = stream.take(static_cast<double>(count * 2 * row_beats), end) + kBetween +
          static_cast<double>(row_beats);
  }
  CommandCost cost;
  cost.weight_beats = positions * 2 * row_beats;
  cost.stall_memory = whole(stream.waited());
  cost.stall_table = whole(ready);
  // The values of the last chunk, then a result a cycle.
  const std::uint64_t last = positions - (chunks - 1) * chunk;
  cost.unit_cycles = whole(end) + last * row_beats + queries * (rows + rows / width * 21) + 12;
  return cost;
}

CommandCost CostModel::f16(const Command& c, double ahead) const {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const std::uint64_t blocks = machine_.groups > 8 ? 2 * ceil_div(cols, 32) : ceil_div(cols, 16);
  const std::uint64_t row_beats = ceil_div(round_up(cols, 16), std::uint64_t{2} * machine_.groups);
  const bool apart = c.get(command::STRIDE) != 0;
  // Weights are taken once all activations are quantized.
  const double ready = static_cast<double>(blocks * group_cycles(machine_.groups)) + 8;
  StreamCost stream(memory_, static_cast<unsigned>(machine_.beat_bytes()),
                    static_cast<unsigned>(kFifoBeats), apart ? row_beats : rows * row_beats, 2,
                    ahead);
  const double end = stream.take(static_cast<double>(rows * row_beats), ready);
  CommandCost cost;
  cost.weight_beats = rows * row_beats;
  cost.stall_memory = whole(stream.waited());
  cost.stall_table = whole(ready);
  // The last row goes through the pipeline; rows up to a whole 16 are written as zeros.
  cost.unit_cycles = whole(end + 14 + static_cast<double>(round_up(rows, 16) - rows));
  return cost;
}

CommandCost CostModel::trit(const Command& c, double ahead) const {
  const std::uint64_t rows = c.get(command::ROWS), cols = c.get(command::COLS);
  const unsigned depth = c.get(command::DEPTH), groups = machine_.groups;
  const double per_group = group_cycles(groups);
  const std::uint64_t blocks = ceil_div(cols, std::uint64_t{16} * groups),
                      panels = ceil_div(rows, golden::kPanelRows);
  const std::uint64_t tile_panels = machine_.tile_rows / golden::kPanelRows;
  const auto tail = static_cast<double>(golden::tail_bits(depth));
  const auto body = static_cast<double>(golden::panel_beats(depth)) - tail;
  // Three tables of 248 steps, one of the levels of column 15; a few cycles between two blocks.
  double levels = 1;
  for (unsigned i = 0; i < depth; ++i) levels *= 3;
  const double build = 3 * 248 + (levels - 1) + 2, between = 4;
  // The back takes a row a cycle; at depth 1 a panel has fewer beats than rows.
  const double each = std::max(1.0, golden::kPanelRows / (body + tail));
  // The common exponent is known when all columns are quantized; the hold entries take the rows of
  // the beats before.
  const double exponents = static_cast<double>(blocks * groups) * per_group + 12, held = 15;

  // The codebook comes first; the stream is right behind it.
  const double lead = ahead - kBookBytes / static_cast<double>(machine_.beat_bytes());
  StreamCost stream(memory_, static_cast<unsigned>(machine_.beat_bytes()),
                    static_cast<unsigned>(kFifoBeats), panels * blocks * golden::panel_beats(depth),
                    1, lead);
  double built = groups * per_group + 12 - between, end = 0, before = 0, table = 0, rows_wait = 0;
  for (std::uint64_t first = 0; first < panels; first += tile_panels) {
    const auto count = static_cast<double>(std::min(tile_panels, panels - first));
    for (std::uint64_t block = 0; block < blocks; ++block) {
      // Two banks of tables: one is built while the other serves, when that of before is free.
      built = std::max(built, before) + between + build;
      before = end;
      const double taken = stream.take(tail, end);
      table += std::max(0.0, built - taken);
      end = stream.take(body, std::max(taken, built), each);
      if (first == 0 && block == 0) {
        const double wait = std::max(0.0, exponents - (built + held));
        rows_wait += wait;
        end = stream.take(0, end + wait);
      }
      end = stream.take((count - 1) * (body + tail), end, each);
    }
  }
  CommandCost cost;
  cost.weight_beats = panels * blocks * golden::panel_beats(depth);
  cost.stall_table = whole(table);
  cost.stall_memory = whole(stream.waited());
  cost.stall_rows = whole(rows_wait + static_cast<double>(cost.weight_beats) * (each - 1));
  cost.unit_cycles = whole(end + 20);
  return cost;
}

}  // namespace trine
