#pragma once

#include <cstddef>
#include <vector>

#include "storage/list.hpp"
#include "storage/local/substring.hpp"

namespace rollcall::storage {

/// Looks at users one by one for what a filter means, its `ids` left out: those are found by id.
/// Immutable; throws std::bad_alloc when it is made. The filter must outlive it.
class Matcher {
 public:
  explicit Matcher(const UserFilter& filter);

  bool matches(UserId id, const UserView& user) const noexcept;
  /// What matches() costs for such a user, about, in octets of text searched.
  std::size_t cost(const UserView& user) const noexcept;

 private:
  const UserFilter& filter_;
  /// A requirement, with what it searches for.
  struct Part {
    const Requirement& requirement;
    std::vector<Substring> searched;  ///< One for each of its comparisons.
  };
  bool meets(const Part& part, UserId id, std::string_view digits,
             const UserView& user) const noexcept;

  std::vector<Substring> substrings_;
  std::vector<Part> parts_;
  std::size_t value_cost_ = 0;        ///< Of all values of members.
  std::size_t searched_members_ = 0;  ///< Searches of one member each.
};

}  // namespace rollcall::storage
