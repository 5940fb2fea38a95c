// SPDX-License-Identifier: Apache-2.0

// How the logits and layers of one session differ from those of another.

#include "runtime/comparison.h"

#include "python/session.h"

namespace trine::python {
namespace {

py::dict position_dict(const golden::Comparison& one) {
  py::dict out;
  out["kl"] = one.kl;
  out["top1"] = one.top1 == 1.0;
  out["max_abs"] = one.max_abs;
  return out;
}

py::dict difference_dict(const Difference& difference) {
  py::dict out;
  out["relative_error"] = difference.relative();
  out["max_abs"] = difference.max_abs();
  out["cosine"] = difference.cosine();
  return out;
}

py::dict to_dict(const ComparisonReport& report) {
  const golden::Comparison all = report.logits.result();
  py::dict out;
  out["positions"] = all.positions;
  out["max_abs"] = all.max_abs;
  out["mean_abs"] = all.mean_abs;
  out["cosine"] = all.cosine;
  out["kl"] = all.kl;
  out["top1"] = all.top1;
  out["top5"] = all.top5;
  py::list positions, layers;
  for (const golden::Comparison& one : report.positions) positions.append(position_dict(one));
  for (const Difference& one : report.layers) layers.append(difference_dict(one));
  if (!report.positions.empty()) out["per_position"] = positions;
  if (!report.layers.empty()) out["per_layer"] = layers;
  return out;
}

py::dict compare(SessionHandle& a, SessionHandle& b, const std::vector<std::int64_t>& numbers,
                 std::size_t window, bool positions, bool layers) {
  if (&a == &b) throw Error("compare: the two sessions are the same one");
  check_comparable(a.model(), b.model(), layers);
  const auto tokens = a.tokens(numbers);
  a.check_room(tokens.size(), window);
  b.check_room(tokens.size(), window);
  ComparisonReport report;
  if (layers) report.layers.resize(a.model().config().layers);
  {
    const py::gil_scoped_release release;
    const std::scoped_lock lock(a.mutex(), b.mutex());
    a.check_usable();
    b.check_usable();
    a.model().check_whole();
    b.model().check_whole();
    try {
      compare_runs({a.session(), b.session(), tokens, window}, layers ? &report.layers : nullptr,
                   a.progress(), [&](std::span<const float> x, std::span<const float> y) {
                     report.add(x, y, a.model().config().vocab, positions);
                   });
    } catch (...) {
      a.give_up();
      b.give_up();
      throw;
    }
  }
  return to_dict(report);
}

}  // namespace

void add_comparison(py::module_& module) {
  module.def("compare", &compare);
}

}  // namespace trine::python
