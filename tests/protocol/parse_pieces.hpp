#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/http/request_parser.hpp"
#include "protocol/json/user_reader.hpp"

namespace rollcall::protocol {

/// The outcome of a message: the request, or the problem with it.
struct Parsed {
  RequestParser::Progress progress = RequestParser::Progress::need_more;
  Problem problem = Problem::malformed_request;
  Method method = Method::unknown;
  std::string path;
  bool keep_alive = false, json = false, expects_continue = false, has_body = false;
  std::size_t consumed = 0;  ///< Of a whole message.
  std::string last_name;

  bool operator==(const Parsed&) const = default;
};

/// Reads one message as a connection does: octets not consumed stay in front of the next piece.
inline Parsed parse_pieces(const std::vector<std::string_view>& pieces) {
  using Progress = RequestParser::Progress;
  RequestParser parser;
  UserReader reader;
  reader.reset();
  Parsed parsed;
  std::string rest;
  for (const std::string_view piece : pieces) {
    rest.append(piece);
    for (;;) {
      const RequestParser::Result result = parser.read(rest);
      rest.erase(0, result.consumed);
      parsed.consumed += result.consumed;
      parsed.progress = result.progress;
      if (result.progress != Progress::head) break;
      parser.read_body_into(&reader);
    }
    if (parsed.progress != Progress::need_more) break;
  }
  const Request& request = parser.request();
  if (parsed.progress == Progress::failed) {
    // The answer to HEAD has no body: the method counts even then.
    return {Progress::failed, parser.problem(), request.method, {}, {}, {}, {}, {}, 0, {}};
  }
  parsed.method = request.method;
  parsed.path = request.target.path.text();
  parsed.keep_alive = request.keep_alive;
  parsed.json = request.media_type == MediaType::json;
  parsed.expects_continue = request.expects_continue;
  parsed.has_body = request.has_body;
  if (parsed.progress != Progress::complete) {
    // It does not matter how much of the rest of a body the parser can consume already.
    parsed.consumed = 0;
  } else if (reader.finish().ok) {
    parsed.last_name = reader.user().last_name;
  }
  return parsed;
}

}  // namespace rollcall::protocol
