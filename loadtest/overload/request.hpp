#pragma once

#include <string>

#include "loadtest/overload/options.hpp"

namespace rollcall::loadtest {

/// A create. Numbers that the server reads and ignores make its body as long as the options say:
/// that costs the server's processor more than the generator's.
inline std::string request_of(const OverloadOptions& options) {
  std::string body = R"({"last-name": "Meere", "first-name": "John", "email": "johnm@gmail.com")";
  if (body.size() < options.body_octets) {
    body += R"(, "numbers": [0)";
    while (body.size() + 4 <= options.body_octets) body += ",1";
    body += ']';
  }
  body += '}';
  return "POST /users HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(options.port) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

}  // namespace rollcall::loadtest
