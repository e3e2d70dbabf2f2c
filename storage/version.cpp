#include "storage/version.hpp"

#include <bit>
#include <cstring>

namespace rollcall::storage {
namespace {

static_assert(std::endian::native == std::endian::little,
              "a digest must not depend on the machine: swap in load() for another one");

// The fractional parts of the square roots of 2, 3 and 5.
constexpr std::uint64_t root2 = 0x6a09e667f3bcc908;
constexpr std::uint64_t root3 = 0xbb67ae8584caa73b;
constexpr std::uint64_t root5 = 0x3c6ef372fe94f82b;

std::uint64_t load(const char* at, std::size_t octets) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, at, octets);
  return value;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

Version version_of(UserId id, const UserView& user) noexcept {
  if (!user.adjacent()) {
    UserRecord copy;
    copy.assign(user);
    return version_of(id, copy.view());
  }
  // The lengths tell where one text ends and the next begins; they fit side by side.
  const std::uint64_t lengths =
      user.last_name.size() | user.first_name.size() << 16 | user.email.size() << 32;
  std::uint64_t digest = mix(id ^ root2, lengths ^ root3);
  const char* at = user.last_name.data();
  std::size_t rest = user.octets();
  for (; rest > 8; rest -= 8, at += 8) digest = mix(digest ^ root5, load(at, 8) ^ root3);
  digest = mix(digest ^ root5, load(at, rest) ^ root2);
  return mix(digest, root3);
}

}  // namespace rollcall::storage
