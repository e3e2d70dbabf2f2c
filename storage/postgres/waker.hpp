#pragma once

namespace rollcall::storage::postgres {

/// A descriptor that any thread can make readable, so that a thread that waits for descriptors
/// looks around.
class Waker {
 public:
  /// Throws std::system_error.
  Waker();
  ~Waker();
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  /// Any thread.
  void wake() noexcept;
  /// What woke so far is seen.
  void clear() noexcept;

 private:
  const int descriptor_;
};

}  // namespace rollcall::storage::postgres
