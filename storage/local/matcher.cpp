#include "storage/local/matcher.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <new>

#include "storage/email_key.hpp"
#include "storage/folding.hpp"

namespace rollcall::storage {
namespace {

// To find the user, and for most values of a member a look at two lengths.
constexpr std::size_t cost_a_user = 60;
constexpr std::size_t cost_a_value = 4;
// To fold an octet of a text that is not ASCII, and to make the key of an address that is not.
constexpr std::size_t cost_to_fold = 20;
constexpr std::size_t cost_of_email_key = 20'000;

bool has(const std::vector<std::string>& wanted, std::string_view text) noexcept {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), text) != wanted.end();
}

bool is_all_ascii(const UserView& user) noexcept {
  if (user.adjacent()) return is_ascii({user[0].data(), user.octets()});
  bool all = true;
  for_each_member([&](auto index) { all = all && is_ascii(user[index]); });
  return all;
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

Matcher::Matcher(const UserFilter& filter, EmailMatch emails)
    : filter_(filter),
      by_email_key_(emails == EmailMatch::as_unique && !filter[Member::email].empty()) {
  if (by_email_key_) {
    EmailKey key;
    for (const std::string& each : filter[Member::email]) {
      // Nobody has a longer one.
      if (each.size() <= max_email_octets) email_keys_.emplace_back(key(each));
    }
    std::sort(email_keys_.begin(), email_keys_.end());
  }
  substrings_.reserve(filter.substrings.size());
  for (const std::string& each : filter.substrings) substrings_.emplace_back(each);
  for (const auto& each : filter.texts) value_cost_ += cost_a_value * each.size();
  parts_.reserve(filter.requirements.size());
  for (const Requirement& requirement : filter.requirements) {
    Part part{requirement, {}, false};
    for (const Comparison& each : requirement.any) {
      part.searched.emplace_back(searches(each.relation) ? each.text : std::string());
      if (searches(each.relation)) {
        ++searched_members_;
        part.searches = true;
      }
      value_cost_ += cost_a_value;
    }
    parts_.push_back(std::move(part));
  }
}

bool Matcher::matches(UserId id, const UserView& user, std::size_t& cost) const noexcept {
  cost += cost_a_user + value_cost_;
  if (!has_texts(user, cost)) return false;
  if (substrings_.empty() && parts_.empty()) return true;
  const std::size_t searches = substrings_.size() + searched_members_;
  const bool ascii = searches == 0 || is_all_ascii(user);
  cost += user.octets() * (searches + (ascii ? 0 : cost_to_fold * (1 + searched_members_)));
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, id).ptr;
  const std::string_view number(digits, static_cast<std::size_t>(end - digits));
  for (const Part& each : parts_) {
    if (!meets(each, id, number, user, ascii)) return false;
  }
  return substrings_.empty() || has_part(number, user, ascii);
}

bool Matcher::has_texts(const UserView& user, std::size_t& cost) const noexcept {
  bool equal = true;
  for_each_member([&](auto index) {
    if (by_email_key_ && index == index_of(Member::email)) return;
    equal = equal && has(filter_.texts[index], user[index]);
  });
  return equal && (!by_email_key_ || has_email_key(user.email, cost));
}

bool Matcher::has_email_key(std::string_view email, std::size_t& cost) const noexcept {
  cost += is_ascii(email) ? email.size() : cost_of_email_key;
  try {
    EmailKey key;
    return std::binary_search(email_keys_.begin(), email_keys_.end(), key(email), std::less<>());
  } catch (const std::bad_alloc&) {
    return false;
  }
}

/// One of what is searched for in all members is there.
bool Matcher::has_part(std::string_view digits, const UserView& user, bool ascii) const noexcept {
  const auto found_in = [&](std::string_view text) {
    return std::any_of(substrings_.begin(), substrings_.end(),
                       [&](const Substring& each) { return each.is_in(text); });
  };
  bool found = found_in(digits);
  if (ascii) {
    for_each_member([&](auto index) { found = found || found_in(user[index]); });
  } else {
    Folder folder;
    for_each_member([&](auto index) { found = found || found_in(folder(user[index])); });
  }
  return found;
}

bool Matcher::meets(const Part& part, UserId id, std::string_view digits, const UserView& user,
                    bool ascii) const noexcept {
  const auto& [subject, any] = part.requirement;
  const std::string_view text = subject == id_subject ? digits : user[subject];
  Folder folder;
  const bool folds = !ascii && part.searches && subject != id_subject;
  const std::string_view folded = folds ? folder(text) : text;
  for (std::size_t i = 0; i < any.size(); ++i) {
    const Relation relation = any[i].relation;
    if (searches(relation)) {
      if (is_found(relation, part.searched[i], folded)) return true;
    } else if (subject == id_subject) {
      if (compares(relation, id, any[i].id)) return true;
    } else if (compares(relation, text, std::string_view(any[i].text))) {
      return true;
    }
  }
  return false;
}

}  // namespace rollcall::storage
