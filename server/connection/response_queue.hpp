#pragma once

#include <cstddef>

#include "server/connection/exchange.hpp"

namespace rollcall::server {

/// The exchanges of a connection in the order of their requests, whatever the order in which they
/// are done: answers leave at the front only. Owns none of them. Knows no socket and no parser.
class ResponseQueue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept { return size_; }

  /// Behind all others.
  void push(Exchange& exchange) noexcept {
    (first_ == nullptr ? first_ : last_->next) = &exchange;
    last_ = &exchange;
    ++size_;
  }
  /// Null if there is none.
  Exchange* front() const noexcept { return first_; }
  /// The front, if it can be answered; otherwise null.
  Exchange* done_front() const noexcept {
    return first_ != nullptr && first_->stage == Exchange::Stage::done ? first_ : nullptr;
  }
  /// Takes the front out; there is one.
  Exchange& pop() noexcept {
    Exchange& exchange = *first_;
    first_ = exchange.next;
    exchange.next = nullptr;
    --size_;
    return exchange;
  }

 private:
  Exchange* first_ = nullptr;
  Exchange* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace rollcall::server
