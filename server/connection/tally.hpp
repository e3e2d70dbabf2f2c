#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/problem.hpp"
#include "protocol/route.hpp"
#include "server/clock.hpp"
#include "server/connection/close_reason.hpp"

namespace rollcall::server {

/// What answers that are counted together have in common.
struct AnswerKind {
  std::array<char, 4> status_text{};  ///< A space and the digits, as in the status line.
  protocol::Action action = protocol::Action::refuse;
  protocol::Resource resource = protocol::Resource::unknown;
  protocol::Method method = protocol::Method::unknown;
  bool http11 = false;

  unsigned status() const noexcept {
    unsigned number = 0;
    for (std::size_t i = 1; i < status_text.size(); ++i) {
      number = number * 10 + static_cast<unsigned>(status_text[i] - '0');
    }
    return number;
  }
};

/// Counts what the connections of a thread do. On that thread.
class Tally {
 public:
  /// `count` answers of one kind, whose last octets are written, took `time` each: from the turn in
  /// which the request's first octet was read to the end of the turn that answered it.
  virtual void answered(const AnswerKind& kind, Clock::time_point::duration time,
                        std::uint64_t count) noexcept = 0;
  /// An answer reports `problem`.
  virtual void refused(protocol::Problem problem) noexcept = 0;
  /// A connection is closed.
  virtual void closed(CloseReason reason) noexcept = 0;

 protected:
  ~Tally() = default;
};

static_assert(offsetof(AnswerKind, resource) == 5 && offsetof(AnswerKind, http11) == 7);

}  // namespace rollcall::server
