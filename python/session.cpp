// SPDX-License-Identifier: Apache-2.0

// Models on devices, in this process.

#include "python/session.h"

#include <fmt/format.h>

#include "golden/reference/sampler.h"
#include "runtime/generate.h"
#include "runtime/logits.h"
#include "runtime/perplexity.h"
#include "runtime/tokens.h"

namespace trine::python {

void Watch::step(std::size_t done, std::size_t total, std::string_view unit) {
  const py::gil_scoped_acquire acquire;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (!callback_.is_none()) callback_(done, total, std::string(unit));
}

void Watch::simulation(const DeviceProgress& progress) {
  const py::gil_scoped_acquire acquire;
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
  if (!callback_.is_none()) callback_(progress.cycles, py::none(), "cycles");
}

SessionHandle::SessionHandle(std::shared_ptr<ModelFile> model, const SessionOptions& options,
                             py::object progress)
    : model_(std::move(model)), watch_(std::move(progress)) {
  model_->check_whole();
  const py::gil_scoped_release release;
  session_ = std::make_unique<Session>(*model_, options, watch_);
}

void SessionHandle::check_usable() const {
  if (!usable_) throw Error("an earlier call of this session was cut short: open a new one");
}

std::vector<std::int32_t> SessionHandle::tokens(const std::vector<std::int64_t>& numbers) const {
  if (numbers.empty()) throw Error("no tokens");
  std::vector<std::int32_t> tokens;
  const auto vocab = static_cast<std::int64_t>(model_->config().vocab);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] < 0 || numbers[i] >= vocab)
      throw Error(fmt::format("token {} (number {} of the list) is outside the vocabulary of {}",
                              numbers[i], i, vocab));
    tokens.push_back(static_cast<std::int32_t>(numbers[i]));
  }
  return tokens;
}

void SessionHandle::check_room(std::size_t tokens, std::size_t window, std::size_t more) {
  check_fits(window > 0 ? std::min(window, tokens) : tokens, more, session_->model().capacity(),
             model_->config());
}

namespace {

using Numbers = std::vector<std::int64_t>;

std::unique_ptr<SessionHandle> open(std::shared_ptr<ModelFile> model, const std::string& device,
                                    bool check, std::size_t context, unsigned threads,
                                    const std::map<std::string, std::string>& named,
                                    py::object progress) {
  SessionOptions options;
  options.name = device;
  options.check = check;
  options.context = context;
  if (threads > 0) options.request.threads = threads;
  std::vector<std::string> given;
  for (const auto& [name, text] : named) {
    set_option(options.request, name, text);
    given.push_back(name);
  }
  check_session_options(options, given);
  return std::make_unique<SessionHandle>(std::move(model), options, std::move(progress));
}

py::array_t<float> logits(SessionHandle& handle, const Numbers& numbers, std::size_t window) {
  const auto tokens = handle.tokens(numbers);
  handle.check_room(tokens.size(), window);
  const std::size_t vocab = handle.model().config().vocab;
  std::vector<float> all;
  run(handle, [&](Session& session) {
    all.reserve(tokens.size() * vocab);
    for_each_logits(session, tokens, window, handle.progress(), [&](std::span<const float> part) {
      all.insert(all.end(), part.begin(), part.end());
    });
  });
  return as_array(std::move(all), {extent(tokens.size()), extent(vocab)});
}

py::dict generate_tokens(SessionHandle& handle, const Numbers& numbers, std::size_t count,
                         std::optional<double> temperature, std::optional<std::size_t> top_k,
                         std::optional<double> top_p, std::optional<double> repetition_penalty,
                         std::uint64_t seed, bool ignore_eos) {
  const auto tokens = handle.tokens(numbers);
  if (count == 0) throw Error("count 0: there is nothing to generate");
  handle.check_room(tokens.size(), 0, count - 1);
  golden::SamplerOptions options = golden::sampling_defaults(handle.model().generation());
  options.temperature = temperature.value_or(options.temperature);
  options.top_k = top_k.value_or(options.top_k);
  options.top_p = top_p.value_or(options.top_p);
  options.repetition_penalty = repetition_penalty.value_or(options.repetition_penalty);
  options.seed = seed;
  golden::Sampler sampler(options);
  const std::size_t total = tokens.size() + count - 1;  // Through the model.
  const GenerateResult result = run(handle, [&](Session& session) {
    session.model().reset();
    session.expect_tokens(tokens.size(), golden::Logits::Last, count - 1);
    std::size_t done = 0;
    const auto on_token = [&](const TokenEvent& event) {
      if (event.prompt)
        done = event.index + 1;
      else if (event.index > 0)
        done = tokens.size() + event.index;
      if (!session.simulated()) handle.progress().step(done, total, "tokens");
    };
    return generate(session.model(), tokens, sampler,
                    {.max_tokens = count,
                     .stop_at_eos = !ignore_eos,
                     .counters = [&] { return session.counters(); },
                     .on_token = on_token});
  });
  py::dict out;
  out["tokens"] = result.tokens;
  out["ended"] = result.ended;
  out["prefill_tokens"] = result.prefill_tokens;
  out["decode_tokens"] = result.decode_tokens;
  out["prefill_cycles"] = result.prefill.cycles;
  out["decode_cycles"] = result.decode.cycles;
  return out;
}

py::dict perplexity(SessionHandle& handle, const Numbers& numbers, std::size_t window,
                    std::size_t limit) {
  const auto tokens = handle.tokens(numbers);
  const golden::Perplexity result = run(handle, [&](Session& session) {
    const std::size_t count =
        count_predictions(tokens.size(), {.window = window, .limit = limit},
                          session.model().capacity(), handle.model().config());
    return measure_perplexity(session, tokens, window, count, handle.progress());
  });
  py::dict out;
  out["perplexity"] = result.value();
  out["tokens"] = result.tokens;
  out["nats_per_token"] = result.nats / static_cast<double>(result.tokens);
  return out;
}

py::dict report(SessionHandle& handle) {
  const RunReport run_report = run(handle, [](Session& session) { return session.report(); });
  py::dict counters;
  for (const CounterInfo& info : kCounters) {
    std::string name(info.name);
    for (char& c : name)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    counters[name.c_str()] = run_report.counters.*info.value;
  }
  py::dict out;
  out["device"] = run_report.device;
  out["equal"] = run_report.equal;
  out["compared"] = run_report.compared;
  out["khz"] = run_report.khz;
  out["counters"] = counters;
  return out;
}

}  // namespace

void add_sessions(py::module_& module) {
  py::class_<SessionHandle>(module, "Session")
      .def(py::init(&open))
      .def("logits", &logits)
      .def("generate", &generate_tokens)
      .def("perplexity", &perplexity)
      .def("report", &report);
}

}  // namespace trine::python
