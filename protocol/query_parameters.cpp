#include "protocol/query_parameters.hpp"

#include "protocol/http/percent_encoding.hpp"
#include "protocol/http/target.hpp"

namespace rollcall::protocol {
namespace {

/// `piece` of a query as a URI may have it: what was sent raw becomes escapes.
void append_to_uri(std::string& query, std::string_view piece) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : piece) {
    if (is_in_uri_query(c)) {
      query += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    query.append("%").append(1, digits[octet >> 4U]).append(1, digits[octet & 15U]);
  }
}

}  // namespace

std::string decode_parameter(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    const bool escaped = text.front() == '%';
    const char octet = escaped ? decode_escape(text).value_or('%') : text.front();
    decoded += octet == '+' && !escaped ? ' ' : octet;
    text.remove_prefix(std::min(escaped ? escape_octets : 1, text.size()));
  }
  return decoded;
}

std::string without_parameter(std::string_view query, std::string_view name) {
  std::string kept;
  for_each_parameter(query,
                     [&](std::string_view raw_name, std::string_view, std::string_view piece) {
                       if (decode_parameter(raw_name) == name) return;
                       if (!kept.empty()) kept += '&';
                       append_to_uri(kept, piece);
                     });
  return kept;
}

std::string with_parameter(std::string_view query, std::string_view name, std::uint64_t value) {
  std::string link = without_parameter(query, name);
  if (!link.empty()) link += '&';
  return link.append(name).append("=").append(std::to_string(value));
}

}  // namespace rollcall::protocol
