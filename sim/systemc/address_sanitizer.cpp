// SPDX-License-Identifier: Apache-2.0

// For GCC's AddressSanitizer. SystemC tells it of every switch between its stacks, but not where
// that of the program itself lies. The sanitizer then cleans up nothing behind an exception, and
// takes what functions have left on the stack for errors (github.com/google/sanitizers/issues/189).
// This function stands in front of the sanitizer's, which is in a shared object, and says where the
// stack is.

#include <dlfcn.h>
#include <pthread.h>

#include <cstddef>

namespace {

/// The stack that the system gave this thread.
struct OwnStack {
  void* lowest = nullptr;
  std::size_t size = 0;

  OwnStack() {
    pthread_attr_t attributes;
    if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return;
    ::pthread_attr_getstack(&attributes, &lowest, &size);
    ::pthread_attr_destroy(&attributes);
  }
};

}  // namespace

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" void __sanitizer_start_switch_fiber(void** save, const void* lowest, std::size_t size) {
  using Start = void (*)(void**, const void*, std::size_t);
  static const auto start =
      reinterpret_cast<Start>(::dlsym(RTLD_NEXT, "__sanitizer_start_switch_fiber"));
  thread_local const OwnStack own;
  start(save, size == 0 ? own.lowest : lowest, size == 0 ? own.size : size);
}

/// SystemC keeps events that are free for its next ones and gives none back at the end.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" const char* __lsan_default_suppressions() {
  return "leak:sc_core::sc_event_timed::allocate\n";
}
