#pragma once

#include <string_view>

namespace rollcall::protocol {

/// Takes the body of one message in pieces, in their order: a user, a stream of users, nothing. The
/// request parser knows no more of a body. Not owned by the parser; called on its thread.
class BodySink {
 public:
  /// The next piece, at least one octet, with the chunked coding taken off; not needed after the
  /// call. What is wrong with it the sink keeps: the parser reads the message to its end.
  /// `is_last`: nothing follows; of a chunked body that is not known.
  virtual void take(std::string_view piece, bool is_last) = 0;

 protected:
  ~BodySink() = default;
};

}  // namespace rollcall::protocol
