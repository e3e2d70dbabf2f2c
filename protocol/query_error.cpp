#include "protocol/query_error.hpp"

#include "storage/utf8.hpp"

namespace rollcall::protocol {
namespace {

/// At most max_echoed_octets of it, cut between two characters.
std::string echo(std::string_view name) {
  if (!storage::is_utf8(name)) return "?";
  std::size_t size = name.size();
  if (size > max_echoed_octets) {
    size = max_echoed_octets;
    while (size > 0 && (static_cast<unsigned char>(name[size]) & 0xc0) == 0x80) --size;
  }
  return std::string(name.substr(0, size));
}

}  // namespace

void QueryErrors::add(std::string_view name, std::string_view detail) {
  if (errors_.size() < max_query_errors) errors_.push_back({echo(name), detail});
}

}  // namespace rollcall::protocol
