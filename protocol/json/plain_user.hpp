#pragma once

#include <string_view>

#include "storage/user.hpp"

namespace rollcall::protocol {

/// Whether `text` is the plain form of a user's JSON text, which nearly every client sends: an
/// object of the three members and no other, in any order, each once, each a string of 1 to 254
/// characters of printable ASCII that does not begin with a space, nothing escaped; white space as
/// RFC 8259 has it. `user` gets views into `text` then. False says nothing of the text but that it
/// is not this form. Whether the email is an address is not looked at.
bool read_plain_user(std::string_view text, storage::UserView& user) noexcept;

}  // namespace rollcall::protocol
