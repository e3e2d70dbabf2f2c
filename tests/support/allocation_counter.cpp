#include "tests/support/allocation_counter.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};
std::atomic<std::int64_t> octets{0};
std::atomic<std::size_t> too_large{SIZE_MAX};

/// The octets that the allocator takes for a block: its size, rounded up, plus 8 of its own.
std::int64_t taken(void* memory) noexcept {
  return static_cast<std::int64_t>(::malloc_usable_size(memory) + sizeof(std::size_t));
}

}  // namespace

namespace rollcall::tests {
std::uint64_t allocation_count() noexcept { return count.load(); }
std::int64_t allocated_octets() noexcept { return octets.load(); }
void fail_allocations_from(std::size_t size) noexcept { too_large = size; }
}  // namespace rollcall::tests

void* operator new(std::size_t size) {
  ++count;
  void* const memory = size < too_large ? std::malloc(size) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  octets += taken(memory);
  return memory;
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return ::operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept {
  if (memory != nullptr) octets -= taken(memory);
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept { ::operator delete(memory); }
// Those of a sanitizer would not come here by themselves.
void* operator new[](std::size_t size) { return ::operator new(size); }
void operator delete[](void* memory) noexcept { ::operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { ::operator delete(memory); }
