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

  /// Octets of the three together.
  std::size_t octets() const noexcept {
    return last_name.size() + first_name.size() + email.size();
  }
  /// They lie one behind the other, as in a UserRecord, and so can be taken as one text of octets()
  /// that begins where last_name does.
  bool adjacent() const noexcept {
    return first_name.data() == last_name.data() + last_name.size() &&
           email.data() == first_name.data() + first_name.size();
  }
  /// Copies the three, one behind the other, to where there is room for octets().
  void copy_to(char* at) const noexcept {
    if (adjacent()) {
      std::memcpy(at, last_name.data(), octets());
      return;
    }
    for (const std::string_view part : {last_name, first_name, email}) {
      std::memcpy(at, part.data(), part.size());
      at += part.size();
    }
  }
};

/// The members of a user, as bits of a set.
using MemberSet = std::uint8_t;
inline constexpr MemberSet last_name_member = 1;
inline constexpr MemberSet first_name_member = 2;
inline constexpr MemberSet email_member = 4;
inline constexpr MemberSet all_members = last_name_member | first_name_member | email_member;

/// `user`, with the members of it that are not in `members` taken from `other`.
inline UserView merge(MemberSet members, const UserView& user, const UserView& other) noexcept {
  return {(members & last_name_member) != 0 ? user.last_name : other.last_name,
          (members & first_name_member) != 0 ? user.first_name : other.first_name,
          (members & email_member) != 0 ? user.email : other.email};
}

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
    user.copy_to(text_.data());
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
