#pragma once

#include <cstdio>
#include <cstdlib>

namespace rollcall::tests {

/// Ends the process with a finding unless the condition holds.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "finding: %s\n", what);
  std::abort();
}

}  // namespace rollcall::tests
