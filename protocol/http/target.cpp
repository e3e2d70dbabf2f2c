#include "protocol/http/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace rollcall::protocol {
namespace {

enum CharacterClass : unsigned char {
  unreserved = 1,   // RFC 3986, section 2.3
  sub_delims = 2,   // section 2.2
  path_extra = 4,   // ":" "@" "/"
  query_extra = 8,  // "?"
};

constexpr auto classes = [] {
  std::array<unsigned char, 256> table{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-._~")) {
    table[static_cast<unsigned char>(c)] = unreserved;
  }
  for (const char c : std::string_view("!$&'()*+,;=")) {
    table[static_cast<unsigned char>(c)] = sub_delims;
  }
  for (const char c : std::string_view(":@/")) {
    table[static_cast<unsigned char>(c)] = path_extra;
  }
  table['?'] = query_extra;
  return table;
}();

constexpr unsigned char in_path = unreserved | sub_delims | path_extra;
constexpr unsigned char in_query = in_path | query_extra;

bool is(char c, unsigned char allowed) noexcept {
  return (classes[static_cast<unsigned char>(c)] & allowed) != 0;
}

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The octet of the escape that `text` begins with, or nothing if it is malformed or NUL.
std::optional<char> decode_escape(std::string_view text) noexcept {
  if (text.size() < 3) return std::nullopt;
  const int high = hex_digit(text[1]);
  const int low = hex_digit(text[2]);
  if (high < 0 || low < 0 || high + low == 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

bool is_component(std::string_view text, unsigned char allowed) noexcept {
  while (!text.empty()) {
    if (text.front() == '%') {
      if (!decode_escape(text)) return false;
      text.remove_prefix(3);
    } else {
      if (!is(text.front(), allowed)) return false;
      text.remove_prefix(1);
    }
  }
  return true;
}

/// No path of ours is longer; what does not fit is some other resource.
constexpr std::size_t max_decoded_path_octets = 32;

/// Decodes a well-formed path. What is longer than any of ours gives the empty string.
std::string_view decode_path(std::string_view path,
                             std::array<char, max_decoded_path_octets>& buffer) noexcept {
  if (path.find('%') == path.npos) return path;
  std::size_t size = 0;
  while (!path.empty()) {
    if (size == buffer.size()) return {};
    const bool escaped = path.front() == '%';
    const char octet = escaped ? *decode_escape(path) : path.front();
    // An escaped slash is data within a segment, never a separator (RFC 3986, section 2.2).
    if (escaped && octet == '/') return {};
    buffer[size++] = octet;
    path.remove_prefix(escaped ? 3 : 1);
  }
  return {buffer.data(), size};
}

void name_resource(std::string_view path, Target& target) noexcept {
  constexpr std::string_view users = "/users";
  if (path == users) {
    target.resource = Resource::users;
  } else if (path.starts_with(users) && path.size() > users.size() + 1 &&
             path[users.size()] == '/' && path[users.size() + 1] != '0') {
    const char* const begin = path.data() + users.size() + 1;
    const char* const end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(begin, end, target.id);
    if (error == std::errc() && rest == end && target.id <= storage::max_user_id) {
      target.resource = Resource::user;
    }
  } else if (path == "/livez") {
    target.resource = Resource::live;
  } else if (path == "/readyz") {
    target.resource = Resource::ready;
  } else if (path == "/openapi.json") {
    target.resource = Resource::api;
  }
}

/// Takes scheme and authority off an absolute-form target; false if they are ill-formed.
bool strip_authority(std::string_view& text) noexcept {
  constexpr std::string_view scheme = "http://";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
  if (text.size() < scheme.size() ||
      !std::equal(scheme.begin(), scheme.end(), text.begin(),
                  [&](char expected, char actual) { return same(actual, expected); })) {
    return false;
  }
  text.remove_prefix(scheme.size());
  const std::size_t end = std::min(text.find_first_of("/?"), text.size());
  if (end == 0 || !is_host(text.substr(0, end))) return false;
  text.remove_prefix(end);
  return true;
}

/// True for most hosts, a name or an IPv4 address and perhaps a port, in one pass; false says
/// nothing.
bool is_plain_host(std::string_view text) noexcept {
  constexpr std::ptrdiff_t max_port_digits = 5;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end && is(*at, unreserved)) ++at;
  if (at == end) return true;
  if (*at != ':' || end - at > max_port_digits + 1) return false;
  while (++at != end) {
    if (*at < '0' || *at > '9') return false;
  }
  return true;
}

}  // namespace

Target parse_target(std::string_view text) noexcept {
  Target target;
  if (text == "/users") {
    // What is asked for most need not be looked at octet by octet.
    target.well_formed = true;
    target.resource = Resource::users;
    return target;
  }
  if (text == "*") {
    target.well_formed = true;
    target.resource = Resource::server;
    return target;
  }
  if (!text.starts_with('/') && !strip_authority(text)) return target;
  const std::size_t question = std::min(text.find('?'), text.size());
  const std::string_view path = text.substr(0, question);
  const std::string_view query = text.substr(std::min(question + 1, text.size()));
  if (!is_component(path, in_path) || !is_component(query, in_query)) return target;
  target.well_formed = true;
  target.query = query;
  std::array<char, max_decoded_path_octets> buffer;
  name_resource(decode_path(path, buffer), target);
  return target;
}

bool is_host(std::string_view text) noexcept {
  if (is_plain_host(text)) return true;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos || end < 3) return false;
    const std::string_view address = text.substr(1, end - 1);
    // IPv6address or IPvFuture, by its characters: nothing here depends on which address it is.
    if (!std::all_of(address.begin(), address.end(),
                     [](char c) { return c == ':' || is(c, unreserved | sub_delims); })) {
      return false;
    }
    port = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    if (!is_component(text.substr(0, colon), unreserved | sub_delims)) return false;
    port = text.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':') return false;
  port.remove_prefix(1);
  return port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace rollcall::protocol
