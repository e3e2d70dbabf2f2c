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
  std::vector<Substring> substrings_;
  std::size_t value_cost_ = 0;  ///< Of all values of members.
};

}  // namespace rollcall::storage
