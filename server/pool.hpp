#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <vector>

#include "server/limits.hpp"

namespace rollcall::server {

/// Objects kept for reuse by one thread, the last used first (its cache lines are warm). What
/// exceeds max_pooled is given back to the heap at once, and what a peak has left little by little.
/// Not thread-safe.
template <class T>
class Pool {
 public:
  /// An object in whatever state its last user left it.
  std::unique_ptr<T> take() {
    if (free_.empty()) return std::make_unique<T>();
    std::unique_ptr<T> object = std::move(free_.back());
    free_.pop_back();
    return object;
  }

  void give_back(std::unique_ptr<T> object) {
    if (free_.size() < max_pooled) free_.push_back(std::move(object));
  }

  /// To be called now and then: an eighth of those beyond min_pooled go, at least one.
  void shrink() noexcept {
    if (free_.size() <= min_pooled) return;
    const std::size_t beyond = free_.size() - min_pooled;
    free_.resize(free_.size() - std::max<std::size_t>(beyond / 8, 1));
  }

  std::size_t size() const noexcept { return free_.size(); }

 private:
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace rollcall::server
