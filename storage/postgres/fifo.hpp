#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace rollcall::storage::postgres {

/// A queue that keeps its memory, unlike std::deque, which asks for a block and gives one back
/// every few elements.
template <class Element>
class Fifo {
 public:
  bool empty() const noexcept { return first_ == elements_.size(); }
  std::size_t size() const noexcept { return elements_.size() - first_; }
  std::size_t capacity() const noexcept { return elements_.capacity(); }
  const Element& front() const noexcept { return elements_[first_]; }

  void push_back(const Element& element) {
    // What has gone may take as much as what is there.
    if (first_ > 0 && elements_.size() == elements_.capacity() && 2 * first_ >= elements_.size()) {
      elements_.erase(elements_.begin(), place(first_));
      first_ = 0;
    }
    elements_.push_back(element);
  }
  void pop_front() noexcept {
    if (++first_ == elements_.size()) clear();
  }
  /// Before those that are there, in their order.
  void put_back(const std::vector<Element>& elements) {
    const std::size_t over = std::min(first_, elements.size());
    const auto rest = elements.end() - static_cast<std::ptrdiff_t>(over);
    std::copy(rest, elements.end(), place(first_ - over));
    first_ -= over;
    elements_.insert(place(first_), elements.begin(), rest);
  }
  void clear() noexcept {
    elements_.clear();
    first_ = 0;
  }
  auto begin() const noexcept { return elements_.begin() + static_cast<std::ptrdiff_t>(first_); }
  auto end() const noexcept { return elements_.end(); }

 private:
  auto place(std::size_t index) { return elements_.begin() + static_cast<std::ptrdiff_t>(index); }

  std::vector<Element> elements_;
  std::size_t first_ = 0;  ///< Those before it have gone.
};

}  // namespace rollcall::storage::postgres
