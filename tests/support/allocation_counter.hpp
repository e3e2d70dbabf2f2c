#pragma once

#include <cstddef>
#include <cstdint>

/// Counts of the global operator new, in a program that links allocation_counter.cpp. Over-aligned
/// objects are not counted. Any thread.
namespace rollcall::tests {

/// Calls so far.
std::uint64_t allocation_count() noexcept;

/// Octets in use, including what the allocator adds to each block.
std::int64_t allocated_octets() noexcept;

/// From now on there is no memory for blocks of `size` octets and more; SIZE_MAX: for all again.
void fail_allocations_from(std::size_t size) noexcept;

}  // namespace rollcall::tests
