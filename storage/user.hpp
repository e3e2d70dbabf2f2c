#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "storage/limits.hpp"

namespace rollcall::storage {

/// A user's number: min_user_id to max_user_id, given out by a Store and never twice.
using UserId = std::uint64_t;

/// The three texts of a user, each valid UTF-8 within its limit of storage/limits.hpp. Owns
/// nothing.
struct UserView {
  std::string_view last_name;
  std::string_view first_name;
  std::string_view email;

  friend bool operator==(const UserView&, const UserView&) = default;
};

/// Owns the texts of one user in a buffer of fixed size: no heap. Copying copies only what is used.
class UserRecord {
 public:
  UserRecord() noexcept = default;
  UserRecord(const UserRecord& other) noexcept { assign(other.view()); }
  UserRecord& operator=(const UserRecord& other) noexcept {
    if (this != &other) assign(other.view());
    return *this;
  }

  /// Copies the texts, which must be within their limits and must not lie in this record.
  void assign(const UserView& user) noexcept {
    char* end = text_.data();
    for (const std::string_view part : {user.last_name, user.first_name, user.email}) {
      std::memcpy(end, part.data(), part.size());
      end += part.size();
    }
    last_name_octets_ = static_cast<std::uint16_t>(user.last_name.size());
    first_name_octets_ = static_cast<std::uint16_t>(user.first_name.size());
    email_octets_ = static_cast<std::uint16_t>(user.email.size());
  }

  /// Valid as long as this record lives and is not assigned again.
  UserView view() const noexcept {
    const char* begin = text_.data();
    return {{begin, last_name_octets_},
            {begin + last_name_octets_, first_name_octets_},
            {begin + last_name_octets_ + first_name_octets_, email_octets_}};
  }

 private:
  std::uint16_t last_name_octets_ = 0;
  std::uint16_t first_name_octets_ = 0;
  std::uint16_t email_octets_ = 0;
  std::array<char, max_user_octets> text_;
};

}  // namespace rollcall::storage
