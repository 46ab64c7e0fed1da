// A mutex that clang's thread-safety analysis understands; std::mutex is not annotated in libstdc++.
#pragma once

#include <mutex>

#if defined(__clang__)
#define TQ_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define TQ_THREAD_ATTRIBUTE(x)
#endif

#define CAPABILITY(x) TQ_THREAD_ATTRIBUTE(capability(x))
#define SCOPED_CAPABILITY TQ_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(x) TQ_THREAD_ATTRIBUTE(guarded_by(x))
#define REQUIRES(...) TQ_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) TQ_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) TQ_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE(...) TQ_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))

namespace taskqueue {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds the mutex while it lives. Works with condition_variable_any: waiting unlocks and locks again.
class SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() RELEASE() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // Called by condition_variable_any only.
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace taskqueue
