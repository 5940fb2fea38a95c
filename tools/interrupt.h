// SPDX-License-Identifier: Apache-2.0

#pragma once

#include <functional>
#include <string>

#include "golden/error.h"

namespace trine::tools {

/// The work was ended by a signal that it was allowed to answer itself; the message says what there
/// is of it.
class Interrupted : public Error {
  using Error::Error;
};

/// From now on SIGINT, SIGTERM and SIGHUP end the program with one line, with 128 and the signal as
/// its exit code, and without a temporary file left behind; so does a file that shrinks while it is
/// mapped, or a disk that fills under one (SIGBUS), with exit code 1. A reader of stdout that goes
/// away is a failed write. Makes sure that descriptors 0 to 2 are open, so that no file gets one of
/// them. To be called once, before any other thread is made.
void watch_signals();

/// While one lives, `what` says what an interrupted run keeps and how to go on; asked in a thread
/// of its own. Otherwise the line says that nothing was written.
class KeptWhenInterrupted {
 public:
  explicit KeptWhenInterrupted(std::function<std::string()> what);
  ~KeptWhenInterrupted();
  KeptWhenInterrupted(const KeptWhenInterrupted&) = delete;
  KeptWhenInterrupted& operator=(const KeptWhenInterrupted&) = delete;
};

/// What quantize and import keep for an output: finished matrices, or nothing.
std::string kept_matrices(const std::string& out);

/// While one lives, the first SIGINT, SIGTERM or SIGHUP ends nothing: `interrupting_signal` tells
/// of it, and ProgressLine throws Interrupted. A second one ends the program.
class AnswersInterrupt {
 public:
  AnswersInterrupt();
  ~AnswersInterrupt();
  AnswersInterrupt(const AnswersInterrupt&) = delete;
  AnswersInterrupt& operator=(const AnswersInterrupt&) = delete;
};

/// The signal that came last, or 0.
int interrupting_signal();
/// Forgets it.
void forget_signal();

}  // namespace trine::tools
