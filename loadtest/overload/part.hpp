#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>

namespace rollcall::loadtest {

/// What became of the requests of one part of the run, by when they were due.
struct Part {
  std::uint64_t due = 0;
  std::uint64_t created = 0;
  std::uint64_t refused = 0;  ///< 503.
  std::uint64_t other = 0;    ///< Any other answer.
  std::uint64_t given_up = 0;
  std::uint64_t lost = 0;  ///< The connection ended, or was refused.
};

inline void tell(const char* name, const Part& part) {
  std::printf(
      "%-9s due=%llu created=%llu refused=%llu given_up=%llu lost=%llu other=%llu\n", name,
      static_cast<unsigned long long>(part.due), static_cast<unsigned long long>(part.created),
      static_cast<unsigned long long>(part.refused), static_cast<unsigned long long>(part.given_up),
      static_cast<unsigned long long>(part.lost), static_cast<unsigned long long>(part.other));
}

inline double ratio(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(std::max<std::uint64_t>(whole, 1));
}

}  // namespace rollcall::loadtest
