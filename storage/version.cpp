#include "storage/version.hpp"

#include "storage/digest.hpp"

namespace rollcall::storage {

Version version_of(UserId id, const UserView& user) noexcept {
  if (!user.adjacent()) {
    UserRecord copy;
    copy.assign(user);
    return version_of(id, copy.view());
  }
  // Any two constants: here the fractional parts of the square roots of 6 and 7.
  constexpr std::uint64_t root6 = 0x7311c2812425cfa0;
  constexpr std::uint64_t root7 = 0xa54ff53a5f1d36f1;
  // The lengths tell where one text ends and the next begins. Their places never change: clients
  // keep versions.
  constexpr unsigned bits_a_length = 16;
  static_assert(member_count * bits_a_length <= 64);
  std::uint64_t lengths = 0;
  for_each_member([&](auto index) {
    static_assert(user_members[index].max_octets() < 1U << bits_a_length);
    lengths |= std::uint64_t{user[index].size()} << index * bits_a_length;
  });
  return digest(mix(id ^ root6, lengths ^ root7), {user[0].data(), user.octets()});
}

}  // namespace rollcall::storage
