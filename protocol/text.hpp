#pragma once

#include <cstddef>
#include <string_view>

/// What must be known of a text; each takes valid UTF-8 and allocates nothing.
namespace rollcall::protocol {

/// The code point that valid, non-empty `text` begins with, taken off it.
char32_t take_code_point(std::string_view& text) noexcept;

/// In O(text.size()).
std::size_t count_code_points(std::string_view text) noexcept;

/// Nothing but U+0020 to U+007E: most texts, and what is most quickly known of them.
bool is_printable_ascii(std::string_view text) noexcept;

/// May be written in a JSON string as it is: no quotation mark, no reverse solidus, nothing below
/// U+0020 (RFC 8259, section 7), and no line break (find_line_break()). Quickest for ASCII.
bool needs_no_escape(std::string_view text) noexcept;

/// Where the first U+0085, U+2028 or U+2029 begins, or npos. JSON allows them as they are, but
/// readers that split a text at its line ends, as Python's splitlines() does, cut it there.
std::size_t find_line_break(std::string_view text) noexcept;

/// Unicode's White_Space property (PropList.txt).
bool is_white_space(char32_t code_point) noexcept;

/// Default_Ignorable_Code_Point (DerivedCoreProperties.txt): shows nothing, wherever it is.
bool is_ignorable(char32_t code_point) noexcept;

/// Shows nothing by itself: white space, what is ignorable, a control character, a noncharacter, or
/// a symbol that is blank.
bool is_invisible(char32_t code_point) noexcept;

/// Nothing but invisible characters, or nothing at all.
bool is_blank(std::string_view text) noexcept;

/// U+0000 to U+001F or U+007F somewhere in it.
bool has_control_character(std::string_view text) noexcept;

}  // namespace rollcall::protocol
