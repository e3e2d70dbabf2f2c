#pragma once

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>

/// What whoever runs the tests may set.
namespace rollcall::tests {

/// The integer in the environment variable `name`, or `otherwise`.
inline std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

/// The first seed of what is random: another one in each run, so that many runs see much. It is
/// printed; ROLLCALL_TEST_SEED brings it back.
inline std::uint64_t first_seed() {
  static const std::uint64_t seed = [] {
    const std::uint64_t chosen = setting("ROLLCALL_TEST_SEED", std::random_device{}());
    std::cout << "ROLLCALL_TEST_SEED=" << chosen << std::endl;
    return chosen;
  }();
  return seed;
}

}  // namespace rollcall::tests
