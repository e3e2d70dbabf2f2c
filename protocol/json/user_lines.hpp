#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/json/user_reader.hpp"
#include "protocol/problem.hpp"

namespace rollcall::protocol {

/// Takes the users of a stream, a line at a time. Lines are counted from 1.
class UserLineSink {
 public:
  /// `user` is valid during the call.
  virtual void on_user(std::uint64_t line, const storage::UserView& user) = 0;
  /// `reader` has the faults, if the problem is invalid_user.
  virtual void on_bad_line(std::uint64_t line, Problem problem, const UserReader& reader) = 0;

 protected:
  ~UserLineSink() = default;
};

/// Takes a stream of users apart, one JSON text a line (application/x-ndjson), in any pieces: the
/// outcome does not depend on them. A line ends with a line feed, the last one perhaps with the
/// stream; one of white space only is counted and passed over. Keeps one line at most.
class UserLines {
 public:
  /// The next piece, not needed after the call.
  void read(std::string_view piece, UserLineSink& sink);
  /// The stream is whole.
  void finish(UserLineSink& sink);
  /// Lines that have ended.
  std::uint64_t count() const noexcept { return line_ - 1; }

 private:
  void add(std::string_view piece);
  void end_line(UserLineSink& sink);

  UserReader reader_;
  std::uint64_t line_ = 1;
  std::size_t octets_ = 0;  ///< Of the line so far.
  bool blank_ = true;
};

}  // namespace rollcall::protocol
