#include "protocol/http/plain_head.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"
#include "protocol/limits.hpp"
#include "protocol/text.hpp"

namespace rollcall::protocol {
namespace {

struct MethodRow {
  std::string_view name;  ///< With the space behind it.
  Method method;
};

constexpr MethodRow methods[] = {{"POST ", Method::post}, {"GET ", Method::get},
                                 {"PUT ", Method::put},   {"PATCH ", Method::patch},
                                 {"HEAD ", Method::head}, {"DELETE ", Method::delete_}};

/// First letters of names that may mean something here (Connection, Expect, If-Match, Keep-Alive,
/// Proxy-Connection, Transfer-Encoding, Upgrade and others): what is not known is not plain.
constexpr std::string_view meaningful = "ceikptu";

/// `lower`, in any case of its letters, and behind it a colon.
template <std::size_t Size>
bool is_named(std::string_view line, const char (&lower)[Size]) noexcept {
  constexpr std::size_t size = Size - 1;
  return line.size() > size && line[size] == ':' && equals(line.substr(0, size), lower);
}

/// Reads the fields one by one.
class Fields {
 public:
  explicit Fields(PlainHead& head) noexcept : head_(head) {}

  bool take(std::string_view line) noexcept {
    const char first = static_cast<char>(line.front() | 0x20);
    if (first == 'h' && is_named(line, "host")) {
      return !std::exchange(host_, true) && is_host(value(line, 5));
    }
    if (first == 'c') {
      if (is_named(line, "content-type")) {
        head_.media_type = to_media_type(value(line, 13));
        return !std::exchange(type_, true) && is_printable_ascii(line);
      }
      if (is_named(line, "content-length")) {
        return !std::exchange(length_, true) && take_length(value(line, 15));
      }
      return false;
    }
    if (first == 'a' && is_named(line, "accept")) {
      add_accepted(line.substr(sizeof "accept"), head_.accepted);
      return is_printable_ascii(line);
    }
    if (meaningful.find(first) != meaningful.npos && !is_named(line, "user-agent")) return false;
    const std::size_t colon = std::min(line.find(':'), line.size());
    return colon > 0 && colon < line.size() &&
           std::all_of(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(colon),
                       is_token_character) &&
           is_printable_ascii(line);
  }

  bool complete() const noexcept { return host_; }

 private:
  static std::string_view value(std::string_view line, std::size_t from) noexcept {
    return line.substr(from + (line.size() > from && line[from] == ' ' ? 1 : 0));
  }

  bool take_length(std::string_view digits) noexcept {
    constexpr std::size_t most_digits = 5;
    if (digits.empty() || digits.size() > most_digits) return false;
    std::size_t length = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return false;
      length = length * 10 + static_cast<std::size_t>(c - '0');
    }
    head_.content_length = length;
    return length <= max_body_octets;
  }

  PlainHead& head_;
  bool host_ = false;
  bool type_ = false;
  bool length_ = false;
};

/// The octets that the request line takes, or 0 if it is not plain.
std::size_t take_request_line(std::string_view bytes, PlainHead& head) noexcept {
  constexpr std::string_view version = " HTTP/1.1\r\n";
  const auto* const row =
      std::find_if(std::begin(methods), std::end(methods),
                   [&](const MethodRow& each) { return bytes.starts_with(each.name); });
  if (row == std::end(methods)) return 0;
  head.method = row->method;
  const std::size_t begin = row->name.size();
  const std::size_t end = bytes.find(' ', begin);
  if (end == bytes.npos || bytes.substr(end, version.size()) != version) return 0;
  head.target = parse_target(bytes.substr(begin, end - begin));
  return head.target.well_formed ? end + version.size() : 0;
}

}  // namespace

bool read_plain_head(std::string_view bytes, PlainHead& head) noexcept {
  bytes = bytes.substr(0, max_plain_head_octets);
  std::size_t at = take_request_line(bytes, head);
  if (at == 0) return false;
  Fields fields(head);
  for (std::size_t lines = 0; lines <= max_plain_fields; ++lines) {
    const std::size_t end = bytes.find('\r', at);
    if (end == bytes.npos || end + 1 == bytes.size() || bytes[end + 1] != '\n') return false;
    if (end == at) {
      head.octets = end + 2;
      // The length of a stream has other bounds.
      return fields.complete() && head.media_type != MediaType::ndjson;
    }
    if (!fields.take(bytes.substr(at, end - at))) return false;
    at = end + 2;
  }
  return false;
}

}  // namespace rollcall::protocol
