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

/// What there are descriptors for. Of each there is at least one.
struct DescriptorShares {
  unsigned threads;
  std::size_t connections;
  std::size_t turned_away;  ///< Connections beyond those that are answered with 503.

  friend bool operator==(const DescriptorShares&, const DescriptorShares&) = default;
};

/// Shares `descriptors` out if so many threads, connections and listeners are wanted. It gives no
/// more than that.
DescriptorShares share_descriptors(unsigned threads, std::size_t connections, std::size_t listeners,
                                   std::size_t descriptors) noexcept;

}  // namespace rollcall::server
