#pragma once

#include <cstdint>
#include <string_view>

#include "storage/limits.hpp"
#include "storage/version.hpp"

namespace rollcall::storage {

/// A key by which a write that is asked for again is recognised
/// (draft-ietf-httpapi-idempotency-key-header). The caller owns it and sets `text`; the rest is the
/// store's.
struct IdempotencyKey {
  std::string_view text;        ///< At most max_idempotency_key_octets.
  Version payload = 0;          ///< A digest of what is asked for.
  std::uint64_t number = 0;     ///< Rising from key to key.
  std::int64_t created_at = 0;  ///< Seconds since 1970.
};

}  // namespace rollcall::storage
