#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::storage {

/// A text to be looked for in members of users, whatever the case of letters and the composition of
/// characters (storage/folding.hpp). What it looks into is ASCII in any case, or folded. A
/// look takes time in proportion to the text that is searched, whatever both are (Knuth, Morris,
/// Pratt: Fast Pattern Matching in Strings, 1977). Immutable; throws std::bad_alloc when it is
/// made.
class Substring {
 public:
  /// Valid UTF-8, in any case.
  explicit Substring(std::string_view text);

  /// Whether it is a part of `text`; the empty one is of any.
  bool is_in(std::string_view text) const noexcept;
  /// Whether `text` begins, or ends, with it.
  bool begins(std::string_view text) const noexcept;
  bool ends(std::string_view text) const noexcept;
  /// As it is compared.
  const std::string& text() const noexcept { return folded_; }
  bool operator==(const Substring& other) const noexcept { return folded_ == other.folded_; }

 private:
  std::string folded_;
  /// For each place: how many octets that end there it begins with, itself left out. Empty if no
  /// member can be so long.
  std::vector<std::uint16_t> borders_;
};

}  // namespace rollcall::storage
