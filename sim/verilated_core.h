// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <fmt/format.h>
#include <verilated.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <type_traits>

#include "golden/error.h"
#include "sim/axi_memory.h"
#include "sim/clock_edges.h"
#include "sim/coverage_file.h"
#include "sim/rtl_core.h"
#include "sim/sim_options.h"
#include "sim/trace_file.h"

namespace trine::sim {

/// RtlCore around one Verilated `trine_top`, evaluated by `Edges`. Inputs change while the clock is
/// high, outputs are sampled with everything settled before it rises.
template <class Model, class Edges>
class VerilatedCore final : public RtlCore {
  /// The signals themselves; the model has references to them.
  using Bus = std::remove_pointer_t<decltype(Model::rootp)>;

 public:
  VerilatedCore(MemoryMap& memory, const SimOptions& options)
      : memory_(
            options.backend ? options.backend : std::make_shared<MapMemory>(memory, options.memory),
            options.memory) {
    context_.traceEverOn(TraceFile<Model>::kBuilt);
    if (TraceFile<Model>::kBuilt) set_initial_values(context_);
    context_.randSeed(static_cast<int>(options.seed % 0x7FFFFFFF) + 1);
    context_.fatalOnError(false);  // A failed assertion is thrown by check().
    model_ = std::make_unique<Model>(&context_, "trine_top");
    bus_ = model_->rootp;
    if (!options.trace_file.empty()) trace_.open(*model_, options.trace_file);
    if (options.trace_window.unit == TraceWindow::Unit::kCycles)
      trace_.window(options.trace_window.from, options.trace_window.to);
    AxiMemory<Bus>::idle(bus());
    model_->s_axil_awvalid_i = model_->s_axil_wvalid_i = model_->s_axil_arvalid_i = 0;
    model_->s_axil_bready_i = model_->s_axil_rready_i = 0;
    model_->s_axil_awaddr_i = model_->s_axil_araddr_i = 0;
    model_->s_axil_wdata_i = 0;
    model_->s_axil_wstrb_i = 0xF;
    model_->command_hold_i = 0;
    reset();
  }

  ~VerilatedCore() override {
    // Verilator takes the scopes of a model out of the thread's context, which is that of the model
    // made last: another one, maybe gone already.
    Verilated::threadContextp(&context_);
    model_->final();
    write_coverage(context_);
  }

  void run(std::uint64_t cycles) override {
    hold(false);
    while (cycles > 0) {
      if (const std::uint64_t streamed = stream(cycles); streamed > 0) {
        cycles -= streamed;
        continue;
      }
      fall();
      rise();
      --cycles;
    }
  }

  bool run_command(std::uint64_t seen, std::uint64_t cycles) override {
    hold(false);
    while (cycles > 0 && commands_ <= seen) {
      if (const std::uint64_t streamed = stream(cycles); streamed > 0) {
        cycles -= streamed;
        continue;
      }
      fall();
      rise();
      --cycles;
    }
    hold(commands_ > seen);
    return commands_ > seen;
  }
  std::uint64_t commands() const override { return commands_; }

  std::span<const std::uint32_t> vector_memory(unsigned bank) const override {
    std::span<const std::uint32_t> words;
    for_each_bank(*model_->rootp, [&](unsigned index, const auto& memory) {
      static_assert(sizeof(memory) % 4 == 0);
      if (index == bank)
        words = {reinterpret_cast<const std::uint32_t*>(&memory), sizeof(memory) / 4};
    });
    if (words.empty()) throw Error(fmt::format("the core has no bank {} of vector memory", bank));
    return words;
  }

  std::uint32_t read(std::uint32_t offset) override {
    model_->s_axil_araddr_i = static_cast<std::uint16_t>(offset);
    model_->s_axil_arvalid_i = model_->s_axil_rready_i = 1;
    for (unsigned i = 0; i < kRegisterCycles; ++i) {
      inputs_changed_ = true;
      fall();
      const bool taken = model_->s_axil_arready_o, answered = model_->s_axil_rvalid_o;
      const std::uint32_t value = model_->s_axil_rdata_o;
      const unsigned response = model_->s_axil_rresp_o;
      rise();
      if (taken) model_->s_axil_arvalid_i = 0;
      if (!answered) continue;
      model_->s_axil_rready_i = 0;
      inputs_changed_ = true;
      if (response != 0) throw Error(fmt::format("register {:#05x}: read refused", offset));
      return value;
    }
    throw Error(fmt::format("register {:#05x}: no answer to a read", offset));
  }

  void write(std::uint32_t offset, std::uint32_t value) override {
    model_->s_axil_awaddr_i = static_cast<std::uint16_t>(offset);
    model_->s_axil_wdata_i = value;
    model_->s_axil_awvalid_i = model_->s_axil_wvalid_i = model_->s_axil_bready_i = 1;
    for (unsigned i = 0; i < kRegisterCycles; ++i) {
      inputs_changed_ = true;
      fall();
      const bool aw_taken = model_->s_axil_awready_o, w_taken = model_->s_axil_wready_o;
      const bool answered = model_->s_axil_bvalid_o;
      const unsigned response = model_->s_axil_bresp_o;
      rise();
      if (aw_taken) model_->s_axil_awvalid_i = 0;
      if (w_taken) model_->s_axil_wvalid_i = 0;
      if (!answered) continue;
      model_->s_axil_bready_i = 0;
      inputs_changed_ = true;
      if (response != 0) throw Error(fmt::format("register {:#05x}: write refused", offset));
      return;
    }
    throw Error(fmt::format("register {:#05x}: no answer to a write", offset));
  }

  void trace(std::uint64_t from, std::uint64_t to) override { trace_.window(from, to); }

  bool irq() const override { return model_->irq_o != 0; }
  std::uint64_t cycles() const override { return cycles_; }
  std::uint64_t read_beats() const override { return memory_.read().beats(); }
  std::uint64_t write_beats() const override { return memory_.write().beats(); }

  std::string channels() const override {
    const Model& m = *model_;
    const auto pair = [](const char* name, bool valid, bool ready) {
      return fmt::format("{} {}{}, ", name, valid ? "valid" : "idle", ready ? "" : " not ready");
    };
    return pair("AR", m.m_axi_arvalid_o, m.m_axi_arready_i) +
           pair("R", m.m_axi_rvalid_i, m.m_axi_rready_o) +
           pair("AW", m.m_axi_awvalid_o, m.m_axi_awready_i) +
           pair("W", m.m_axi_wvalid_o, m.m_axi_wready_i) +
           pair("B", m.m_axi_bvalid_i, m.m_axi_bready_o) +
           fmt::format("{} reads and {} writes pending", memory_.read().pending(),
                       memory_.write().pending());
  }

  std::string last_failure() const override { return memory_.last_failure(); }

 private:
  Bus& bus() { return *bus_; }

  /// Calls f(bank, array) for each bank that the model has; the names are Verilator's.
  template <class Root, class F>
  static void for_each_bank(const Root& root, F&& f) {
#define TRINE_BANK(b) \
  trine_top__DOT__u_core__DOT__u_units__DOT__u_vector_memory__DOT__gen_bank__BRA__##b##__KET____DOT__u_ram__DOT__mem
#define TRINE_VISIT_BANK(b) \
  if constexpr (requires { root.TRINE_BANK(b); }) f(b, root.TRINE_BANK(b))
    TRINE_VISIT_BANK(0);
    TRINE_VISIT_BANK(1);
    TRINE_VISIT_BANK(2);
    TRINE_VISIT_BANK(3);
    TRINE_VISIT_BANK(4);
    TRINE_VISIT_BANK(5);
    TRINE_VISIT_BANK(6);
    TRINE_VISIT_BANK(7);
#undef TRINE_VISIT_BANK
#undef TRINE_BANK
  }

  static constexpr unsigned kRegisterCycles = 1000;
  static constexpr unsigned kResetCycles = 8;

  void reset() {
    model_->rst_ni = 0;
    EvalEdges<Model>::low(*model_);  // The first evaluation initializes the model, too.
    for (unsigned i = 0; i < kResetCycles; ++i) {
      fall();
      Edges::high(*model_, true, false);
      trace_.dump(cycles_, 1);
      ++cycles_;
    }
    model_->rst_ni = 1;
    inputs_changed_ = true;
    check();
  }

  void fall() {
    if constexpr (TraceFile<Model>::kBuilt) {
      const auto before = outputs();
      Edges::low(*model_);
      if (outputs() != before)
        throw Error(fmt::format("an output followed an input at once in cycle {}", cycles_));
    } else {
      Edges::low(*model_);
    }
    trace_.dump(cycles_, 0);
  }

  void rise() {
    memory_.sample(bus());
    commands_ += bus().command_done_o;
    calm_ = Edges::high(*model_, inputs_changed_, calm_);
    inputs_changed_ = memory_.drive(bus());
    trace_.dump(cycles_, 1);
    ++cycles_;
    if constexpr (TraceFile<Model>::kBuilt) check();
  }

  /// Takes some of `most` cycles in which beats come, one after the other, and nothing else happens
  /// on the bus; how many. Most cycles of a weight stream are calm and of this kind.
  std::uint64_t stream(std::uint64_t most) {
    if (!calm_ || inputs_changed_) return 0;
    const auto count = static_cast<unsigned>(std::min<std::uint64_t>(most, memory_.streak()));
    if (count == 0) return 0;
    const unsigned done = Edges::stream(*model_, memory_.beats_at(), count, calm_);
    memory_.next_beats(bus(), done);
    cycles_ += done;
    return done;
  }

  void hold(bool held) {
    model_->command_hold_i = held;
    inputs_changed_ = true;
  }

  template <class... Signals>
  static auto bytes_of(const Signals&... signals) {
    std::array<std::byte, (sizeof(Signals) + ...)> bytes{};
    std::size_t at = 0;
    ((std::memcpy(bytes.data() + at, &signals, sizeof(Signals)), at += sizeof(Signals)), ...);
    return bytes;
  }

  /// The outputs, as bytes: none may depend on an input without a register between them.
  auto outputs() const {
    const Model& m = *model_;
    return bytes_of(m.irq_o, m.command_done_o, m.s_axil_awready_o, m.s_axil_wready_o,
                    m.s_axil_bresp_o, m.s_axil_bvalid_o, m.s_axil_arready_o, m.s_axil_rdata_o,
                    m.s_axil_rresp_o, m.s_axil_rvalid_o, m.m_axi_araddr_o, m.m_axi_arlen_o,
                    m.m_axi_arsize_o, m.m_axi_arburst_o, m.m_axi_arvalid_o, m.m_axi_rready_o,
                    m.m_axi_awaddr_o, m.m_axi_awlen_o, m.m_axi_awsize_o, m.m_axi_awburst_o,
                    m.m_axi_awvalid_o, m.m_axi_wdata_o, m.m_axi_wstrb_o, m.m_axi_wlast_o,
                    m.m_axi_wvalid_o, m.m_axi_bready_o);
  }

  void check() const {
    if (context_.gotError() || context_.gotFinish())
      throw Error(fmt::format("an assertion failed in cycle {}", cycles_));
  }

  VerilatedContext context_;
  AxiMemory<Bus> memory_;
  std::unique_ptr<Model> model_;
  Bus* bus_ = nullptr;
  TraceFile<Model> trace_;
  std::uint64_t cycles_ = 0, commands_ = 0;
  bool inputs_changed_ = true;  // Since the last edge; read data does not count.
  bool calm_ = false;           // What the last edge said of the next one.
};

}  // namespace trine::sim
