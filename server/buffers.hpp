#pragma once

#include <memory>
#include <utility>

#include "protocol/http/output_buffer.hpp"
#include "server/limits.hpp"
#include "server/pool.hpp"

namespace rollcall::server {

/// The buffers of one thread. Lent only while they hold something: an idle connection has none.
class Buffers {
 public:
  using Buffer = std::unique_ptr<protocol::OutputBuffer>;

  /// An empty one.
  Buffer take() {
    Buffer buffer = pool_.take();
    buffer->clear();
    return buffer;
  }
  /// One that has grown large is not kept: a peak must not stay.
  void give_back(Buffer buffer) {
    if (buffer->capacity() <= max_pooled_octets) pool_.give_back(std::move(buffer));
  }
  /// See Pool::shrink().
  void shrink() noexcept { pool_.shrink(); }

 private:
  Pool<protocol::OutputBuffer> pool_;
};

}  // namespace rollcall::server
