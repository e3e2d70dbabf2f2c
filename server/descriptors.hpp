#pragma once

#include <cstddef>

/// Descriptors of the process. Each connection needs one.
namespace rollcall::server {

/// Opens standard input, output and error if they are closed: as /dev/null for the other direction,
/// so that reading or writing them fails. Otherwise printf() would write to the next file opened,
/// perhaps the store. Call it first.
void claim_standard_streams() noexcept;

/// Raises the soft limit of descriptors to the hard one (the soft one is a default for programs
/// that use select(2)) and returns it.
std::size_t raise_descriptor_limit() noexcept;

/// How many of the `wanted` connections the process can accept, at least min_connections, if it may
/// have `descriptors` open.
std::size_t connection_cap(std::size_t wanted, std::size_t descriptors) noexcept;

}  // namespace rollcall::server
