#pragma once

#include <cstdint>
#include <string_view>

#include "storage/user.hpp"

namespace rollcall::protocol {

/// What a request-target names.
enum class Resource : std::uint8_t {
  unknown,  ///< Well-formed, and nothing here (404).
  users,    ///< /users
  user,     ///< /users/{id}
  server,   ///< * (OPTIONS only)
  live,     ///< /livez: the process answers.
  ready,    ///< /readyz: writes are taken.
  api,      ///< /openapi.json
};

/// A request-target, taken apart. Owns nothing.
struct Target {
  bool well_formed = false;  ///< False: a byte or an escape that RFC 3986 does not allow (400).
  Resource resource = Resource::unknown;
  storage::UserId id = 0;  ///< For Resource::user; an id beyond max_user_id is Resource::unknown.
  std::string_view query;  ///< As it stands in the text that was parsed: a view of that.
};

/// Parses origin-form, absolute-form and asterisk-form (RFC 9112, section 3.2). The path is
/// percent-decoded once; an escape that is malformed or NUL makes the target ill-formed. An id is
/// decimal digits without a leading zero.
Target parse_target(std::string_view text) noexcept;

/// True if `text` can stand in a Host field: uri-host [":" port] (RFC 9110, section 7.2), or empty.
bool is_host(std::string_view text) noexcept;

}  // namespace rollcall::protocol
