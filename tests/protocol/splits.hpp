#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "tests/support/settings.hpp"

namespace rollcall::protocol {

/// Calls `feed` with the pieces of each way in which a message can arrive: whole, octet by octet,
/// and cut in two at every place; with ROLLCALL_TEST_CUTS=N at every N-th, other ones in each call.
template <class Feed>
void for_each_split(std::string_view message, const Feed& feed) {
  feed(std::vector<std::string_view>{message});
  std::vector<std::string_view> octets;
  for (std::size_t i = 0; i < message.size(); ++i) octets.push_back(message.substr(i, 1));
  feed(octets);
  // A long message is cut at about a hundred places, the first and the last ones included.
  const std::size_t step = message.size() / 400 + 1;
  static const std::size_t cuts = tests::setting("ROLLCALL_TEST_CUTS", 1);
  static std::size_t calls = 0;
  std::size_t place = calls++;
  for (std::size_t i = 1; i < message.size(); i += i + 100 < message.size() && i > 100 ? step : 1) {
    if (place++ % cuts == 0) {
      feed(std::vector<std::string_view>{message.substr(0, i), message.substr(i)});
    }
  }
}

}  // namespace rollcall::protocol
