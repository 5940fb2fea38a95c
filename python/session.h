// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "python/bindings.h"
#include "runtime/session.h"

namespace trine::python {

/// Tells a Python function how far work is, when there is one, and ends the work on Ctrl-C: with
/// the exception that Python's signal handler raises. Called without the interpreter's lock.
class Watch final : public Progress {
 public:
  explicit Watch(py::object callback) : callback_(std::move(callback)) {}

  void step(std::size_t done, std::size_t total, std::string_view unit) override;
  void simulation(const DeviceProgress& progress) override;

 private:
  py::object callback_;  // callback(done, total or None, unit); None for nobody.
};

/// A session that Python holds: one call at a time, whatever the threads.
class SessionHandle {
 public:
  SessionHandle(std::shared_ptr<ModelFile> model, const SessionOptions& options,
                py::object progress);

  Session& session() { return *session_; }
  Progress& progress() { return watch_; }
  std::mutex& mutex() { return mutex_; }
  const ModelFile& model() const { return *model_; }

  /// Throws Error when an earlier call was cut short, which left the device in mid-work.
  void check_usable() const;
  /// From now on the session is not usable.
  void give_up() { usable_ = false; }

  /// Tokens from Python; throws Error when there are none, or for the first that the model lacks.
  std::vector<std::int32_t> tokens(const std::vector<std::int64_t>& numbers) const;
  /// Throws Error when so many tokens, each window of them apart, and `more` others do not fit.
  void check_room(std::size_t tokens, std::size_t window, std::size_t more = 0);

 private:
  std::shared_ptr<ModelFile> model_;
  Watch watch_;
  std::unique_ptr<Session> session_;
  std::mutex mutex_;
  bool usable_ = true;
};

/// Runs `work` on the session without the interpreter's lock.
template <class Work>
auto run(SessionHandle& handle, Work work) {
  const py::gil_scoped_release release;
  const std::lock_guard lock(handle.mutex());
  handle.check_usable();
  handle.model().check_whole();
  try {
    return work(handle.session());
  } catch (...) {
    handle.give_up();
    throw;
  }
}

}  // namespace trine::python
