#include "protocol/http/caller.hpp"

namespace rollcall::protocol {
namespace {

bool is_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) noexcept {
  return is_hex(text) && text.find_first_not_of('0') != text.npos;
}

/// By octet: whether it may be in the id of a request.
constexpr auto in_id = [] {
  std::array<bool, 256> in{};
  for (unsigned c = '!'; c < 0x7f; ++c) in[c] = c != '"' && c != ',' && c != ';' && c != '\\';
  return in;
}();

}  // namespace

bool is_request_id(std::string_view text) noexcept {
  if (text.empty() || text.size() > max_request_id_octets) return false;
  bool good = true;
  for (const char c : text) good &= in_id[static_cast<unsigned char>(c)];
  return good;
}

std::optional<TraceId> read_trace_parent(std::string_view value) noexcept {
  // version "-" trace-id "-" parent-id "-" flags
  constexpr std::size_t trace = 3, parent = 36, flags = 53, end = 55;
  if (value.size() < end) return std::nullopt;
  if (value[trace - 1] != '-' || value[parent - 1] != '-' || value[flags - 1] != '-') {
    return std::nullopt;
  }
  const std::string_view version = value.substr(0, trace - 1);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (value.size() > end && (version == "00" || value[end] != '-')) return std::nullopt;
  const std::string_view id = value.substr(trace, TraceId{}.size());
  constexpr std::size_t parent_octets = flags - 1 - parent;
  if (!is_id(id) || !is_id(value.substr(parent, parent_octets)) ||
      !is_hex(value.substr(flags, end - flags))) {
    return std::nullopt;
  }
  TraceId result;
  std::copy(id.begin(), id.end(), result.begin());
  return result;
}

}  // namespace rollcall::protocol
