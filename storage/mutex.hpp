#pragma once

#include <condition_variable>
#include <mutex>

/// Mutexes that clang checks: what a mutex guards says so, and `clang++ -Wthread-safety` refuses
/// code that touches it without the mutex (clang.llvm.org/docs/ThreadSafetyAnalysis.html). To other
/// compilers the attributes are nothing.
#if defined(__clang__)
#define ROLLCALL_THREAD_ATTRIBUTE(attribute) __attribute__((attribute))
#else
#define ROLLCALL_THREAD_ATTRIBUTE(attribute)
#endif

/// Of a variable: to be read and written while `mutex` is held.
#define ROLLCALL_GUARDED_BY(mutex) ROLLCALL_THREAD_ATTRIBUTE(guarded_by(mutex))
/// Of a function: the caller holds `mutex`.
#define ROLLCALL_REQUIRES(mutex) ROLLCALL_THREAD_ATTRIBUTE(requires_capability(mutex))
/// Of a function: it returns a reference to `mutex`.
#define ROLLCALL_RETURNS(mutex) ROLLCALL_THREAD_ATTRIBUTE(lock_returned(mutex))

namespace rollcall::storage {

/// std::mutex, seen by the check.
class ROLLCALL_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  void lock() ROLLCALL_THREAD_ATTRIBUTE(acquire_capability()) { mutex_.lock(); }
  void unlock() ROLLCALL_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }

 private:
  friend class ConditionVariable;
  std::mutex mutex_;
};

/// Holds a mutex as long as it lives.
class ROLLCALL_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ROLLCALL_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : mutex_(mutex) {
    mutex_.lock();
  }
  ~MutexLock() ROLLCALL_THREAD_ATTRIBUTE(release_capability()) { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

/// std::condition_variable for a Mutex.
class ConditionVariable {
 public:
  /// Lets `mutex` go until it is notified, or for no reason: to be called in a loop.
  void wait(Mutex& mutex) ROLLCALL_REQUIRES(mutex) {
    std::unique_lock held(mutex.mutex_, std::adopt_lock);
    variable_.wait(held);
    held.release();
  }
  void notify_one() noexcept { variable_.notify_one(); }

 private:
  std::condition_variable variable_;
};

}  // namespace rollcall::storage
