#include "storage/local/digest_set.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rollcall::storage {

/// By the half of the digest that the tables do not hash by.
std::size_t DigestSet::index_of(const Digest& digest) noexcept {
  constexpr unsigned kept_bits = 53;
  const double share = std::ldexp(static_cast<double>(digest.high >> (64 - kept_bits)),
                                  -static_cast<int>(kept_bits));
  const auto index = static_cast<std::size_t>(std::log2(1 + share) * double{table_count});
  return std::min(index, table_count - 1);
}

void DigestSet::reserve(std::size_t digests) {
  // The derivative of 2^x - 1 is 2^x ln 2.
  for (std::size_t i = 0; i < table_count; ++i) {
    const double share =
        std::exp2(double(i) / table_count) * std::numbers::ln2 / double{table_count};
    tables_[i].reserve(static_cast<std::size_t>(share * static_cast<double>(digests)));
  }
}

}  // namespace rollcall::storage
