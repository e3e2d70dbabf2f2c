#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "storage/limits.hpp"

/// The members of a user. This is the only place that lists them: names in JSON, columns in SQL,
/// filters, limits and the packed form derive from the table below, and tests compare
/// protocol/openapi.json with it.
///
/// To add a member: a field of UserView, an enumerator of Member and a row of user_members here; a
/// new schema version in storage/sqlite/schema.cpp; the schemas in protocol/openapi.json.
namespace rollcall::storage {

/// The texts of a user, in the order of the API, each valid UTF-8 within its limit. Owns nothing.
struct UserView {
  std::string_view last_name;
  std::string_view first_name;
  std::string_view email;

  friend bool operator==(const UserView&, const UserView&) = default;

  /// The text of the member at `index` of user_members.
  std::string_view& operator[](std::size_t index) noexcept;
  const std::string_view& operator[](std::size_t index) const noexcept;

  /// Octets of all texts together.
  std::size_t octets() const noexcept;
  /// The texts lie one behind the other, as in a PackedUser, so that they can be taken as one text
  /// of octets() that begins where the first one does.
  bool adjacent() const noexcept;
  /// Copies the texts, one behind the other, to where there is room for octets().
  void copy_to(char* at) const noexcept;
};

/// A member, by its place in user_members.
enum class Member : std::uint8_t { last_name, first_name, email };

/// What a member's text must be, besides not empty, not blank and without control characters.
enum class TextKind : std::uint8_t {
  name,           ///< Anything.
  email_address,  ///< An e-mail address (protocol/json/email.hpp).
};

/// What a limit counts.
enum class Unit : std::uint8_t { code_points, octets };

/// One member.
struct MemberRow {
  std::string_view name;    ///< In JSON and in queries: lower case words with hyphens.
  std::string_view column;  ///< In SQL: the same with underscores.
  std::string_view UserView::*text;
  TextKind kind;
  std::size_t limit;  ///< The most that the text may have.
  Unit unit;          ///< What `limit` counts.

  /// The most octets that the text may have: UTF-8 takes at most four for a code point.
  constexpr std::size_t max_octets() const noexcept {
    return unit == Unit::octets ? limit : 4 * limit;
  }
};

inline constexpr MemberRow user_members[] = {
    {"last-name", "last_name", &UserView::last_name, TextKind::name, max_name_code_points,
     Unit::code_points},
    {"first-name", "first_name", &UserView::first_name, TextKind::name, max_name_code_points,
     Unit::code_points},
    {"email", "email", &UserView::email, TextKind::email_address, max_email_octets, Unit::octets},
};

inline constexpr std::size_t member_count = std::size(user_members);

/// The place of `member` in user_members.
constexpr std::size_t index_of(Member member) noexcept { return static_cast<std::size_t>(member); }

/// Calls `act` for each member, in order, with its place in user_members as a constant
/// (std::integral_constant): the calls are unrolled and the rows cost nothing.
template <class Act>
constexpr void for_each_member(const Act& act) {
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    (act(std::integral_constant<std::size_t, index>()), ...);
  }
  (std::make_index_sequence<member_count>());
}

/// The most text that one user can hold.
inline constexpr std::size_t max_user_octets = [] {
  std::size_t sum = 0;
  for (const MemberRow& each : user_members) sum += each.max_octets();
  return sum;
}();

/// Whether the table is what its comments say.
constexpr bool members_are_well_formed() noexcept {
  for (const MemberRow& each : user_members) {
    if (each.name.empty() || each.name.size() != each.column.size() || each.limit == 0)
      return false;
    for (std::size_t i = 0; i < each.name.size(); ++i) {
      const char c = each.name[i];
      if (c != '-' && (c < 'a' || c > 'z')) return false;
      if (each.column[i] != (c == '-' ? '_' : c)) return false;
    }
  }
  return true;
}
static_assert(members_are_well_formed());
static_assert(sizeof(UserView) == member_count * sizeof(std::string_view),
              "each member has a field of UserView and a row");
static_assert(user_members[index_of(Member::last_name)].text == &UserView::last_name &&
              user_members[index_of(Member::first_name)].text == &UserView::first_name &&
              user_members[index_of(Member::email)].text == &UserView::email);
static_assert(user_members[index_of(Member::last_name)].max_octets() == max_name_octets);

inline std::string_view& UserView::operator[](std::size_t index) noexcept {
  return this->*user_members[index].text;
}

inline const std::string_view& UserView::operator[](std::size_t index) const noexcept {
  return this->*user_members[index].text;
}

inline std::size_t UserView::octets() const noexcept {
  std::size_t sum = 0;
  for_each_member([&](auto index) { sum += (*this)[index].size(); });
  return sum;
}

inline bool UserView::adjacent() const noexcept {
  bool all = true;
  const char* end = (*this)[0].data();
  for_each_member([&](auto index) {
    const std::string_view text = (*this)[index];
    all = all && text.data() == end;
    end = text.data() + text.size();
  });
  return all;
}

inline void UserView::copy_to(char* at) const noexcept {
  // copy(), as memcpy() does not take the null pointer of an empty view, even for no octets.
  if (adjacent()) {
    const std::size_t all = octets();
    std::string_view((*this)[0].data(), all).copy(at, all);
    return;
  }
  for_each_member([&](auto index) {
    const std::string_view text = (*this)[index];
    at += text.copy(at, text.size());
  });
}

}  // namespace rollcall::storage
