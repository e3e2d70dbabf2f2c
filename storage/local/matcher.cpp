#include "storage/local/matcher.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace rollcall::storage {
namespace {

// To find the user, and for most values of a member a look at two lengths.
constexpr std::size_t cost_a_user = 60;
constexpr std::size_t cost_a_value = 4;

bool has(const std::vector<std::string>& wanted, std::string_view text) noexcept {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
}

}  // namespace

Matcher::Matcher(const UserFilter& filter) : filter_(filter) {
  substrings_.reserve(filter.substrings.size());
  for (const std::string& each : filter.substrings) substrings_.emplace_back(each);
  for (const auto& each : filter.texts) value_cost_ += cost_a_value * each.size();
}

bool Matcher::matches(UserId id, const UserView& user) const noexcept {
  bool equal = true;
  for_each_member([&](auto index) { equal = equal && has(filter_.texts[index], user[index]); });
  if (!equal || substrings_.empty()) return equal;
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, id).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  return std::any_of(substrings_.begin(), substrings_.end(), [&](const Substring& each) {
    bool found = each.is_in(number);
    for_each_member([&](auto index) { found = found || each.is_in(user[index]); });
    return found;
  });
}

std::size_t Matcher::cost(const UserView& user) const noexcept {
  return cost_a_user + value_cost_ + user.octets() * substrings_.size();
}

}  // namespace rollcall::storage
