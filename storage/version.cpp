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
  // The lengths tell where one text ends and the next begins; they fit side by side.
  const std::uint64_t lengths =
      user.last_name.size() | user.first_name.size() << 16 | user.email.size() << 32;
  return digest(mix(id ^ root6, lengths ^ root7), {user.last_name.data(), user.octets()});
}

}  // namespace rollcall::storage
