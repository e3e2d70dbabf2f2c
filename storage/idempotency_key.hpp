#pragma once

#include <cstdint>
#include <string_view>

#include "storage/limits.hpp"
#include "storage/upload_runs.hpp"
#include "storage/version.hpp"

namespace rollcall::storage {

/// What a line adds to UploadRun::digest. Never changes from release to release: files keep it.
inline Version digest_of_line(std::uint64_t line, const UserView& user) noexcept {
  return version_of(line, user);
}

/// A key by which a write that is asked for again is recognised
/// (draft-ietf-httpapi-idempotency-key-header). The caller owns it and sets `text`; the rest is the
/// store's, but for what a key of an upload says.
struct IdempotencyKey {
  std::string_view text;        ///< At most max_idempotency_key_octets.
  Version payload = 0;          ///< A digest of what is asked for.
  std::uint64_t number = 0;     ///< Rising from key to key.
  std::int64_t created_at = 0;  ///< Seconds since 1970.

  // Of an upload; see WriteOperation::Verb.
  UploadRuns* runs = nullptr;  ///< Where opening puts what is known.
  std::uint64_t upload = 0;  ///< Out of opening; In for its lines and for closing, without `text`.
  std::uint64_t line = 0;    ///< In, of a creation that is a line; otherwise 0.
};

}  // namespace rollcall::storage
