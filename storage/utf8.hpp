#pragma once

#include <string_view>

namespace rollcall::storage {

/// Whether `text` is UTF-8 (RFC 3629): no overlong form, no surrogate, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

}  // namespace rollcall::storage
