#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/member.hpp"

namespace rollcall::protocol {

/// The members of a user, followed by the id.
inline constexpr std::size_t id_member = storage::member_count;
inline constexpr std::size_t import_member_count = storage::member_count + 1;

/// Maps names in a file to members. Throws std::bad_alloc only.
class MemberNames {
 public:
  /// What a name means.
  struct Meaning {
    std::size_t place;  ///< The index of a member, id_member for the id.
    /// If there is one, `place` gets the text before the last space, and this what is behind it, or
    /// all of a text without a space.
    std::optional<std::size_t> behind_space;
  };

  MemberNames();

  /// Maps `name` to `member` from now on, and to nothing else. `member` may be two members of a
  /// user with a plus sign between: see Meaning::behind_space. Other names of `member` stay mapped.
  /// Returns false and changes nothing if `member` is anything else, or if `name` is empty or was
  /// added before.
  bool add(const std::string& name, std::string_view member);
  /// Nothing if `name` is unknown.
  std::optional<Meaning> find(std::string_view name) const noexcept;

 private:
  std::map<std::string, Meaning, std::less<>> names_;
  std::vector<std::string> added_;
};

/// The parts of `text`, as Meaning::behind_space has it, without spaces around them.
struct SplitText {
  std::string_view before;
  std::string_view behind;
};
SplitText split_at_last_space(std::string_view text) noexcept;

/// Names that no rule maps, and how many elements of a file have each. Throws std::bad_alloc only.
class UnmappedNames {
 public:
  /// Names that are told one by one; of others it is only known that there are some.
  static constexpr std::size_t max_names = 20;
  /// Octets of a name that are told.
  static constexpr std::size_t max_name_octets = 64;

  void add(std::string_view name);
  /// "age (2 users), address (10 users)", in the order in which they were met, or nothing. Safe for
  /// a terminal.
  std::string text() const;

 private:
  struct Counted {
    std::string name;
    std::uint64_t count;
  };
  std::vector<Counted> names_;
  bool others_ = false;
};

}  // namespace rollcall::protocol
