#pragma once

#include <cstddef>
#include <string_view>

#include "storage/version.hpp"

/// A user's version as an entity tag (RFC 9110, section 8.8.3): 16 hexadecimal digits, quoted.
namespace rollcall::protocol {

inline constexpr std::size_t entity_tag_octets = 18;

/// Writes entity_tag_octets to `at`; the end of them.
char* write_entity_tag(char* at, storage::Version version) noexcept;

/// How two tags are compared (RFC 9110, section 8.8.3.2).
enum class Comparison : bool {
  strong,  ///< If-Match: a weak tag is never equal to one of ours.
  weak,    ///< If-None-Match: whether a tag says that it is weak does not matter.
};

/// Adds the tags of a field value, `*` or a list, to `versions`; call it for each line of the
/// field. Leaves out tags in another format, which match no user's state. False if the value is
/// malformed, or has more tags than Versions holds.
bool add_entity_tags(std::string_view value, Comparison comparison,
                     storage::Versions& versions) noexcept;

/// Whether an If-Match names a tag of ours as a proxy alters it that compresses answers: weak, or
/// with the coding behind a hyphen, as "0123456789abcdef-gzip". Neither matches anything.
bool names_altered_tag(std::string_view value) noexcept;

}  // namespace rollcall::protocol
