#include "storage/list.hpp"

#include <algorithm>

namespace rollcall::storage {

bool UserFilter::all() const noexcept {
  return ids.empty() && substrings.empty() && requirements.empty() &&
         std::all_of(texts.begin(), texts.end(), [](const auto& each) { return each.empty(); });
}

void UserList::append(UserId id, const UserView& user) {
  const std::size_t begin = packed_.size();
  packed_.resize(begin + PackedUser::octets(user));
  PackedUser::write(packed_.data() + begin, user);
  entries_.push_back({id, begin});
}

void UserList::clear() noexcept {
  entries_.clear();
  packed_.clear();
}

}  // namespace rollcall::storage
