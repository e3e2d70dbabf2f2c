#pragma once

#include <algorithm>

namespace rollcall::storage {

/// Spaces out attempts: after the first failure in a row one look must pass until the next attempt,
/// after each further one twice as many, max_looks at most. One thread at a time.
class Backoff {
 public:
  static constexpr int max_looks = 8;  ///< Four seconds, at two looks a second.

  bool may_try() const noexcept { return left_ == 0; }
  void succeeded() noexcept { wait_ = left_ = 0; }
  void failed() noexcept { left_ = wait_ = std::clamp(2 * wait_, 1, max_looks); }
  /// Some time has passed.
  void look() noexcept { left_ = std::max(left_ - 1, 0); }

 private:
  int wait_ = 0;  ///< Looks to wait for after the latest failure in a row.
  int left_ = 0;
};

}  // namespace rollcall::storage
