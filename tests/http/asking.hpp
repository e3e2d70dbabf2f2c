#pragma once

#include <string>
#include <string_view>
#include <vector>

/// The rows of docs/http.md as tests: octets in, statuses out, through the server's own connection.
namespace rollcall::tests {

/// What came of some octets.
struct Answers {
  std::vector<unsigned> statuses;
  std::string text;         ///< All that was sent, without interim answers.
  bool says_close = false;  ///< The last answer has Connection: close.
};

/// What comes of `octets`, having seen that it is the same fed whole, octet by octet, and cut in
/// two at every place, with a store that completes at once or later. `head`: the answers have no
/// body.
Answers ask(const std::string& octets, bool head = false);
/// The same, and no two users may have one address (--unique-email).
Answers ask_with_unique_emails(const std::string& octets);

/// `request` is answered with `status` alone, the connection stays, and a request behind it is
/// answered too.
void check_stays(const std::string& request, unsigned status);

/// `request` is answered with `status` and Connection: close, and nothing behind it is read as a
/// request.
void check_closes(const std::string& request, unsigned status);

/// A GET of `target`, with `fields` besides Host, each with its line end.
std::string get(const std::string& target, const std::string& fields = "");

/// A create with `body` and Content-Length.
std::string post(const std::string& body, const std::string& fields = "");

/// A create whose body is `octets` in the chunked coding, size lines and all.
std::string post_chunked(const std::string& octets, const std::string& fields = "");

/// `text` as one chunk.
std::string chunk(const std::string& text);

/// A good user; `more` members begin with a comma.
std::string user(const std::string& more = "");

/// A user with these three values, each as JSON.
std::string user_of(const std::string& last_name, const std::string& first_name,
                    const std::string& email);

inline const std::string last_chunk = "0\r\n\r\n";

}  // namespace rollcall::tests
