#pragma once

#include <cstddef>

/// Descriptors of the process: a connection costs one.
namespace rollcall::server {

/// Standard input, output and error are open when this returns: those that were not are /dev/null
/// for the other direction, so that reading or writing them fails. Otherwise the next file opened,
/// a store perhaps, would be what printf() writes to. To be called first.
void claim_standard_streams() noexcept;

/// Raises the soft limit of descriptors to the hard one (the soft one is a default for programs
/// that use select(2)) and returns it.
std::size_t raise_descriptor_limit() noexcept;

/// How many connections can be taken of those that are `wanted` (min_connections at least) when the
/// process may have `descriptors` open.
std::size_t connection_cap(std::size_t wanted, std::size_t descriptors) noexcept;

}  // namespace rollcall::server
