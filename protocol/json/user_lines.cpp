#include "protocol/json/user_lines.hpp"

#include <algorithm>

#include "protocol/limits.hpp"

namespace rollcall::protocol {

void UserLines::read(std::string_view piece, UserLineSink& sink) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    add(piece.substr(0, end));
    if (end == piece.npos) return;
    end_line(sink);
    piece.remove_prefix(end + 1);
  }
}

void UserLines::finish(UserLineSink& sink) {
  if (octets_ > 0) end_line(sink);
}

void UserLines::add(std::string_view piece) {
  if (piece.empty()) return;
  if (octets_ == 0) reader_.reset();
  octets_ = std::min(octets_ + piece.size(), max_line_octets + 1);
  if (octets_ > max_line_octets) return;
  blank_ = blank_ && piece.find_first_not_of(" \t\r") == piece.npos;
  reader_.take(piece, false);
}

void UserLines::end_line(UserLineSink& sink) {
  if (octets_ > max_line_octets) {
    sink.on_bad_line(line_, Problem::line_too_long, reader_);
  } else if (!blank_) {
    const UserReader::Outcome outcome = reader_.finish();
    if (outcome.ok) {
      sink.on_user(line_, reader_.user());
    } else {
      sink.on_bad_line(line_, outcome.problem, reader_);
    }
  }
  ++line_;
  octets_ = 0;
  blank_ = true;
}

}  // namespace rollcall::protocol
