#pragma once

#include <boost/config.hpp>
#include <cstddef>
#include <cstdint>

#include "protocol/http/output_buffer.hpp"
#include "server/buffers.hpp"
#include "server/connection/answer_hooks.hpp"
#include "server/connection/transport.hpp"

namespace rollcall::server {

/// The octets that a connection owes its client, and the one place through which every answer
/// passes: nothing can be written but as an answer, as a part of one, or as an interim answer.
class Output {
 public:
  /// An answer that is written in parts.
  struct Stream {
    RequestFacts request;
    std::uint64_t octets = 0;
    unsigned status = 200;
  };
  enum class Sent : std::uint8_t {
    nothing,
    some,  ///< Or all.
    broken,
  };

  /// `hooks` may be set at any time.
  Output(Buffers& buffers, AnswerHooks& hooks) noexcept : buffers_(buffers), hooks_(hooks) {}

  bool empty() const noexcept { return buffer_ == nullptr; }
  std::size_t size() const noexcept { return buffer_ ? buffer_->size() : 0; }

  /// `write` appends a whole answer. A Caller must be expected (AnswerHooks); he is taken off
  /// `request`, and is no more.
  template <class Write>
  void answer(RequestFacts& request, const Write& write) {
    protocol::OutputBuffer& into = buffer();
    const std::size_t before = into.size();
    write(into);
    if (!hooks_.joins_run(request, into.data() + before)) [[unlikely]] {
      finish(request, before);
    }
  }
  template <class Write>
  void answer(RequestFacts&& request, const Write& write) {
    answer(request, write);
  }
  /// `write` appends the next part of an answer, the head first.
  template <class Write>
  void part(Stream& stream, const Write& write) {
    protocol::OutputBuffer& into = buffer();
    const std::size_t before = into.size();
    write(into);
    if (stream.octets == 0 && into.size() > before) {
      add_fields(stream.request, stream.status, before);
    }
    stream.octets += into.size() - before;
    if (into.size() == 0) drop();
  }
  /// The parts are all there, or `whole` is false: there will be no more.
  void end(const Stream& stream, bool whole) noexcept;
  /// 100 (RFC 9110, section 15.2.1). Nothing behind it is sent in one call with it: there are
  /// proxies that lose a final answer which they receive together with an interim one.
  void write_continue();

  /// Sends as much as `transport` takes.
  Sent send(Transport& transport) noexcept;
  void drop() noexcept;

 private:
  protocol::OutputBuffer& buffer() {
    if (!buffer_) buffer_ = buffers_.take();
    return *buffer_;
  }
  BOOST_NOINLINE void finish(RequestFacts& request, std::size_t before);
  void add_fields(const RequestFacts& request, unsigned status, std::size_t before);

  Buffers& buffers_;
  AnswerHooks& hooks_;
  Buffers::Buffer buffer_;          ///< Null, or not empty.
  std::size_t interim_octets_ = 0;  ///< Up to the end of an interim answer in buffer_; 0: none.
};

}  // namespace rollcall::server
