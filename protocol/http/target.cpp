#include "protocol/http/target.hpp"

#include <algorithm>
#include <array>
#include <boost/config.hpp>

#include "protocol/http/percent_encoding.hpp"

namespace rollcall::protocol {
namespace {

enum CharacterClass : unsigned char {
  unreserved = 1,   // RFC 3986, section 2.3
  sub_delims = 2,   // section 2.2
  path_extra = 4,   // ":" "@" "/"
  query_extra = 8,  // "?"
  query_raw = 16,   // in no URI, but sent in a query as they are: see is_in_uri_query()
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
  for (const char c : std::string_view("[]^`{|}\\")) {
    table[static_cast<unsigned char>(c)] = query_raw;
  }
  for (std::size_t octet = 0x80; octet < table.size(); ++octet) table[octet] = query_raw;
  return table;
}();

constexpr unsigned char in_path = unreserved | sub_delims | path_extra;
constexpr unsigned char in_uri_query = in_path | query_extra;
constexpr unsigned char in_query = in_uri_query | query_raw;

bool is(char c, unsigned char allowed) noexcept {
  return (classes[static_cast<unsigned char>(c)] & allowed) != 0;
}

/// The four octets at `at`.
bool are_unreserved(const char* at) noexcept {
  const auto of = [at](int i) { return classes[static_cast<unsigned char>(at[i])]; };
  return (of(0) & of(1) & of(2) & of(3) & unreserved) != 0;
}

bool is_component(std::string_view text, unsigned char allowed) noexcept {
  while (!text.empty()) {
    if (text.front() == '%') {
      if (!decode_escape(text)) return false;
      text.remove_prefix(escape_octets);
    } else {
      if (!is(text.front(), allowed)) return false;
      text.remove_prefix(1);
    }
  }
  return true;
}

/// Decodes into `path` what `text` has of a path, which ends at a question mark, and takes it off.
/// False if it is ill-formed.
bool take_path(std::string_view& text, Path& path) noexcept {
  bool may_be_ours = true;
  for (;;) {
    std::size_t plain = 0;
    while (plain < text.size() && is(text[plain], in_path)) ++plain;
    may_be_ours = may_be_ours && path.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty() || text.front() == '?') break;
    const std::optional<char> octet =
        text.front() == '%' ? decode_escape(text) : std::optional<char>();
    if (!octet) return false;
    // An escaped slash is data within a segment, never a separator (RFC 3986, section 2.2).
    may_be_ours = may_be_ours && *octet != '/' && path.append({&*octet, 1});
    text.remove_prefix(escape_octets);
  }
  if (!may_be_ours) path = {};
  return true;
}

/// Takes scheme and authority off an absolute-form target; false if they are ill-formed.
bool take_authority(std::string_view& text, std::string_view& authority) noexcept {
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
  authority = text.substr(0, end);
  text.remove_prefix(end);
  return true;
}

/// True for most hosts, a name or an IPv4 address and perhaps a port, in one pass; false says
/// nothing.
bool is_plain_host(std::string_view text) noexcept {
  constexpr std::ptrdiff_t max_port_digits = 5;
  const char* at = text.data();
  const char* const end = at + text.size();
  // By fours first: every request has a host.
  for (std::size_t fours = text.size() / 4; fours > 0 && are_unreserved(at); --fours) at += 4;
  while (at != end && is(*at, unreserved)) ++at;
  if (at == end) return true;
  if (*at != ':' || end - at > max_port_digits + 1) return false;
  while (++at != end) {
    if (*at < '0' || *at > '9') return false;
  }
  return true;
}

BOOST_NOINLINE bool is_any_host(std::string_view text) noexcept {
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

}  // namespace

Target parse_target(std::string_view text, std::string_view base_path) noexcept {
  Target target;
  if (text == "*") {
    target.well_formed = target.path.append(text);
    return target;
  }
  if (!text.starts_with('/')) {
    if (!take_authority(text, target.authority)) return target;
    // Behind an authority no path is the root (RFC 9110, section 4.2.3).
    if (!text.starts_with('/')) target.path.append("/");
  }
  if (!base_path.empty() && text.starts_with(base_path)) {
    const std::string_view rest = text.substr(base_path.size());
    if (rest.empty() || rest.front() == '?') target.path.append("/");
    if (rest.empty() || rest.front() == '?' || rest.front() == '/') text = rest;
  }
  if (!take_path(text, target.path)) return target;
  if (!text.empty()) {
    target.query = text.substr(1);
    if (!is_component(target.query, in_query)) return target;
  }
  target.well_formed = true;
  return target;
}

bool is_path(std::string_view text) noexcept { return is_component(text, in_path); }

BOOST_NOINLINE BadOctet find_bad_octet(std::string_view target) noexcept {
  BadOctet bad;
  if (!target.starts_with('/')) return bad;
  unsigned char allowed = in_path;
  for (std::size_t i = 0; i < target.size(); ++i) {
    if (target[i] == '?') allowed = in_query;
    const bool good = target[i] == '%' ? decode_escape(target.substr(i)).has_value()
                                       : is(target[i], allowed | query_extra);
    if (good) continue;
    bad.octet = static_cast<unsigned char>(target[i]);
    bad.place = static_cast<std::uint16_t>(i + 1);
    break;
  }
  return bad;
}

bool is_in_uri_query(char c) noexcept { return c == '%' || is(c, in_uri_query); }

bool is_host(std::string_view text) noexcept { return is_plain_host(text) || is_any_host(text); }

}  // namespace rollcall::protocol
