#pragma once

#include <cstdint>

#include "protocol/http/request_parser.hpp"
#include "protocol/json/user_lines.hpp"

namespace rollcall::server {

class Connection;

/// A stream of users that a connection is reading: each line is passed on as a creation, and
/// answered by a line when it is done, in their order. Owned by the connection.
class Bulk final : public protocol::BodySink, private protocol::UserLineSink {
 public:
  /// `chunked`: how the answer ends.
  Bulk(Connection& connection, bool chunked) noexcept
      : connection_(connection), chunked_(chunked) {}

  void take(std::string_view piece) override { lines_.read(piece, *this); }
  /// The request is whole.
  void finish() {
    lines_.finish(*this);
    ended_ = true;
  }
  /// Lines that have ended, the blank ones too.
  std::uint64_t lines() const noexcept { return lines_.count(); }
  bool ended() const noexcept { return ended_; }
  bool chunked() const noexcept { return chunked_; }

 private:
  void on_user(std::uint64_t line, const storage::UserView& user) override;
  void on_bad_line(std::uint64_t line, protocol::Problem problem,
                   const protocol::UserReader& reader) override;

  Connection& connection_;
  const bool chunked_;
  bool ended_ = false;
  protocol::UserLines lines_;
};

}  // namespace rollcall::server
