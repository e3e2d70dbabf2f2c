#include "storage/list.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace rollcall::storage {
namespace {

bool has(const std::vector<std::string>& wanted, std::string_view text) noexcept {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
}

}  // namespace

bool UserFilter::all() const noexcept {
  return ids.empty() && last_names.empty() && first_names.empty() && emails.empty() &&
         substrings.empty();
}

bool UserFilter::matches(UserId id, const UserView& user) const noexcept {
  if (!has(emails, user.email) || !has(last_names, user.last_name) ||
      !has(first_names, user.first_name)) {
    return false;
  }
  if (substrings.empty()) return true;
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, id).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  return std::any_of(substrings.begin(), substrings.end(), [&](const Substring& each) {
    return each.is_in(user.last_name) || each.is_in(user.first_name) || each.is_in(user.email) ||
           each.is_in(number);
  });
}

std::size_t UserFilter::cost(const UserView& user) const noexcept {
  // To find the user, and for most values of a member a look at two lengths.
  constexpr std::size_t a_user = 60;
  constexpr std::size_t a_value = 4;
  return a_user + a_value * (last_names.size() + first_names.size() + emails.size()) +
         user.octets() * substrings.size();
}

void UserList::append(UserId id, const UserView& user) {
  const std::size_t begin = text_.size();
  text_.resize(begin + user.octets());
  user.copy_to(text_.data() + begin);
  entries_.push_back({id, begin, static_cast<std::uint16_t>(user.last_name.size()),
                      static_cast<std::uint16_t>(user.first_name.size()),
                      static_cast<std::uint16_t>(user.email.size())});
}

UserView UserList::user(std::size_t index) const noexcept {
  const Entry& entry = entries_[index];
  const char* const last_name = text_.data() + entry.begin;
  const char* const first_name = last_name + entry.last_name_octets;
  return {{last_name, entry.last_name_octets},
          {first_name, entry.first_name_octets},
          {first_name + entry.first_name_octets, entry.email_octets}};
}

void UserList::clear() noexcept {
  entries_.clear();
  text_.clear();
}

}  // namespace rollcall::storage
