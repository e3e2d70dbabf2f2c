#pragma once

#include <string_view>

namespace rollcall::protocol {

/// Whether valid UTF-8 `text` is an address: the "valid e-mail address" of the HTML Living Standard
/// (section 4.10.5.1.5), with non-ASCII letters allowed in the local part and in the domain's
/// labels as in RFC 6531. Without Unicode's tables a letter is any code point beyond U+009F that is
/// no white space, no format or bidirectional control, no surrogate, no noncharacter and not for
/// private use. Does not look at the length as a whole.
bool is_email_address(std::string_view text) noexcept;

}  // namespace rollcall::protocol
