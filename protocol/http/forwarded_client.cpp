#include "protocol/http/forwarded_client.hpp"

#include <algorithm>

#include "protocol/http/field_value.hpp"
#include "protocol/http/letters.hpp"

namespace rollcall::protocol {
namespace {

/// Up to the next `separator` that is not in a quoted string (RFC 9110, section 5.6.4); takes it
/// off `text`, with the separator.
std::string_view take_element(std::string_view& text, char separator) noexcept {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '"') quoted = !quoted;
    if (quoted && text[end] == '\\') ++end;
    if (!quoted && text[end] == separator) break;
  }
  end = std::min(end, text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(taken);
}

/// Of an element of Forwarded.
std::optional<IpAddress> client_in(std::string_view element) noexcept {
  while (!element.empty()) {
    std::string_view value = take_element(element, ';');
    const std::string_view name = take_element(value, '=');
    if (!equals(name, "for")) continue;
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
      value = value.substr(1, value.size() - 2);
    }
    return parse_node(value);
  }
  return std::nullopt;
}

bool is_port(std::string_view text) noexcept {
  constexpr std::size_t most_digits = 5;
  return !text.empty() && text.size() <= most_digits &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<IpAddress> parse_node(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return std::nullopt;
    const std::string_view rest = text.substr(end + 1);
    const bool good = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    const std::string_view inside = text.substr(1, end - 1);
    return good && inside.find(':') != inside.npos ? parse_ip_address(inside) : std::nullopt;
  }
  const std::size_t colon = text.find(':');
  // Several colons are those of IPv6.
  if (colon == text.npos || text.rfind(':') != colon) return parse_ip_address(text);
  return is_port(text.substr(colon + 1)) ? parse_ip_address(text.substr(0, colon)) : std::nullopt;
}

void ForwardedClient::Walk::take(const std::optional<IpAddress>& address,
                                 std::span<const IpNetwork> trusted) noexcept {
  begun_ = true;
  if (!address) {
    found_ = Found::nothing;
    return;
  }
  const bool is_proxy = std::any_of(trusted.begin(), trusted.end(),
                                    [&](const IpNetwork& each) { return each.contains(*address); });
  if (is_proxy && found_ != Found::nothing) return;
  found_ = is_proxy ? Found::trusted : Found::client;
  address_ = *address;
}

std::optional<IpAddress> ForwardedClient::Walk::address() const noexcept {
  return found_ == Found::nothing ? std::nullopt : std::optional(address_);
}

void ForwardedClient::take_x_forwarded_for(std::string_view value,
                                           std::span<const IpNetwork> trusted) noexcept {
  do {
    const std::size_t end = std::min(value.find(','), value.size());
    x_forwarded_for_.take(parse_node(trim(value.substr(0, end))), trusted);
    value.remove_prefix(std::min(end + 1, value.size()));
  } while (!value.empty());
}

void ForwardedClient::take_forwarded(std::string_view value,
                                     std::span<const IpNetwork> trusted) noexcept {
  do {
    forwarded_.take(client_in(take_element(value, ',')), trusted);
  } while (!value.empty());
}

std::optional<IpAddress> ForwardedClient::address() const noexcept {
  return x_forwarded_for_.begun() ? x_forwarded_for_.address() : forwarded_.address();
}

}  // namespace rollcall::protocol
