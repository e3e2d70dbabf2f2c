#pragma once

#include <cstdint>

#include "protocol/http/caller.hpp"
#include "protocol/route.hpp"
#include "server/clock.hpp"

namespace rollcall::server {

/// What an answer needs to know of its request. Of one that could not be read, what was read by
/// then.
struct RequestFacts {
  Clock::time_point begun{};  ///< The turn in which its first octet was read.
  protocol::Action action = protocol::Action::refuse;
  protocol::Resource resource = protocol::Resource::unknown;
  protocol::Method method = protocol::Method::unknown;
  bool http11 = false;
  protocol::LinesType lines = protocol::LinesType::x_ndjson;  ///< What to call an answer in lines.
  protocol::Cors::Origin origin = 0;                          ///< Request::origin
  bool keep_alive = false;  ///< The connection may stay open behind its answer.
  /// Who asked, if anything is known of that, and until it is answered. Whoever has the facts keeps
  /// it as long.
  protocol::Caller* caller = nullptr;

  bool head() const noexcept { return method == protocol::Method::head; }
};

/// One answer: to a request, to octets that are not one, or a stream.
struct AnswerRecord {
  unsigned status = 0;
  RequestFacts request;
  std::uint64_t octets = 0;  ///< Head and body as they are sent; without interim answers.
  bool whole = true;         ///< False: a stream that was broken off.
};

/// Is told of every answer of a thread: when its head is about to be written, if there is a Caller,
/// who may then be given an id; and when its last octet is written to the output, not yet sent. On
/// that thread.
class AnswerObserver {
 public:
  /// An answer to `caller` begins, with `status`: its fields are not written yet.
  virtual void begins(unsigned status, protocol::Caller& caller) noexcept = 0;
  virtual void answered(const AnswerRecord& record) noexcept = 0;
  /// The turn in which that was is over.
  virtual void turn_ends(Clock::time_point now) noexcept = 0;

 protected:
  ~AnswerObserver() = default;
};

}  // namespace rollcall::server
