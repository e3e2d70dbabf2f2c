#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace rollcall::protocol {

/// Octets that are appended at one end and taken off at the other. Grows as needed and keeps what
/// it has grown to; how far it may grow is the caller's to bound. With at most n octets in it and r
/// reserved at a time, its capacity stays below the larger of 4 n + 2 r and 2,048. Throws
/// std::bad_alloc only. Not thread-safe.
class OutputBuffer {
 public:
  /// The first octet; null in a buffer that never held any.
  const char* data() const noexcept { return octets_.get() + begin_; }
  /// The octet at `offset`, below size(), to be changed.
  char* at(std::size_t offset) noexcept { return octets_.get() + begin_ + offset; }
  std::size_t size() const noexcept { return end_ - begin_; }
  std::size_t capacity() const noexcept { return capacity_; }

  /// Makes room for `size` octets at tail(). Pointers into the buffer are void after it.
  void reserve(std::size_t size) {
    if (capacity_ - end_ < size) make_room(size);
  }
  /// Where the next octet goes; as many fit as were reserved.
  char* tail() noexcept { return octets_.get() + end_; }
  /// `size` octets, at most those reserved, were written at tail().
  void commit(std::size_t size) noexcept { end_ += size; }

  /// `text` must not lie in this buffer.
  void append(std::string_view text) {
    reserve(text.size());
    if (!text.empty()) std::memcpy(tail(), text.data(), text.size());
    commit(text.size());
  }

  /// Takes the first `size` octets off, at most size().
  void consume(std::size_t size) noexcept {
    begin_ += size;
    if (begin_ == end_) begin_ = end_ = 0;
  }
  /// Takes all off and keeps the capacity.
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t least_capacity = 1'024;

  void make_room(std::size_t size) {
    const std::size_t used = this->size();
    if (capacity_ - used >= size && begin_ >= used) {
      std::memcpy(octets_.get(), data(), used);
    } else {
      const std::size_t capacity = std::max({used + size, 2 * capacity_, least_capacity});
      auto octets = std::make_unique_for_overwrite<char[]>(capacity);
      if (used > 0) std::memcpy(octets.get(), data(), used);
      octets_ = std::move(octets);
      capacity_ = capacity;
    }
    begin_ = 0;
    end_ = used;
  }

  std::unique_ptr<char[]> octets_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace rollcall::protocol
