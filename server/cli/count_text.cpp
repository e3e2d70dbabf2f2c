#include "server/cli/count_text.hpp"

namespace rollcall::server {

std::string grouped(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string users_text(std::uint64_t count) {
  return grouped(count) + (count == 1 ? " user" : " users");
}

}  // namespace rollcall::server
