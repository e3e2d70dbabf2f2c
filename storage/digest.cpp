#include "storage/digest.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace rollcall::storage {
namespace {

static_assert(std::endian::native == std::endian::little,
              "a digest must not depend on the machine: swap in load() for another one");

// The fractional parts of the square roots of 2, 3 and 5.
constexpr std::uint64_t root2 = 0x6a09e667f3bcc908;
constexpr std::uint64_t root3 = 0xbb67ae8584caa73b;
constexpr std::uint64_t root5 = 0x3c6ef372fe94f82b;

template <class Integer>
std::uint64_t load(const char* at) noexcept {
  Integer value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Of at most 8 octets, each at least once: what memcpy() into an integer would do, without a call.
std::uint64_t load_rest(const char* at, std::size_t octets) noexcept {
  if (octets >= 4) {
    return load<std::uint32_t>(at) | load<std::uint32_t>(at + octets - 4) << 8 * (octets - 4);
  }
  if (octets == 0) return 0;
  const auto octet = [&](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(at[i])} << 8 * i;
  };
  return octet(0) | octet(octets / 2) | octet(octets - 1);
}

std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32 | device();
}

}  // namespace

std::uint64_t digest(std::uint64_t seed, std::string_view text) noexcept {
  std::uint64_t state = seed;
  const char* at = text.data();
  std::size_t rest = text.size();
  for (; rest > 8; rest -= 8, at += 8) state = mix(state ^ root5, load<std::uint64_t>(at) ^ root3);
  state = mix(state ^ root5, load_rest(at, rest) ^ root2);
  // The length, so that octets of zero at the end count.
  return mix(state ^ text.size(), root3);
}

TextDigester::TextDigester() : seeds_{random_seed(), random_seed()} {}

}  // namespace rollcall::storage
