#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/limits.hpp"
#include "tests/fuzz/cuts.hpp"
#include "tests/support/driven_server.hpp"
#include "tests/support/finding.hpp"

namespace rollcall::fuzz {
namespace {

using tests::final_answers;
using tests::require;

/// Checks that every answer is complete: status line, fields, and as many octets as Content-Length
/// says. No input can put these into a body, because strings in a body hold no line end.
void check_answers(std::string_view all, bool head_asked) {
  while (!all.empty()) {
    require(all.starts_with("HTTP/1.1 "), "an answer does not begin with a status line");
    const std::size_t end = all.find("\r\n\r\n");
    require(end != all.npos, "an answer's header does not end");
    require(end + 4 <= protocol::max_answer_head_octets, "an answer's header is too large");
    constexpr std::string_view name = "\r\nContent-Length: ";
    const std::size_t field = all.substr(0, end + 2).find(name);
    std::size_t length = 0;
    if (field == all.npos && all.find("\r\nContent-Type: application/x-ndjson\r\n") < end) {
      // For HTTP/1.0 the end of the connection ends a stream.
      require(all.find("\r\nConnection: close\r\n") < end, "a stream has no end");
      return;
    }
    if (field != all.npos) {
      std::from_chars(all.data() + field + name.size(), all.data() + all.size(), length);
    }
    all.remove_prefix(end + 4);
    if (head_asked && (all.empty() || all.starts_with("HTTP/1.1 "))) continue;
    require(length <= all.size(), "an answer's body is short");
    all.remove_prefix(length);
  }
}

}  // namespace
}  // namespace rollcall::fuzz

/// Feeds bytes to the server's own connection. The answers must be the same however the bytes
/// arrive, however slowly the answers are read, and whenever the store completes. An odd first
/// octet means
/// --unique-email.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rollcall::fuzz;
  static rollcall::tests::TurnServer any_email;
  static rollcall::tests::TurnServer unique_email({.keys = {}, .unique_email = true});
  const bool unique = size > 0 && data[0] % 2 == 1;
  rollcall::tests::TurnServer& server = unique ? unique_email : any_email;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view bytes = bytes_of(input);
  const std::string whole = final_answers(server.run({.pieces = {bytes}}));
  check_answers(whole, bytes.find("HEAD") != bytes.npos);
  require(final_answers(server.run({octets(input), 50, 0})) == whole,
          "octet by octet makes a difference");
  require(final_answers(server.run({cut(input), 1'000, 2})) == whole, "a cut makes a difference");
  return 0;
}
