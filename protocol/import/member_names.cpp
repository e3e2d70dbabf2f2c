#include "protocol/import/member_names.hpp"

#include <algorithm>

#include "protocol/json/member_text.hpp"

namespace rollcall::protocol {
namespace {

constexpr std::string_view id_name = "id";

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

MemberNames::MemberNames() {
  for (std::size_t i = 0; i < storage::member_count; ++i) {
    names_.emplace(storage::user_members[i].name, Meaning{i, std::nullopt});
  }
  names_.emplace(id_name, Meaning{id_member, std::nullopt});
}

bool MemberNames::add(const std::string& name, std::string_view member) {
  if (name.empty() || std::find(added_.begin(), added_.end(), name) != added_.end()) return false;
  static_assert(id_member == storage::member_count,
                "member_named() gives that for an unknown name");
  Meaning meaning{};
  if (const std::size_t plus = member.find('+'); plus != member.npos) {
    meaning.place = member_named(member.substr(0, plus));
    meaning.behind_space = member_named(member.substr(plus + 1));
    if (meaning.place == id_member || meaning.behind_space == id_member ||
        meaning.place == meaning.behind_space) {
      return false;
    }
  } else {
    meaning.place = member_named(member);
    if (meaning.place == id_member && member != id_name) return false;
  }
  added_.push_back(name);
  names_.insert_or_assign(name, meaning);
  return true;
}

std::optional<MemberNames::Meaning> MemberNames::find(std::string_view name) const noexcept {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

SplitText split_at_last_space(std::string_view text) noexcept {
  text = trimmed(text);
  const std::size_t space = text.rfind(' ');
  if (space == text.npos) return {{}, text};
  return {trimmed(text.substr(0, space)), text.substr(space + 1)};
}

void UnmappedNames::add(std::string_view name) {
  const auto found = std::find_if(names_.begin(), names_.end(),
                                  [&](const Counted& each) { return each.name == name; });
  if (found != names_.end()) {
    ++found->count;
  } else if (names_.size() < max_names) {
    names_.push_back({std::string(name), 1});
  } else {
    others_ = true;
  }
}

std::string UnmappedNames::text() const {
  std::string text;
  for (const Counted& each : names_) {
    if (!text.empty()) text += ", ";
    for (const char c : each.name.substr(0, max_name_octets)) {
      text += c >= ' ' && c <= '~' ? c : '?';
    }
    text += " (" + std::to_string(each.count) + (each.count == 1 ? " user)" : " users)");
  }
  return others_ ? text + " and others" : text;
}

}  // namespace rollcall::protocol
