#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "storage/postgres/script.hpp"

namespace rollcall::storage::postgres {

/// The uploads with a key that this instance has open: their keys, by their tokens. What they
/// created is in the database.
class Uploads {
 public:
  void opened(std::int64_t token, std::string_view key) { open_.emplace(token, key); }
  void closed(std::int64_t token) { open_.erase(token); }
  bool is_open(std::string_view key) const noexcept {
    for (const auto& each : open_) {
      if (each.second == key) return true;
    }
    return false;
  }
  /// Its key; "" if it is not open.
  std::string_view key_of(std::int64_t token) const noexcept {
    const auto found = open_.find(token);
    return found == open_.end() ? std::string_view() : found->second;
  }
  bool empty() const noexcept { return open_.empty(); }
  /// Their keys and tokens.
  void add_to(Array& keys, Array& tokens) const {
    for (const auto& [token, key] : open_) {
      keys.add(std::string_view(key));
      tokens.add(token);
    }
  }

 private:
  std::map<std::int64_t, std::string> open_;
};

}  // namespace rollcall::storage::postgres
