#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "server/limits.hpp"

namespace rollcall::server {

/// Objects kept for reuse by one thread, the last used first (its cache lines are warm). What
/// exceeds max_pooled is given back to the heap, so that a peak does not stay. Not thread-safe.
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

 private:
  std::vector<std::unique_ptr<T>> free_;
};

}  // namespace rollcall::server
