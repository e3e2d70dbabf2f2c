#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/limits.hpp"

/// What searches compare: texts without the difference of upper and lower case (Unicode's full case
/// folding), each character in its composed form (NFC). The exact filters know none of this.
namespace rollcall::storage {

/// Nothing beyond U+007F.
bool is_ascii(std::string_view text) noexcept;

/// The folded form of valid UTF-8; of anything else, the text with ASCII letters in lower case.
/// Throws std::bad_alloc.
std::string fold(std::string_view text);

/// Code points that one can become when it is folded.
inline constexpr std::size_t max_folded_code_points = 4;
/// Octets that the text of a member can have when it is folded.
inline constexpr std::size_t max_folded_octets = 4 * max_folded_code_points * max_name_code_points;

/// Folds members of users, one at a time, without the heap. Not thread-safe.
class Folder {
 public:
  /// The folded form of a member's text that is not ASCII. Valid until the next call.
  std::string_view operator()(std::string_view text) noexcept;

 private:
  /// One more, for the NUL that the library puts behind its text.
  std::array<std::int32_t, max_folded_octets / 4 + 1> buffer_;
};

}  // namespace rollcall::storage
