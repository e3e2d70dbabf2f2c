#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/http/site.hpp"

/// Tests the rows of docs/http.md through the server's own connection: octets in, statuses out.
namespace rollcall::tests {

/// The outcome of some octets.
struct Answers {
  std::vector<unsigned> statuses;
  std::string text;         ///< Everything sent, without interim answers.
  bool says_close = false;  ///< The last answer has Connection: close.
};

/// The outcome of `octets`, checked to be the same when they are fed whole, octet by octet, and cut
/// in two at every place, to a store that completes at once or later. With `head` the answers have
/// no body.
Answers ask(const std::string& octets, bool head = false);
/// The same with --unique-email.
Answers ask_with_unique_emails(const std::string& octets);

/// The same at `site`.
Answers ask_at(const protocol::Site& site, const std::string& octets);

/// Checks that `request` is answered with `status` only, that the connection stays open, and that
/// the next request is answered too.
void check_stays(const std::string& request, unsigned status);

/// Checks that `request` is answered with `status` and Connection: close, and that nothing after it
/// is read as a request.
void check_closes(const std::string& request, unsigned status);

/// A GET of `target` with Host and `fields`, each with its line end.
std::string get(const std::string& target, const std::string& fields = "");

/// A create with `body` and Content-Length.
std::string post(const std::string& body, const std::string& fields = "");

/// A create whose chunked body is `octets`, size lines included.
std::string post_chunked(const std::string& octets, const std::string& fields = "");

/// `text` as one chunk.
std::string chunk(const std::string& text);

/// A valid user; `more` members begin with a comma.
std::string user(const std::string& more = "");

/// A user with these three values, each as JSON.
std::string user_of(const std::string& last_name, const std::string& first_name,
                    const std::string& email);

inline const std::string last_chunk = "0\r\n\r\n";

}  // namespace rollcall::tests
