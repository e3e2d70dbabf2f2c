#pragma once

#include <cstdint>

/// Counts of the global operator new, in a program that links allocation_counter.cpp. Over-aligned
/// objects are not counted. Any thread.
namespace rollcall::tests {

/// Calls so far.
std::uint64_t allocation_count() noexcept;

/// Octets in use, including what the allocator adds to each block.
std::int64_t allocated_octets() noexcept;

}  // namespace rollcall::tests
