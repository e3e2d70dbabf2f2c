#pragma once

#include <cstdint>
#include <cstdlib>

/// What whoever runs the tests of the disk may set.
namespace rollcall::tests::disk {

/// The integer in the environment variable `name`, or `otherwise`.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

/// The first seed of what is random.
inline std::uint64_t first_seed() {
  static const std::uint64_t seed = setting("ROLLCALL_TEST_SEED", 1);
  return seed;
}

}  // namespace rollcall::tests::disk
