// SPDX-License-Identifier: Apache-2.0
//
// A small core beside golden runs lists of every command, and what goes over its pins is recorded
// (sim/vector_record.h) for run.sh. TRINE_Groups and so on are the parameters of the model.

#include "Vtrine_top.h"
#include "Vtrine_top___024root.h"
#include "sim/rtl_transport.h"
#include "sim/vector_record.h"
#include "sim/verilated_core.h"
#include "tests/system/command_bench.h"

using namespace trine;
using namespace trine::test;

namespace {

std::unique_ptr<sim::VectorRecord> record;

/// Both edges, and a row of the record before each rising one.
struct RecordedEdges : sim::EvalEdges<Vtrine_top> {
  static bool high(Vtrine_top& model, bool inputs, bool calm) {
    if (record) record->row(model);
    return EvalEdges::high(model, inputs, calm);
  }
};
using RecordedCore = sim::VerilatedCore<Vtrine_top, RecordedEdges>;

std::unique_ptr<Transport> make_recorded(const DeviceRequest& request) {
  sim::SimOptions options;
  static_cast<DeviceRequest&>(options) = request;
  record = sim::VectorRecord::open();
  return std::make_unique<sim::RtlTransport>(options,
                                             [](MemoryMap& memory, const sim::SimOptions& given) {
                                               return std::make_unique<RecordedCore>(memory, given);
                                             });
}

/// The core, made for this program alone: it is not in the registry.
const DeviceEntry kEntry{
    .name = "recorded", .description = "", .options = {}, .choices = {}, .make = make_recorded};

}  // namespace

TEST_CASE("core: every command, well and badly, like golden while it is recorded") {
  DeviceRequest request;
  request.set_shape({.groups = TRINE_Groups,
                     .attention_heads = TRINE_AttentionHeads,
                     .attention_width = TRINE_AttentionWidth,
                     .max_cols = TRINE_MaxCols,
                     .vector_words = TRINE_VectorWords});
  request.memory.read_latency = 9;
  CommandBench bench({&kEntry, request}, 3);
  for (const Opcode opcode : kOps) {
    CAPTURE(static_cast<unsigned>(opcode));
    bench.new_state();
    bench.pair.run(std::vector{bench.good_command(opcode), make(Opcode::FENCE), make(Opcode::END)});
    bench.check_vector_memory();
  }
  // One that is refused, and a list after it.
  bench.pair.run(std::vector{make(Opcode::ADD).set(command::DST, 3), make(Opcode::END)});
  for (int list = 0; list < 3; ++list) {
    bench.new_state();
    bench.pair.run(bench.good_list());
    bench.check_vector_memory();
  }
  bench.pair.check_memory();
  record.reset();
}
