#pragma once

#include <cstdint>

namespace rollcall::tests {

/// Calls of the global operator new so far, by any thread, in a program that links
/// allocation_counter.cpp.
std::uint64_t allocation_count() noexcept;

}  // namespace rollcall::tests
