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

template <class Value>
bool compares(Relation relation, const Value& value, const Value& other) noexcept {
  switch (relation) {
    case Relation::differs:
      return value != other;
    case Relation::less:
      return value < other;
    case Relation::at_most:
      return value <= other;
    case Relation::greater:
      return value > other;
    default:
      return value >= other;
  }
}

bool is_found(Relation relation, const Substring& searched, std::string_view text) noexcept {
  switch (relation) {
    case Relation::begins_with:
      return searched.begins(text);
    case Relation::ends_with:
      return searched.ends(text);
    case Relation::same_letters:
      return searched.begins(text) && searched.ends(text) && text.size() == searched.text().size();
    default:
      return searched.is_in(text);
  }
}

bool searches(Relation relation) noexcept { return relation >= Relation::contains; }

}  // namespace

Matcher::Matcher(const UserFilter& filter) : filter_(filter) {
  substrings_.reserve(filter.substrings.size());
  for (const std::string& each : filter.substrings) substrings_.emplace_back(each);
  for (const auto& each : filter.texts) value_cost_ += cost_a_value * each.size();
  parts_.reserve(filter.requirements.size());
  for (const Requirement& requirement : filter.requirements) {
    Part part{requirement, {}};
    for (const Comparison& each : requirement.any) {
      part.searched.emplace_back(searches(each.relation) ? each.text : std::string());
      if (searches(each.relation)) ++searched_members_;
      value_cost_ += cost_a_value;
    }
    parts_.push_back(std::move(part));
  }
}

bool Matcher::matches(UserId id, const UserView& user) const noexcept {
  bool equal = true;
  for_each_member([&](auto index) { equal = equal && has(filter_.texts[index], user[index]); });
  if (!equal || (substrings_.empty() && parts_.empty())) return equal;
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, id).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  for (const Part& each : parts_) {
    if (!meets(each, id, number, user)) return false;
  }
  if (substrings_.empty()) return true;
  return std::any_of(substrings_.begin(), substrings_.end(), [&](const Substring& each) {
    bool found = each.is_in(number);
    for_each_member([&](auto index) { found = found || each.is_in(user[index]); });
    return found;
  });
}

bool Matcher::meets(const Part& part, UserId id, std::string_view digits,
                    const UserView& user) const noexcept {
  const auto& [subject, any] = part.requirement;
  const std::string_view text = subject == id_subject ? digits : user[subject];
  for (std::size_t i = 0; i < any.size(); ++i) {
    const Relation relation = any[i].relation;
    if (searches(relation)) {
      if (is_found(relation, part.searched[i], text)) return true;
    } else if (subject == id_subject) {
      if (compares(relation, id, any[i].id)) return true;
    } else if (compares(relation, text, std::string_view(any[i].text))) {
      return true;
    }
  }
  return false;
}

std::size_t Matcher::cost(const UserView& user) const noexcept {
  return cost_a_user + value_cost_ + user.octets() * (substrings_.size() + searched_members_);
}

}  // namespace rollcall::storage
