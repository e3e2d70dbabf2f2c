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

std::uint64_t load(const char* at, std::size_t octets) noexcept {
  std::uint64_t value = 0;
  std::memcpy(&value, at, octets);
  return value;
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
  for (; rest > 8; rest -= 8, at += 8) state = mix(state ^ root5, load(at, 8) ^ root3);
  state = mix(state ^ root5, load(at, rest) ^ root2);
  // The length, so that octets of zero at the end count.
  return mix(state ^ text.size(), root3);
}

TextDigester::TextDigester() : seeds_{random_seed(), random_seed()} {}

}  // namespace rollcall::storage
