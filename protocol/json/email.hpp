#pragma once

#include <string_view>

namespace rollcall::protocol {

/// Whether valid UTF-8 `text` is an address: the "valid e-mail address" of the HTML Living Standard
/// (section 4.10.5.1.5), with non-ASCII letters allowed in the local part and in the domain's
/// labels as in RFC 6531: there a letter is any code point beyond ASCII that is neither invisible
/// (text.hpp) nor for private use. Does not look at the length as a whole.
bool is_email_address(std::string_view text) noexcept;

}  // namespace rollcall::protocol
