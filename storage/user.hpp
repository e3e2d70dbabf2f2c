#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "storage/limits.hpp"
#include "storage/member.hpp"

namespace rollcall::storage {

/// A user's number: min_user_id to max_user_id. A Store never gives one out twice.
using UserId = std::uint64_t;

/// Some members of a user: bit i stands for the member at place i of user_members.
using MemberSet = std::uint8_t;
static_assert(member_count < 8);
inline constexpr MemberSet all_members = (1U << member_count) - 1;
constexpr MemberSet set_of(Member member) noexcept {
  return static_cast<MemberSet>(1U << index_of(member));
}

/// `user`, with the members of it that are not in `members` taken from `other`.
inline UserView merge(MemberSet members, const UserView& user, const UserView& other) noexcept {
  UserView merged;
  for_each_member([&](auto index) {
    merged[index] = (members >> index & 1U) != 0 ? user[index] : other[index];
  });
  return merged;
}

/// Bits that the length of the text at `index` of user_members takes.
constexpr unsigned length_bits(std::size_t index) noexcept {
  return static_cast<unsigned>(std::bit_width(user_members[index].max_octets()));
}
/// Bits that the lengths before it take.
constexpr unsigned first_length_bit(std::size_t index) noexcept {
  unsigned sum = 0;
  for (std::size_t i = 0; i < index; ++i) sum += length_bits(i);
  return sum;
}

/// The one form in which the texts of a user are kept in memory, wherever that is: the octets that
/// each text takes, side by side in one integer, and then the texts, one behind the other.
struct PackedUser {
  static_assert(first_length_bit(member_count) <= 64);
  using Lengths =
      std::conditional_t<first_length_bit(member_count) <= 32, std::uint32_t, std::uint64_t>;

  /// What a user takes besides its texts, and what the largest one takes.
  static constexpr std::size_t header_octets = sizeof(Lengths);
  static constexpr std::size_t max_octets = header_octets + max_user_octets;

  /// Octets that `user` takes when packed.
  static std::size_t octets(const UserView& user) noexcept { return header_octets + user.octets(); }

  /// Packs `user` to where there is room for octets(user). The texts must be within their limits
  /// and must not lie there.
  static void write(char* at, const UserView& user) noexcept {
    Lengths lengths = 0;
    for_each_member([&](auto index) {
      lengths |= static_cast<Lengths>(user[index].size()) << first_length_bit(index);
    });
    std::memcpy(at, &lengths, sizeof lengths);
    user.copy_to(at + sizeof lengths);
  }

  /// The user that was packed to `at`: adjacent texts, valid as long as those octets stay.
  static UserView read(const char* at) noexcept {
    Lengths lengths;
    std::memcpy(&lengths, at, sizeof lengths);
    at += sizeof lengths;
    UserView user;
    for_each_member([&](auto index) {
      constexpr Lengths mask = (Lengths{1} << length_bits(index)) - 1;
      const auto size = static_cast<std::size_t>(lengths >> first_length_bit(index) & mask);
      user[index] = {at, size};
      at += size;
    });
    return user;
  }
};

/// Owns the texts of one user in a buffer of fixed size: no heap. Copying copies only what is used.
class UserRecord {
 public:
  UserRecord() noexcept { assign({}); }
  UserRecord(const UserRecord& other) noexcept { assign(other.view()); }
  UserRecord& operator=(const UserRecord& other) noexcept {
    if (this != &other) assign(other.view());
    return *this;
  }

  /// Copies the texts, which must be within their limits and must not lie in this record.
  void assign(const UserView& user) noexcept { PackedUser::write(packed_.data(), user); }

  /// Valid as long as this record lives and is not assigned again.
  UserView view() const noexcept { return PackedUser::read(packed_.data()); }

 private:
  std::array<char, PackedUser::max_octets> packed_;
};

}  // namespace rollcall::storage
