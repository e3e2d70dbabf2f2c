#pragma once

#include <string>
#include <string_view>

#include "protocol/http/request.hpp"

/// Small questions about the text of a request's head.
namespace rollcall::protocol {

/// Without the spaces and tabs around it.
std::string_view trim(std::string_view text) noexcept;

/// tchar (RFC 9110, section 5.6.2).
bool is_token_character(char c) noexcept;

/// What a Content-Type says (RFC 9110, section 8.3). Of MediaType::ndjson, `lines` is set to what
/// it is called.
MediaType to_media_type(std::string_view value, LinesType& lines) noexcept;

/// Whether a Content-Encoding names another coding than identity (RFC 9110, section 8.4); empty
/// elements of the list name none (section 5.6.1.2).
bool names_coding(std::string_view value) noexcept;

/// Notes what a Prefer asks for (RFC 7240, section 2); anything else in it is ignored. Of a
/// preference that comes twice the first counts.
void add_preferences(std::string_view value, Preferences& preferences) noexcept;

/// The key that an Idempotency-Key has (draft-ietf-httpapi-idempotency-key-header, section 2): a
/// string of RFC 8941, section 3.3.3, without its quotation marks, escapes and parameters, or, as
/// many clients send it, the same bare: printable ASCII without white space, quotation marks,
/// commas and semicolons. 1 to max_idempotency_key_octets. False if it is malformed.
bool read_idempotency_key(std::string_view value, std::string& key);

/// Whether a request line that Beast refused for its version ends in another HTTP version (505)
/// rather than in something else (400).
bool names_other_version(std::string_view bytes) noexcept;

/// Whether a request line begins with `method` and an octet that ends it.
bool begins_with_method(std::string_view bytes, std::string_view method) noexcept;

/// Of a header that does not fit and whose request line was not parsed: whether its target alone is
/// more than max_target_octets.
bool has_long_target(std::string_view bytes) noexcept;

}  // namespace rollcall::protocol
